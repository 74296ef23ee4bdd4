// SPDX-License-Identifier: MIT
// Fuzz target: the CSV of an upload to the local org.
//
// What must hold: rows are found the same however the bytes come in; they follow each other; every
// cell is a piece of its row, quotes and all.
//
// Corpus: tests/cases/csv
#include "csv_rows.h"
#include "fuzz/fuzz.h"
#include <string.h>

struct found {
    const char *bytes;
    uint64_t at; // end of the last row
    uint64_t sum, n;
    struct sb_csv *cells; // NULL: only counted
};

static void take_apart(struct found *f, struct sb_span span) {
    size_t n = 0, len = 0;
    const struct sb_csv_cell *cells = sb_csv_cells(f->cells, f->bytes + span.at, span.len, &n);
    for (size_t i = 0; cells && i < n; i++)
        len += cells[i].len + (i > 0);
    must(len <= span.len, "cells of %zu bytes in a row of %u", len, (unsigned)span.len);
}

static bool on_row(void *arg, struct sb_span span) {
    struct found *f = arg;
    must(span.at >= f->at && span.len > 0, "a row begins at %llu, the last ended at %llu",
         (unsigned long long)span.at, (unsigned long long)f->at);
    f->at = span.at + span.len;
    f->sum = (f->sum ^ span.at) * 31 + span.len;
    f->n++;
    if (f->cells)
        take_apart(f, span);
    return true;
}

static struct found scan(const char *bytes, size_t len, size_t block, bool crlf,
                         struct sb_csv *cells, struct sb_csv_scan *s) {
    struct found f = {.bytes = bytes, .cells = cells};
    *s = (struct sb_csv_scan){.crlf = crlf, .row = on_row, .arg = &f};
    for (size_t at = 0; at < len; at += block)
        sb_csv_scan_feed(s, bytes + at, len - at < block ? len - at : block);
    sb_csv_scan_end(s);
    must(f.n == s->rows && f.at <= len, "%llu rows of %llu", (unsigned long long)f.n,
         (unsigned long long)s->rows);
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const char *bytes = (const char *)data;
    if (len > 65536)
        return 0;
    struct sb_csv *cells = sb_csv_new(len % 2 ? ',' : ';');
    must(cells, "no memory");
    struct sb_csv_scan whole, pieces;
    for (int crlf = 0; crlf < 2; crlf++) {
        struct found a = scan(bytes, len, len + 1, crlf, cells, &whole);
        struct found b = scan(bytes, len, 1 + len % 7, crlf, NULL, &pieces);
        must(a.sum == b.sum && a.n == b.n, "%llu rows, by pieces %llu", (unsigned long long)a.n,
             (unsigned long long)b.n);
        must(whole.wrong_end == pieces.wrong_end && whole.quoted == pieces.quoted,
             "line ends or quotes");
    }
    sb_csv_free(cells);
    return 0;
}
