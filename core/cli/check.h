// SPDX-License-Identifier: MIT
// What the files of acload check share: lines said, the org asked.
#ifndef AC_CLI_CHECK_H
#define AC_CLI_CHECK_H
#include "cli/cli.h"
#include "plugin/host.h"

#define AC_CHECK_MAX_OBJECTS 64

struct ac_checking {
    struct ac_cli *cli;
    bool as_json;
    int code, width;
    struct ac_org_options login;
    struct ac_org *org;       // NULL: nobody could log in
    struct ac_ledger *ledger; // what the org says of its objects is kept there; NULL: nowhere
    struct {                  // described
        char name[128];       // without namespace
        const struct ac_schema *schema;
    } objects[AC_CHECK_MAX_OBJECTS];
    size_t n_objects;
    struct ac_services services;
};

enum ac_verdict { AC_GOOD, AC_NOTE, AC_BAD };
// One line; a bad one makes the exit code 2.
void ac_check_say(struct ac_checking *c, enum ac_verdict verdict, const char *what, const char *fmt,
                  ...) __attribute__((format(printf, 4, 5)));
// Did the org refuse a session that it had just given? Then that is said, once, and it is asked for
// nothing more: each answer would be the same, and each would cost a login.
bool ac_check_is_shut_out(struct ac_checking *c, const struct ac_err *err);
// The object as the org has it, NULL when it has none (err says why).
const struct ac_schema *ac_check_describe(struct ac_checking *c, const char *object,
                                          struct ac_err *err);
void ac_check_objects(struct ac_checking *c); // objects, fields (check_org.c)
void ac_check_jobs(struct ac_checking *c);    // plugins, encodings of jobs (check_jobs.c)
void ac_check_begins(struct ac_checking *c);  // what they ask of the org (check_jobs.c)
void ac_check_map(struct ac_checking *c);     // fields that jobs fill (check_map.c)
void ac_check_ids(struct ac_checking *c);     // how records got their keys (check_ids.c)
void ac_check_buckets(struct ac_checking *c); // inputs s3://, the place of rejects (check_bucket.c)
void ac_check_streams(struct ac_checking *c); // inputs kinesis://, a line each (check_stream.c)

#endif
