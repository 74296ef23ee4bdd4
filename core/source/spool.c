// SPDX-License-Identifier: MIT
// What comes only once (standard input, messages) kept as a file that can be read again.
#include "source/source.h"
#include "source/window.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_MS 200

static enum ac_rc write_failed(const char *dir, struct ac_err *err) {
    char why[128];
    int cause = errno;
    bool is_full = cause == ENOSPC || cause == EDQUOT || cause == EFBIG;
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, is_full ? "DISK_FULL" : "CANNOT_WRITE",
                      "standard input cannot be kept in %s: %s", dir,
                      ac_err_reason(cause, why, sizeof why));
}

static enum ac_rc read_failed(struct ac_err *err) {
    char why[128];
    int cause = errno;
    enum ac_rc rc = ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNREADABLE", "cannot be read: %s",
                               ac_err_reason(cause, why, sizeof why));
    ac_err_at(err, "standard input", 0, 0);
    return rc;
}

static enum ac_rc write_all(int fd, const char *bytes, size_t len, const char *dir,
                            struct ac_err *err) {
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_failed(dir, err);
        bytes += n;
        len -= (size_t)n;
    }
    return AC_OK;
}

// A writer who is slow must not keep anybody from being stopped.
static enum ac_rc wait_for_bytes(int from, volatile const int *stop, struct ac_err *err) {
    struct pollfd p = {.fd = from, .events = POLLIN};
    while (stop && !*stop && poll(&p, 1, LOOK_MS) <= 0)
        continue;
    if (!stop || !*stop)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "STOPPED",
                      "stopped by a signal while standard input was read; none of it was sent");
}

static enum ac_rc copy(int from, int to, const char *dir, volatile const int *stop,
                       struct ac_err *err) {
    char *block = malloc(AC_WINDOW_BYTES);
    if (!block)
        return ac_err_nomem(err, "a copy of standard input");
    enum ac_rc rc = AC_OK;
    while (rc == AC_OK) {
        rc = wait_for_bytes(from, stop, err);
        if (rc != AC_OK)
            break;
        ssize_t n = read(from, block, AC_WINDOW_BYTES);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        rc = n < 0 ? read_failed(err) : write_all(to, block, (size_t)n, dir, err);
    }
    free(block);
    return rc;
}

// The name must be on the disk as well as the bytes.
static void sync_folder(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

// A new file of ours; its name lives in the arena. -1 with the error set.
static int open_copy(const char *dir, const char *kind, int64_t run, struct ac_arena *arena,
                     char **path, struct ac_err *err) {
    size_t len = strlen(dir) + sizeof "/stdin.-9223372036854775808.XXXXXX";
    *path = ac_arena_alloc(arena, len);
    if (!*path) {
        ac_err_nomem(err, "the name of an input");
        return -1;
    }
    snprintf(*path, len, "%s/%s.%lld.XXXXXX", dir, kind, (long long)run);
    int to = mkostemp(*path, O_CLOEXEC);
    if (to < 0)
        write_failed(dir, err);
    return to;
}

// What was written is made to last, and described; after an error no file is left.
static enum ac_rc end_copy(int to, const char *dir, const char *path, enum ac_rc rc,
                           struct ac_arena *arena, struct ac_item *out, struct ac_err *err) {
    if (rc == AC_OK && fsync(to) != 0 && errno != EINVAL)
        rc = write_failed(dir, err);
    if (close(to) != 0 && rc == AC_OK)
        rc = write_failed(dir, err);
    if (rc == AC_OK)
        rc = ac_source_item(path, arena, out, err);
    if (rc != AC_OK) {
        unlink(path);
        return rc;
    }
    sync_folder(dir);
    out->is_spooled = true;
    return AC_OK;
}

enum ac_rc ac_source_spool(int fd, const char *dir, int64_t run, volatile const int *stop,
                           struct ac_arena *arena, struct ac_item *out, struct ac_err *err) {
    // A number that is not open would be given to the copy itself.
    if (fcntl(fd, F_GETFD) < 0)
        return read_failed(err);
    char *path;
    int to = open_copy(dir, "stdin", run, arena, &path, err);
    if (to < 0)
        return err->rc;
    enum ac_rc rc = end_copy(to, dir, path, copy(fd, to, dir, stop, err), arena, out, err);
    out->name = "standard input";
    return rc;
}

enum ac_rc ac_source_keep(const struct ac_source_message *message, const char *dir, int64_t run,
                          struct ac_arena *arena, struct ac_item *out, struct ac_err *err) {
    char *path;
    int to = open_copy(dir, "event", run, arena, &path, err);
    if (to < 0)
        return err->rc;
    enum ac_rc rc = write_all(to, message->bytes.ptr, message->bytes.len, dir, err);
    rc = end_copy(to, dir, path, rc, arena, out, err);
    out->name = message->name;
    out->named_by = message->named_by;
    out->is_rejects = message->is_rejects;
    if (message->modified_ms != INT64_MIN)
        out->modified_ms = message->modified_ms;
    return rc;
}
