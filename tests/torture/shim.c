// SPDX-License-Identifier: MIT
// Ends the process at its n-th step towards the disk or the network (LD_PRELOAD, make torture).
//
//   TORTURE_AT=n       at the n-th of the calls below: _exit before it, or, when n is odd, in the
//                      middle of it (half of the bytes are written or sent)
//   TORTURE_COUNT=FILE how many there were, written at the end
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long steps;
static long end_at = -1;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("TORTURE_AT");
    if (text)
        end_at = strtol(text, NULL, 10);
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("TORTURE_COUNT");
    FILE *out = path ? fopen(path, "we") : NULL;
    if (!out)
        return;
    fprintf(out, "%ld\n", (long)steps);
    fclose(out);
}

// What a step leaves half done is nobody's business any more.
#define HALF(call)                                                                                 \
    do {                                                                                           \
        if (end_at % 2 && (call))                                                                  \
            _exit(137);                                                                            \
    } while (0)

// Is this the step? Standard streams are none of ours: what they say is not state.
static int is_it(int fd) { return fd > 2 && ++steps == end_at; }

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

#define NEXT(name) ((__typeof__(name) *)next(#name))

ssize_t write(int fd, const void *bytes, size_t len) {
    __typeof__(write) *real = NEXT(write);
    if (!is_it(fd))
        return real(fd, bytes, len);
    HALF(real(fd, bytes, len / 2));
    _exit(137);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) {
    __typeof__(pwrite) *real = NEXT(pwrite);
    if (!is_it(fd))
        return real(fd, bytes, len, at);
    HALF(real(fd, bytes, len / 2, at));
    _exit(137);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at) {
    __typeof__(pwrite64) *real = NEXT(pwrite64);
    if (!is_it(fd))
        return real(fd, bytes, len, at);
    HALF(real(fd, bytes, len / 2, at));
    _exit(137);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags) {
    __typeof__(send) *real = NEXT(send);
    if (!is_it(fd))
        return real(fd, bytes, len, flags);
    // Odd: the whole request goes out, and its answer is never read.
    HALF(real(fd, bytes, len, flags));
    _exit(137);
}

int fsync(int fd) {
    __typeof__(fsync) *real = NEXT(fsync);
    if (!is_it(fd))
        return real(fd);
    _exit(137);
}

int fdatasync(int fd) {
    __typeof__(fdatasync) *real = NEXT(fdatasync);
    if (!is_it(fd))
        return real(fd);
    _exit(137);
}

int rename(const char *from, const char *to) {
    __typeof__(rename) *real = NEXT(rename);
    if (!is_it(3))
        return real(from, to);
    HALF(real(from, to));
    _exit(137);
}

int unlink(const char *path) {
    __typeof__(unlink) *real = NEXT(unlink);
    if (!is_it(3))
        return real(path);
    HALF(real(path));
    _exit(137);
}

int ftruncate(int fd, off_t size) {
    __typeof__(ftruncate) *real = NEXT(ftruncate);
    if (!is_it(fd))
        return real(fd, size);
    HALF(real(fd, size));
    _exit(137);
}

int ftruncate64(int fd, off64_t size) {
    __typeof__(ftruncate64) *real = NEXT(ftruncate64);
    if (!is_it(fd))
        return real(fd, size);
    HALF(real(fd, size));
    _exit(137);
}
