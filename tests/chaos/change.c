// SPDX-License-Identifier: MIT
// Changes a file at a certain moment of its being read (LD_PRELOAD, tests/e2e/test_bad.sh).
//
//   AC_CHANGE="NAME m n WHAT"   at the n-th read of the m-th time that NAME is opened (from 1):
//                               grow, shrink, rewrite (other bytes, as many), replace, vanish
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char name[256], what[16];
static int at_open, at_read;
static atomic_int n_opens, n_reads, fd_at = -1;

static void *next(const char *function) {
    void *found = dlsym(RTLD_NEXT, function);
    if (!found)
        abort();
    return found;
}

#define NEXT(function) ((__typeof__(function) *)next(#function))

static void word(const char **text, char *to, size_t len) {
    size_t n = strcspn(*text, " ");
    snprintf(to, len, "%.*s", (int)n, *text);
    *text += n + ((*text)[n] == ' ');
}

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("AC_CHANGE");
    char number[16];
    if (!text)
        return;
    word(&text, name, sizeof name);
    word(&text, number, sizeof number);
    at_open = (int)strtol(number, NULL, 10);
    word(&text, number, sizeof number);
    at_read = (int)strtol(number, NULL, 10);
    word(&text, what, sizeof what);
}

static void put(const char *path, int flags, const char *text) {
    __typeof__(open) *real = NEXT(open);
    int fd = real(path, flags | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) != 0)
        abort();
}

static void change(void) {
    char other[300];
    snprintf(other, sizeof other, "%s.other", name);
    int failed = 0;
    if (strcmp(what, "grow") == 0)
        put(name, O_APPEND, "More,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,1\n");
    else if (strcmp(what, "shrink") == 0)
        failed = truncate(name, 1000);
    else if (strcmp(what, "rewrite") == 0)
        put(name, 0, "QUEUE");
    else if (strcmp(what, "vanish") == 0)
        failed = unlink(name);
    else if (strcmp(what, "replace") == 0) {
        put(other, O_CREAT, "Queue,StartInterval\n");
        failed = rename(other, name);
    } else
        failed = 1;
    if (failed)
        abort();
}

static int opened(const char *path, int fd) {
    size_t len = strlen(path), n = strlen(name);
    if (n && fd >= 0 && len >= n && strcmp(path + len - n, name) == 0 && ++n_opens == at_open)
        fd_at = fd;
    return fd;
}

int open(const char *path, int flags, ...) {
    __typeof__(open) *real = NEXT(open);
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return opened(path, real(path, flags, mode));
}

int open64(const char *path, int flags, ...) {
    __typeof__(open64) *real = NEXT(open64);
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return opened(path, real(path, flags, mode));
}

ssize_t read(int fd, void *bytes, size_t len) {
    __typeof__(read) *real = NEXT(read);
    if (fd >= 0 && fd == fd_at && ++n_reads == at_read)
        change();
    return real(fd, bytes, len);
}

int close(int fd) {
    __typeof__(close) *real = NEXT(close);
    if (fd >= 0 && fd == fd_at)
        fd_at = -1;
    return real(fd);
}
