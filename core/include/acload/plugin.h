// SPDX-License-Identifier: MIT
// The contract between acload and its plugins: the only header a plugin includes.
//
// A plugin is a shared object that exports one function, acload_plugin_entry(), which returns a
// const descriptor. It links to no part of acload and reaches us only through the host table.
//
//   entry ─▶ bid* ─▶ open ─▶ ┌ begin ─▶ row* ─▶ flush(END_OF_INPUT) ┐ ─▶ flush(END_OF_RUN) ─▶ close
//                            └──────── once for every input ────────┘ (begin again after FAIL)
//
// Rules that hold everywhere:
// - One thread calls one instance. The same plugin may be used twice in a job, each with its own
//   state, so a plugin keeps no mutable statics.
// - A slice lent to a plugin lives until the callback returns. What must live longer goes into
//   keep() (dies with the instance) or row_alloc() (dies with the row); neither is ever freed by
//   the plugin.
// - Structs grow at their end only, and carry their size; a signature never changes.
// - Every row is accounted for: there is no silent way to lose one.
#ifndef ACLOAD_PLUGIN_H
#define ACLOAD_PLUGIN_H
#include <stddef.h>
#include <stdint.h>

#define ACLOAD_ABI 0u // 0: may still change between releases of acload

// Text of a known length, UTF-8, not NUL-terminated. ptr == NULL is null, len == 0 is empty.
typedef struct {
    const char *ptr;
    size_t len;
} acload_str;

typedef struct acload_row acload_row;       // what came in: the cells of a CSV row, a JSON value
typedef struct acload_record acload_record; // what goes out: fields of one Salesforce object
typedef struct acload_host acload_host;

// What open, begin, flush, set, set_null and emit return. FAIL needs a reason given to fail().
enum { ACLOAD_OK = 0, ACLOAD_FAIL = 1 };

// What row() returns.
enum {
    ACLOAD_PASS = 0,   // done with it; the next plugin of the job sees it too
    ACLOAD_DROP = 1,   // left out on purpose, and counted; fail() may say why
    ACLOAD_TAKE = 2,   // kept at its address, its cells moved (get() them again), till release()
    ACLOAD_REJECT = 3, // cannot become a record: fail() says why; the row goes to the rejects
    ACLOAD_STOP = 4    // end the run so that it can be resumed; fail() says why
};

// What rows are, and what stands at a path of a JSON value. RECORDS: what the
// org has of the object `name`, newest first: is the key what you would write (DROP), or not?
enum { ACLOAD_CSV = 0, ACLOAD_JSON = 1, ACLOAD_RECORDS = 2 };
enum { ACLOAD_NONE = 0, ACLOAD_NULL, ACLOAD_TEXT, ACLOAD_NUM, ACLOAD_BOOL, ACLOAD_OBJ, ACLOAD_ARR };

// Why flush() is called.
enum { ACLOAD_CHECKPOINT = 0, ACLOAD_END_OF_INPUT = 1, ACLOAD_END_OF_RUN = 2 };

// How the records of an object are written. FIND: as an upsert, by a text field that need be no
// external id: the org is asked, what it has is updated, what it has not is inserted.
enum { ACLOAD_UPSERT = 0, ACLOAD_INSERT = 1, ACLOAD_FIND = 2 };

enum { ACLOAD_DEBUG = 0, ACLOAD_INFO = 1, ACLOAD_WARNING = 2 }; // the levels of log()

// What a field of an object can hold, as the org's describe says it. UNKNOWN: no org was asked, and
// the schemas do not know the field. STRING: text of every kind, also phone, email, url, picklist,
// id. NUMBER: int, double, currency.
enum { ACLOAD_UNKNOWN = 0, ACLOAD_STRING, ACLOAD_NUMBER, ACLOAD_PERCENT, ACLOAD_BOOLEAN };
enum { ACLOAD_DATE = 5, ACLOAD_DATETIME = 6 };

typedef struct { // what field() tells; set size to sizeof before the call
    uint32_t size;
    int32_t type;      // ACLOAD_STRING …
    uint32_t length;   // characters a text may have; 0: no limit known
    int32_t precision; // digits of a number in all, and those after its point
    int32_t scale;
    int32_t writable; // 0: the user may not write this field
} acload_traits;

// The types of options. The member at `at` is: TEXT const char * (never NULL once filled unless the
// fallback is ""), INT int64_t, BOOL int, SIZE int64_t bytes ("64M"), TIME int64_t milliseconds
// ("90s", "5m"), CHOICE int (index into choices).
enum { ACLOAD_OPT_TEXT = 0, ACLOAD_OPT_INT, ACLOAD_OPT_BOOL, ACLOAD_OPT_SIZE };
enum { ACLOAD_OPT_TIME = 4, ACLOAD_OPT_CHOICE = 5 };

typedef struct { // one option; the table ends at name == NULL
    const char *name;
    int type;
    size_t at;            // offsetof in the plugin's state
    const char *fallback; // the value when none is given; NULL: the option is required
    int64_t min, max;     // range of INT, SIZE and TIME; both 0: any
    const char *choices;  // CHOICE: "modified|event"; TEXT: a word for help ("FILE"), or NULL
    const char *help;     // one sentence
} acload_option;

typedef struct { // what a plugin sees when it bids: the beginning of an input
    uint32_t size;
    acload_str name; // of the input, as people know it
    size_t n_columns;
    const acload_str *columns; // the header as it stands in the input
    size_t n_rows;             // complete rows at hand, at most 8
    const acload_str *cells;   // n_rows * n_columns cells, row after row
    int32_t format;            // ACLOAD_JSON: no columns, but:
    size_t n_values;           // complete values at hand, at most 8, for get() and kind()
    const acload_row *const *values;
} acload_sample;

typedef struct { // a bid: acload sets size and zeroes the rest
    uint32_t size;
    int32_t score;     // 0: not mine; 1..100: how sure; the highest score wins, a tie is an error
    int32_t near;      // score == 0: 0..100, how near a miss it was (for the error message)
    char missing[200]; // what would have made it a bid, "column StartInterval"
} acload_bid;

typedef struct { // one input: a file, an archive's member
    uint32_t size;
    acload_str name;     // as people know it: "reports.zip!queue.csv"
    acload_str identity; // what makes it the same input again
    acload_str region;   // null: not configured; empty: configured as "none"
    int64_t modified_ms; // when the object was last modified, Unix epoch
    int64_t event_ms;    // when its event happened; modified_ms when there was no event
    size_t n_columns;
    const acload_str *columns;
    int32_t format; // ACLOAD_CSV, ACLOAD_JSON
} acload_input;

typedef struct { // a column with the field its cells go to, for fill()
    int32_t column, field;
    int32_t sign; // left off where it stands behind a number, '%'; 0: none
} acload_pair;

typedef struct { // one use of a plugin in a job
    const acload_host *host;
    void *state; // state_size bytes, zeroed, options filled in
} acload_ctx;

typedef struct {                     // the descriptor; const, returned by acload_plugin_entry()
    uint32_t size, abi, option_size; // ACLOAD_PLUGIN_INIT
    const char *name, *version, *summary;
    const acload_option *options; // NULL: none
    size_t state_size;
    // How well does the sample fit? No side effects. NULL: only used when named.
    int (*bid)(acload_ctx *, const acload_sample *, acload_bid *);
    int (*open)(acload_ctx *);                        // once, before the first input; NULL: none
    int (*begin)(acload_ctx *, const acload_input *); // bind columns and fields here; NULL: none
    int (*row)(acload_ctx *, acload_row *);           // required
    int (*flush)(acload_ctx *, int when);             // NULL: none
    void (*close)(acload_ctx *);                      // once for every open that said OK
} acload_plugin;

#define ACLOAD_PLUGIN_INIT                                                                         \
    .size = (uint32_t)sizeof(acload_plugin), .abi = ACLOAD_ABI,                                    \
    .option_size = (uint32_t)sizeof(acload_option)

struct acload_host { // what acload does for plugins
    uint32_t size, abi;
    // The number of the column with that name (letter case, outer blanks, BOM ignored), -1: none.
    // In bid(), of the sample; from begin() to the input's end, of the input.
    int (*column)(acload_ctx *, const char *name);
    // The cell of a column. Null when the row has no such cell.
    acload_str (*get)(const acload_row *, int column);
    // The object records go to, by its name and key field without namespace (an insert has no key:
    // NULL). A number, or -1 when the org has none: fail() has been called. In begin() only.
    int (*object)(acload_ctx *, const char *name, const char *key, int operation);
    // The field of that name, letter case and namespace ignored. A number, or -1 when the org has
    // none; traits may be NULL. In begin() only.
    int (*field)(acload_ctx *, int object, const char *name, acload_traits *traits);
    // A new, empty record made from that row, the one at hand or one held. Never NULL; lives until
    // emit() or the row's end. Records of a row held are sent when it is released, not before.
    acload_record *(*record)(acload_ctx *, int object, const acload_row *parent);
    // Sets a field to a copy of the text (a null or empty text is set_null: the org knows no empty
    // text). It is in the form the org takes: 85.41, true, 2031-03-04, 2031-03-04T16:00:00.000Z.
    // FAIL: it cannot fit the field, and the reason is set; the row should be rejected.
    int (*set)(acload_record *, int field, acload_str text);
    int (*set_null)(acload_record *, int field); // clears the field in the org
    // Hands the record over. FAIL: the reason is set; the row should be rejected.
    int (*emit)(acload_ctx *, acload_record *);
    void (*release)(acload_ctx *, acload_row *); // ends a TAKE: the row's work is done
    void *(*row_alloc)(acload_row *, size_t);    // NULL at its ceiling
    void *(*keep)(acload_ctx *, size_t);         // zeroed; NULL at its ceiling
    int64_t (*now_ms)(acload_ctx *);             // Unix epoch
    void (*fail)(acload_ctx *, const char *code, const char *fmt, ...)
        __attribute__((format(printf, 3, 4))); // the reason; the first one stands
    void (*log)(acload_ctx *, int level, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
    // JSON: the number of a place in each value, by a JSON pointer ("/Queue/Name"), for get() and
    // kind(); -1: no pointer. In bid() and begin(). get() gives text as it is, objects or arrays as
    // JSON (", " and ": ", non-ASCII escaped, members in order); null for null or nothing.
    int (*path)(acload_ctx *, const char *pointer);
    int (*kind)(const acload_row *, int path); // ACLOAD_NONE ...
    // How new the record is, when the row itself says so (else it is as new as its input): of two
    // with one key the newer wins, whatever the order they come in. Unix epoch.
    void (*version)(acload_record *, int64_t version_ms);
    // CSV: sets many fields to cells as they stand, without a call for each: plain numbers of up to
    // nine digits before the point, null for empty cells. Returns the first pair from `from` on
    // whose cell needs more (set it, go on behind it), or n: all are done. The pairs must be the
    // same ones until the end of the input.
    size_t (*fill)(acload_record *, const acload_row *, const acload_pair *, size_t n, size_t from);
};

// The one symbol a plugin exports.
__attribute__((visibility("default"))) const acload_plugin *acload_plugin_entry(void);

#endif
