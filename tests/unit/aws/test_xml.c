// SPDX-License-Identifier: MIT
// Answers in XML, told element by element.
#include "aws/xml.h"
#include "base/buf.h"
#include <check.h>

static struct ac_buf told;
static struct ac_err err;
static size_t give_up_at, n_told;

static bool on_open(void *arg, const char *path) {
    (void)arg;
    ck_assert(ac_buf_printf(&told, "<%s ", path));
    return ++n_told != give_up_at;
}

static bool on_close(void *arg, const char *path, ac_str text) {
    (void)arg;
    ck_assert(ac_buf_printf(&told, ">%s=%.*s ", path, AC_STR_ARG(text)));
    return ++n_told != give_up_at;
}

static void setup(void) {
    ac_buf_init(&told, 1 << 20);
    ac_err_clear(&err);
    give_up_at = n_told = 0;
}

static void teardown(void) { ac_buf_free(&told); }

static enum ac_rc read_text(const char *text) {
    struct ac_xml_events events = {.open = on_open, .close = on_close};
    return ac_xml_read(ac_str_of(text), &events, &err);
}

START_TEST(elements_are_told_with_their_paths) {
    ck_assert_int_eq(read_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<List xmlns=\"http://s3.amazonaws.com/doc/\"><A><Key>a &lt;&#x41;"
                               "<![CDATA[b]]></Key></A><x:B>\n c </x:B></List>"),
                     AC_OK);
    ck_assert_str_eq(ac_buf_text(&told),
                     "<List <List/A <List/A/Key >List/A/Key=a <Ab >List/A= <List/B "
                     ">List/B=\n c  >List= ");
}
END_TEST

static const struct {
    const char *text, *why;
} bad[] = {{"", "no element found"},
           {"<a><b></a>", "mismatched tag"},
           {"<a>", "no element found"},
           {"<a>&nope;</a>", "undefined entity"},
           {"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "it has a document type"},
           {"{\"a\":1}", "not well-formed"},
           {"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>", "it is nested too deeply"}};

START_TEST(what_is_no_answer_is_refused) {
    ck_assert_int_eq(read_text(bad[_i].text), AC_INPUT);
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_text_has_a_ceiling) {
    static char text[100000];
    memset(text, 'x', sizeof text - 1);
    text[0] = '<';
    text[2] = '>';
    ck_assert_int_eq(read_text(text), AC_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "one of its texts is too long"));
}
END_TEST

START_TEST(a_taker_without_memory_ends_it) {
    give_up_at = (size_t)_i;
    ck_assert_int_eq(read_text("<a><b>c</b></a>"), AC_RUN);
    ck_assert_uint_eq(n_told, (size_t)_i);
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/xml");
    TCase *t = tcase_create("xml");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, elements_are_told_with_their_paths);
    tcase_add_loop_test(t, what_is_no_answer_is_refused, 0, (int)AC_N(bad));
    tcase_add_test(t, a_text_has_a_ceiling);
    tcase_add_loop_test(t, a_taker_without_memory_ends_it, 1, 5);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
