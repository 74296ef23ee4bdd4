// SPDX-License-Identifier: MIT
// A bucket that answers through the scripted services of tests/unit/aws.
#ifndef TESTS_SOURCE_S3_BUCKET_H
#define TESTS_SOURCE_S3_BUCKET_H
#include "aws/aws_net.h"
#include "source/source.h"

struct bucket_object {
    const char *key, *body;
    size_t len;          // 0: up to the NUL of body
    const char *etag;    // NULL: "etag-" and its number
    const char *version; // of the only one there is; NULL: versions are off
    int64_t modified_ms; // 0: AWS_NOW_MS
};

struct bucket {
    struct ac_source_env env;
    struct ac_arena arena;
    const struct bucket_object *objects; // in the order of their keys
    size_t n;
    // Instead of objects: key number i of that many. Its body is "a,b\n1,2\n".
    void (*key_of)(size_t i, char *out, size_t size);
    size_t n_made;
    size_t page;        // keys a page, 0: 1000
    const char *region; // where it is; NULL: wherever it is asked for
    bool ignores_ranges, ignores_after, ignores_match, is_plain_keys, hides_length, is_mute;
    size_t cut_at, n_cuts; // so many transfers break after so many bytes
    char found[65536];     // keys found, one a line
    size_t n_found;
    struct ac_item last; // the last one found
};
extern struct bucket bucket;

// Fixtures of check: an empty bucket called "bucket", credentials, a room.
void bucket_setup(void);
void bucket_teardown(void);
void bucket_fill(const struct bucket_object *objects, size_t n);
// Lists a URL into bucket.found; filter NULL: none.
enum ac_rc bucket_list(const char *url, struct ac_source_filter *filter);
// Fails the test unless that is what the URL names, one key a line.
void bucket_check_list(const char *url, const char *keys);
// The only item of a URL.
struct ac_item bucket_item(const char *url);
// Opens it, fails the test when that fails; reads it to its end, step bytes at a time.
struct ac_source *bucket_open(const struct ac_item *item);
enum ac_rc bucket_read(struct ac_source *src, size_t step, struct ac_buf *out);
// Fails the test unless the error has that code and its text those words.
void bucket_check_err(const char *code, const char *words);

#endif
