// SPDX-License-Identifier: MIT
// The retry policy: outcome, attempt, clock in; wait, split or give up out.
#ifndef AC_BATCH_RETRY_H
#define AC_BATCH_RETRY_H
#include "base/clock.h"
#include "org/reply.h"

struct ac_retry_options {
    int64_t base_ms;   // 500
    int64_t max_ms;    // 30000
    int max_attempts;  // 8: of one call or row, the first included
    int few_attempts;  // 3: for AC_OUT_RETRY_FEW
    int64_t budget_ms; // 600000: of waiting, for one call or row
};
enum ac_retry_what { AC_RETRY_DONE, AC_RETRY_WAIT, AC_RETRY_SPLIT, AC_RETRY_REFUSE, AC_RETRY_STOP };
struct ac_retry_verdict {
    enum ac_retry_what what;
    int64_t wait_ms; // for WAIT: full jitter in [0, min(max, base * 2^(attempt-1))], or Retry-After
};
// attempt counts from 1 (the one that just ended); waited_ms is what was waited for it so far;
// n is how many records the call carried (SPLIT only makes sense above 1). When no try is left:
// STOP for RETRY, SLOW_DOWN, SESSION or UNKNOWN (the org does not answer, run again later), REFUSE
// for RETRY_FEW, LOCKED or INNOCENT. A Retry-After beyond the budget counts as no try left. Pure
// but for random.
struct ac_retry_verdict ac_retry_decide(const struct ac_retry_options *options,
                                        enum ac_outcome outcome, int attempt, int64_t waited_ms,
                                        int64_t retry_after_ms, size_t n,
                                        const struct ac_clock *clock);

#endif
