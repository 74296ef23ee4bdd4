// SPDX-License-Identifier: MIT
// One request on its way through the server, with the answer it gets.
#ifndef SB_REQUEST_H
#define SB_REQUEST_H

#include "app.h"
#include "jsonw.h"

#define SB_MAX_PARTS 6
#define SB_MAX_EXTRA 12

struct sb_pair {
    const char *name;
    const char *value;
    size_t len; // of the value, which may hold NULs
};

struct sb_pairs {
    struct sb_pair *at;
    size_t n;
};

struct sb_req;

// A long answer made piece by piece: fills at most room bytes, 0 at the end, -1 on failure.
struct sb_stream {
    long (*read)(void *arg, char *to, size_t room);
    void (*close)(void *arg);
    void *arg;
};

// Takes a body piece by piece instead of req->body. False: no more is wanted.
struct sb_sink {
    bool (*take)(void *arg, const char *p, size_t len);
    void (*close)(void *arg);
    void *arg;
};

struct sb_fault { // what the fault plan says about this request
    bool hit, commit, endless, cut_before, cut_after, fail_half, stick;
    int status;
    int64_t delay_ms, drip_ms, truncate; // truncate -1: not
    int64_t rows;
    double lock_share;
    struct sb_fail locked; // how those rows fail
    const char *lock_like; // only of rows with such a text; NULL: of all
    const char *body;
    size_t body_len;
    struct sb_pairs headers;
};

struct sb_route {
    const char *name;
    const char *method;
    const char *pattern; // {v} is the version, * a part that is kept
    void (*handle)(struct sb_req *req);
    void (*begin)(struct sb_req *req); // before the body, or NULL
    int since;                         // API version times ten
    unsigned flags;
};

enum {                // flags of routes
    SB_OPEN = 1,      // no session needed
    SB_UNCOUNTED = 2, // no API call
    SB_ADMIN = 4,     // of the sandbox itself
    SB_JSON = 8,      // the body is JSON
    SB_MULTIPART = 16 // the body is JSON or multipart
};

struct sb_req {
    struct sb_app *app;
    struct sb_arena arena;
    const char *method;
    const char *uri;  // as it came
    const char *path; // the same without the query
    struct sb_pairs query;
    struct sb_pairs headers;
    const struct sb_route *route; // NULL: none
    char *part[SB_MAX_PARTS];     // decoded
    int version;                  // 620, or 0
    struct sb_buf body;
    struct sb_sink sink;
    bool sink_done, too_large, counted, in_flight;
    uint64_t received_bytes;
    struct sb_fault fault;
    struct sb_chance fault_chance;
    // The answer. Status 0: not decided yet.
    int status;
    struct sb_buf out;
    const char *content_type;
    struct sb_pairs extra; // headers
    struct sb_stream stream;
};

struct sb_req *sb_req_new(struct sb_app *app, const char *uri);
void sb_req_free(struct sb_req *req);
const char *sb_req_header(const struct sb_req *req, const char *name);
const char *sb_req_param(const struct sb_req *req, const char *name);
void sb_req_add_header(struct sb_req *req, const char *name, const char *value);
// The body as JSON, to be released by the caller; NULL after an error answer.
json_t *sb_req_json(struct sb_req *req);
// A JSON text of any origin, as the org reads it.
json_t *sb_json_read(const char *s, size_t len, json_error_t *e);
// The writer of the answer's body.
struct sb_json sb_req_answer(struct sb_req *req, int status);
void sb_req_error(struct sb_req *req, int status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void sb_req_fail(struct sb_req *req, int status, const struct sb_fail *fail);
void sb_req_not_found(struct sb_req *req);
// {"errors":[...]} elements: one failure with its statusCode.
void sb_put_fail(struct sb_json *j, const struct sb_fail *fail);
// "/services/data/v62.0"
const char *sb_req_base(struct sb_req *req);
// What the rules of writing need to know from a request.
struct sb_save;
void sb_req_save(struct sb_req *req, struct sb_save *s);

#endif
