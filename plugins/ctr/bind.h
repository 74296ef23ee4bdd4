// SPDX-License-Identifier: MIT
// An input's members bound to the fields of its objects.
#ifndef CTR_BIND_H
#define CTR_BIND_H
#include "member.h"
#include "shape.h"
#include <acload/plugin.h>
#include <stdbool.h>

enum { REGION_CONFIGURED, REGION_RECORD, REGION_NONE };

struct bound { // a member that has a field
    int path, field;
    enum form form;
    int type; // of the field
    unsigned flags;
    const char *pointer; // for messages
};

struct bound_group {
    int path;
    size_t from, to;  // of bound
    bool is_required; // another kind than an object is an error
    const char *pointer;
};

struct word { // a FORM_WORD, set after everything else
    int path, field;
    const char *pointer;
    uint64_t n_refused; // since the input began
    char refused[48];   // the first of them, if it looks like a word; else ""
};

struct region {
    char text[64]; // what is configured
    size_t len;    // 0: nothing
};

struct recording { // of the object of recordings; fields are -1 where the org has none
    int object;
    int key, contact, path, address, instance, region;
};

struct state {
    // options
    int region_from, has_attributes;
    const char *object_name, *gate, *recordings, *recordings_object;
    // of the job
    const char *recordings_key; // NULL: no recordings
    int recordings_operation;
    char gate_pointer[440]; // "": all are taken
    char gate_why[300];     // why one is not
    // of the input
    struct shape_paths shapes;
    int object, key_field;
    bool has_region;  // whether Region__c is written where there is one
    int region_field; // -1: not written
    struct region region;
    struct recording recording;
    int id_path, updated_path, instance_path, attributes_path, gate_path;
    int recording_gate, redacted_gate;
    int recording_status, recording_type, recording_location, address_path;
    struct bound bound[MEMBER_MAX];
    struct bound_group groups[MEMBER_GROUPS];
    struct word words[16];
    size_t n_bound, n_groups, n_words;
    uint64_t n_gated, n_made, n_other[SHAPE_COUNT];
};

// Options that a table cannot check; the reason of a FAIL is set.
int bind_options(acload_ctx *ctx);
// Binds everything, tells what is left out; the reason of a FAIL is set.
int bind_input(acload_ctx *ctx, const acload_input *in);

#endif
