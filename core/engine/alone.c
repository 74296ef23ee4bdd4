// SPDX-License-Identifier: MIT
// Batches whose records are looked for in the org: one process at a time.
//
// Two that look for the same record at once would both not find it, and both insert it. So whoever
// sends such a batch has a lock of the ledger until the batch is settled; others wait. A process
// that died has no lock, but its bulk jobs may be under way in the org: the next run asks about
// them first of all, and one that had begun before stops.
#include "base/log.h"
#include "engine/engine_int.h"
#include <string.h>

#define LOCK "records looked for"
#define WAIT_MS 500
#define MAX_BATCHES 10000u

struct looking {
    struct ac_engine *e;
    int64_t batch; // one that another run has left, 0: none
};

static bool is_left(void *arg, const struct ac_batch_info *info) {
    struct looking *l = arg;
    bool is_it = info->operation == ACLOAD_FIND && info->run != l->e->run && info->n_jobs &&
                 strcmp(info->org, l->e->org_name) == 0;
    const char *bare = is_it ? ac_engine_bare_name(l->e, ac_str_of(info->object)) : NULL;
    is_it &= !bare || !ac_engine_is_parked(l->e, bare); // nothing is sent to it
    l->batch = is_it ? info->id : 0;
    return !is_it;
}

// With the lock, nobody else's jobs are under way, but for those of runs that came to no end.
static enum ac_rc look_for_left(struct ac_engine *e, struct ac_err *err) {
    struct looking l = {e, 0};
    enum ac_rc rc = ac_ledger_batches(e->ledger, MAX_BATCHES, is_left, &l, err);
    if (rc != AC_OK || !l.batch)
        return rc;
    ac_ledger_unlock(e->ledger, LOCK);
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LEFT_BATCH",
                      "another run came to no end, and nobody knows yet what it inserted (batch "
                      "%lld): run again, then that is asked first",
                      (long long)l.batch);
}

static bool has_lock(const struct ac_engine *e) {
    for (const struct flight *f = e->flights; f; f = f->next)
        if (f->is_alone)
            return true;
    return false;
}

enum ac_rc ac_engine_alone(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    bool is_told = false;
    if (!e->ledger || ac_batch_columns(f->batch)->operation != ACLOAD_FIND)
        return AC_OK;
    if (has_lock(e)) {
        f->is_alone = true;
        return AC_OK;
    }
    enum ac_rc rc = AC_AGAIN;
    while (rc == AC_AGAIN) {
        ac_err_clear(err);
        rc = ac_ledger_lock(e->ledger, LOCK, err);
        if (rc == AC_AGAIN && !is_told)
            ac_log(AC_LOG_INFO, "another run looks for records in the org; this one waits for it",
                   NULL);
        is_told = true;
        if (rc == AC_AGAIN && ac_engine_wait(e, WAIT_MS, err) != AC_OK)
            return err->rc;
    }
    if (rc == AC_OK && !e->is_adopting) // else all of them are taken up now
        rc = look_for_left(e, err);
    f->is_alone = rc == AC_OK;
    return rc;
}

void ac_engine_alone_end(struct ac_engine *e) {
    if (e->ledger && !has_lock(e))
        ac_ledger_unlock(e->ledger, LOCK);
}
