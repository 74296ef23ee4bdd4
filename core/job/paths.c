// SPDX-License-Identifier: MIT
// Where plugins, schemas, state, or the configuration are when nobody said.
#include "job/job_int.h"
#include <stdio.h>
#include <unistd.h>

char *ac_job_printf(struct ac_arena *arena, const char *fmt, ...) {
    char text[4096];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        return NULL;
    return ac_arena_copy(arena, ac_str_n(text, (size_t)n));
}

// The folder of the running binary, without a trailing slash; false where that cannot be told.
static bool own_folder(char out[4096]) {
    ssize_t n = readlink("/proc/self/exe", out, 4095);
    if (n <= 0)
        return false;
    while (n > 0 && out[n - 1] != '/')
        n--;
    out[n > 1 ? n - 1 : n] = '\0';
    return true;
}

static const char *first_there(const char *const *places, size_t n, const char *otherwise) {
    for (size_t i = 0; i < n; i++)
        if (places[i] && access(places[i], R_OK | X_OK) == 0)
            return places[i];
    return otherwise;
}

const char *ac_job_default_plugins(struct ac_arena *arena) {
    char own[4096];
    if (!own_folder(own))
        return AC_PREFIX_PLUGINS;
    const char *places[] = {ac_job_printf(arena, "%s/plugins", own), AC_PREFIX_PLUGINS,
                            ac_job_printf(arena, "%s/../lib/acload/plugins", own)};
    return first_there(places, AC_N(places), AC_PREFIX_PLUGINS);
}

const char *ac_job_default_schemas(struct ac_arena *arena) {
    char own[4096];
    if (!own_folder(own))
        return AC_PREFIX_SCHEMAS;
    const char *places[] = {ac_job_printf(arena, "%s/schemas", own), AC_PREFIX_SCHEMAS,
                            ac_job_printf(arena, "%s/../share/acload/schemas", own)};
    return first_there(places, AC_N(places), AC_PREFIX_SCHEMAS);
}

const char *ac_job_default_state(ac_getenv env, void *env_arg, struct ac_arena *arena) {
    const char *xdg = env(env_arg, "XDG_STATE_HOME"), *home = env(env_arg, "HOME");
    if (xdg && *xdg)
        return ac_job_printf(arena, "%s/acload", xdg);
    if (geteuid() == 0 || !home || !*home)
        return "/var/lib/acload";
    return ac_job_printf(arena, "%s/.local/state/acload", home);
}

const char *ac_job_find_config(const char *flag, ac_getenv env, void *env_arg,
                               struct ac_arena *arena) {
    if (flag)
        return flag;
    const char *named = env(env_arg, "ACLOAD_CONFIG");
    if (named && *named)
        return named;
    const char *xdg = env(env_arg, "XDG_CONFIG_HOME"), *home = env(env_arg, "HOME");
    const char *own = xdg && *xdg     ? ac_job_printf(arena, "%s/acload/acload.json", xdg)
                      : home && *home ? ac_job_printf(arena, "%s/.config/acload/acload.json", home)
                                      : NULL;
    if (own && access(own, F_OK) == 0)
        return own;
    return access("/etc/acload/acload.json", F_OK) == 0 ? "/etc/acload/acload.json" : NULL;
}

const char *const *ac_job_split_path(const char *text, struct ac_arena *arena) {
    ac_str rest = ac_str_of(text), piece;
    size_t n = 1, at = 0;
    for (const char *p = text; *p; p++)
        n += *p == ':';
    const char **out = ac_arena_zalloc(arena, (n + 1) * sizeof(char *));
    while (out && ac_str_cut(&rest, ':', &piece))
        if (piece.len)
            out[at++] = ac_arena_copy(arena, piece);
    return out;
}
