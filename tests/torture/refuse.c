// SPDX-License-Identifier: MIT
// Refuses connections of a process, as if nobody listened any more (LD_PRELOAD, make matrix).
//
//   AC_REFUSE=n             the n-th connection; n+: that one with all after it
//   AC_CONNECTIONS=FILE     what each connection is made for: a line "n METHOD path" is added
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FD 1024

static atomic_long connections;
static atomic_long number_of[MAX_FD]; // of a connection nothing was sent on yet, 0: none

int connect(int fd, const struct sockaddr *to, socklen_t len) {
    __typeof__(connect) *real = (__typeof__(connect) *)dlsym(RTLD_NEXT, "connect");
    const char *text = getenv("AC_REFUSE");
    char *end = NULL;
    long at = text ? strtol(text, &end, 10) : 0;
    if (!real)
        abort();
    if (to->sa_family != AF_INET && to->sa_family != AF_INET6)
        return real(fd, to, len);
    long now = ++connections;
    if (fd >= 0 && fd < MAX_FD)
        number_of[fd] = now;
    if (!at || (now != at && !(*end == '+' && now > at)))
        return real(fd, to, len);
    errno = ECONNREFUSED;
    return -1;
}

// The first line of a request, as far as the address goes.
static void note(long number, const char *request, size_t len) {
    const char *path = getenv("AC_CONNECTIONS");
    const char *end = memchr(request, '\r', len);
    int out = path && end ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (out < 0)
        return;
    dprintf(out, "%ld %.*s\n", number, (int)(end - request), request);
    close(out);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags) {
    __typeof__(send) *real = (__typeof__(send) *)dlsym(RTLD_NEXT, "send");
    long number = fd >= 0 && fd < MAX_FD ? atomic_exchange(&number_of[fd], 0) : 0;
    if (!real)
        abort();
    if (number)
        note(number, bytes, len);
    return real(fd, bytes, len, flags);
}
