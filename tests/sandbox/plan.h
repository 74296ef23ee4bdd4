// SPDX-License-Identifier: MIT
// A fault plan as its reader leaves it.
#ifndef SB_PLAN_H
#define SB_PLAN_H

#include "faults.h"

struct sb_rule {
    json_t *source;
    char method[16]; // "*": any
    const char *glob;
    int64_t nth, every, times; // 0: not said
    double share;              // below 0: not said
    bool always;               // neither nth, every nor share
    struct sb_chance chance;
    struct sb_fault fault; // what it points to belongs to the plan
    int64_t matched, fired;
};

struct sb_plan {
    struct sb_arena arena;
    json_t *root;
    struct sb_rule *rules;
    size_t n;
};

#endif
