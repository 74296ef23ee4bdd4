// SPDX-License-Identifier: MIT
// Fuzz target: a file that may be packed: what it is, the memory it asks for, what comes out.
//
// What must hold: the checksums of a gzip file are the same whatever pieces it comes in; a file is
// read to its end or refused with words, within the ceilings of memory, of a member, of a ratio.
//
// Corpus: samples/archives/*.zip samples/archives/*.gz tests/cases/packed
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "source/codec.h"
#include "source/gzip.h"
#include "source/source.h"

#define MAX_BYTES ((size_t)64 * 1024)
#define MEMBER_BYTES ((int64_t)1 << 20)
#define CODEC_BYTES ((size_t)8 << 20)

static void check_head(ac_str text) {
    const char *name = NULL;
    enum ac_magic kind = ac_magic_of(text, &name);
    must(name && (*name != '\0') == (kind != AC_MAGIC_PLAIN), "kind %d is called \"%s\"", (int)kind,
         name ? name : "");
    for (int k = 0; k <= (int)AC_MAGIC_FOREIGN; k++) // of another kind than it is, too
        ac_codec_window((enum ac_magic)k, text);
}

static void check_pieces(ac_str text) {
    struct ac_gzip whole, pieces;
    size_t step = 1 + ac_str_hash(text, 0) % 37;
    ac_gzip_init(&whole);
    ac_gzip_init(&pieces);
    ac_gzip_packed(&whole, text);
    ac_gzip_unpacked(&whole, text);
    for (size_t at = 0; at < text.len; at += step) {
        size_t n = text.len - at < step ? text.len - at : step;
        ac_gzip_packed(&pieces, ac_str_n(text.ptr + at, n));
        ac_gzip_unpacked(&pieces, ac_str_n(text.ptr + at, n));
    }
    must(whole.crc == pieces.crc && whole.n_unpacked == pieces.n_unpacked, "unpacked by %zu", step);
    must(whole.n_parts == pieces.n_parts && whole.parts_crc == pieces.parts_crc &&
             whole.parts_len == pieces.parts_len,
         "%llu members at once, %llu by %zu", (unsigned long long)whole.n_parts,
         (unsigned long long)pieces.n_parts, step);
    must(ac_gzip_is_good(&whole) == ac_gzip_is_good(&pieces), "good or bad by %zu", step);
}

static void check_gunzip(ac_str text) {
    struct ac_buf out;
    struct ac_err err = AC_ERR_INIT;
    ac_buf_init(&out, (size_t)MEMBER_BYTES);
    enum ac_rc rc = ac_source_gunzip(text, &out, &err);
    must(rc == AC_OK || (rc == AC_INPUT && err.text[0]), "%d: %s", (int)rc, err.text);
    ac_buf_free(&out);
}

static void read_member(struct ac_source *src) {
    struct ac_err err = AC_ERR_INIT;
    int64_t n = 0;
    for (enum ac_rc rc = AC_OK; rc == AC_OK;) {
        ac_str bytes;
        rc = ac_source_peek(src, 1, &bytes, &err);
        must(rc >= AC_OK || (rc == AC_INPUT && err.text[0]), "%d: %s", (int)rc, err.text);
        if (rc < AC_OK)
            return;
        n += (int64_t)bytes.len;
        ac_source_take(src, bytes.len);
    }
    must(n <= MEMBER_BYTES, "a member of %lld bytes", (long long)n);
}

static void read_all(struct ac_source *src, size_t len) {
    size_t n_members = 0;
    for (enum ac_rc rc = AC_OK; rc == AC_OK || rc == AC_INPUT; n_members++) {
        struct ac_member member;
        struct ac_err err = AC_ERR_INIT;
        rc = ac_source_next(src, &member, &err);
        must(rc == AC_END || rc == AC_OK || (rc == AC_INPUT && err.text[0]), "%d: %s", (int)rc,
             err.text);
        must(n_members <= len + 2, "members without end");
        if (rc == AC_OK)
            read_member(src);
    }
}

static void check_file(const uint8_t *data, size_t len) {
    struct ac_source_options options = {
        .max_member_bytes = MEMBER_BYTES, .max_ratio = 1000, .max_codec_bytes = CODEC_BYTES};
    struct ac_arena arena;
    struct ac_item item;
    struct ac_source *src = NULL;
    struct ac_err err = AC_ERR_INIT;
    ac_arena_init(&arena, MAX_BYTES);
    enum ac_rc rc = ac_source_item(fuzz_file(data, len), &arena, &item, &err);
    must(rc == AC_OK, "%s", err.text);
    rc = ac_source_open(&src, &item, &options, &err);
    must(rc == AC_OK || (rc == AC_INPUT && err.text[0]), "%d: %s", (int)rc, err.text);
    if (rc == AC_OK)
        read_all(src, len);
    ac_source_close(src);
    ac_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    ac_str text = {(const char *)data, len};
    if (len > MAX_BYTES)
        return 0;
    check_head(text);
    check_pieces(text);
    check_gunzip(text);
    check_file(data, len);
    return 0;
}
