// SPDX-License-Identifier: MIT
// The refresh token kept in a file while the org rotates it.
#include "base/json_memory.h"
#include "base/log.h"
#include "org/json.h"
#include "org/org_int.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

// With rotation every login ends the refresh token it used, and using an ended one revokes the
// whole grant. So only one process at a time spends it, the latest is read under the same lock,
// and it is on disk before anything else is done. The file also tells which configured token its
// content descends from: when somebody configures another, that one counts.

static bool fingerprint(ac_str token, char out[65]) {
    unsigned char hash[32];
    if (EVP_Digest(token.ptr, token.len, hash, NULL, EVP_sha256(), NULL) != 1)
        return false;
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
    return true;
}

static enum ac_rc lock(struct ac_org *org, const char *path, struct ac_err *err) {
    size_t len = strlen(path) + sizeof ".lock";
    char *name = malloc(len);
    if (!name)
        return ac_err_nomem(err, "the name of a file");
    snprintf(name, len, "%s.lock", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum ac_rc rc = AC_OK;
    if (fd < 0)
        rc = ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot lock", name);
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        rc = ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "LOGIN_BUSY",
                        "another acload is renewing the session (%s is locked)", name);
    if (rc == AC_OK)
        org->login.lock_fd = fd;
    else if (fd >= 0)
        close(fd);
    free(name);
    return rc;
}

static bool read_kept(const char *path, const char *from, char **out) {
    AC_CLEANUP(ac_private_wipe_buf) struct ac_buf text;
    if (!ac_private_buf(&text) || !ac_private_read_own(path, &text))
        return false;
    AC_CLEANUP(ac_json_secret_free) json_t *kept = ac_json_load_secret(ac_buf_str(&text), 100);
    ac_str token = ac_json_text(kept, "refresh_token");
    if (!token.len || !ac_str_eq(ac_json_text(kept, "from"), ac_str_of(from)))
        return false;
    *out = ac_private_copy(token);
    return *out != NULL;
}

static enum ac_rc keep(const char *path, const char *from, ac_str token, struct ac_err *err) {
    AC_CLEANUP(ac_private_wipe_buf) struct ac_buf text;
    bool is_good = ac_private_buf(&text) &&
                   ac_buf_printf(&text, "{\"from\":\"%s\",\"refresh_token\":", from) &&
                   ac_buf_add_json(&text, token) && ac_buf_add_str(&text, AC_STR("}\n"));
    if (!is_good)
        return ac_err_nomem(err, "a refresh token");
    return ac_private_write(path, ac_buf_str(&text), err);
}

enum ac_rc ac_refresh_open(struct ac_org *org, struct ac_err *err) {
    const char *path = org->options->refresh_token_file;
    ac_str configured = ac_str_of(org->options->refresh_token);
    char from[65], *latest = NULL;
    if (!fingerprint(configured, from))
        return ac_err_nomem(err, "a refresh token");
    if (path) {
        enum ac_rc rc = lock(org, path, err);
        if (rc != AC_OK)
            return rc;
        if (!org->is_unkept)
            read_kept(path, from, &latest);
    }
    if (latest || !org->refresh_token) {
        ac_private_wipe(&org->refresh_token);
        org->refresh_token = latest ? latest : ac_private_copy(configured);
    }
    if (!org->refresh_token)
        return ac_err_nomem(err, "a refresh token");
    ac_log_secret(ac_str_of(org->refresh_token));
    // Written once before it is spent: a full or read-only disk must show while it is still good.
    if (!path)
        return AC_OK;
    enum ac_rc rc = keep(path, from, ac_str_of(org->refresh_token), err);
    if (rc == AC_OK)
        org->is_unkept = false;
    return rc;
}

enum ac_rc ac_refresh_keep(struct ac_org *org, ac_str token, struct ac_err *err) {
    const char *path = org->options->refresh_token_file;
    char from[65], *copy = ac_private_copy(token);
    if (!copy || !fingerprint(ac_str_of(org->options->refresh_token), from)) {
        ac_private_wipe(&copy);
        return ac_err_nomem(err, "a refresh token");
    }
    ac_log_secret(token);
    ac_private_wipe(&org->refresh_token);
    org->refresh_token = copy;
    if (path) {
        enum ac_rc rc = keep(path, from, token, err);
        org->is_unkept = rc != AC_OK;
        return rc;
    }
    ac_log(AC_LOG_WARNING, "the org rotates refresh tokens and there is no file to keep them in",
           "do", "keep the state directory, or switch rotation off", NULL);
    return AC_OK;
}
