// SPDX-License-Identifier: MIT
// Files of this machine: described, opened, read.
#include "source/stream.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ac_rc failed(struct ac_err *err, const char *code, const char *what, const char *name) {
    char why[128];
    int cause = errno;
    enum ac_rc rc = ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, code, "%s: %s", what,
                               ac_err_reason(cause, why, sizeof why));
    ac_err_at(err, name, 0, 0);
    return rc;
}

static bool is_readable_kind(mode_t mode) { return S_ISREG(mode) || S_ISFIFO(mode); }

static enum ac_rc check_kind(mode_t mode, const char *name, struct ac_err *err) {
    if (is_readable_kind(mode))
        return AC_OK;
    enum ac_rc rc = ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_FILE", "is %s, not a file",
                               S_ISDIR(mode) ? "a folder" : "a device or socket");
    ac_err_at(err, name, 0, 0);
    return rc;
}

enum ac_rc ac_source_item(const char *path, struct ac_arena *arena, struct ac_item *out,
                          struct ac_err *err) {
    struct stat st;
    if (stat(path, &st) != 0)
        return failed(err, errno == ENOENT ? "NOT_FOUND" : "UNREADABLE", "cannot be found", path);
    enum ac_rc rc = check_kind(st.st_mode, path, err);
    if (rc != AC_OK)
        return rc;
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return failed(err, "UNREADABLE", "cannot be read", path);
    const char *copy = ac_arena_copy(arena, ac_str_of(path));
    if (!copy)
        return ac_err_nomem(err, "the name of an input");
    *out = (struct ac_item){
        .name = copy,
        .path = copy,
        .size_bytes = S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1,
        .modified_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000,
        .modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
        .device = (uint64_t)st.st_dev,
        .inode = (uint64_t)st.st_ino};
    return AC_OK;
}

static enum ac_rc file_read(struct ac_stream *s, char *to, size_t max, size_t *n,
                            struct ac_err *err) {
    ssize_t got;
    do
        got = read(s->fd, to, max);
    while (got < 0 && errno == EINTR);
    *n = got > 0 ? (size_t)got : 0;
    s->n_read += *n;
    return got < 0 ? failed(err, "UNREADABLE", "cannot be read", s->name) : AC_OK;
}

static int64_t file_seek(struct ac_stream *s, int64_t to, int whence) {
    return (int64_t)lseek(s->fd, (off_t)to, whence);
}

static void file_close(struct ac_stream *s) {
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

enum ac_rc ac_stream_open_file(struct ac_stream *out, const struct ac_item *item,
                               struct ac_err *err) {
    int fd = open(item->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failed(err, errno == ENOENT ? "NOT_FOUND" : "UNREADABLE", "cannot be opened",
                      item->name);
    struct stat st;
    enum ac_rc rc = AC_OK;
    if (fstat(fd, &st) != 0)
        rc = failed(err, "UNREADABLE", "cannot be read", item->name);
    else
        rc = check_kind(st.st_mode, item->name, err);
    if (rc != AC_OK) {
        close(fd);
        return rc;
    }
    bool is_file = S_ISREG(st.st_mode);
    if (is_file)
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *out = (struct ac_stream){.name = item->name,
                              .size_bytes = is_file ? (int64_t)st.st_size : -1,
                              .fd = fd,
                              .read = file_read,
                              .seek = is_file ? file_seek : NULL,
                              .close = file_close};
    return AC_OK;
}
