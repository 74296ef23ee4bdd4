// SPDX-License-Identifier: MIT
// The auction between decoders for a member's bytes.
#include "decode/decode.h"
#include "decode/text.h"
#include <jansson.h>

#define HEAD_BYTES ((size_t)4096) // of text shown to those who bid

static const struct ac_decoder *const decoders[] = {&ac_decoder_csv, &ac_decoder_json, NULL};

static enum ac_rc no_text(ac_str head, struct ac_err *err) {
    size_t at = 0;
    while (at + 1 < head.len && ((unsigned char)head.ptr[at] >= ' ' || head.ptr[at] == '\t'))
        at++;
    return ac_err_set(
        err, AC_INPUT, AC_CAUSE_INPUT, "NOT_TEXT",
        "is no text: its character %zu is 0x%02X (text in UTF-16 without a byte order "
        "mark is read when its encoding is named)",
        at + 1, (unsigned char)head.ptr[at]);
}

// NULL: nobody wants it.
static const struct ac_decoder *choose(ac_str head) {
    const struct ac_decoder *best = NULL;
    int best_bid = 0;
    for (size_t i = 0; decoders[i]; i++) {
        int bid = decoders[i]->bid(head);
        if (bid <= best_bid)
            continue;
        best = decoders[i];
        best_bid = bid;
    }
    return best;
}

static enum ac_rc sample_best(struct ac_source *src, const struct ac_decode_options *options,
                              struct ac_arena *arena, struct ac_decode_sample *out,
                              struct ac_err *err) {
    AC_CLEANUP(ac_text_close) struct ac_text text;
    ac_str head = {"", 0};
    enum ac_rc rc = ac_text_open(&text, src, options->encoding, HEAD_BYTES, true, err);
    if (rc == AC_OK)
        rc = ac_text_peek(&text, HEAD_BYTES, &head, err);
    if (rc < AC_OK)
        return rc;
    if (!head.len)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "EMPTY_INPUT", "is empty");
    // A source may show more: how much it happens to hold must not decide anything.
    if (head.len > HEAD_BYTES)
        head.len = HEAD_BYTES;
    const struct ac_decoder *best = choose(head);
    return best ? best->sample(src, options, arena, out, err) : no_text(head, err);
}

void ac_decode_sample_free(struct ac_decode_sample *sample) {
    for (size_t i = 0; i < sample->n_values; i++)
        json_decref(sample->values[i]->value);
    sample->n_values = 0;
}

enum ac_rc ac_decode_sample(struct ac_source *src, const struct ac_decode_options *options,
                            struct ac_arena *arena, struct ac_decode_sample *out,
                            struct ac_err *err) {
    *out = (struct ac_decode_sample){0};
    enum ac_rc rc = sample_best(src, options, arena, out, err);
    if (rc != AC_OK)
        ac_err_at(err, options->name, 0, 0);
    return rc;
}

enum ac_rc ac_decode_run(struct ac_source *src, const struct ac_decode_sample *sample,
                         const struct ac_decode_options *options, const struct ac_decode_sink *sink,
                         struct ac_decode_counts *counts, struct ac_err *err) {
    enum ac_rc rc = sample->decoder->run(src, options, sink, counts, err);
    if (rc != AC_OK)
        ac_err_at(err, options->name, 0, 0);
    return rc;
}
