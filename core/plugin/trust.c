// SPDX-License-Identifier: MIT
// Paths walked step by step, so that no link hides a place where others write.
#include "plugin/trust.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40

struct walk {
    const char *path;               // as it was given, for messages
    char at[AC_TRUST_PATH_BYTES];   // where we are: no links; "" is the root
    char rest[AC_TRUST_PATH_BYTES]; // what is still to walk
    int n_links;
    struct stat info; // of where we are
};

static const char *here(const struct walk *w) { return w->at[0] ? w->at : "/"; }

static enum ac_rc too_long(const struct walk *w, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_NOT_FOUND",
                      "%.300s...: the path is too long, or its links lead in a circle", w->path);
}

static enum ac_rc not_found(const struct walk *w, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_NOT_FOUND", "%s: no such file",
                      w->path);
}

// `next` is the thing looked at: where we are, or a link there.
static enum ac_rc check_owner(const struct walk *w, const struct stat *info, const char *what,
                              const char *next, struct ac_err *err) {
    if (info->st_uid == 0 || info->st_uid == geteuid())
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_UNTRUSTED",
                      "%s is not trusted: the %s %s belongs to user %u, neither to root nor to the "
                      "user acload runs as (%u); change its owner, or copy the plugin into a "
                      "folder of your own",
                      w->path, what, next, (unsigned)info->st_uid, (unsigned)geteuid());
}

// The group that many systems give to every user, who then has a umask of 002: the user's name, the
// user's own, nobody else in it. (Root's is not meant: it may have been given to others.)
static bool is_private(gid_t gid) {
    struct passwd *user = geteuid() ? getpwuid(geteuid()) : NULL;
    char name[256];
    if (!user || user->pw_gid != gid || strlen(user->pw_name) >= sizeof name)
        return false;
    memcpy(name, user->pw_name, strlen(user->pw_name) + 1);
    const struct group *group = getgrgid(gid);
    if (!group || strcmp(group->gr_name, name) != 0)
        return false;
    for (char **member = group->gr_mem; *member; member++)
        if (strcmp(*member, name) != 0)
            return false;
    bool is_alone = true;
    setpwent();
    for (const struct passwd *other; is_alone && (other = getpwent());)
        is_alone = other->pw_gid != gid || strcmp(other->pw_name, name) == 0;
    endpwent();
    return is_alone;
}

// A folder that everybody shares is not to be closed to them; any other is.
static enum ac_rc check_mode(const struct walk *w, const struct stat *info, const char *what,
                             struct ac_err *err) {
    if (!(info->st_mode & (S_IWGRP | S_IWOTH)))
        return AC_OK;
    if (!(info->st_mode & S_IWOTH) && is_private(info->st_gid))
        return AC_OK;
    bool is_shared = S_ISDIR(info->st_mode) && (info->st_mode & S_ISVTX);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_UNTRUSTED",
                      "%s is not trusted: %s may write to the %s %s (mode %04o), so the plugin "
                      "could be anybody's code; %s%s",
                      w->path, info->st_mode & S_IWOTH ? "everybody" : "its group", what, here(w),
                      (unsigned)info->st_mode & 07777u,
                      is_shared ? "copy it into a folder that only you can write to"
                                : "take that right away with: chmod go-w ",
                      is_shared ? "" : here(w));
}

// A folder on the way: what is in a sticky one can only be replaced by its own owner, which is
// checked at the next step.
static enum ac_rc check_way(const struct walk *w, struct ac_err *err) {
    enum ac_rc rc = check_owner(w, &w->info, "folder", here(w), err);
    if (rc == AC_OK && !(w->info.st_mode & S_ISVTX))
        rc = check_mode(w, &w->info, "folder", err);
    return rc;
}

// Cuts the next name off the rest; false at its end.
static bool next_name(struct walk *w, char name[AC_TRUST_PATH_BYTES]) {
    size_t from = strspn(w->rest, "/"), len = strcspn(w->rest + from, "/");
    memcpy(name, w->rest + from, len);
    name[len] = '\0';
    memmove(w->rest, w->rest + from + len, strlen(w->rest + from + len) + 1);
    return len > 0;
}

static bool has_more(const struct walk *w) { return w->rest[strspn(w->rest, "/")] != '\0'; }

static enum ac_rc follow(struct walk *w, const char *link, struct ac_err *err) {
    char target[AC_TRUST_PATH_BYTES], joined[AC_TRUST_PATH_BYTES];
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot follow the link", link);
    target[n] = '\0';
    int len = snprintf(joined, sizeof joined, "%s/%s", target, w->rest);
    if (++w->n_links > MAX_LINKS || len < 0 || (size_t)len >= sizeof joined)
        return too_long(w, err);
    memcpy(w->rest, joined, (size_t)len + 1);
    if (target[0] == '/')
        w->at[0] = '\0';
    return AC_OK;
}

static enum ac_rc step(struct walk *w, const char *name, struct ac_err *err) {
    char next[AC_TRUST_PATH_BYTES];
    if (strcmp(name, ".") == 0)
        return AC_OK;
    if (strcmp(name, "..") == 0) {
        char *slash = strrchr(w->at, '/');
        if (slash)
            *slash = '\0';
        return AC_OK;
    }
    int len = snprintf(next, sizeof next, "%s/%s", w->at, name);
    if (len < 0 || (size_t)len >= sizeof next)
        return too_long(w, err);
    struct stat info;
    if (lstat(next, &info) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return not_found(w, err);
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot look at", next);
    }
    if (S_ISLNK(info.st_mode)) {
        enum ac_rc rc = check_owner(w, &info, "link", next, err);
        return rc == AC_OK ? follow(w, next, err) : rc;
    }
    memcpy(w->at, next, (size_t)len + 1);
    if (S_ISDIR(info.st_mode))
        return AC_OK;
    return has_more(w) ? not_found(w, err) : AC_OK;
}

static enum ac_rc look(struct walk *w, struct ac_err *err) {
    if (lstat(here(w), &w->info) == 0)
        return AC_OK;
    return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot look at", here(w));
}

static enum ac_rc start(struct walk *w, const char *path, struct ac_err *err) {
    char cwd[AC_TRUST_PATH_BYTES] = "";
    *w = (struct walk){.path = path};
    if (!path[0])
        return not_found(w, err);
    if (path[0] != '/' && !getcwd(cwd, sizeof cwd))
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot tell the folder of", path);
    int len = snprintf(w->rest, sizeof w->rest, "%s/%s", cwd, path);
    return len < 0 || (size_t)len >= sizeof w->rest ? too_long(w, err) : AC_OK;
}

// To the end of the path. `last` gets the folder that the end stands in, where it is a file.
static enum ac_rc walk(struct walk *w, const char *path, struct stat *last, struct ac_err *err) {
    char name[AC_TRUST_PATH_BYTES];
    enum ac_rc rc = start(w, path, err);
    if (rc == AC_OK)
        rc = look(w, err);
    while (rc == AC_OK && S_ISDIR(w->info.st_mode)) {
        rc = check_way(w, err);
        if (rc != AC_OK || !next_name(w, name))
            return rc;
        *last = w->info;
        rc = step(w, name, err);
        if (rc == AC_OK)
            rc = look(w, err);
    }
    return rc;
}

enum ac_rc ac_trust_folder(const char *path, char real[AC_TRUST_PATH_BYTES], struct ac_err *err) {
    struct walk w;
    struct stat last = {0};
    enum ac_rc rc = walk(&w, path, &last, err);
    if (rc == AC_OK && !S_ISDIR(w.info.st_mode))
        rc = ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_NOT_FOUND", "%s is no folder", path);
    if (rc == AC_OK)
        rc = check_mode(&w, &w.info, "folder", err);
    if (rc == AC_OK)
        memcpy(real, here(&w), strlen(here(&w)) + 1);
    return rc;
}

enum ac_rc ac_trust_file(const char *path, char real[AC_TRUST_PATH_BYTES], struct ac_err *err) {
    struct walk w;
    struct stat folder = {0};
    enum ac_rc rc = walk(&w, path, &folder, err);
    if (rc != AC_OK)
        return rc;
    if (!S_ISREG(w.info.st_mode))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_NOT_FOUND", "%s is no file", path);
    rc = check_owner(&w, &w.info, "file", here(&w), err);
    if (rc == AC_OK)
        rc = check_mode(&w, &w.info, "file", err);
    if (rc != AC_OK)
        return rc;
    memcpy(real, w.at, strlen(w.at) + 1);
    *strrchr(w.at, '/') = '\0'; // a sticky folder was passed on the way, but is no place for a file
    return check_mode(&w, &folder, "folder", err);
}
