// SPDX-License-Identifier: MIT
// The state directory, made for its owner alone or refused.
#include "ledger/ledger_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ac_rc cannot(const char *doing, const char *path, struct ac_err *err) {
    int number = errno;
    char why[128];
    bool is_full = number == ENOSPC || number == EDQUOT;
    return ac_err_set(err, AC_RUN, is_full ? AC_CAUSE_STOP : AC_CAUSE_CONFIG,
                      is_full ? "DISK_FULL" : "STATE_NOT_WRITABLE",
                      "cannot %s %s: %s; the state directory must be yours and writable, or "
                      "choose another with --state",
                      doing, path, strerror_r(number, why, sizeof why));
}

static enum ac_rc unsafe(struct ac_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static enum ac_rc unsafe(struct ac_err *err, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    enum ac_rc rc = ac_err_setv(err, AC_RUN, AC_CAUSE_CONFIG, "STATE_UNSAFE", fmt, args);
    va_end(args);
    return rc;
}

enum ac_rc ac_ledger_path(char **out, const char *dir, const char *name, struct ac_err *err) {
    size_t len = strlen(dir) + strlen(name) + 2;
    *out = malloc(len);
    if (!*out)
        return ac_err_nomem(err, "a path of the ledger");
    snprintf(*out, len, "%s/%s", dir, name);
    return AC_OK;
}

// What a new name stands in is written to disk, so that a power cut cannot take the name back.
static void sync_parent(const char *path) {
    char *parent = strdup(path);
    if (!parent)
        return;
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    int fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); // some file systems cannot: then there is nothing to be done
        close(fd);
    }
    free(parent);
}

static enum ac_rc make_one(const char *path, struct ac_err *err) {
    struct stat st;
    if (stat(path, &st) == 0)
        return AC_OK;
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? AC_OK : cannot("make the directory", path, err);
    if (chmod(path, 0700) != 0)
        return cannot("make the directory", path, err); // whatever the umask
    sync_parent(path);
    return AC_OK;
}

// The directory with its parents. `path` is scratch.
static enum ac_rc make_all(char *path, struct ac_err *err) {
    for (char *at = path + (*path == '/'); *at; at++) {
        if (*at != '/' || at[1] == '/' || !at[1])
            continue;
        *at = '\0';
        enum ac_rc rc = make_one(path, err);
        *at = '/';
        if (rc != AC_OK)
            return rc;
    }
    return make_one(path, err);
}

// Root may look at anybody's directory, but would leave files there that the owner cannot use.
static bool is_ours(const struct stat *st, bool read_only) {
    return st->st_uid == geteuid() || (read_only && geteuid() == 0);
}

static enum ac_rc judge(const char *path, bool read_only, struct ac_err *err) {
    struct stat st;
    if (lstat(path, &st) != 0)
        return cannot("look at", path, err);
    if (S_ISLNK(st.st_mode) && st.st_uid != 0 && st.st_uid != geteuid())
        return unsafe(err,
                      "%s is a symbolic link made by somebody else (user %u); name the directory "
                      "itself with --state",
                      path, st.st_uid);
    if (stat(path, &st) != 0)
        return cannot("look at", path, err);
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return cannot("keep state in", path, err);
    }
    if (!is_ours(&st, read_only))
        return unsafe(err,
                      "%s belongs to user %u, acload runs as user %u; run it as its owner, or "
                      "choose another with --state",
                      path, st.st_uid, geteuid());
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return unsafe(err,
                      "others can write to %s (mode %04o), and so could change what was imported; "
                      "chmod go-w it, or choose another with --state",
                      path, st.st_mode & 07777);
    return AC_OK;
}

static enum ac_rc place_sub(const char *dir, const char *name, struct ac_err *err) {
    char *path = NULL;
    enum ac_rc rc = ac_ledger_path(&path, dir, name, err);
    if (rc == AC_OK)
        rc = make_one(path, err);
    if (rc == AC_OK)
        rc = judge(path, false, err);
    free(path);
    return rc;
}

// Without the slashes at its end: behind them a symbolic link would look like a directory.
static char *trimmed(const char *dir) {
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    return strndup(dir, len);
}

enum ac_rc ac_ledger_place(const char *dir, bool read_only, struct ac_err *err) {
    struct stat st;
    if (!*dir)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "STATE_NOT_WRITABLE",
                          "the state directory has no name; choose one with --state");
    if (read_only && lstat(dir, &st) != 0 && errno == ENOENT)
        return AC_END;
    char *path = trimmed(dir);
    if (!path)
        return ac_err_nomem(err, "a path of the ledger");
    enum ac_rc rc = read_only ? AC_OK : make_all(path, err);
    if (rc == AC_OK)
        rc = judge(path, read_only, err);
    if (rc == AC_OK && !read_only)
        rc = place_sub(path, "spool", err);
    if (rc == AC_OK && !read_only)
        rc = place_sub(path, "locks", err);
    free(path);
    return rc;
}

static enum ac_rc file_new(const char *path, struct ac_err *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? AC_OK : cannot("make", path, err);
    enum ac_rc rc = fchmod(fd, 0600) == 0 ? AC_OK : cannot("make", path, err);
    close(fd);
    return rc;
}

// The file is only looked at, never opened, when it exists: closing it would end the locks that
// another handle of this process has on it. SQLite gives its side files the same mode.
enum ac_rc ac_ledger_file(const char *path, bool read_only, struct ac_err *err) {
    struct stat st;
    if (lstat(path, &st) != 0) {
        if (errno != ENOENT)
            return cannot("look at", path, err);
        if (read_only)
            return AC_END;
        enum ac_rc rc = file_new(path, err);
        if (rc != AC_OK)
            return rc;
        if (lstat(path, &st) != 0)
            return cannot("look at", path, err);
    }
    if (!S_ISREG(st.st_mode))
        return unsafe(err, "%s is not a regular file; move it aside", path);
    if (!is_ours(&st, read_only))
        return unsafe(err, "%s belongs to user %u, acload runs as user %u; run it as its owner",
                      path, st.st_uid, geteuid());
    if (!read_only && (st.st_mode & 07777) != 0600 && chmod(path, 0600) != 0)
        return cannot("protect", path, err);
    return AC_OK;
}
