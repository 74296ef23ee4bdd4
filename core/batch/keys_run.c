// SPDX-License-Identifier: MIT
// Keys on disk, in sorted files that are gone when they are closed.
#include "batch/keys_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_KEYS ((size_t)256) // 4 KiB: what one look reads
#define WRITE_KEYS ((size_t)4096)
#define READ_KEYS ((size_t)1024)

static enum ac_rc disk_fails(const char *doing, struct ac_err *err) {
    if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT) {
        char why[128];
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "DISK_FULL",
                          "cannot %s the keys of a large input in the spool folder: %s; make room "
                          "there, then run again",
                          doing, strerror_r(errno, why, sizeof why));
    }
    return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, doing, "the keys of a large input");
}

// A file without a name: nothing is left of it, however the process ends.
static int open_nameless(const char *dir, struct ac_err *err) {
    size_t len = strlen(dir) + 16;
    char *path = malloc(len);
    if (!path) {
        ac_err_nomem(err, "the keys of an input");
        return -1;
    }
    snprintf(path, len, "%s/keys.XXXXXX", dir);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        disk_fails("create", err);
    else
        unlink(path);
    free(path);
    return fd;
}

struct writing {
    struct ac_key_run *run;
    struct ac_key *buf;
    size_t n, max_fences;
};

static enum ac_rc begin(struct writing *w, const char *dir, uint64_t n_keys, int level,
                        struct ac_err *err) {
    w->run = calloc(1, sizeof *w->run);
    if (!w->run)
        return ac_err_nomem(err, "the keys of an input");
    w->run->fd = -1;
    w->run->level = level;
    w->max_fences = (size_t)(n_keys / BLOCK_KEYS + 1);
    w->run->fences = malloc(w->max_fences * sizeof *w->run->fences);
    w->buf = malloc(WRITE_KEYS * sizeof *w->buf);
    if (!w->run->fences || !w->buf)
        return ac_err_nomem(err, "the keys of an input");
    w->run->fd = open_nameless(dir, err);
    return w->run->fd < 0 ? AC_RUN : AC_OK;
}

static enum ac_rc flush(struct writing *w, struct ac_err *err) {
    const char *from = (const char *)w->buf;
    size_t left = w->n * sizeof *w->buf;
    while (left) {
        ssize_t n = write(w->run->fd, from, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ENOSPC;
        if (n <= 0)
            return disk_fails("write", err);
        from += n;
        left -= (size_t)n;
    }
    w->n = 0;
    return AC_OK;
}

static enum ac_rc add(struct writing *w, const struct ac_key *key, struct ac_err *err) {
    if (w->run->n % BLOCK_KEYS == 0)
        w->run->fences[w->run->n / BLOCK_KEYS] = key->hash;
    w->run->n++;
    w->buf[w->n++] = *key;
    return w->n == WRITE_KEYS ? flush(w, err) : AC_OK;
}

// The run is handed over, or gone.
static enum ac_rc finish(struct writing *w, enum ac_rc rc, struct ac_key_run **out,
                         struct ac_err *err) {
    if (rc == AC_OK)
        rc = flush(w, err);
    free(w->buf);
    if (rc == AC_OK)
        *out = w->run;
    else
        ac_key_run_free(w->run);
    return rc;
}

enum ac_rc ac_key_run_write(struct ac_key_run **out, const char *dir, const struct ac_key_set *set,
                            struct ac_err *err) {
    struct writing w = {0};
    struct ac_key_walk walk;
    enum ac_rc rc = begin(&w, dir, set->n, 0, err);
    ac_key_set_walk_begin(set, &walk);
    for (const struct ac_key *key; rc == AC_OK && (key = ac_key_set_walk(&walk));)
        rc = add(&w, key, err);
    return finish(&w, rc, out, err);
}

static enum ac_rc read_keys(const struct ac_key_run *run, uint64_t first, struct ac_key *to,
                            size_t n, struct ac_err *err) {
    char *at = (char *)to;
    size_t left = n * sizeof *to;
    off_t from = (off_t)(first * sizeof *to);
    while (left) {
        ssize_t got = pread(run->fd, at, left, from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return disk_fails("read", err);
        at += got;
        from += got;
        left -= (size_t)got;
    }
    return AC_OK;
}

struct reading { // one of the runs being merged
    const struct ac_key_run *run;
    struct ac_key *buf;
    size_t n, at;
    uint64_t next; // the first key not in buf
};

static enum ac_rc fill(struct reading *r, struct ac_err *err) {
    if (r->at < r->n)
        return AC_OK;
    uint64_t left = r->run->n - r->next;
    r->n = left < READ_KEYS ? (size_t)left : READ_KEYS;
    r->at = 0;
    enum ac_rc rc = r->n ? read_keys(r->run, r->next, r->buf, r->n, err) : AC_OK;
    r->next += r->n;
    return rc;
}

static enum ac_rc merge(struct writing *w, struct reading *r, size_t n, struct ac_err *err) {
    for (;;) {
        struct reading *least = NULL;
        for (size_t i = 0; i < n; i++) {
            enum ac_rc rc = fill(&r[i], err);
            if (rc != AC_OK)
                return rc;
            if (r[i].n && (!least || r[i].buf[r[i].at].hash < least->buf[least->at].hash))
                least = &r[i];
        }
        if (!least)
            return AC_OK;
        enum ac_rc rc = add(w, &least->buf[least->at++], err);
        if (rc != AC_OK)
            return rc;
    }
}

static enum ac_rc merge_with(struct writing *w, const char *dir, struct ac_key_run **from,
                             struct reading *readers, size_t n_from, struct ac_err *err) {
    uint64_t n = 0;
    int level = 0;
    for (size_t i = 0; i < n_from; i++) {
        n += from[i]->n;
        if (from[i]->level >= level)
            level = from[i]->level + 1;
    }
    enum ac_rc rc = begin(w, dir, n, level, err);
    return rc == AC_OK ? merge(w, readers, n_from, err) : rc;
}

enum ac_rc ac_key_run_merge(struct ac_key_run **out, const char *dir, struct ac_key_run **from,
                            size_t n_from, struct ac_err *err) {
    struct writing w = {0};
    struct reading *readers = calloc(n_from, sizeof *readers);
    struct ac_key *bufs = malloc(n_from * READ_KEYS * sizeof *bufs);
    enum ac_rc rc = AC_RUN;
    if (readers && bufs) {
        for (size_t i = 0; i < n_from; i++)
            readers[i] = (struct reading){from[i], bufs + i * READ_KEYS, 0, 0, 0};
        rc = finish(&w, merge_with(&w, dir, from, readers, n_from, err), out, err);
    } else {
        ac_err_nomem(err, "the keys of an input");
    }
    free(bufs);
    free(readers);
    return rc;
}

void ac_key_run_free(struct ac_key_run *run) {
    if (!run)
        return;
    if (run->fd >= 0)
        close(run->fd);
    free(run->fences);
    free(run);
}

enum ac_rc ac_key_run_find(const struct ac_key_run *run, uint64_t hash, struct ac_key *out,
                           uint64_t *at, struct ac_err *err) {
    size_t lo = 0, hi = (size_t)((run->n + BLOCK_KEYS - 1) / BLOCK_KEYS);
    while (lo < hi) { // the first block that begins behind it
        size_t mid = lo + (hi - lo) / 2;
        if (run->fences[mid] <= hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0)
        return AC_END;
    uint64_t first = (uint64_t)(lo - 1) * BLOCK_KEYS;
    struct ac_key block[BLOCK_KEYS];
    size_t n = run->n - first < BLOCK_KEYS ? (size_t)(run->n - first) : BLOCK_KEYS;
    enum ac_rc rc = read_keys(run, first, block, n, err);
    if (rc != AC_OK)
        return rc;
    for (size_t from = 0; n;) {
        size_t mid = from + n / 2;
        if (block[mid].hash == hash) {
            *out = block[mid];
            *at = first + mid;
            return AC_OK;
        }
        if (block[mid].hash < hash) {
            n -= n / 2 + 1;
            from = mid + 1;
        } else {
            n /= 2;
        }
    }
    return AC_END;
}

enum ac_rc ac_key_run_put(const struct ac_key_run *run, uint64_t at, const struct ac_key *key,
                          struct ac_err *err) {
    ssize_t n = pwrite(run->fd, key, sizeof *key, (off_t)(at * sizeof *key));
    if (n == (ssize_t)sizeof *key)
        return AC_OK;
    if (n >= 0)
        errno = ENOSPC;
    return disk_fails("write", err);
}
