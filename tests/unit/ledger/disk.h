// SPDX-License-Identifier: MIT
// A disk below SQLite that counts, fails or forgets on demand.
#ifndef TESTS_LEDGER_DISK_H
#define TESTS_LEDGER_DISK_H
#include <sqlite3.h>
#include <stdbool.h>

// Every write, truncation, fsync or removal is a step. With fail_at, that step and all later ones
// fail with fail_code. A power cut takes back every write that no fsync followed; for that, fsync
// itself need not reach the machine's disk, and does not: tests would wait for it.
struct ledger_disk {
    unsigned n_steps, fail_at;
    int fail_code;
    unsigned n_syncs;
    bool is_watched; // writes are remembered for a power cut
};
extern struct ledger_disk ledger_disk;

void ledger_disk_install(void); // once in a program, before the first ledger (ledger_main does)
// Counts from nothing, works, watches; what was written so far is safe.
void ledger_disk_reset(void);
// Is there anything that a power cut would take back now?
bool ledger_disk_is_dirty(void);
// Only with all ledgers closed.
void ledger_disk_cut_power(void);

#endif
