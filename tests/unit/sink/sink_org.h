// SPDX-License-Identifier: MIT
// A small org behind the scripted network: collections, bulk jobs, a fate for every record.
#ifndef SINK_ORG_H
#define SINK_ORG_H
#include "base/buf.h"
#include "org/net.h"

// Records are known by the number behind the letter of their Key__c ("k17"), or, where there is no
// such column, of Name__c ("t17"). The org keeps what it got and says what was asked of it.
#define SINK_ORG_RECORDS 20000

struct sink_fate {              // of the record of that number
    const char *code, *message; // NULL: it goes in
    int times;                  // so often, then it goes in; 0: always
    int whole_status;           // not 0: the whole collections call is refused with this status
};

struct sink_org_job {
    char id[32];
    char state[20];
    bool is_insert;
    char *csv; // as uploaded, NULL: nothing yet
    int n_polls;
    uint64_t n_processed, n_failed;
    struct ac_buf failed, successful, unprocessed;
};

struct sink_org {
    struct sink_fate fates[SINK_ORG_RECORDS];
    int n_written[SINK_ORG_RECORDS]; // how often each went in
    int n_made[SINK_ORG_RECORDS];    // as a new record: by an insert, or the first upsert
    size_t n_records;                // in all collections calls and jobs
    size_t biggest_call;

    struct sink_org_job jobs[64];
    size_t n_jobs;
    int polls_to_end;       // looks at a job before it is over; 0: the first
    int fails_after;        // the job fails when it has done so many rows; -1: it does not
    const char *fail_error; // its errorMessage
    int n_failing_jobs;     // so many jobs fail
    bool is_shuffled;       // result rows in another order, columns reversed
    bool is_exponent;       // numbers come back as 9.12E8
    bool hides_counts;      // jobs do not say how many they did
    int forgets;            // so many rows have no result at all
    bool does_forgotten;    // they go in all the same
    const char *error_tail; // added to sf__Error
    bool is_upper;          // keys come back in capital letters
    const char *loses;      // a glob: the answer to such a path is lost, after it was done
    int n_loses;            // so often
    int calls_left;         // of the day; -1: no limit
    int used, max;          // told with every answer, one more each time; max 0: not told
    char limit_info[64];    // the header that was made of them
    unsigned chaos;         // so many calls of a hundred fail before they are done, or after
    uint64_t seed;          // of chaos
    // Called before a job's state is changed, to look at what the sink did before.
    void (*on_close)(void *arg, const char *job_id);
    void *on_close_arg;
};

void sink_org_init(struct sink_org *org);
void sink_org_free(struct sink_org *org);
// Answers everything, for ever: what the test wants otherwise is added to the net before.
void sink_org_serve(struct sink_org *org, struct net *net);
// The usual fates.
void sink_org_refuse(struct sink_org *org, uint32_t number, const char *code, int times);

#define SINK_ORG_ANY "/services/data/v62.0/*"
#define SINK_ORG_COLLECTIONS "/services/data/v62.0/composite/sobjects*"
#define SINK_ORG_QUERY "/services/data/v62.0/query*"
#define SINK_ORG_CREATE "/services/data/v62.0/jobs/ingest"
#define SINK_ORG_JOB "/services/data/v62.0/jobs/ingest/750??????"
#define SINK_ORG_BATCHES "/services/data/v62.0/jobs/ingest/*/batches"
#define SINK_ORG_FAILED "/services/data/v62.0/jobs/ingest/*/failedResults"
#define SINK_ORG_SUCCESSFUL "/services/data/v62.0/jobs/ingest/*/successfulResults"
#define SINK_ORG_UNPROCESSED "/services/data/v62.0/jobs/ingest/*/unprocessedrecords"

#endif
