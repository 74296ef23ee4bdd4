// SPDX-License-Identifier: MIT
// The running org: what every route may need.
#ifndef SB_APP_H
#define SB_APP_H

#include "auth.h"
#include "chance.h"
#include "counters.h"
#include "options.h"
#include "store.h"

#include <pthread.h>
#include <stdatomic.h>

#define SB_API_VERSION 660 // the newest, times ten
#define SB_API_OLDEST 310

struct sb_jobs;
struct sb_cursors;
struct sb_faults;

struct sb_app {
    struct sb_options options;
    struct sb_schema *schema;
    struct sb_store *store;
    struct sb_tally *tally;
    struct sb_auth *auth;
    struct sb_jobs *jobs;
    struct sb_cursors *cursors;
    struct sb_faults *faults;
    char base_url[128]; // where it listens
    char org_id[SB_ID_SIZE];
    char user_id[SB_ID_SIZE];
    int64_t started_ms;
    atomic_int in_flight; // API calls at this moment
    pthread_mutex_t lock; // of what follows
    pthread_cond_t wake;
    bool stopping;
    unsigned n_taped; // requests that --tape kept
    struct sb_chance chance;
};

// The first records of an empty org: itself, its user.
bool sb_app_populate(struct sb_app *app);
// Waits; false when the server is being stopped meanwhile.
bool sb_app_wait(struct sb_app *app, int64_t ms);
bool sb_app_is_stopping(struct sb_app *app);
void sb_app_stop(struct sb_app *app);
uint64_t sb_app_draw(struct sb_app *app); // a number left to chance

#endif
