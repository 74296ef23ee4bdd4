// SPDX-License-Identifier: MIT
// Memory that runs out at a chosen moment: part of $(OUT)/chaos/acload (tests/chaos/run.sh).
//
// The objects of acload are linked with their calls of malloc and the like renamed (chaos/symbols),
// so that these functions get them. What jansson, SQLite, libcurl and libcsv ask for, which can be
// given other functions, comes here too; what other libraries take is their own affair.
//
//   AC_CHAOS_AT=own:n    the n-th request that acload itself makes is refused; with "n+", and all
//                        that follow
//   AC_CHAOS_AT=lib:n    the same of those that these libraries make
//   AC_CHAOS_COUNT=FILE  how many of both there were, written at the end
#include "chaos/alloc.h"
#include <csv.h>
#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct requests {
    atomic_long n;
    long refuse_at; // 0: never
    bool and_all_that_follow;
};
static struct requests own, lib;
static _Thread_local bool is_of_json; // acload hands on what jansson asks for
static volatile int watched;          // for a debugger: a breakpoint on refused()

__attribute__((noinline)) static void refused(void) { watched++; }

static bool is_refused(struct requests *r) {
    long n = ++r->n;
    if (!r->refuse_at || n < r->refuse_at || (n > r->refuse_at && !r->and_all_that_follow))
        return false;
    refused();
    errno = ENOMEM;
    return true;
}

void *chaos_malloc(size_t len) { return is_refused(is_of_json ? &lib : &own) ? NULL : malloc(len); }
void *chaos_calloc(size_t n, size_t len) { return is_refused(&own) ? NULL : calloc(n, len); }
void *chaos_realloc(void *old, size_t len) { return is_refused(&own) ? NULL : realloc(old, len); }
void *chaos_aligned_alloc(size_t to, size_t len) {
    return is_refused(&own) ? NULL : aligned_alloc(to, len);
}
char *chaos_strdup(const char *text) { return is_refused(&own) ? NULL : strdup(text); }
char *chaos_strndup(const char *text, size_t max) {
    return is_refused(&own) ? NULL : strndup(text, max);
}

static void *lib_malloc(size_t len) { return is_refused(&lib) ? NULL : malloc(len); }
static void *lib_calloc(size_t n, size_t len) { return is_refused(&lib) ? NULL : calloc(n, len); }
static void *lib_realloc(void *old, size_t len) {
    return is_refused(&lib) ? NULL : realloc(old, len);
}
static char *lib_strdup(const char *text) { return is_refused(&lib) ? NULL : strdup(text); }

DIR *chaos_opendir(const char *path) { return is_refused(&own) ? NULL : opendir(path); }
FILE *chaos_fopen(const char *path, const char *mode) {
    return is_refused(&own) ? NULL : fopen(path, mode);
}
FILE *chaos_fdopen(int fd, const char *mode) { return is_refused(&own) ? NULL : fdopen(fd, mode); }
locale_t chaos_newlocale(int mask, const char *name, locale_t base) {
    return is_refused(&own) ? (locale_t)0 : newlocale(mask, name, base);
}
EVP_MD_CTX *chaos_digest_new(void) { return is_refused(&own) ? NULL : EVP_MD_CTX_new(); }
struct archive *chaos_archive_new(void) {
    return is_refused(&own) ? NULL : archive_read_new();
}

int chaos_csv_init(struct csv_parser *p, unsigned char options) {
    int rc = csv_init(p, options);
    csv_set_realloc_func(p, lib_realloc);
    csv_set_free_func(p, free);
    return rc;
}

static json_malloc_t json_malloc;

static void *counted_json_malloc(size_t len) {
    is_of_json = true;
    void *ptr = json_malloc(len);
    is_of_json = false;
    return ptr;
}

void chaos_json_functions(json_malloc_t take, json_free_t give) {
    json_malloc = take;
    json_set_alloc_funcs(counted_json_malloc, give);
}

CURLcode chaos_curl_init(long flags, curl_malloc_callback take, curl_free_callback give,
                         curl_realloc_callback retake, curl_strdup_callback copy,
                         curl_calloc_callback zeroed) {
    (void)take, (void)retake, (void)copy, (void)zeroed;
    return curl_global_init_mem(flags, lib_malloc, give, lib_realloc, lib_strdup, lib_calloc);
}

// --- SQLite wants to know how long a piece is

static void *sqlite_malloc(int len) {
    int64_t *piece = lib_malloc((size_t)len + sizeof *piece * 2);
    if (!piece)
        return NULL;
    *piece = len;
    return piece + 2;
}

static void sqlite_free(void *ptr) { free((int64_t *)ptr - 2); }

static void *sqlite_realloc(void *ptr, int len) {
    int64_t *piece = lib_realloc((int64_t *)ptr - 2, (size_t)len + sizeof *piece * 2);
    if (!piece)
        return NULL;
    *piece = len;
    return piece + 2;
}

static int sqlite_size(void *ptr) { return ptr ? (int)*((int64_t *)ptr - 2) : 0; }
static int sqlite_round(int len) { return (len + 7) & ~7; }

static int sqlite_begin(void *arg) {
    (void)arg;
    return SQLITE_OK;
}

static void sqlite_end(void *arg) { (void)arg; }

// --- the beginning, the end

__attribute__((constructor)) static void begin(void) {
    static const sqlite3_mem_methods methods = {sqlite_malloc, sqlite_free,  sqlite_realloc,
                                                sqlite_size,   sqlite_round, sqlite_begin,
                                                sqlite_end,    NULL};
    json_set_alloc_funcs(lib_malloc, free);
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    const char *text = getenv("AC_CHAOS_AT");
    char *behind = NULL;
    if (!text)
        return;
    struct requests *r = strncmp(text, "lib:", 4) == 0 ? &lib : &own;
    if (strlen(text) < 5 || (r == &own && strncmp(text, "own:", 4) != 0))
        abort();
    r->refuse_at = strtol(text + 4, &behind, 10);
    r->and_all_that_follow = *behind == '+';
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("AC_CHAOS_COUNT");
    FILE *out = path ? fopen(path, "we") : NULL;
    if (!out)
        return;
    fprintf(out, "%ld %ld\n", (long)own.n, (long)lib.n);
    fclose(out);
}
