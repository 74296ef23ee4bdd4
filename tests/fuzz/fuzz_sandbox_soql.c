// SPDX-License-Identifier: MIT
// Fuzz target: questions in SOQL to the local org.
//
// What must hold: each is answered in JSON; what was understood becomes SQL that SQLite takes, so
// that nothing of a question is ever read as SQL.
//
// Corpus: tests/cases/soql
#include "fuzz/fuzz.h"
#include "fuzz/org.h"
#include "routes.h"
#include <string.h>

static bool has_limits_of_its_own(const char *why) {
    static const char *const limits[] = {"too many", "too large", "maximum depth", "at most",
                                         "parser stack overflow"};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strstr(why, limits[i]))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len > 16384)
        return 0;
    struct sb_req *req = fuzz_org_request("GET", "", 0);
    char *text = sb_arena_copy(&req->arena, (const char *)data, len);
    struct sb_pair q[] = {{"q", text, strlen(text)}, {"columns", "true", 4}};
    req->query = (struct sb_pairs){q, len && data[len - 1] == ' ' ? 2 : 1};
    sb_query(req);
    fuzz_org_check_answer(req);
    if (strstr(req->out.at, "\"errorCode\":\"QUERY_TOO_COMPLICATED\"")) {
        const char *why = sqlite3_errmsg(sb_store_sql(req->app->store));
        must(has_limits_of_its_own(why), "%s: %s", text, why);
    }
    sb_req_free(req);
    return 0;
}
