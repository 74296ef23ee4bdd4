// SPDX-License-Identifier: MIT
// A host table for the unit tests of plugins, with an org made of a few lines.
//
// No part of acload is linked: a plugin's test hands the plugin this table, plays the rows, then
// looks at what came out. A test reads like this:
//
//     struct fake_host *h = fake_new(acload_plugin_entry());  // options have their fallbacks
//     fake_object(h, "AC_X__c", "AC_Record_Id__c", false);    // the org has this object ...
//     fake_field(h, "AC_X__c", "Name__c", ACLOAD_STRING, 80); // ... with this field
//     fake_option(h, "kind", "queue");
//     ck_assert_int_eq(fake_open(h), ACLOAD_OK);
//     ck_assert_int_eq(fake_begin(h, "Queue|StartInterval"), ACLOAD_OK);
//     ck_assert_int_eq(fake_row(h, "Sales|2031-03-04T16:00:00.000Z"), ACLOAD_PASS);
//     ck_assert_str_eq(fake_value(h, 0, "Name__c"), "Sales");
//     fake_free(h);                                           // closes too
//
// Everything a plugin does wrong (a field number that nobody gave, set after emit, a release of a
// row that is not held, memory asked of a row that is gone) ends the test with a sentence. What the
// org would refuse makes set() return FAIL with the org's code, as in acload.
#ifndef TESTS_PLUGINS_FAKE_HOST_H
#define TESTS_PLUGINS_FAKE_HOST_H
#include <acload/plugin.h>
#include <stdbool.h>

// Values of fake_value besides texts; compare the pointers.
extern const char fake_cleared[]; // set_null, or set to a null or empty text: "(cleared)"
extern const char fake_unset[];   // never set: left alone in the org: "(unset)"

struct fake_host {
    // A test may change these at any time.
    acload_str name, identity; // of the input: "input.csv", "0123abcd"
    acload_str region;         // null: none configured (the default); {"", 0}: configured as none
    int64_t modified_ms;       // 2031-03-04T16:30:00Z
    int64_t event_ms;          // 2031-03-04T16:31:00Z
    int64_t now_ms;            // 2031-03-04T17:00:00Z
    bool is_full;              // keep() and row_alloc() answer NULL
    // Of the plugin under test.
    acload_ctx ctx;
    const acload_plugin *plugin;
    struct fake_inside *inside;
};

// A host for the plugin: state zeroed, fallbacks filled in; no object in the org yet. Required
// options must be given with fake_option before fake_bid or fake_open, else those end the test.
struct fake_host *fake_new(const acload_plugin *plugin);
void fake_free(struct fake_host *h); // closes when open said OK; NULL is nothing
// Gives an option as a job would. Ends the test when there is none or the value cannot be read.
void fake_option(struct fake_host *h, const char *name, const char *value);

// What the org has. Names without namespace, letter case ignored. key may be NULL. An open object
// is one of a schema file without org: fields it does not know are ACLOAD_UNKNOWN, not missing.
void fake_object(struct fake_host *h, const char *name, const char *key, bool is_open);
// A field the user may write; length is that of a text (0: none known). Numbers and percents have
// 18 digits, two of them after the point.
void fake_field(struct fake_host *h, const char *object, const char *name, int type,
                uint32_t length);
// The same with all of its traits.
void fake_field_traits(struct fake_host *h, const char *object, const char *name,
                       const acload_traits *traits);

// The callbacks. Texts are cells between '|': "Queue|Contacts handled|", the last one empty.
// A header's bytes are taken as they are (a BOM, blanks). Each clears code, reason of the last one.
int fake_open(struct fake_host *h);
int fake_begin(struct fake_host *h, const char *columns);
int fake_begin_cells(struct fake_host *h, size_t n, const acload_str *columns);
// A row; fewer cells than columns: the rest is null. TAKEn rows are kept until released.
int fake_row(struct fake_host *h, const char *cells);
int fake_row_cells(struct fake_host *h, size_t n, const acload_str *cells);
int fake_flush(struct fake_host *h, int when);
// The same for JSON: an input without columns, a row that is one value. What is no JSON ends the
// test. With fake_row's rows and these alike, get() gives text as acload does.
int fake_begin_json(struct fake_host *h);
int fake_json(struct fake_host *h, const char *value);
// The score of a bid; *bid (may be NULL) gets all of it. rows are up to 8 texts, ended by NULL; may
// be NULL.
int fake_bid(struct fake_host *h, const char *columns, const char *const *rows, acload_bid *bid);
// The same with up to 8 JSON values, ended by NULL.
int fake_bid_json(struct fake_host *h, const char *const *values, acload_bid *bid);

// What came out: records emitted, in that order, of all rows since fake_new or fake_forget.
size_t fake_n_records(const struct fake_host *h);
const char *fake_record_object(const struct fake_host *h, size_t record); // the object's name
int fake_record_operation(const struct fake_host *h, size_t record);
const char *fake_record_key(const struct fake_host *h, size_t record); // the value of its key
// A field's text (NUL-terminated), fake_cleared or fake_unset. Ends the test when the plugin never
// asked for such a field.
const char *fake_value(const struct fake_host *h, size_t record, const char *field);
size_t fake_n_set(const struct fake_host *h, size_t record);    // fields set or cleared
int64_t fake_version(const struct fake_host *h, size_t record); // INT64_MIN: not given
void fake_forget(struct fake_host *h);                          // records and log lines

// What the last callback gave to fail() first: "" when nothing.
const char *fake_code(const struct fake_host *h);
const char *fake_why(const struct fake_host *h);
// Lines given to log(), in order; fake_log_level of one.
size_t fake_n_logs(const struct fake_host *h);
const char *fake_log(const struct fake_host *h, size_t line);
int fake_log_level(const struct fake_host *h, size_t line);
// Rows held, and those released since fake_new.
size_t fake_n_held(const struct fake_host *h);
size_t fake_n_released(const struct fake_host *h);

#endif
