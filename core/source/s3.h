// SPDX-License-Identifier: MIT
// Objects on S3 as the files of this source share them.
#ifndef AC_SOURCE_S3_H
#define AC_SOURCE_S3_H
#include "aws/call.h"
#include "base/buf.h"
#include "source/stream.h"

// --- addresses

struct ac_s3_url {
    const char *bucket, *key; // key "" for the whole bucket; as they are, never encoded
    const char *version_id;   // "" when none is named
};
bool ac_s3_is_url(const char *url);
// "s3://bucket/key", "s3://bucket/key?versionId=x". The key is taken as it stands: nothing in it is
// decoded. AC_INPUT for a bucket that cannot be one.
enum ac_rc ac_s3_parse(const char *url, struct ac_arena *arena, struct ac_s3_url *out,
                       struct ac_err *err);
// Where a request for an object (or, with key NULL, for the bucket) goes.
struct ac_s3_target {
    char region[AC_AWS_MAX_REGION];
    struct ac_buf base, path; // texts with their NUL
};
void ac_s3_target_init(struct ac_s3_target *t);
void ac_s3_target_free(struct ac_s3_target *t);
enum ac_rc ac_s3_target_fill(struct ac_s3_target *t, const struct ac_source_env *env,
                             const char *bucket, const char *key, struct ac_err *err);
// Did the answer name another region than it was asked in? Noted then: the next request for the
// bucket goes there.
bool ac_s3_follow(const struct ac_source_env *env, const char *bucket, const char *region,
                  const struct ac_aws_reply *reply);
// The error for an answer that is no success, in words for people. `wants` names the permission:
// "s3:GetObject".
enum ac_rc ac_s3_fail(const struct ac_aws_reply *reply, const char *bucket, const char *wants,
                      struct ac_err *err);
// Without the quotes that stand around it in headers, listings, not in events.
ac_str ac_s3_bare_etag(ac_str etag);
// What it is named by for the ledger: bucket, key, and the version if it has one, else the ETag.
// False without memory, or when neither is known.
bool ac_s3_identify(const struct ac_item *item, bool by_etag, char hex[65]);

// --- times in names

// The time a key's name holds: "…/name-2031-03-04T16:00:00Z.csv" of reports, "…2031/03/04/16/…" of
// delivery streams.
struct ac_s3_stamp {
    int64_t ms;
    size_t at;       // where it begins: what stands before it is the same for all of a report
    bool is_folders; // the second form
};
bool ac_s3_read_stamp(ac_str key, struct ac_s3_stamp *out);
// The text behind which all keys with the same beginning and a time from since_ms on come, in the
// order of a listing. False without memory.
bool ac_s3_stamp_from(ac_str key, const struct ac_s3_stamp *stamp, int64_t since_ms,
                      struct ac_buf *out);

// --- listings

struct ac_s3_object {
    ac_str key, etag;
    int64_t size_bytes, modified_ms;
};
struct ac_s3_page {
    struct ac_arena arena; // of all texts
    struct ac_s3_object *objects;
    size_t n, max;
    bool is_truncated, is_encoded;
    ac_str token;
};
void ac_s3_page_init(struct ac_s3_page *page);
void ac_s3_page_free(struct ac_s3_page *page);
// An answer to ListObjectsV2; what the page held before is gone. AC_INPUT: it is none.
enum ac_rc ac_s3_page_read(struct ac_s3_page *page, ac_str xml, struct ac_err *err);
// ac_source_list for s3://.
enum ac_rc ac_s3_list(const char *url, struct ac_source_filter *filter, struct ac_arena *arena,
                      enum ac_rc (*found)(void *arg, const struct ac_item *item,
                                          struct ac_err *err),
                      void *arg, struct ac_err *err);

// --- reading

// The bytes of an object, from the first answer on. What the item does not say yet (time, size) is
// filled in then. item and env are borrowed.
enum ac_rc ac_s3_open(struct ac_stream *out, struct ac_item *item, const struct ac_source_env *env,
                      struct ac_err *err);

#endif
