// SPDX-License-Identifier: MIT
// Fuzz target: bodies of several parts to the local org.
//
// Its first line is the Content-Type. What must hold: parts lie in the body, in order, apart from
// each other; a record that was read is whole.
//
// Corpus: tests/cases/multipart
#include "fuzz/fuzz.h"
#include "fuzz/org.h"
#include "multipart.h"
#include <string.h>

static void check_parts(const char *type, const char *body, size_t len, struct sb_arena *arena) {
    struct sb_body_part parts[SB_MAX_PARTS_OF_BODY];
    size_t n = 0;
    const char *why = sb_multipart_read(type, body, len, arena, parts, &n);
    must(why || n > 0, "neither parts nor why");
    const char *at = body;
    for (size_t i = 0; i < n; i++) {
        must(parts[i].at >= at && parts[i].len <= (size_t)(body + len - parts[i].at),
             "part %zu lies outside", i);
        must(parts[i].name, "part %zu has no name", i);
        at = parts[i].at + parts[i].len;
    }
}

static void check_record(const char *type, const char *body, size_t len) {
    struct sb_req *req = fuzz_org_request("POST", body, len);
    struct sb_pair headers[] = {{"Content-Type", type, strlen(type)}};
    req->headers = (struct sb_pairs){headers, 1};
    const struct sb_object *o = sb_schema_object(req->app->schema, "ContentVersion");
    struct sb_input row = {.object = o};
    row.cells = sb_arena_get(&req->arena, o->n_fields * sizeof *row.cells);
    must(row.cells, "no memory");
    if (sb_multipart_record(req, o, &row)) {
        size_t sum = 0;
        for (size_t i = 0; i < o->n_fields; i++) // every byte is there
            for (size_t k = 0; row.cells[i].kind == SB_TEXT && k < row.cells[i].len; k++)
                sum += (unsigned char)row.cells[i].as.text[k];
        must(sum < SIZE_MAX, "it cannot be");
    } else {
        fuzz_org_check_answer(req);
    }
    sb_req_free(req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const char *bytes = (const char *)data, *end = len ? memchr(data, '\n', len) : NULL;
    if (!end || len > 65536)
        return 0;
    struct sb_arena arena;
    sb_arena_init(&arena, (size_t)16 << 20);
    const char *type = sb_arena_copy(&arena, bytes, (size_t)(end - bytes));
    must(type, "no memory");
    check_parts(type, end + 1, len - (size_t)(end + 1 - bytes), &arena);
    check_record(type, end + 1, len - (size_t)(end + 1 - bytes));
    sb_arena_free(&arena);
    return 0;
}
