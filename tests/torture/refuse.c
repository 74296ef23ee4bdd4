// SPDX-License-Identifier: MIT
// Refuses connections of a process, as if nobody listened any more (LD_PRELOAD, make matrix).
//
//   AC_REFUSE=n    the n-th connection; n+: that one with all after it
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

static atomic_long connections;

int connect(int fd, const struct sockaddr *to, socklen_t len) {
    __typeof__(connect) *real = (__typeof__(connect) *)dlsym(RTLD_NEXT, "connect");
    const char *text = getenv("AC_REFUSE");
    char *end = NULL;
    long at = text ? strtol(text, &end, 10) : 0;
    if (!real)
        abort();
    if (!at || (to->sa_family != AF_INET && to->sa_family != AF_INET6))
        return real(fd, to, len);
    long now = ++connections;
    if (now != at && !(*end == '+' && now > at))
        return real(fd, to, len);
    errno = ECONNREFUSED;
    return -1;
}
