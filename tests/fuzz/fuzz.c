// SPDX-License-Identifier: MIT
// What fuzz targets share: a way to fail, a file in memory.
#include "fuzz/fuzz.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_fail(const char *what, const char *fmt, ...) {
    fprintf(stderr, "this must hold: %s\n", what);
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

const char *fuzz_file(const void *data, size_t len) {
    static int fd = -1;
    static char path[40];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    must(fd >= 0 && ftruncate(fd, 0) == 0, "there is no file in memory");
    const char *at = data;
    for (size_t done = 0; done < len;) {
        ssize_t n = pwrite(fd, at + done, len - done, (off_t)done);
        must(n > 0, "the file in memory takes no more");
        done += (size_t)n;
    }
    return path;
}
