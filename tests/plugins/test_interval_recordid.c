// SPDX-License-Identifier: MIT
// Tests of plugins/interval/recordid.c: external ids, byte for byte.
#include "interval/recordid.h"
#include "interval_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

static struct id_buf id;
static struct id_form form;

static acload_str str(const char *s) { return (acload_str){s, strlen(s)}; }

static const char *text(void) {
    static char out[RECORDID_MAX + 1];
    memcpy(out, id.text, id.len);
    out[id.len] = '\0';
    return out;
}

static void empty(void) { memset(&id, 0, sizeof id); }

// What of a queue's name goes into its id: letters, numbers of every category, the underscore.
static const struct {
    const char *name, *clean;
} names[] = {
    {"BasicQueue", "BasicQueue"},
    {"Basic Queue", "BasicQueue"},
    {"Basic-Queue", "BasicQueue"},
    {"Basic_Queue", "Basic_Queue"},
    {"Sales, North - EN", "SalesNorthEN"},
    {"A-B", "AB"},
    {"A B", "AB"},
    {"A&B/C.D", "ABCD"},
    {"(A) [B] {C}", "ABC"},
    {"100% sure", "100sure"},
    {"it's", "its"},
    {"a@b.example", "abexample"},
    {"#1: first!", "1first"},
    {"$100 + 5 = ~105", "1005105"},
    {"a|b\\c\"d", "abcd"},
    {"tab\there", "tabhere"},
    {"line\nbreak", "linebreak"},
    {"AZaz09", "AZaz09"},
    {"@[`{/:^", ""},
    {"", ""},
    {"---", ""},
    {"!?.,;:", ""},
    {"_", "_"},
    {"R\xC3\xBC"
     "ckfragen S\xC3\xBC"
     "d",
     "R\xC3\xBC"
     "ckfragenS\xC3\xBC"
     "d"},                                                    // U+00FC
    {"Caf\xC3\xA9", "Caf\xC3\xA9"},                           // one letter, U+00E9
    {"Cafe\xCC\x81", "Cafe"},                                 // e with a combining acute
    {"\xC3\x85ngstr\xC3\xB6m", "\xC3\x85ngstr\xC3\xB6m"},     // Latin capitals too
    {"\xD0\x9F\xD1\x80\xD0\xBE", "\xD0\x9F\xD1\x80\xD0\xBE"}, // Cyrillic
    {"\xCE\xA3\xCE\xB1\xCF\x82", "\xCE\xA3\xCE\xB1\xCF\x82"}, // Greek
    {"\xE5\x96\xB6\xE6\xA5\xAD", "\xE5\x96\xB6\xE6\xA5\xAD"}, // Chinese characters
    {"\xE3\x82\xAD\xE3\x83\xA5\xE3\x83\xBC",
     "\xE3\x82\xAD\xE3\x83\xA5\xE3\x83\xBC"},                 // with a modifier letter, Lm
    {"\xED\x95\x9C\xEA\xB5\xAD", "\xED\x95\x9C\xEA\xB5\xAD"}, // Hangul
    {"\xD8\xB9\xD8\xB1\xD8\xA8", "\xD8\xB9\xD8\xB1\xD8\xA8"}, // Arabic
    {"\xD8\xB9\xD9\x8E\xD8\xB1", "\xD8\xB9\xD8\xB1"},         // with a vowel mark, Mn
    {"\xE0\xA4\x95\xE0\xA5\x80", "\xE0\xA4\x95"},             // Devanagari, vowel sign, Mc
    {"\xE0\xB8\x81\xE0\xB8\xB4", "\xE0\xB8\x81"},             // Thai, vowel above, Mn
    {"\xC7\x85", "\xC7\x85"},                                 // title case, Lt
    {"\xD9\xA3", "\xD9\xA3"},                                 // Arabic-Indic digit, Nd
    {"\xE2\x85\xA7", "\xE2\x85\xA7"},                         // Roman numeral, Nl
    {"\xC2\xB2", "\xC2\xB2"},                                 // superscript two, No
    {"\xC2\xBD", "\xC2\xBD"},                                 // one half, No
    {"\xE2\x91\xA0", "\xE2\x91\xA0"},                         // circled one, No
    {"\xC2\xAA", "\xC2\xAA"},                                 // feminine ordinal, Lo
    {"a\xE2\x80\x93z", "az"},                                 // en dash
    {"a\xE2\x80\x91z", "az"},                                 // non-breaking hyphen
    {"a\xC2\xA0z", "az"},                                     // no-break space
    {"a\xE2\x80\x83z", "az"},                                 // em space
    {"a\xE2\x80\x8Bz", "az"},                                 // zero width space
    {"a\xE2\x80\xBFz", "az"},                                 // undertie: a connector, not _
    {"a\xC2\xADz", "az"},                                     // soft hyphen
    {"a\xC2\xB7z", "az"},                                     // middle dot
    {"\xE2\x82\xAC"
     "5",
     "5"},                                    // euro sign
    {"a\xE2\x84\xA2", "a"},                   // trade mark
    {"\xF0\x9F\x93\x9E Support", "Support"},  // telephone
    {"\xF0\x9D\x90\x80", "\xF0\x9D\x90\x80"}, // bold A, a letter beyond 16 bits
    {"\xE2\x93\x90", ""},                     // circled a: a symbol
    {"\xEF\xBB\xBFQueue", "Queue"},           // BOM
    {"a\xFFz", "az"},                         // a broken byte
    {"a\xC3", "a"},                           // a broken end
};

START_TEST(a_queue_s_name_keeps_letters_and_numbers) {
    empty();
    id_add_clean(&id, interval_exact(names[_i].name));
    ck_assert_str_eq(text(), names[_i].clean);
}
END_TEST

static int no_column(acload_ctx *ctx, const char *name) {
    (void)ctx;
    (void)name;
    return -1;
}

static int column_of(acload_ctx *ctx, const char *name) {
    (void)ctx;
    return strcmp(name, "Channel") == 0 ? 3 : strcmp(name, "Routing Profile") == 0 ? 4 : -1;
}

static acload_str cell_of(const acload_row *row, int column) {
    (void)row;
    return str(column == 3 ? "VOICE" : column == 4 ? "General Queue" : "?");
}

static const struct id_values values = {.name = {"A - 1", 5},
                                        .start = {"2031-03-04T09:00:00.000-07:00", 29},
                                        .region = {"us-east-1", 9},
                                        .start_ms = 1930406400000,
                                        .is_clean = true,
                                        .cell = cell_of};

static const struct {
    const char *template, *expected;
} templates[] = {
    {"{name}{start}{region}", "A12031-03-04T09:00:00.000-07:00us-east-1"},
    {"{name}{start_utc}{region}", "A12031-03-04T16:00:00.000Zus-east-1"},
    {"{raw}{start}", "A - 12031-03-04T09:00:00.000-07:00"},
    {"{raw}|{start_utc}", "A - 1|2031-03-04T16:00:00.000Z"},
    {"q:{name}:{Channel}:{start_utc}", "q:A1:VOICE:2031-03-04T16:00:00.000Z"},
    {"{raw}/{Routing Profile}/{start}", "A - 1/General Queue/2031-03-04T09:00:00.000-07:00"},
    {"{region}{region}", "us-east-1us-east-1"},
    {"plain", "plain"},
    {"}{name}", "}A1"},
    {"", ""},
};

START_TEST(a_template_is_filled_in) {
    acload_str bad;
    ck_assert(id_compile(&form, templates[_i].template, column_of, NULL, &bad));
    id_compose(&form, &values, &id);
    ck_assert_str_eq(text(), templates[_i].expected);
    ck_assert(!id.is_full && !id.is_name_lost);
}
END_TEST

static const struct {
    const char *template, *bad;
} mistakes[] = {
    {"{nmae}{start}", "{nmae}"},
    {"{name}{Chanel}", "{Chanel}"},
    {"{name}{}", "{}"},
    {"{name}{start", "{start"},
    {"{", "{"},
    {"{Name}", "{Name}"},
    {"{name }", "{name }"},
    {"{name}{na{me}", "{na{me}"},
    {"{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}"
     "{name}{name}{name}{name}{name}{name}{name}{name}{name}{start}",
     "{start}"},
    {"a{name}b{name}c{name}d{name}e{name}f{name}g{name}h{name}i{name}j{name}k{name}l{name}m", "m"},
};

START_TEST(a_part_that_means_nothing_is_named) {
    acload_str bad = {NULL, 0};
    ck_assert(!id_compile(&form, mistakes[_i].template, column_of, NULL, &bad));
    ck_assert_int_eq((int)bad.len, (int)strlen(mistakes[_i].bad));
    ck_assert(memcmp(bad.ptr, mistakes[_i].bad, bad.len) == 0);
}
END_TEST

static size_t asked_len;

static int any_column(acload_ctx *ctx, const char *name) {
    (void)ctx;
    asked_len = strlen(name);
    return 0;
}

START_TEST(a_column_s_name_over_255_bytes_is_none) {
    char template[400] = "{";
    acload_str bad;
    memset(template + 1, 'x', 256);
    memcpy(template + 257, "}", 2);
    ck_assert(!id_compile(&form, template, any_column, NULL, &bad));
    ck_assert_int_eq((int)bad.len, 258);
    memcpy(template + 256, "}", 2);
    ck_assert(id_compile(&form, template, any_column, NULL, &bad));
    ck_assert_int_eq((int)asked_len, 255);
}
END_TEST

START_TEST(it_is_known_what_a_template_holds) {
    acload_str bad;
    ck_assert(id_compile(&form, "{raw}{start_utc}", no_column, NULL, &bad));
    ck_assert(form.has_raw && form.has_start && !form.has_name && !form.has_column);
    ck_assert(id_compile(&form, "{name}{Channel}", column_of, NULL, &bad));
    ck_assert(!form.has_raw && !form.has_start && form.has_name && form.has_column);
}
END_TEST

START_TEST(an_agent_s_name_stays_as_it_is) {
    struct id_values agent = values;
    acload_str bad;
    agent.is_clean = false;
    agent.name = str("ROLEID:jane@example.com");
    agent.region = str("");
    ck_assert(id_compile(&form, "{name}{start}{region}", no_column, NULL, &bad));
    id_compose(&form, &agent, &id);
    ck_assert_str_eq(text(), "ROLEID:jane@example.com2031-03-04T09:00:00.000-07:00");
}
END_TEST

START_TEST(a_name_of_punctuation_is_lost) {
    struct id_values lost = values;
    acload_str bad;
    lost.name = str("***");
    ck_assert(id_compile(&form, "{name}{start}", no_column, NULL, &bad));
    id_compose(&form, &lost, &id);
    ck_assert(id.is_name_lost);
    id_compose(&form, &values, &id);
    ck_assert(!id.is_name_lost);
}
END_TEST

START_TEST(what_finds_no_room_is_told) {
    static char name[RECORDID_MAX];
    struct id_values large = values;
    acload_str bad;
    memset(name, 'x', sizeof name);
    ck_assert(id_compile(&form, "{name}{start}", no_column, NULL, &bad));
    large.name = (acload_str){name, sizeof name - 29};
    id_compose(&form, &large, &id);
    ck_assert(!id.is_full);
    ck_assert_int_eq((int)id.len, RECORDID_MAX);
    large.name.len++;
    id_compose(&form, &large, &id);
    ck_assert(id.is_full);
    id_compose(&form, &values, &id);
    ck_assert(!id.is_full);
}
END_TEST

static void set(const char *s) {
    empty();
    id.len = strlen(s);
    memcpy(id.text, s, id.len);
}

#define LONG                                                                                       \
    "Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz2031-03-04"

START_TEST(an_id_that_fits_is_not_shortened) {
    set("0123456789012345678901234567890123456789");
    id_shorten(&id, 40);
    ck_assert_str_eq(text(), "0123456789012345678901234567890123456789");
}
END_TEST

START_TEST(a_long_id_ends_in_a_hash) {
    set(LONG);
    id_shorten(&id, 40);
    ck_assert_int_eq((int)id.len, 40);
    ck_assert(strncmp(text(), "Abcdefghijklmnopqrstuvw~", 24) == 0);
    ck_assert_int_eq((int)strspn(text() + 24, "0123456789abcdef"), 16);
}
END_TEST

// FNV-1a of 64 bits, which others can compute too: the offset basis, xor, multiply by the prime.
START_TEST(the_hash_is_the_same_for_ever) {
    set("aaaaaaaaaaaaaaaaaaaaaaaaa");
    id_shorten(&id, 20);
    ck_assert_str_eq(text(), "aaa~5bccc06b91342a74");
}
END_TEST

START_TEST(letters_of_either_case_have_one_hash) {
    char first[RECORDID_MAX + 1];
    set("xxxxAGENT.NAME@EXAMPLE.COM2031-03-04T16:00:00.000Z");
    id_shorten(&id, 21);
    snprintf(first, sizeof first, "%s", text());
    set("xxxxagent.name@example.com2031-03-04T16:00:00.000Z");
    id_shorten(&id, 21);
    ck_assert_str_eq(text(), first);
}
END_TEST

START_TEST(ids_that_differ_at_their_end_stay_different) {
    char first[RECORDID_MAX + 1];
    set(LONG "T16:00:00.000Z");
    id_shorten(&id, 40);
    snprintf(first, sizeof first, "%s", text());
    set(LONG "T16:30:00.000Z");
    id_shorten(&id, 40);
    ck_assert_str_ne(text(), first);
    ck_assert(strncmp(text(), first, 23) == 0);
}
END_TEST

START_TEST(characters_are_counted_and_never_cut) {
    set("\xE5\x96\xB6\xE6\xA5\xAD\xE5\x96\xB6\xE6\xA5\xAD\xE5\x96\xB6\xE6\xA5\xAD" LONG);
    ck_assert_int_eq((int)id_chars((acload_str){id.text, id.len}), 6 + 88);
    id_shorten(&id, 22);
    ck_assert_int_eq((int)id_chars((acload_str){id.text, id.len}), 22);
    ck_assert(
        strncmp(text(), "\xE5\x96\xB6\xE6\xA5\xAD\xE5\x96\xB6\xE6\xA5\xAD\xE5\x96\xB6~", 16) == 0);
}
END_TEST

START_TEST(a_field_too_short_for_a_hash_is_left_alone) {
    set(LONG);
    id_shorten(&id, 19);
    ck_assert_str_eq(text(), LONG);
}
END_TEST

START_TEST(broken_bytes_have_a_hash_too) {
    set("\xFF\xFE\xFD" LONG "\xC3");
    id_shorten(&id, 20);
    ck_assert_int_eq((int)id.len, 20);
}
END_TEST

int main(void) {
    Suite *s = suite_create("interval/recordid");
    TCase *t = tcase_create("recordid");
    tcase_add_checked_fixture(t, NULL, interval_forget);
    tcase_add_loop_test(t, a_queue_s_name_keeps_letters_and_numbers, 0, (int)N(names));
    tcase_add_loop_test(t, a_template_is_filled_in, 0, (int)N(templates));
    tcase_add_loop_test(t, a_part_that_means_nothing_is_named, 0, (int)N(mistakes));
    tcase_add_test(t, a_column_s_name_over_255_bytes_is_none);
    tcase_add_test(t, it_is_known_what_a_template_holds);
    tcase_add_test(t, an_agent_s_name_stays_as_it_is);
    tcase_add_test(t, a_name_of_punctuation_is_lost);
    tcase_add_test(t, what_finds_no_room_is_told);
    tcase_add_test(t, an_id_that_fits_is_not_shortened);
    tcase_add_test(t, a_long_id_ends_in_a_hash);
    tcase_add_test(t, the_hash_is_the_same_for_ever);
    tcase_add_test(t, letters_of_either_case_have_one_hash);
    tcase_add_test(t, ids_that_differ_at_their_end_stay_different);
    tcase_add_test(t, characters_are_counted_and_never_cut);
    tcase_add_test(t, a_field_too_short_for_a_hash_is_left_alone);
    tcase_add_test(t, broken_bytes_have_a_hash_too);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
