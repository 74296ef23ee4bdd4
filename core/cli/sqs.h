// SPDX-License-Identifier: MIT
// A worker on a queue: what it holds between receiving messages, settling them.
//
// A worker gathers: it receives messages, reads what they name into the engines of their jobs (one
// desk a job), until there are enough rows or the time is over. Then every desk sends what it has,
// and each message is answered: deleted when all that it names is settled (rejected rows are kept
// by the ledger, so they are settled), else hidden for a while, longer each time it comes. A
// message that stays on its own way back often enough is taken by the queue's dead letters, which
// is the queue's affair. Desks stay open over many gatherings, so that logging in and asking for
// fields is done once an hour.
//
// Several workers need nothing of each other, with one state directory or several: the queue gives
// each message to one of them, and a record that two send twice is the same record.
#ifndef AC_CLI_SQS_H
#define AC_CLI_SQS_H
#include "cli/hook.h"
#include "hook/sqs.h"

struct ac_worker;

struct ac_desk { // a job's engine
    struct ac_worker *worker;
    const struct ac_job *job; // NULL: what belongs to none, records of streams
    struct ac_engine *engine; // NULL: not open
    struct ac_progress progress;
    int64_t opened_ms;
};

struct ac_wanted { // an object that messages name, or records of a stream that one holds
    struct ac_wanted *next;
    uint64_t hash; // of what an object is named by
    struct ac_desk *desk;
    struct ac_ticket ticket;
};

struct ac_letter_part { // of a message
    struct ac_letter_part *next;
    struct ac_wanted *of;
};

struct ac_letter { // a message that is worked on
    const char *id, *receipt;
    unsigned n_received;
    struct ac_letter_part *parts;
    int exit_code; // of what it says itself: not understood, of no job
    bool is_begun; // some of it was looked at
    bool is_over;  // deleted, or given back
};

struct ac_worker {
    const struct ac_hook *hook;
    struct ac_cli *cli;
    struct ac_desk *desks; // in the order of the jobs, last the one without
    size_t n_desks;
    // Of this gathering.
    struct ac_arena arena;
    struct ac_letter *letters;
    size_t n_letters;
    struct ac_wanted *wanted;
    uint64_t n_rows, n_tests, n_others;
    bool is_in_trouble; // nothing more is read: the org or the machine does not let us
    // Of the whole command.
    int exit_code;         // the worst of all
    bool is_fatal;         // waiting would not help
    volatile int is_ended; // the engines are to stop: a signal came, and the grace is over
    void (*tick)(struct ac_worker *w); // called now and then while an engine works
};

// desk.c: reads what a message names. What goes wrong is told, noted with letter or worker.
void ac_desk_take(struct ac_worker *w, struct ac_letter *letter, ac_str body);
// Sends what all desks have, waits for the outcomes. A desk that fails, or that has done enough, is
// closed.
void ac_desk_flush_all(struct ac_worker *w);
void ac_desk_close_all(struct ac_worker *w);
// Is all that it names settled? Then it may be deleted.
bool ac_desk_is_settled(const struct ac_letter *letter);
// The worst that went wrong with it, 0: nothing did.
int ac_desk_exit(const struct ac_letter *letter);

#endif
