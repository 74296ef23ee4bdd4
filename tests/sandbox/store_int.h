// SPDX-License-Identifier: MIT
// What the files of the store share: its statements, kept ready.
#ifndef SB_STORE_INT_H
#define SB_STORE_INT_H

#include "store.h"

#include <pthread.h>

#define SB_UPDATES 32 // statements kept for different sets of changed fields

struct sb_set { // an UPDATE of just these fields
    sqlite3_stmt *q;
    unsigned char *set; // one byte a field
    uint64_t used;      // when last
};

struct sb_find {
    int field;
    sqlite3_stmt *q;
};

struct sb_table {
    sqlite3_stmt *insert, *get, *state;
    struct sb_set updates[SB_UPDATES];
    struct sb_find *finds;
    size_t n_finds;
};

struct sb_store {
    const struct sb_schema *schema;
    sqlite3 *db;
    pthread_mutex_t lock;
    struct sb_table *tables;
    sqlite3_stmt *next; // the number of the next row
    uint64_t clock;     // counts updates, to tell the oldest statement
};

// The collation and the functions that queries use.
bool sb_store_functions(sqlite3 *db);

#endif
