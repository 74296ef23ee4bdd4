// SPDX-License-Identifier: MIT
// What an outcome means for the call or row that had it: wait, split, refuse, stop.
#include "batch/retry.h"

// What is done when no try is left. An org that does not answer ends the run, which can be started
// again; a row that is refused again and again is refused.
enum policy {
    POLICY_DONE,
    POLICY_STOP,
    POLICY_REFUSE,
    POLICY_SPLIT,
    POLICY_RETRY,        // then stop
    POLICY_RETRY_FEW,    // then refuse
    POLICY_RETRY_ROW,    // then refuse
    POLICY_AGAIN_AT_ONCE // then refuse
};

static enum policy policy_of(enum ac_outcome outcome) {
    switch (outcome) {
    case AC_OUT_OK:
    case AC_OUT_CREATED:
    case AC_OUT_UPDATED:
    case AC_OUT_UNCHANGED:
        return POLICY_DONE;
    case AC_OUT_RETRY:
    case AC_OUT_SLOW_DOWN:
    case AC_OUT_SESSION:
    case AC_OUT_UNKNOWN:
        return POLICY_RETRY;
    case AC_OUT_RETRY_FEW:
        return POLICY_RETRY_FEW;
    case AC_OUT_LOCKED:
        return POLICY_RETRY_ROW;
    case AC_OUT_INNOCENT:
        return POLICY_AGAIN_AT_ONCE;
    case AC_OUT_WHOLE:
        return POLICY_SPLIT;
    case AC_OUT_REFUSED:
        return POLICY_REFUSE;
    case AC_OUT_STOP:
    case AC_OUT_CONFIG:
        return POLICY_STOP;
    }
    return POLICY_REFUSE;
}

// Full jitter: any wait up to the ceiling is as likely as another, so that many callers who were
// sent away together do not come back together.
static int64_t jitter(const struct ac_retry_options *o, int attempt, const struct ac_clock *clock) {
    int64_t ceiling = o->base_ms;
    for (int i = 1; i < attempt && ceiling < o->max_ms; i++)
        ceiling *= 2;
    if (ceiling > o->max_ms)
        ceiling = o->max_ms;
    if (ceiling <= 0)
        return 0;
    return (int64_t)(clock->random(clock->self) % ((uint64_t)ceiling + 1));
}

static struct ac_retry_verdict wait(const struct ac_retry_options *o, int max_attempts,
                                    enum ac_retry_what last, int attempt, int64_t waited_ms,
                                    int64_t retry_after_ms, const struct ac_clock *clock) {
    int64_t left_ms = o->budget_ms - waited_ms;
    if (attempt >= max_attempts || left_ms <= 0 || retry_after_ms > left_ms)
        return (struct ac_retry_verdict){.what = last};
    int64_t wait_ms = retry_after_ms >= 0 ? retry_after_ms : jitter(o, attempt, clock);
    return (struct ac_retry_verdict){AC_RETRY_WAIT, wait_ms < left_ms ? wait_ms : left_ms};
}

struct ac_retry_verdict ac_retry_decide(const struct ac_retry_options *options,
                                        enum ac_outcome outcome, int attempt, int64_t waited_ms,
                                        int64_t retry_after_ms, size_t n,
                                        const struct ac_clock *clock) {
    const struct ac_retry_options *o = options;
    int few = o->few_attempts < o->max_attempts ? o->few_attempts : o->max_attempts;
    switch (policy_of(outcome)) {
    case POLICY_DONE:
        return (struct ac_retry_verdict){.what = AC_RETRY_DONE};
    case POLICY_STOP:
        return (struct ac_retry_verdict){.what = AC_RETRY_STOP};
    case POLICY_REFUSE:
        break;
    case POLICY_SPLIT:
        if (n > 1)
            return (struct ac_retry_verdict){.what = AC_RETRY_SPLIT};
        break;
    case POLICY_RETRY:
        return wait(o, o->max_attempts, AC_RETRY_STOP, attempt, waited_ms, retry_after_ms, clock);
    case POLICY_RETRY_FEW:
        return wait(o, few, AC_RETRY_REFUSE, attempt, waited_ms, retry_after_ms, clock);
    case POLICY_RETRY_ROW:
        return wait(o, o->max_attempts, AC_RETRY_REFUSE, attempt, waited_ms, retry_after_ms, clock);
    case POLICY_AGAIN_AT_ONCE:
        return wait(o, o->max_attempts, AC_RETRY_REFUSE, attempt, waited_ms, 0, clock);
    }
    return (struct ac_retry_verdict){.what = AC_RETRY_REFUSE};
}
