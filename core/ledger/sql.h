// SPDX-License-Identifier: MIT
// Every SQL statement of the ledger by name, with the steps that build its tables.
#ifndef AC_LEDGER_SQL_H
#define AC_LEDGER_SQL_H

// "ACLD": tells our database from anybody else's.
#define AC_LEDGER_APPLICATION 0x41434c44

// The tables as they grew. Step i leads from user_version i to i + 1. A step that was ever
// released is never edited; a new one is added at the end.
#define AC_LEDGER_N_STEPS 5
extern const char *const ac_sql_steps[AC_LEDGER_N_STEPS];

enum ac_sql {
    AC_SQL_RUN_BEGIN,
    AC_SQL_RUN_END,
    AC_SQL_INPUT_SETTLED,
    AC_SQL_INPUT_BEGIN,
    AC_SQL_INPUT_END,
    AC_SQL_INPUT_HEADER,
    AC_SQL_INPUT_RANGES_DROP,
    AC_SQL_HEADER_GET,
    AC_SQL_HEADER_PUT,
    AC_SQL_FILE_GET,
    AC_SQL_FILE_PUT,
    AC_SQL_FILE_DONE,
    AC_SQL_FILE_UNDONE,
    AC_SQL_FILE_IS_DONE,
    AC_SQL_BATCH_BEGIN,
    AC_SQL_BATCH_SEAL,
    AC_SQL_BATCH_RANGE,
    AC_SQL_BATCH_JOB,
    AC_SQL_BATCH_SETTLE,
    AC_SQL_REJECT_ADD,
    AC_SQL_REJECT_FORGET,
    AC_SQL_REJECT_EXPIRE,
    AC_SQL_PULSE,
    AC_SQL_OBJECT_GET,
    AC_SQL_OBJECT_ADD,
    AC_SQL_OBJECT_NEWEST,
    AC_SQL_VERSION_RUN_ADD,
    AC_SQL_VERSION_RUN_SET,
    AC_SQL_VERSION_RUN_DROP,
    AC_SQL_VERSION_RUNS_NEWER,
    AC_SQL_VERSION_RUNS_OF_LEVEL,
    AC_SQL_VERSION_PART_ADD,
    AC_SQL_VERSION_PART_FROM,
    AC_SQL_VERSION_PARTS_DROP,
    AC_SQL_DESCRIBE_GET,
    AC_SQL_DESCRIBE_PUT,
    AC_SQL_RUNS,
    AC_SQL_INPUTS,
    AC_SQL_BATCHES,
    AC_SQL_BATCH_JOBS,
    AC_SQL_TOTALS_RUNS,
    AC_SQL_TOTALS_INPUTS,
    AC_SQL_TOTALS_REJECTS,
    AC_SQL_REJECT_INPUTS,
    AC_SQL_REJECTS_OF_INPUT,
    AC_SQL_REJECT_SUMMARY,
    AC_SQL_N
};
extern const char *const ac_sql_text[AC_SQL_N];

#endif
