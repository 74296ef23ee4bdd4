// SPDX-License-Identifier: MIT
// Locks that die with their process.
//
// A named lock is a file in locks/, locked as a whole. That a run lives is told by a lock on one
// byte of locks/runs, at the run's number. Files are never removed: somebody may just have opened
// them. Locks belong to the open file, not to the process, so two handles of a process exclude
// each other as two processes do.
#include "ledger/ledger_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME 200 // encoded; longer ones end in a hash

struct ac_ledger_lock {
    struct ac_ledger_lock *next;
    int fd;
    char name[];
};

static struct flock span(short type, int64_t from, int64_t len) {
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)from, .l_len = (off_t)len};
}

static enum ac_rc cannot(const char *path, struct ac_err *err) {
    int number = errno;
    char why[128];
    bool is_full = number == ENOSPC || number == EDQUOT;
    return ac_err_set(err, AC_RUN, is_full ? AC_CAUSE_STOP : AC_CAUSE_CONFIG,
                      is_full ? "DISK_FULL" : "STATE_NOT_WRITABLE",
                      "cannot lock %s: %s; the state directory must be yours and writable, or "
                      "choose another with --state",
                      path, strerror_r(number, why, sizeof why));
}

static enum ac_rc open_lock(int *fd, const char *path, struct ac_err *err) {
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return cannot(path, err);
    if (fchmod(*fd, 0600) == 0)
        return AC_OK; // whatever the umask
    enum ac_rc rc = cannot(path, err);
    close(*fd);
    *fd = -1;
    return rc;
}

// "locks/<name>.lock", the name as it may stand in a file name. NULL without memory.
static char *path_of(const struct ac_ledger *l, const char *name) {
    AC_CLEANUP(ac_buf_free) struct ac_buf b;
    ac_buf_init(&b, 1 << 20);
    bool good = ac_buf_add(&b, "locks/", 6) && ac_buf_add_url(&b, ac_str_of(name));
    if (good && b.len > MAX_NAME) {
        b.len = MAX_NAME / 2;
        good = ac_buf_printf(&b, "-%016llx", (unsigned long long)ac_str_hash(ac_str_of(name), 0));
    }
    struct ac_err ignored = AC_ERR_INIT;
    char *path = NULL;
    if (good && ac_buf_add(&b, ".lock", 5) && ac_buf_text(&b))
        ac_ledger_path(&path, l->dir, b.ptr, &ignored);
    return path;
}

// The holder leaves its process number, for people.
static void sign(int fd) {
    char text[24];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    bool is_signed = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len;
    (void)is_signed; // on a full disk the lock holds without
}

static enum ac_rc taken(const char *name, int fd, struct ac_err *err) {
    char text[24], who[48] = "";
    int64_t pid = 0;
    ssize_t len = pread(fd, text, sizeof text, 0);
    if (len > 0 && ac_str_i64(ac_str_trim(ac_str_n(text, (size_t)len)), &pid))
        snprintf(who, sizeof who, " (process %lld)", (long long)pid);
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "LOCKED", "another run has the lock \"%s\"%s",
                      name, who);
}

static enum ac_rc take(int fd, const char *name, const char *path, struct ac_err *err) {
    struct flock all = span(F_WRLCK, 0, 0);
    if (fcntl(fd, F_OFD_SETLK, &all) != 0)
        return errno == EAGAIN || errno == EACCES ? taken(name, fd, err) : cannot(path, err);
    sign(fd);
    return AC_OK;
}

enum ac_rc ac_ledger_lock(struct ac_ledger *l, const char *name, struct ac_err *err) {
    for (const struct ac_ledger_lock *k = l->locks; k; k = k->next)
        if (strcmp(k->name, name) == 0)
            return AC_OK;
    size_t len = strlen(name) + 1;
    struct ac_ledger_lock *lock = malloc(sizeof *lock + len);
    if (!lock)
        return ac_err_nomem(err, "a lock");
    lock->fd = -1;
    memcpy(lock->name, name, len);
    char *path = path_of(l, name);
    enum ac_rc rc = path ? open_lock(&lock->fd, path, err) : ac_err_nomem(err, "a lock");
    if (rc == AC_OK)
        rc = take(lock->fd, name, path, err);
    free(path);
    if (rc != AC_OK) {
        if (lock->fd >= 0)
            close(lock->fd);
        free(lock);
        return rc;
    }
    lock->next = l->locks;
    l->locks = lock;
    return AC_OK;
}

void ac_ledger_unlock(struct ac_ledger *l, const char *name) {
    for (struct ac_ledger_lock **at = &l->locks; *at; at = &(*at)->next) {
        struct ac_ledger_lock *lock = *at;
        if (strcmp(lock->name, name) != 0)
            continue;
        *at = lock->next;
        close(lock->fd);
        free(lock);
        return;
    }
}

void ac_ledger_unlock_all(struct ac_ledger *l) {
    while (l->locks)
        ac_ledger_unlock(l, l->locks->name);
    if (l->alive_fd >= 0)
        close(l->alive_fd);
    if (l->look_fd >= 0)
        close(l->look_fd);
    l->alive_fd = l->look_fd = -1;
}

enum ac_rc ac_ledger_alive_begin(struct ac_ledger *l, int64_t run, struct ac_err *err) {
    char *path = NULL;
    enum ac_rc rc = ac_ledger_path(&path, l->dir, "locks/runs", err);
    if (rc == AC_OK && l->alive_fd < 0)
        rc = open_lock(&l->alive_fd, path, err);
    struct flock one = span(F_WRLCK, run, 1);
    if (rc == AC_OK && fcntl(l->alive_fd, F_OFD_SETLK, &one) != 0)
        rc = cannot(path, err);
    free(path);
    return rc;
}

void ac_ledger_alive_end(struct ac_ledger *l, int64_t run) {
    struct flock one = span(F_UNLCK, run, 1);
    if (l->alive_fd >= 0)
        fcntl(l->alive_fd, F_OFD_SETLK, &one);
}

bool ac_ledger_has_alive(const char *dir) {
    struct ac_err ignored = AC_ERR_INIT;
    char *path = NULL;
    if (ac_ledger_path(&path, dir, "locks/runs", &ignored) != AC_OK)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    struct flock all = span(F_WRLCK, 0, 0);
    bool is_alive = fd >= 0 && fcntl(fd, F_OFD_GETLK, &all) == 0 && all.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd);
    return is_alive;
}

// Through a file of its own, so that this handle's own runs are seen like everybody's.
bool ac_ledger_is_alive(struct ac_ledger *l, int64_t run) {
    struct ac_err ignored = AC_ERR_INIT;
    char *path = NULL;
    if (l->look_fd < 0 && ac_ledger_path(&path, l->dir, "locks/runs", &ignored) == AC_OK)
        l->look_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    struct flock one = span(F_WRLCK, run, 1);
    return l->look_fd >= 0 && fcntl(l->look_fd, F_OFD_GETLK, &one) == 0 && one.l_type != F_UNLCK;
}
