// SPDX-License-Identifier: MIT
// Fuzz target: a member read as JSON values.
//
// What must hold: every byte belongs to a value, a broken range, or what separates them; the values
// are the same whatever blocks the bytes come in; an array of objects that a parser takes whole
// gives just these objects.
//
// Corpus: tests/cases/json
#include "decode/decode_kit.h"
#include "decode/fake_source.h"
#include "fuzz/fuzz.h"
#include <jansson.h>
#include <stdio.h>

static void read_text(ac_str text, const struct ac_decode_options *options, size_t block,
                      struct ac_buf *out) {
    struct ac_source src = fake_source(text, block);
    bool is_utf16 =
        ac_str_starts(text, AC_STR("\xff\xfe")) || ac_str_starts(text, AC_STR("\xfe\xff"));
    bool is_right = decode_transcript(&src, options, is_utf16 ? AC_STR_NULL : text, out);
    fake_close(&src);
    must(is_right, "in blocks of %zu:\n%s", block, ac_buf_text(out));
}

static void compare_blocks(ac_str text, const struct ac_decode_options *options) {
    struct ac_buf whole, pieces;
    ac_buf_init(&whole, (size_t)32 << 20);
    ac_buf_init(&pieces, (size_t)32 << 20);
    size_t block = 1 + ac_str_hash(text, 0) % 19;
    read_text(text, options, (size_t)1 << 20, &whole);
    read_text(text, options, block, &pieces);
    must(ac_str_eq(ac_buf_str(&whole), ac_buf_str(&pieces)), "at once:\n%s\nby %zu:\n%s",
         ac_buf_text(&whole), block, ac_buf_text(&pieces));
    ac_buf_free(&whole);
    ac_buf_free(&pieces);
}

struct expected {
    json_t *array;
    size_t n;
};

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    (void)err;
    struct expected *e = arg;
    must(json_equal(json_array_get(e->array, e->n), row->value), "value %zu is another", e->n);
    e->n++;
    return AC_OK;
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)arg;
    (void)err;
    fuzz_fail("what a parser takes whole is read", "%s: %s", broken->code, broken->text);
}

static bool is_of_objects(const json_t *array) {
    size_t i;
    json_t *value;
    json_array_foreach(array, i, value) if (!json_is_object(value)) return false;
    return json_array_size(array) > 0;
}

static void compare_with_parser(ac_str text) {
    json_t *array = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    if (is_of_objects(array)) {
        struct ac_source src = fake_source(text, 61);
        struct ac_decode_options options = {.name = "whole", .max_depth = 2048};
        struct expected expected = {array, 0};
        struct ac_decode_sink sink = {&expected, on_row, on_broken};
        struct ac_decode_sample sample = {.decoder = &ac_decoder_json, .format = ACLOAD_JSON};
        struct ac_decode_counts counts = {0};
        struct ac_err err = AC_ERR_INIT;
        enum ac_rc rc = ac_decode_run(&src, &sample, &options, &sink, &counts, &err);
        must(rc == AC_OK, "%s", err.text);
        must(expected.n == json_array_size(array), "%zu of %zu values", expected.n,
             json_array_size(array));
        fake_close(&src);
    }
    json_decref(array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const struct ac_decode_options setups[] = {
        {.name = "usual"},
        {.name = "small", .max_row_bytes = 24, .max_depth = 3, .max_values = 5},
    };
    ac_str text = {(const char *)data, len};
    if (len > (size_t)64 * 1024)
        return 0;
    for (size_t i = 0; i < AC_N(setups); i++)
        compare_blocks(text, &setups[i]);
    if (len)
        compare_with_parser(text);
    return 0;
}
