// SPDX-License-Identifier: MIT
// Golden cases of a folder, read in blocks of several sizes; to be included by one file a test.
#ifndef TEST_DECODE_GOLDEN_H
#define TEST_DECODE_GOLDEN_H
#include "decode/decode_kit.h"
#include "decode/fake_source.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>

#define GOLDEN_MAX 400

struct golden { // a folder of cases, each a folder with input, options, and expect or error
    const char *folder;
    char *names[GOLDEN_MAX];
    int n;
};

static int golden_is_case(const struct dirent *entry) {
    return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

static void golden_find(struct golden *g) {
    struct dirent **list = NULL;
    g->n = scandir(g->folder, &list, golden_is_case, alphasort);
    for (int i = 0; i < g->n; i++) {
        if (i < GOLDEN_MAX)
            g->names[i] = strdup(list[i]->d_name);
        free(list[i]);
    }
    free(list);
}

static void golden_free(struct golden *g) {
    for (int i = 0; i < g->n && i < GOLDEN_MAX; i++)
        free(g->names[i]);
}

static char *golden_file(const struct golden *g, int i, const char *name, size_t *len) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s/%s", g->folder, g->names[i], name);
    return decode_file(path, len);
}

// The member's bytes are looked at only where they are the text.
static bool golden_is_utf8(ac_str input, const struct ac_decode_options *options) {
    return !options->encoding && !ac_str_starts(input, AC_STR("\xff\xfe")) &&
           !ac_str_starts(input, AC_STR("\xfe\xff"));
}

static void golden_block(const struct golden *g, int i, size_t block) {
    size_t input_len = 0, want_len = 0, options_len = 0;
    char *input = golden_file(g, i, "input", &input_len);
    char *want = golden_file(g, i, "expect", &want_len);
    if (!want)
        want = golden_file(g, i, "error", &want_len);
    char *text = golden_file(g, i, "options", &options_len);
    const char *name = g->names[i];
    ck_assert_msg(input && want, "%s has no input, or neither expect nor error", name);
    struct ac_decode_options options = {.name = name};
    ck_assert_msg(!text || decode_options(text, &options), "%s/options: unknown line", name);
    ac_str bytes = ac_str_n(input, input_len);
    struct ac_source src = fake_source(bytes, block);
    struct ac_buf got;
    ac_buf_init(&got, (size_t)8 << 20);
    bool is_right = decode_transcript(&src, &options,
                                      golden_is_utf8(bytes, &options) ? bytes : AC_STR_NULL, &got);
    ck_assert_msg(is_right && ac_str_eq(ac_buf_str(&got), ac_str_n(want, want_len)),
                  "%s, in blocks of %zu, gives:\n%s", name, block, ac_buf_text(&got));
    fake_close(&src);
    ac_buf_free(&got);
    free(input);
    free(want);
    free(text);
}

// As if a source read so much at a time; the last is more than any case has.
static void golden_case(const struct golden *g, int i) {
    static const size_t blocks[] = {1, 2, 3, 7, 64, (size_t)1 << 20};
    for (size_t b = 0; b < AC_N(blocks); b++)
        golden_block(g, i, blocks[b]);
}

#endif
