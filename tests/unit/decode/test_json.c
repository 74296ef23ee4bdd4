// SPDX-License-Identifier: MIT
// JSON as it is decoded: golden cases, values in every shape, damage, sizes.
#include "decode/decode_golden.h"
#include "decode/decode_random.h"

static struct golden golden = {.folder = "tests/cases/json"};

START_TEST(a_case_gives_what_it_expects) { golden_case(&golden, _i); }
END_TEST

START_TEST(the_folder_holds_cases) {
    ck_assert_int_ge(golden.n, 60);
    ck_assert_int_le(golden.n, GOLDEN_MAX);
}
END_TEST

// --- what comes out ------------------------------------------------------------------------------

#define MAX_VALUES 12

struct out { // of one run
    json_t *const *values;
    size_t n;
    unsigned n_found[MAX_VALUES], n_strange, n_broken;
    enum ac_rc answer; // to the first row or broken range
    char codes[200];   // of broken ranges
    struct ac_broken last;
    size_t last_raw_len;
    struct ac_decode_counts counts;
    struct ac_err err;
    enum ac_rc rc;
};

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    struct out *o = arg;
    size_t i = 0;
    while (i < o->n && !json_equal(o->values[i], row->value))
        i++;
    if (i < o->n)
        o->n_found[i]++;
    else
        o->n_strange++;
    return o->answer == AC_OK ? AC_OK : ac_err_set(err, o->answer, AC_CAUSE_STOP, "FULL", "full");
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    struct out *o = arg;
    size_t at = strlen(o->codes);
    snprintf(o->codes + at, sizeof o->codes - at, "%s%s", at ? " " : "", broken->code);
    o->n_broken++;
    o->last = *broken;
    o->last_raw_len = broken->raw.len;
    return o->answer == AC_OK ? AC_OK : ac_err_set(err, o->answer, AC_CAUSE_STOP, "FULL", "full");
}

static void run(struct out *o, struct ac_source *src, const struct ac_decode_options *options) {
    struct ac_decode_sample sample = {.decoder = &ac_decoder_json, .format = ACLOAD_JSON};
    struct ac_decode_sink sink = {o, on_row, on_broken};
    o->err = (struct ac_err)AC_ERR_INIT;
    o->rc = ac_decode_run(src, &sample, options, &sink, &o->counts, &o->err);
}

static void run_text(struct out *o, ac_str text, size_t block) {
    struct ac_decode_options options = {.name = "in.json"};
    struct ac_source src = fake_source(text, block);
    run(o, &src, &options);
    fake_close(&src);
}

// --- values in every shape -----------------------------------------------------------------------

START_TEST(values_joined_in_any_shape_come_out_again) {
    struct decode_dice dice = {(uint64_t)_i * 77777 + 1};
    for (int round = 0; round < 30; round++) {
        json_t *values[MAX_VALUES];
        size_t from[MAX_VALUES], to[MAX_VALUES], n = 1 + decode_roll(&dice, MAX_VALUES);
        AC_CLEANUP(ac_buf_free) struct ac_buf text;
        ac_buf_init(&text, (size_t)1 << 20);
        for (size_t i = 0; i < n; i++)
            values[i] = decode_random_value(&dice, (int)i);
        decode_join(&text, values, n, _i, from, to);
        struct out o = {.values = values, .n = n};
        run_text(&o, ac_buf_str(&text), 1 + decode_roll(&dice, 300));
        ck_assert_msg(o.rc == AC_OK && !o.n_broken && !o.n_strange, "%s %s in:\n%s", o.err.text,
                      o.codes, ac_buf_text(&text));
        for (size_t i = 0; i < n; i++) {
            ck_assert_uint_eq(o.n_found[i], 1);
            json_decref(values[i]);
        }
    }
}
END_TEST

// --- damage --------------------------------------------------------------------------------------

static const struct harm {
    const char *name;
    int shape;
    bool is_cut;     // the rest of the value is gone; else one byte of it
    unsigned n_lost; // neighbours that it may cost
} harms[] = {
    {"a byte lost between lines", 1, false, 0},
    {"a value cut on its line", 1, true, 0},
    {"a byte lost in an array of lines", 4, false, 0},
    {"a value cut in an array of lines", 4, true, 0},
    {"a byte lost in pretty text", 6, false, 0},
    {"a value cut in pretty text", 6, true, 0},
    {"a byte lost among joined values", 0, false, 1},
    {"a value cut among joined values", 0, true, 1},
    {"a byte lost in an array", 3, false, 1},
    {"a value cut in an array", 3, true, 1},
};

// One of six values is damaged, not the first nor the last.
static void ck_harm(struct decode_dice *dice, const struct harm *harm) {
    json_t *values[6];
    size_t from[6], to[6], n_lost = 0;
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, (size_t)1 << 20);
    for (int i = 0; i < 6; i++)
        values[i] = decode_random_value(dice, i);
    decode_join(&text, values, 6, harm->shape, from, to);
    size_t hurt = 1 + decode_roll(dice, 4);
    size_t at = from[hurt] + decode_roll(dice, (uint32_t)(to[hurt] - from[hurt]));
    size_t end = harm->is_cut ? to[hurt] : at + 1;
    memmove(text.ptr + at, text.ptr + end, text.len - end);
    text.len -= end - at;
    struct out o = {.values = values, .n = 6};
    run_text(&o, ac_buf_str(&text), (size_t)1 << 20);
    for (size_t i = 0; i < 6; i++) {
        n_lost += i != hurt && !o.n_found[i];
        json_decref(values[i]);
    }
    // The damaged one may be JSON still, or end early: it is nothing else that is strange.
    ck_assert_msg(o.rc == AC_OK && n_lost <= harm->n_lost && o.n_strange <= !o.n_found[hurt],
                  "%s: %zu lost, %u strange (%s) at byte %zu of:\n%s", harm->name, n_lost,
                  o.n_strange, o.codes, at, ac_buf_text(&text));
}

START_TEST(damage_costs_one_value) {
    struct decode_dice dice = {(uint64_t)_i * 33333 + 7};
    for (int round = 0; round < 300; round++)
        ck_harm(&dice, &harms[_i]);
}
END_TEST

// --- sizes ---------------------------------------------------------------------------------------

// {"a":"xxx…"} of that length, with room for more.
static char *large_value(size_t len) {
    char *text = malloc(len + 16);
    ck_assert_ptr_nonnull(text);
    int n = snprintf(text, 16, "{\"a\":\"");
    memset(text + n, 'x', len - (size_t)n);
    snprintf(text + len - 2, 16, "\"}");
    return text;
}

#define HUGE_BYTES ((uint64_t)100 << 20)

// {"a":1}{"b":"xxx…"}{"c":3}
static void fill_huge(void *arg, uint64_t at, char *to, size_t n) {
    (void)arg;
    static const char head[] = "{\"a\":1}{\"b\":\"", tail[] = "\"}{\"c\":3}";
    const uint64_t head_end = sizeof head - 1, tail_at = head_end + HUGE_BYTES;
    memset(to, 'x', n);
    for (size_t i = 0; i < n; i++, at++)
        if (at < head_end)
            to[i] = head[at];
        else if (at >= tail_at)
            to[i] = tail[at - tail_at];
}

START_TEST(a_text_of_100_mb_is_one_broken_range_in_bounded_memory) {
    json_t *values[2] = {json_pack("{si}", "a", 1), json_pack("{si}", "c", 3)};
    struct ac_source src = {.size = 13 + HUGE_BYTES + 9, .block = 1 << 20, .fill = fill_huge};
    struct ac_decode_options options = {.name = "huge.json"};
    struct out o = {.values = values, .n = 2};
    run(&o, &src, &options);
    ck_assert_msg(o.rc == AC_OK, "%s", o.err.text);
    ck_assert_uint_eq(o.n_found[0], 1);
    ck_assert_uint_eq(o.n_found[1], 1);
    ck_assert_str_eq(o.codes, "ROW_TOO_LONG");
    ck_assert_uint_eq(o.last.len, 6 + HUGE_BYTES + 2);
    ck_assert_uint_eq(o.last.origin.byte, 7);
    ck_assert_uint_eq(o.last_raw_len, (size_t)4 << 20);
    ck_assert_uint_le(src.n_most, (size_t)6 << 20);
    fake_close(&src);
    json_decref(values[0]);
    json_decref(values[1]);
}
END_TEST

static void fill_brackets(void *arg, uint64_t at, char *to, size_t n) {
    (void)arg;
    memset(to, '[', n);
    for (size_t i = 0; at + i < 5 && i < n; i++)
        to[i] = "{\"a\":"[at + i];
}

START_TEST(brackets_without_end_are_one_broken_range) {
    struct ac_source src = {.size = (uint64_t)32 << 20, .block = 1 << 20, .fill = fill_brackets};
    struct ac_decode_options options = {.name = "deep.json"};
    struct out o = {0};
    run(&o, &src, &options);
    ck_assert_int_eq(o.rc, AC_OK);
    ck_assert_str_eq(o.codes, "ROW_TOO_LONG");
    ck_assert_uint_eq(o.last.len, (uint64_t)32 << 20);
    fake_close(&src);
}
END_TEST

// Every line could begin a value, and what ends the scan of each lies megabytes ahead.
static void fill_maze(void *arg, uint64_t at, char *to, size_t n) {
    (void)arg;
    static const char line[] = "{\"a\":[\n";
    for (size_t i = 0; i < n; i++, at++) {
        to[i] = line[at % 7];
        if ((at & 0x1fffff) == 0x1fffff)
            to[i] = 'y';
    }
}

START_TEST(a_maze_is_walked_once) { // the time limit of a test tells
    struct ac_source src = {.size = (uint64_t)16 << 20, .block = 8 << 20, .fill = fill_maze};
    struct ac_decode_options options = {.name = "maze.json"};
    struct out o = {0};
    run(&o, &src, &options);
    ck_assert_int_eq(o.rc, AC_OK);
    ck_assert_uint_gt(o.n_broken, 0);
    ck_assert_uint_eq(o.n_strange, 0);
    fake_close(&src);
}
END_TEST

// --- the sample ----------------------------------------------------------------------------------

struct looked {
    struct ac_arena arena;
    struct ac_decode_sample sample;
    struct ac_err err;
    enum ac_rc rc;
    size_t n_most;
    uint64_t taken;
};

static void look(struct looked *l, ac_str text, size_t arena_bytes) {
    struct ac_source src = fake_source(text, 100);
    struct ac_decode_options options = {.name = "in.json"};
    ac_arena_init(&l->arena, arena_bytes);
    l->err = (struct ac_err)AC_ERR_INIT;
    l->rc = ac_decode_sample(&src, &options, &l->arena, &l->sample, &l->err);
    l->n_most = src.n_most;
    l->taken = src.at;
    fake_close(&src);
}

static void look_end(struct looked *l) {
    ac_decode_sample_free(&l->sample);
    ac_arena_free(&l->arena);
}

START_TEST(the_sample_holds_the_first_eight_values) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, 10000);
    for (int i = 0; i < 20; i++)
        ac_buf_printf(&text, i == 3 ? "{bad}" : "{\"n\":%d}", i);
    struct looked l;
    look(&l, ac_buf_str(&text), 100000);
    ck_assert_int_eq(l.rc, AC_OK);
    ck_assert_int_eq(l.sample.format, ACLOAD_JSON);
    ck_assert_uint_eq(l.sample.n_columns, 0);
    ck_assert_uint_eq(l.sample.n_values, 8);
    const json_t *last = l.sample.values[7]->value;
    ck_assert_int_eq(json_integer_value(json_object_get(last, "n")), 8); // the bad one is left out
    ck_assert_uint_eq(l.taken, 0);
    look_end(&l);
}
END_TEST

START_TEST(a_first_value_of_megabytes_is_in_the_sample) {
    char *text = large_value((size_t)3 << 20);
    struct looked l;
    look(&l, ac_str_of(text), 100000);
    ck_assert_int_eq(l.rc, AC_OK);
    ck_assert_uint_eq(l.sample.n_values, 1);
    look_end(&l);
    free(text);
}
END_TEST

START_TEST(a_sample_looks_no_further_than_needed) {
    size_t len = (size_t)3 << 20;
    char *text = malloc(len);
    ck_assert_ptr_nonnull(text);
    snprintf(text, len, "{\"a\":1}");
    memset(text + 7, '\n', len - 7);
    struct looked l;
    look(&l, ac_str_n(text, len), 100000);
    ck_assert_uint_eq(l.sample.n_values, 1);
    ck_assert_uint_le(l.n_most, ((size_t)1 << 20) + 100);
    look_end(&l);
    free(text);
}
END_TEST

START_TEST(nothing_whole_is_a_sample_without_values) {
    struct looked l;
    look(&l, AC_STR("{\"a\":nan}\n{\"a\":"), 100000);
    ck_assert_int_eq(l.rc, AC_OK);
    ck_assert_ptr_eq(l.sample.decoder, &ac_decoder_json);
    ck_assert_uint_eq(l.sample.n_values, 0);
    look_end(&l);
}
END_TEST

START_TEST(a_sample_without_memory_stops_the_run) {
    struct looked l;
    look(&l, AC_STR("{\"a\":1}{\"a\":2}"), 80);
    ck_assert_int_eq(l.rc, AC_RUN);
    ck_assert_int_eq(l.err.cause, AC_CAUSE_STOP);
    look_end(&l);
}
END_TEST

static const struct beginning {
    const char *text, *decoder;
} beginnings[] = {
    {"{\"a\":1}", "json"},
    {"\r\n  {  \n \"a\":1}", "json"},
    {"{}", "json"},
    {"[{\"a\":1}]", "json"},
    {"[ {} ]", "json"},
    {"[]", "json"},
    {"[1,2]", "json"},
    {"[\"a\"]", "json"},
    {"[null]", "json"},
    {"a\":1}\n{\"b\":2}", "json"},
    {"oops}{\"b\":2}", "json"},
    {"a,b\n1,2", "csv"},
    {"[Queue],[Start]\n1,2", "csv"},
    {"{Queue},{Start}\n1,2", "csv"},
    {"\"a\",\"b\"\n\"{\"\"x\"\":1}\",2", "csv"},
    {"a,b\n\"one\n{\"\"x\"\":1}\",2", "csv"},
    {"a,b\n1,{\"x\":1}", "csv"},
    {"1,2\n3,4", "csv"},
    {"null\nx", "csv"},
};

START_TEST(the_content_decides_between_the_decoders) {
    struct looked l;
    look(&l, ac_str_of(beginnings[_i].text), 100000);
    const char *name = l.sample.decoder ? l.sample.decoder->name : l.err.code;
    ck_assert_msg(strcmp(name, "EMPTY_INPUT") == 0 || strcmp(name, beginnings[_i].decoder) == 0,
                  "%s is %s", beginnings[_i].text, name);
    look_end(&l);
}
END_TEST

// --- the sink, the source ------------------------------------------------------------------------

static const enum ac_rc answers[] = {AC_INPUT, AC_RUN};

START_TEST(a_sink_that_has_enough_ends_it) {
    struct out o = {.answer = answers[_i]};
    run_text(&o, AC_STR("{\"a\":1}{\"a\":2}"), 100);
    ck_assert_int_eq(o.rc, answers[_i]);
    ck_assert_uint_eq(o.n_strange, 1);
}
END_TEST

START_TEST(a_sink_that_has_enough_of_broken_ranges_ends_it) {
    struct out o = {.answer = answers[_i]};
    run_text(&o, AC_STR("x\n{\"a\":2}"), 100);
    ck_assert_int_eq(o.rc, answers[_i]);
    ck_assert_uint_eq(o.n_strange, 0);
}
END_TEST

START_TEST(a_source_that_fails_has_given_what_came_before) {
    struct ac_source src = fake_source(AC_STR("{\"a\":1}{\"a\":2}{\"a\":3}{\"a\":4}"), 5);
    src.fails_at = 20;
    struct ac_decode_options options = {.name = "in.json"};
    struct out o = {0};
    run(&o, &src, &options);
    ck_assert_int_eq(o.rc, AC_INPUT);
    ck_assert_str_eq(o.err.code, "DAMAGED");
    ck_assert_str_eq(o.err.source, "in.json");
    ck_assert_uint_eq(o.n_strange, 2);
    ck_assert_uint_eq(o.counts.n_rows, 2);
    fake_close(&src);
}
END_TEST

START_TEST(a_value_at_the_ceiling_of_rows_is_read_by_the_usual_window) {
    size_t len = (size_t)4 << 20;
    char *text = large_value(len);
    snprintf(text + len, 16, "{\"b\":1}");
    struct ac_source src = fake_source(ac_str_of(text), (size_t)1 << 20);
    src.max = (size_t)8 << 20;
    struct ac_decode_options options = {.name = "in.json"};
    struct out o = {0};
    run(&o, &src, &options);
    ck_assert_msg(o.rc == AC_OK, "%s", o.err.text);
    ck_assert_uint_eq(o.n_strange, 2);
    fake_close(&src);
    free(text);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("json");
    TCase *t = tcase_create("cases");
    tcase_add_test(t, the_folder_holds_cases);
    tcase_add_loop_test(t, a_case_gives_what_it_expects, 0, golden.n);
    suite_add_tcase(s, t);
    t = tcase_create("properties");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, values_joined_in_any_shape_come_out_again, 0, DECODE_SHAPES);
    tcase_add_loop_test(t, damage_costs_one_value, 0, AC_N(harms));
    suite_add_tcase(s, t);
    t = tcase_create("sizes");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_text_of_100_mb_is_one_broken_range_in_bounded_memory);
    tcase_add_test(t, brackets_without_end_are_one_broken_range);
    tcase_add_test(t, a_maze_is_walked_once);
    tcase_add_test(t, a_value_at_the_ceiling_of_rows_is_read_by_the_usual_window);
    suite_add_tcase(s, t);
    t = tcase_create("sample");
    tcase_add_test(t, the_sample_holds_the_first_eight_values);
    tcase_add_test(t, a_first_value_of_megabytes_is_in_the_sample);
    tcase_add_test(t, a_sample_looks_no_further_than_needed);
    tcase_add_test(t, nothing_whole_is_a_sample_without_values);
    tcase_add_test(t, a_sample_without_memory_stops_the_run);
    tcase_add_loop_test(t, the_content_decides_between_the_decoders, 0, AC_N(beginnings));
    suite_add_tcase(s, t);
    t = tcase_create("ends");
    tcase_add_loop_test(t, a_sink_that_has_enough_ends_it, 0, AC_N(answers));
    tcase_add_loop_test(t, a_sink_that_has_enough_of_broken_ranges_ends_it, 0, AC_N(answers));
    tcase_add_test(t, a_source_that_fails_has_given_what_came_before);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    golden_find(&golden);
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    golden_free(&golden);
    return n_failed != 0;
}
