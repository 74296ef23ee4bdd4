// SPDX-License-Identifier: MIT
// A damaged ledger moved aside, what was inserted by it held in doubt.
//
// What is lost with a ledger can be sent again, but for rows that were inserted: they would be
// there twice. So before anything is moved a file beside the ledger says that inserts are in doubt;
// it outlives every crash on the way, and whoever would insert looks for it.
#include "ledger/ledger_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOUBT "inserts-in-doubt"

enum ac_rc ac_ledger_verify(struct ac_ledger *l, struct ac_err *err) {
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(l->db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
    enum ac_rc rc = AC_OK;
    if (code != SQLITE_ROW)
        rc = ac_ledger_fail(l, code, "looking at every page", err);
    else if (!text || strcmp((const char *)text, "ok") != 0)
        rc = ac_ledger_fail(l, SQLITE_CORRUPT, "looking at every page", err);
    sqlite3_finalize(stmt);
    return rc;
}

static enum ac_rc cannot(const char *doing, const char *path, struct ac_err *err) {
    char why[128];
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LEDGER_IO", "cannot %s %s: %s", doing, path,
                      strerror_r(errno, why, sizeof why));
}

static void sync_dir(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

static enum ac_rc write_doubt(const char *dir, const struct ac_clock *clock, struct ac_err *err) {
    char *path = NULL, iso[25];
    enum ac_rc rc = ac_ledger_path(&path, dir, DOUBT, err);
    if (rc != AC_OK)
        return rc;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool is_there = fd < 0 && errno == EEXIST; // the older doubt stands
    if (fd < 0 && !is_there)
        rc = cannot("make", path, err);
    if (fd >= 0) {
        ac_clock_iso(clock->now_ms(clock->self), iso);
        if (write(fd, iso, 24) != 24 || fsync(fd) != 0)
            rc = cannot("write", path, err); // its mere presence is enough
        close(fd);
        sync_dir(dir);
    }
    free(path);
    return rc;
}

// A folder of a name that nobody has yet.
static enum ac_rc make_folder(const char *dir, const struct ac_clock *clock, char **out,
                              struct ac_err *err) {
    char iso[25], name[64];
    ac_clock_iso(clock->now_ms(clock->self), iso);
    for (int n = 1; n < 100; n++) {
        int len = snprintf(name, sizeof name, "lost-%.10s", iso);
        if (n > 1)
            snprintf(name + len, sizeof name - (size_t)len, "-%d", n);
        enum ac_rc rc = ac_ledger_path(out, dir, name, err);
        if (rc != AC_OK)
            return rc;
        if (mkdir(*out, 0700) == 0)
            return AC_OK;
        if (errno != EEXIST)
            rc = cannot("make the folder", *out, err);
        free(*out);
        *out = NULL;
        if (rc != AC_OK)
            return rc;
    }
    errno = EEXIST;
    return cannot("make a folder in", dir, err);
}

static enum ac_rc move(const char *dir, const char *to, const char *name, struct ac_err *err) {
    char *old = NULL, *new = NULL;
    enum ac_rc rc = ac_ledger_path(&old, dir, name, err);
    if (rc == AC_OK)
        rc = ac_ledger_path(&new, to, name, err);
    if (rc == AC_OK && rename(old, new) != 0 && errno != ENOENT)
        rc = cannot("move aside", old, err);
    free(old);
    free(new);
    return rc;
}

enum ac_rc ac_ledger_set_aside(const char *dir, const struct ac_clock *clock, char **moved,
                               struct ac_err *err) {
    // The log first: a new database must never meet it.
    static const char *const names[] = {"ledger.db-wal", "ledger.db-shm", "ledger.db", "spool"};
    *moved = NULL;
    if (ac_ledger_has_alive(dir))
        return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "LOCKED",
                          "a run is at work in %s; try again when it has ended", dir);
    enum ac_rc rc = write_doubt(dir, clock, err);
    if (rc == AC_OK)
        rc = make_folder(dir, clock, moved, err);
    for (size_t i = 0; i < AC_N(names) && rc == AC_OK; i++)
        rc = move(dir, *moved, names[i], err);
    sync_dir(dir);
    if (rc == AC_OK)
        return AC_OK;
    free(*moved);
    *moved = NULL;
    return rc;
}

int64_t ac_ledger_doubt(const struct ac_ledger *l) {
    char *path = NULL, text[24];
    struct ac_err ignored = AC_ERR_INIT;
    int64_t since_ms = 0; // when that cannot be told: since ever
    if (ac_ledger_path(&path, l->dir, DOUBT, &ignored) != AC_OK)
        return since_ms;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        since_ms = INT64_MAX;
    if (fd >= 0) {
        ssize_t len = read(fd, text, sizeof text);
        if (len == (ssize_t)sizeof text)
            ac_clock_parse(ac_str_n(text, sizeof text), &since_ms, NULL);
        close(fd);
    }
    free(path);
    return since_ms;
}

enum ac_rc ac_ledger_doubt_begin(struct ac_ledger *l, struct ac_err *err) {
    return write_doubt(l->dir, l->clock, err);
}

enum ac_rc ac_ledger_doubt_end(struct ac_ledger *l, struct ac_err *err) {
    char *path = NULL;
    enum ac_rc rc = ac_ledger_path(&path, l->dir, DOUBT, err);
    if (rc == AC_OK && unlink(path) != 0 && errno != ENOENT)
        rc = cannot("remove", path, err);
    free(path);
    if (rc == AC_OK)
        sync_dir(l->dir);
    return rc;
}
