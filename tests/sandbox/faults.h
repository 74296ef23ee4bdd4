// SPDX-License-Identifier: MIT
// A plan of what goes wrong, for which call.
#ifndef SB_FAULTS_H
#define SB_FAULTS_H

#include "request.h"

struct sb_plan;

// Reads a plan (a JSON array of rules). NULL with the reason in why.
struct sb_plan *sb_plan_read(const char *s, size_t len, uint64_t seed, char *why, size_t why_size);
struct sb_plan *sb_plan_load(const char *file, uint64_t seed, char *why, size_t why_size);
void sb_plan_free(struct sb_plan *p);

struct sb_faults *sb_faults_new(void);
void sb_faults_free(struct sb_faults *f);
// The plan from now on; it is owned by f then.
void sb_faults_set(struct sb_faults *f, struct sb_plan *p);
// Looks the request up in the plan, fills its fault.
void sb_faults_match(struct sb_req *req);
// The rules with what they matched, as a JSON array.
void sb_faults_print(struct sb_faults *f, struct sb_json *j);
size_t sb_plan_count(const struct sb_plan *p);

#endif
