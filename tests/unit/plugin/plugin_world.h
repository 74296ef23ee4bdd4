// SPDX-License-Identifier: MIT
// What surrounds an instance in tests of the plugin room: an org, a clock, the end of the chain.
#ifndef TESTS_UNIT_PLUGIN_WORLD_H
#define TESTS_UNIT_PLUGIN_WORLD_H
#include "plugin/chain.h"
#include <stdio.h>

#define PLUGIN_WORLD_MAX 8

// What happened is written down as text, a line for each event:
//   made 1: Score__c upsert Id__c=a Name__c=x Amount__c=(null); Score__c insert Name__c=y
//   dropped 2: why
//   rejected 3: CODE why
//   held 4
// where the number is the row's line. A row that was held before has a star behind its line.
struct plugin_world {
    struct ac_arena arena; // of the run
    struct ac_clock_fake clock;
    struct ac_services services;
    struct ac_chain chain;
    struct ac_instance *plugins[PLUGIN_WORLD_MAX];
    struct ac_buf told;
    FILE *log;
    char *logged;
    size_t logged_len;
    struct ac_err err;
    bool is_quoted;       // cells do not stand in the row's raw text
    bool is_open;         // objects come from schema files: unknown fields are kept
    struct ac_err no_org; // when set: what asking for a schema comes to
    enum ac_rc made_rc;   // what the end of the chain answers
    size_t n_asked;       // schemas
    uint64_t line;        // of the last row
    const struct ac_schema *schemas[4];
};

// The org has Score__c: Id__c (text 20, external id, required), Name__c (text 10), Amount__c (8
// digits, 2 after the point), Done__c (boolean), Day__c (date), At__c (datetime), Rate__c
// (percent), Count__c (int, 5 digits), Kind__c (restricted picklist A B), Locked__c (read-only),
// Note__c (text, 100000 characters); it has Wide__c: Id__c with F0__c … F4999__c; and Lone__c: no
// external id.
struct plugin_world *plugin_world_new(void);
void plugin_world_free(struct plugin_world *w);
// Adds an instance to the chain, opened. values are "name=value" pairs ended by NULL; may be NULL.
struct ac_instance *plugin_world_add(struct plugin_world *w, const struct ac_module *module,
                                     const char *const *values);
// The same without opening; what came of it is in w->err.
struct ac_instance *plugin_world_try(struct plugin_world *w, const struct ac_module *module,
                                     const char *const *values);
// A module made of a descriptor, as the loader would make it of a file.
const struct ac_module *plugin_world_module(struct plugin_world *w, const acload_plugin *plugin);
// Begins an input with the columns, between '|'.
enum ac_rc plugin_world_begin(struct plugin_world *w, const char *columns);
// The same for JSON, without columns.
enum ac_rc plugin_world_begin_json(struct plugin_world *w);
// A row that is a JSON value, through the chain.
enum ac_rc plugin_world_json(struct plugin_world *w, const char *text);
// A row with its cells, between '|', through the chain; its raw text is that line.
enum ac_rc plugin_world_row(struct plugin_world *w, const char *cells);
enum ac_rc plugin_world_flush(struct plugin_world *w, int when);
// All that was told since the last call.
const char *plugin_world_told(struct plugin_world *w);
// What was logged so far.
const char *plugin_world_logged(struct plugin_world *w);

#endif
