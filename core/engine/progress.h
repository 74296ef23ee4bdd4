// SPDX-License-Identifier: MIT
// How far a run is: a bar on a terminal, a line a minute elsewhere.
#ifndef AC_ENGINE_PROGRESS_H
#define AC_ENGINE_PROGRESS_H
#include "base/clock.h"
#include "engine/stats.h"
#include <stdio.h>

struct ac_progress {
    FILE *out;
    bool is_terminal, use_color, is_quiet;
    const struct ac_clock *clock;
    int64_t shown_ms; // when something was shown last
    int64_t begun_ms;
    bool is_drawn; // a bar stands on the terminal's last line
};
void ac_progress_init(struct ac_progress *p, FILE *out, bool use_color, bool is_quiet,
                      const struct ac_clock *clock);
// Draws at most ten times a second (terminal) or once a minute. arg is the struct ac_progress.
void ac_progress_show(void *arg, const struct ac_stats *stats);
void ac_progress_wipe(struct ac_progress *p); // before other output; nothing without a bar
// "1,234,567": people compare row counts.
const char *ac_progress_grouped(uint64_t n, char out[32]);

#endif
