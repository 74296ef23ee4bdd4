// SPDX-License-Identifier: MIT
// Spool files: appended to through a buffer, read anywhere.
#include "batch/batch_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE_BYTES ((uint64_t)2 << 20)
#define LARGE_BUFFER_BYTES ((size_t)256 * 1024)
#define VIEW_BYTES ((size_t)64 * 1024) // read at once when going forward
#define VIEW_JUMP_BYTES ((size_t)4096) // when going anywhere

static char *path_of(const char *dir, int64_t id, const char *suffix) {
    size_t len = strlen(dir) + strlen(suffix) + 24;
    char *path = malloc(len);
    if (path)
        snprintf(path, len, "%s/%lld%s", dir, (long long)id, suffix);
    return path;
}

static enum ac_rc open_there(struct ac_spool *s, struct ac_err *err) {
    struct stat st;
    s->fd = open(s->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (s->fd < 0 && errno == ENOENT)
        return AC_END;
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot open the batch", s->path);
    s->flushed = (uint64_t)st.st_size;
    return AC_OK;
}

enum ac_rc ac_spool_open(struct ac_spool *s, const char *dir, int64_t id, const char *suffix,
                         size_t buffer_bytes, bool is_there, struct ac_err *err) {
    *s = (struct ac_spool){.fd = -1, .path = path_of(dir, id, suffix)};
    if (s->path && is_there)
        return open_there(s, err);
    s->buf = malloc(buffer_bytes);
    s->cap = buffer_bytes;
    if (!s->path || !s->buf)
        return ac_err_nomem(err, "a batch");
    s->fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (s->fd < 0) {
        s->failed = errno;
        return ac_spool_fail(s, "create", err);
    }
    return AC_OK;
}

void ac_spool_close(struct ac_spool *s, bool unlinks) {
    if (s->fd >= 0) {
        close(s->fd);
        if (unlinks)
            unlink(s->path);
    }
    free(s->path);
    free(s->buf);
    *s = (struct ac_spool){.fd = -1};
}

static bool write_all(struct ac_spool *s, const char *bytes, size_t len) {
    while (len) {
        ssize_t n = pwrite(s->fd, bytes, len, (off_t)s->flushed);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) { // a file that takes nothing is a full disk
            s->failed = n < 0 ? errno : ENOSPC;
            return false;
        }
        bytes += n;
        len -= (size_t)n;
        s->flushed += (uint64_t)n;
    }
    return true;
}

// A file that has become large is written in larger pieces: fewer calls.
static void grow(struct ac_spool *s) {
    if (s->flushed < LARGE_BYTES || s->cap >= LARGE_BUFFER_BYTES)
        return;
    char *more = realloc(s->buf, LARGE_BUFFER_BYTES);
    if (!more)
        return; // it goes on with what it has
    s->buf = more;
    s->cap = LARGE_BUFFER_BYTES;
}

static bool flush(struct ac_spool *s) {
    if (s->failed)
        return false;
    uint64_t from = s->flushed;
    bool good = write_all(s, s->buf, s->len);
    size_t done = (size_t)(s->flushed - from);
    s->len -= done;
    if (s->len && done)
        memmove(s->buf, s->buf + done, s->len);
    grow(s);
    return good;
}

char *ac_spool_room(struct ac_spool *s, size_t len) {
    if (!s->buf || (len > s->cap - s->len && (!flush(s) || len > s->cap)))
        return NULL;
    return s->buf + s->len;
}

bool ac_spool_put(struct ac_spool *s, const void *bytes, size_t len) {
    const char *from = bytes;
    while (len) {
        size_t n = s->cap - s->len < len ? s->cap - s->len : len;
        if (!n) {
            if (!s->buf || !flush(s))
                return false;
            continue;
        }
        memcpy(s->buf + s->len, from, n);
        s->len += n;
        from += n;
        len -= n;
    }
    return true;
}

void ac_spool_cut(struct ac_spool *s, uint64_t size) {
    if (size >= s->flushed) {
        s->len = (size_t)(size - s->flushed);
        return;
    }
    // What cannot be cut off stays as bytes that nothing refers to.
    if (ftruncate(s->fd, (off_t)size) != 0 && !s->failed)
        s->failed = errno;
    s->flushed = size;
    s->len = 0;
}

bool ac_spool_patch(struct ac_spool *s, uint64_t at, const void *bytes, size_t len) {
    if (at >= s->flushed) {
        if (at - s->flushed + len > s->len)
            return false;
        memcpy(s->buf + (at - s->flushed), bytes, len);
        return true;
    }
    if (at + len > s->flushed && !flush(s))
        return false;
    ssize_t n = pwrite(s->fd, bytes, len, (off_t)at);
    if (n == (ssize_t)len)
        return true;
    if (!s->failed)
        s->failed = n < 0 ? errno : ENOSPC;
    return false;
}

bool ac_spool_read(const struct ac_spool *s, uint64_t at, char *to, size_t len) {
    while (len && at < s->flushed) {
        size_t want = s->flushed - at < len ? (size_t)(s->flushed - at) : len;
        ssize_t n = pread(s->fd, to, want, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0)
                errno = EIO; // shorter than it was
            return false;
        }
        to += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    if (!len)
        return true;
    if (at - s->flushed > s->len || len > s->len - (size_t)(at - s->flushed)) {
        errno = EIO;
        return false;
    }
    memcpy(to, s->buf + (at - s->flushed), len);
    return true;
}

bool ac_spool_seal(struct ac_spool *s, bool lasts) {
    if (!flush(s))
        return false;
    if (lasts && fsync(s->fd) != 0) {
        s->failed = errno;
        return false;
    }
    free(s->buf);
    s->buf = NULL;
    s->cap = 0;
    return true;
}

enum ac_rc ac_spool_fail(const struct ac_spool *s, const char *doing, struct ac_err *err) {
    char why[128];
    bool is_full = s->failed == ENOSPC || s->failed == EFBIG || s->failed == EDQUOT;
    const char *text = strerror_r(s->failed, why, sizeof why);
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, is_full ? "DISK_FULL" : "SYSTEM",
                      "cannot %s the batch %s: %s; %s, then run again: nothing that was sent is "
                      "forgotten, the rest is read again",
                      doing, s->path, text, is_full ? "make room there" : "mend that");
}

void ac_view_init(struct ac_view *v, const struct ac_spool *spool) {
    *v = (struct ac_view){.spool = spool};
}

void ac_view_free(struct ac_view *v) {
    free(v->buf);
    *v = (struct ac_view){.spool = NULL};
}

const char *ac_view_get(struct ac_view *v, uint64_t at, size_t len) {
    if (at >= v->at && at - v->at <= v->len && len <= v->len - (size_t)(at - v->at))
        return v->buf + (at - v->at);
    uint64_t size = ac_spool_size(v->spool);
    if (at > size || len > size - at) {
        errno = EIO;
        return NULL;
    }
    bool is_forward = at >= v->at && at <= v->at + v->len + VIEW_JUMP_BYTES;
    size_t want = is_forward ? VIEW_BYTES : VIEW_JUMP_BYTES;
    if (want > size - at)
        want = (size_t)(size - at);
    if (want < len)
        want = len;
    if (want > v->cap) {
        char *buf = malloc(want);
        if (!buf) {
            errno = ENOMEM;
            return NULL;
        }
        free(v->buf);
        v->buf = buf;
        v->cap = want;
    }
    v->len = 0;
    if (!ac_spool_read(v->spool, at, v->buf, want))
        return NULL;
    v->at = at;
    v->len = want;
    return v->buf;
}
