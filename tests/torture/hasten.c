// SPDX-License-Identifier: MIT
// Lets a process's sleeps pass at once: its clock goes forward by them (LD_PRELOAD, test_busy.sh).
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define SECOND_NS 1000000000L

static atomic_long slept_ns; // 64 bits: centuries

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *wait, struct timespec *left) {
    __typeof__(clock_nanosleep) *real = (__typeof__(clock_nanosleep) *)next("clock_nanosleep");
    if (flags & TIMER_ABSTIME)
        return real(id, flags, wait, left);
    slept_ns += wait->tv_sec * SECOND_NS + wait->tv_nsec;
    return 0;
}

int clock_gettime(clockid_t id, struct timespec *now) {
    __typeof__(clock_gettime) *real = (__typeof__(clock_gettime) *)next("clock_gettime");
    int status = real(id, now);
    if (status != 0 || id != CLOCK_MONOTONIC)
        return status;
    long ns = now->tv_nsec + slept_ns % SECOND_NS;
    now->tv_sec += slept_ns / SECOND_NS + ns / SECOND_NS;
    now->tv_nsec = ns % SECOND_NS;
    return 0;
}
