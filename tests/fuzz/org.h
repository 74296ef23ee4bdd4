// SPDX-License-Identifier: MIT
// A local org in memory, without its server.
#ifndef TEST_FUZZ_ORG_H
#define TEST_FUZZ_ORG_H
#include "app.h"
#include "request.h"

// Built once, from schemas/ with tests/sandbox/objects; it holds a record of Thing__c.
struct sb_app *fuzz_org(void);
// A request to it, as if it had come: a new one each time, to be freed.
struct sb_req *fuzz_org_request(const char *method, const void *body, size_t len);
// What it answered is JSON, with a status of HTTP.
void fuzz_org_check_answer(const struct sb_req *req);

#endif
