// SPDX-License-Identifier: MIT
// The session kept in a file from one run to the next.
#include "base/json_memory.h"
#include "base/log.h"
#include "org/json.h"
#include "org/org_int.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// What a session belongs to: one of another user must never be taken.
static const char *const owners[] = {"host", "flow", "user", "client"};

static ac_str owner(const struct ac_org *org, size_t i) {
    const struct ac_org_options *o = org->options;
    const char *values[] = {org->login_host, ac_org_flow_name(o->flow), o->username, o->client_id};
    return ac_str_of(values[i] ? values[i] : "");
}

static bool is_ours(const struct ac_org *org, const json_t *session) {
    for (size_t i = 0; i < AC_N(owners); i++) {
        ac_str there = ac_json_text(session, owners[i]);
        if (ac_str_is_null(there) || !ac_str_eq(there, owner(org, i)))
            return false;
    }
    return true;
}

bool ac_session_load(struct ac_org *org) {
    const char *path = org->options->session_file;
    if (!path || org->options->flow == AC_FLOW_TOKEN)
        return false;
    AC_CLEANUP(ac_private_wipe_buf) struct ac_buf text;
    if (!ac_private_buf(&text) || !ac_private_read_own(path, &text))
        return false;
    AC_CLEANUP(ac_json_secret_free) json_t *session = ac_json_load_secret(ac_buf_str(&text), 100);
    if (!session || !is_ours(org, session))
        return false;
    struct ac_err ignored = AC_ERR_INIT; // a session that will not do is none
    return ac_org_session_set(org, ac_json_text(session, "access_token"),
                              ac_json_text(session, "instance_url"), &ignored) == AC_OK;
}

static bool add_member(struct ac_buf *out, const char *name, ac_str value) {
    return ac_buf_printf(out, "%s\"%s\":", out->len > 1 ? "," : "", name) &&
           ac_buf_add_json(out, value);
}

// A dry run makes no state folder: without one there is nothing to keep a session in.
static bool has_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    if (!slash || slash == path || (size_t)(slash - path) >= sizeof folder)
        return true;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return access(folder, F_OK) == 0 || errno != ENOENT;
}

void ac_session_save(const struct ac_org *org) {
    const char *path = org->options->session_file;
    if (!path || org->options->flow == AC_FLOW_TOKEN || !has_folder(path))
        return;
    struct ac_err err = AC_ERR_INIT;
    AC_CLEANUP(ac_private_wipe_buf) struct ac_buf text;
    bool is_good = ac_private_buf(&text) && ac_buf_add_char(&text, '{');
    for (size_t i = 0; i < AC_N(owners) && is_good; i++)
        is_good = add_member(&text, owners[i], owner(org, i));
    is_good = is_good && add_member(&text, "instance_url", ac_str_of(org->instance)) &&
              add_member(&text, "access_token", ac_str_of(org->token)) &&
              ac_buf_add_str(&text, AC_STR("}\n"));
    if (is_good && ac_private_write(path, ac_buf_str(&text), &err) != AC_OK)
        ac_log(AC_LOG_WARNING, "session not kept", "file", path, "why", err.text, NULL);
}

void ac_session_forget(const struct ac_org *org) {
    if (org->options->session_file)
        unlink(org->options->session_file);
}
