// SPDX-License-Identifier: MIT
// A result file on its way from the org to the spool folder.
#include "sink/sink_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A result file repeats what was sent, all of it quoted, with an id or an error for each row. An
// answer far beyond that is no result file.
#define SPARE_BYTES ((uint64_t)16 * 1024 * 1024)
#define SPARE_ROW_BYTES ((uint64_t)4096)
#define QUOTED_TIMES 4u

enum ac_rc ac_download_open(struct ac_job *j, struct ac_err *err) {
    struct ac_download *d = &j->download;
    const struct ac_batch *b = j->shipment->batch;
    const char *dir = ac_batch_dir(b);
    size_t len = strlen(dir) + 64;
    ac_download_end(d);
    d->path = malloc(len);
    if (!d->path)
        return ac_err_nomem(err, "a result file");
    snprintf(d->path, len, "%s/%lld.%u.results", dir, (long long)ac_batch_id(b), j->part.first);
    d->max_bytes = SPARE_BYTES + QUOTED_TIMES * j->part.bytes + SPARE_ROW_BYTES * j->part.n_alive;
    unlink(d->path); // of a process that died
    d->fd = open(d->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (d->fd >= 0)
        return AC_OK;
    d->failed = errno;
    return ac_download_fail(d, err);
}

bool ac_download_take(void *job, ac_str bytes) {
    struct ac_download *d = &((struct ac_job *)job)->download;
    d->n_bytes += bytes.len;
    d->is_too_large |= d->n_bytes > d->max_bytes;
    if (d->is_too_large || d->failed)
        return false;
    while (bytes.len) {
        ssize_t n = write(d->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            d->failed = n < 0 ? errno : ENOSPC;
            return false;
        }
        bytes = ac_str_skip(bytes, (size_t)n);
    }
    return true;
}

void ac_download_restart(void *job) {
    struct ac_download *d = &((struct ac_job *)job)->download;
    d->n_bytes = 0;
    d->is_too_large = false;
    if (ftruncate(d->fd, 0) != 0 || lseek(d->fd, 0, SEEK_SET) != 0)
        d->failed = errno;
}

void ac_download_end(struct ac_download *d) {
    if (d->path && d->fd >= 0) {
        close(d->fd);
        unlink(d->path);
    }
    free(d->path);
    *d = (struct ac_download){.fd = -1};
}

enum ac_rc ac_download_fail(const struct ac_download *d, struct ac_err *err) {
    char why[128];
    if (d->is_too_large)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "BAD_RESULTS",
                          "the org's result file for a bulk job does not end, over %llu bytes came",
                          (unsigned long long)d->max_bytes);
    bool is_full = d->failed == ENOSPC || d->failed == EFBIG || d->failed == EDQUOT;
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, is_full ? "DISK_FULL" : "SYSTEM",
                      "cannot write the result file %s: %s; %s, then run again", d->path,
                      strerror_r(d->failed, why, sizeof why),
                      is_full ? "make room there" : "mend that");
}
