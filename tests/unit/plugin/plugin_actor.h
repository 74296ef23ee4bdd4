// SPDX-License-Identifier: MIT
// A plugin whose callbacks are functions of the test.
#ifndef TESTS_UNIT_PLUGIN_ACTOR_H
#define TESTS_UNIT_PLUGIN_ACTOR_H
#include "plugin_world.h"

// What the test plays; NULL: nothing, and OK or PASS. Set anew for every test.
struct plugin_actor {
    int (*bid)(acload_ctx *ctx, acload_bid *bid);
    int (*open)(acload_ctx *ctx);
    int (*begin)(acload_ctx *ctx, const acload_input *input);
    int (*row)(acload_ctx *ctx, acload_row *row);
    int (*flush)(acload_ctx *ctx, int when);
    int n_open, n_close;
    const acload_sample *sample; // of the bid
    // Numbers for the functions' own use.
    int object, other, field[8];
    acload_row *kept;
    acload_record *record;
};
extern struct plugin_actor plugin_actor;

const acload_plugin *plugin_actor_new(void); // the actor forgets all; its descriptor
// Binds Score__c (upsert by Id__c): field[0] Id__c, [1] Name__c, [2] Amount__c, [3] Note__c.
int plugin_actor_bind(acload_ctx *ctx, const acload_input *input);

#endif
