// SPDX-License-Identifier: MIT
// The functions that stand for malloc or the like where memory runs out.
#ifndef TEST_CHAOS_ALLOC_H
#define TEST_CHAOS_ALLOC_H
#include <archive.h>
#include <curl/curl.h>
#include <dirent.h>
#include <jansson.h>
#include <locale.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdio.h>

struct csv_parser;

void *chaos_malloc(size_t len);
void *chaos_calloc(size_t n, size_t len);
void *chaos_realloc(void *old, size_t len);
void *chaos_aligned_alloc(size_t to, size_t len);
char *chaos_strdup(const char *text);
char *chaos_strndup(const char *text, size_t max);
DIR *chaos_opendir(const char *path);
FILE *chaos_fopen(const char *path, const char *mode);
FILE *chaos_fdopen(int fd, const char *mode);
locale_t chaos_newlocale(int mask, const char *name, locale_t base);
EVP_MD_CTX *chaos_digest_new(void);
struct archive *chaos_archive_new(void);
int chaos_csv_init(struct csv_parser *p, unsigned char options);
void chaos_json_functions(json_malloc_t take, json_free_t give);
CURLcode chaos_curl_init(long flags, curl_malloc_callback take, curl_free_callback give,
                         curl_realloc_callback retake, curl_strdup_callback copy,
                         curl_calloc_callback zeroed);

#endif
