// SPDX-License-Identifier: MIT
// The files of a new configuration.
#include "cli/init.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES ((size_t)64 * 1024)
#define PATH_BYTES 4352u

// --- files ---------------------------------------------------------------------------------------

static enum ac_rc cannot(const char *path, struct ac_err *err) {
    return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot write", path);
}

// The folders above a file. They are nobody else's: secrets will be in them.
static enum ac_rc make_folders(const char *path, struct ac_err *err) {
    char folder[PATH_BYTES];
    int len = snprintf(folder, sizeof folder, "%s", path);
    if (len < 0 || (size_t)len >= sizeof folder)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG", "the path %.100s... is too long",
                          path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot make the folder", folder);
        *slash = '/';
    }
    return AC_OK;
}

static enum ac_rc must_be_new(const char *path, bool is_forced, struct ac_err *err) {
    struct stat st;
    if (is_forced || lstat(path, &st) != 0)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "EXISTS",
                      "%s exists already: --force replaces it, --config names another file", path);
}

static bool fill(int fd, ac_str text) {
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n <= 0)
            return false;
        text = ac_str_skip(text, (size_t)n);
    }
    return fsync(fd) == 0;
}

// Whole or not at all, and never through a link that somebody left there.
static enum ac_rc write_file(const char *path, ac_str text, bool is_forced, struct ac_err *err) {
    char temp[PATH_BYTES + 8];
    snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    int fd = mkstemp(temp); // 0600
    if (fd < 0)
        return cannot(path, err);
    bool good = fill(fd, text);
    good = close(fd) == 0 && good;
    if (good)
        good = is_forced ? rename(temp, path) == 0 : link(temp, path) == 0;
    enum ac_rc rc = good ? AC_OK : cannot(path, err);
    if (!good || !is_forced)
        unlink(temp);
    return rc;
}

// --- the configuration ---------------------------------------------------------------------------

struct member {
    const char *key, *value;
};

static bool put_members(struct ac_buf *out, const struct member *members, size_t n,
                        const char *indent) {
    bool good = true, is_first = true;
    for (size_t i = 0; i < n && good; i++) {
        if (!members[i].value || !*members[i].value)
            continue;
        good =
            ac_buf_printf(out, "%s%s\"%s\": ", is_first ? "\n" : ",\n", indent, members[i].key) &&
            ac_buf_add_json(out, ac_str_of(members[i].value));
        is_first = false;
    }
    return good;
}

static bool compose(const struct ac_init *init, struct ac_buf *out) {
    struct member org[5 + AC_INIT_SECRETS] = {{"host", init->host},
                                              {"client_id", init->client_id},
                                              {"username", init->username},
                                              {"jwt_key_file", init->jwt_key_file},
                                              {"namespace", init->ns}};
    size_t n = 5;
    for (size_t i = 0; i < init->n_secrets; i++) {
        const struct ac_init_secret *s = &init->secrets[i];
        const char *own = *s->text ? s->name : NULL; // found from the configuration's folder
        org[n++] = (struct member){s->key, s->path ? s->path : own};
    }
    const struct member inputs = {"inputs", init->inputs};
    const struct member rest[] = {
        {"region", init->region}, {"state", init->state}, {"schema_dir", init->schema_dir}};
    bool good = ac_buf_printf(out, "{\n  \"org\": {") && put_members(out, org, n, "    ") &&
                ac_buf_printf(out, "\n  }");
    for (size_t i = 0; i < AC_N(rest); i++)
        if (*rest[i].value)
            good = good && ac_buf_add_char(out, ',') && put_members(out, &rest[i], 1, "  ");
    if (*inputs.value)
        good = good && ac_buf_printf(out, ",\n  \"jobs\": {\n    \"reports\": {") &&
               put_members(out, &inputs, 1, "      ") && ac_buf_printf(out, "\n    }\n  }");
    return good && ac_buf_printf(out, "\n}\n");
}

static bool path_beside(const char *path, const char *name, char out[PATH_BYTES]) {
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    int len = snprintf(out, PATH_BYTES, "%.*s%s", folder, path, name);
    return len > 0 && (size_t)len < PATH_BYTES;
}

enum ac_rc ac_init_write(const struct ac_init *init, const char *path, bool is_forced,
                         struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    char beside[AC_INIT_SECRETS][PATH_BYTES];
    ac_buf_init(&text, FILE_BYTES);
    enum ac_rc rc = make_folders(path, err);
    if (rc == AC_OK)
        rc = must_be_new(path, is_forced, err);
    for (size_t i = 0; i < init->n_secrets && rc == AC_OK; i++) {
        const struct ac_init_secret *s = &init->secrets[i];
        if (!path_beside(path, s->name, beside[i]))
            return cannot(path, err);
        if (*s->text)
            rc = must_be_new(beside[i], is_forced, err);
    }
    for (size_t i = 0; i < init->n_secrets && rc == AC_OK; i++) {
        char line[sizeof init->secrets[i].text + 2];
        int len = snprintf(line, sizeof line, "%s\n", init->secrets[i].text);
        if (*init->secrets[i].text)
            rc = write_file(beside[i], ac_str_n(line, (size_t)len), is_forced, err);
        explicit_bzero(line, sizeof line);
    }
    if (rc != AC_OK)
        return rc;
    if (!compose(init, &text))
        return ac_err_nomem(err, "a configuration");
    return write_file(path, ac_buf_str(&text), is_forced, err);
}
