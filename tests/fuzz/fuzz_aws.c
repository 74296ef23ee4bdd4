// SPDX-License-Identifier: MIT
// Fuzz target: what services of AWS answer: listings of S3, refusals, keys, streams of Kinesis.
//
// What must hold: an answer is refused with words, or what it gives is all there: an object has its
// key, keys are both there, a shard or record has its number. A refusal's words are one line, and
// cut to their place.
//
// Corpus: tests/cases/aws
#include "aws/aws_int.h"
#include "fuzz/fuzz.h"
#include "source/kinesis.h"
#include "source/s3.h"

#define MAX_BYTES ((size_t)256 * 1024)

static bool is_plain(const char *text, size_t size) {
    size_t len = strnlen(text, size);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ')
            return false;
    return len < size;
}

// False when the answer was refused, which takes words.
static bool is_taken(enum ac_rc rc, const struct ac_err *err) {
    must(rc == AC_OK || (rc < AC_OK && err->text[0]), "%d: \"%s\"", (int)rc, err->text);
    return rc == AC_OK;
}

static void check_page(ac_str text) {
    struct ac_s3_page page;
    ac_s3_page_init(&page);
    for (int again = 0; again < 2; again++) { // what the first one left does no harm
        struct ac_err err = AC_ERR_INIT;
        if (!is_taken(ac_s3_page_read(&page, text, &err), &err))
            continue;
        for (size_t i = 0; i < page.n; i++) {
            const struct ac_s3_object *o = &page.objects[i];
            must(o->key.len && !memchr(o->key.ptr, '\0', o->key.len), "object %zu has no key", i);
            must(o->size_bytes >= -1 && o->etag.len <= text.len, "object %zu", i);
        }
    }
    ac_s3_page_free(&page);
}

static void check_failure(ac_str text) {
    struct ac_aws_reply reply = {.end = AC_HTTP_DONE, .status = 400};
    struct ac_err err = AC_ERR_INIT;
    ac_aws_read_failure(&reply, text, NULL);
    must(is_plain(reply.code, sizeof reply.code), "%s", reply.code);
    must(is_plain(reply.message, sizeof reply.message), "%s", reply.message);
    must(is_plain(reply.region, sizeof reply.region), "%s", reply.region);
    must(!reply.region[0] || ac_aws_is_region(ac_str_of(reply.region)), "%s", reply.region);
    must(ac_aws_fail(&reply, "it", &err) < AC_OK && err.text[0], "a refusal without words");
}

static void check_keys(ac_str text) {
    static const struct ac_keys_names names[] = {{"Token", false}, {"SessionToken", true}};
    for (size_t i = 0; i < AC_N(names); i++) {
        struct ac_aws_keys keys = {.origin = ""};
        struct ac_err err = AC_ERR_INIT;
        if (is_taken(ac_keys_read_json(text, &names[i], "it", &keys, &err), &err))
            must(keys.access_key[0] && keys.secret_key[0], "half of the keys");
        ac_keys_wipe(&keys);
    }
}

static void check_shards(ac_str text) {
    struct ac_kinesis_shards shards;
    struct ac_err err = AC_ERR_INIT;
    ac_kinesis_shards_init(&shards);
    if (is_taken(ac_kinesis_read_shards(&shards, text, &err), &err))
        for (size_t i = 0; i < shards.n; i++)
            must(*shards.list[i].id && shards.list[i].parent && shards.list[i].adjacent,
                 "shard %zu", i);
    must(shards.n <= AC_KINESIS_MAX_SHARDS, "%zu shards", shards.n);
    ac_kinesis_shards_free(&shards);
}

static void check_records(ac_str text) {
    struct ac_kinesis_records records;
    struct ac_buf iterator;
    struct ac_err err = AC_ERR_INIT, why = AC_ERR_INIT;
    ac_kinesis_records_init(&records);
    if (is_taken(ac_kinesis_read_records(&records, text, &err), &err))
        for (size_t i = 0; i < records.n; i++)
            must(strlen(records.list[i].sequence) < AC_KINESIS_MAX_SEQUENCE &&
                     ac_kinesis_compare(records.list[i].sequence, records.list[i].sequence) == 0,
                 "record %zu", i);
    must(records.behind_ms >= 0, "behind by %lld ms", (long long)records.behind_ms);
    ac_kinesis_records_free(&records);
    ac_buf_init(&iterator, MAX_BYTES);
    if (is_taken(ac_kinesis_read_iterator(&iterator, text, &why), &why))
        must(iterator.len > 0, "an iterator that is none");
    ac_buf_free(&iterator);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    ac_str text = {(const char *)data, len};
    if (len > MAX_BYTES)
        return 0;
    check_page(text);
    check_failure(text);
    check_keys(text);
    check_shards(text);
    check_records(text);
    return 0;
}
