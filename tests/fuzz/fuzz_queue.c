// SPDX-License-Identifier: MIT
// Fuzz target: what a queue answers.
//
// What must hold: it is refused with words, or every message has what it is deleted by; of entries
// only those that are there are done.
//
// Corpus: tests/cases/queue
#include "fuzz/fuzz.h"
#include "hook/sqs.h"

#define MAX_BYTES ((size_t)256 * 1024)

static void check_messages(ac_str text) {
    struct ac_sqs_message messages[AC_SQS_AT_ONCE];
    struct ac_arena arena;
    struct ac_err err = AC_ERR_INIT;
    size_t n = 0;
    ac_arena_init(&arena, MAX_BYTES * 8);
    enum ac_rc rc = ac_sqs_read_messages(text, &arena, messages, &n, &err);
    must(rc == AC_OK || (rc == AC_RUN && err.cause == AC_CAUSE_STOP && err.text[0] && !n), "%d",
         (int)rc);
    must(n <= AC_SQS_AT_ONCE, "%zu messages", n);
    for (size_t i = 0; i < n; i++)
        must(*messages[i].receipt && messages[i].id && messages[i].n_received,
             "a message that cannot be deleted");
    ac_arena_free(&arena);
}

static void check_batch(ac_str text) {
    struct ac_sqs_entry entries[3] = {{.receipt = "a"}, {.receipt = "b"}, {.receipt = "c"}};
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_sqs_read_batch(text, entries, 2, &err);
    must(rc == AC_OK || (rc == AC_RUN && err.text[0]), "%d", (int)rc);
    must(!entries[2].is_done, "an entry that was not sent is done");
    must(rc == AC_OK || (!entries[0].is_done && !entries[1].is_done), "done by no answer");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char region[AC_AWS_MAX_REGION];
    ac_str text = {(const char *)data, len};
    if (len > MAX_BYTES)
        return 0;
    check_messages(text);
    check_batch(text);
    if (ac_sqs_region_of(text, region))
        must(strlen(region) < sizeof region && strchr(region, '-'), "%s", region);
    return 0;
}
