// SPDX-License-Identifier: MIT
// The session kept from one run to the next.
#include "org/org_kit.h"
#include <check.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct org_kit kit;

static void setup(void) {
    org_kit_setup(&kit);
    kit.options.session_file = org_kit_path(&kit, "session.json");
}

static void teardown(void) { org_kit_teardown(&kit); }

static size_t n_logins_asked(void) { return net_count(&kit.net, "POST", ORG_KIT_LOGIN); }

// Logs in again as another process would, and says whether the cached session was taken.
static bool next_run_takes_it(void) {
    size_t n_before = n_logins_asked();
    org_kit_close(&kit);
    org_kit_open(&kit);
    org_kit_say_token(&kit, "TOKEN_2");
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    return n_logins_asked() == n_before;
}

START_TEST(the_next_run_takes_the_session_and_calls_nobody) {
    org_kit_login(&kit);
    ck_assert(next_run_takes_it());
    ck_assert_str_eq(ac_org_instance(kit.org), ORG_KIT_INSTANCE);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_str_eq(net_header(net_asked(&kit.net, "GET", "*", 0), "Authorization"),
                     "Bearer TOKEN_1");
}
END_TEST

START_TEST(a_call_takes_the_session_as_a_login_does) {
    org_kit_login(&kit);
    org_kit_close(&kit);
    org_kit_open(&kit);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_uint_eq(n_logins_asked(), 1);
}
END_TEST

START_TEST(the_file_is_for_its_owner_alone) {
    struct stat st;
    umask(0);
    org_kit_login(&kit);
    ck_assert_int_eq(stat(kit.options.session_file, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(the_file_holds_no_secret_but_the_token) {
    kit.options.flow = AC_FLOW_PASSWORD;
    kit.options.username = "load@example.com";
    kit.options.password = "pass-word";
    org_kit_login(&kit);
    ck_assert_str_eq(org_kit_file(kit.options.session_file),
                     "{\"host\":\"" ORG_KIT_HOST "\",\"flow\":\"user name and password\","
                     "\"user\":\"load@example.com\",\"client\":\"the-app\","
                     "\"instance_url\":\"" ORG_KIT_INSTANCE "\",\"access_token\":\"TOKEN_1\"}\n");
}
END_TEST

START_TEST(an_expired_session_is_replaced_in_the_file) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_ptr_nonnull(strstr(org_kit_file(kit.options.session_file), "TOKEN_2"));
}
END_TEST

START_TEST(a_cached_session_that_expired_costs_one_login) {
    org_kit_login(&kit);
    org_kit_close(&kit);
    org_kit_open(&kit);
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_uint_eq(n_logins_asked(), 2);
}
END_TEST

START_TEST(another_host_does_not_take_it) {
    org_kit_login(&kit);
    kit.options.host = "https://other.my.salesforce.com";
    ck_assert(!next_run_takes_it());
}
END_TEST

START_TEST(another_app_does_not_take_it) {
    org_kit_login(&kit);
    kit.options.client_id = "other-app";
    ck_assert(!next_run_takes_it());
}
END_TEST

START_TEST(another_user_does_not_take_it) {
    kit.options.username = "a@example.com";
    org_kit_login(&kit);
    kit.options.username = "b@example.com";
    ck_assert(!next_run_takes_it());
}
END_TEST

START_TEST(another_flow_does_not_take_it) {
    kit.options.username = "a@example.com";
    kit.options.password = "p";
    org_kit_login(&kit);
    kit.options.flow = AC_FLOW_PASSWORD;
    ck_assert(!next_run_takes_it());
}
END_TEST

START_TEST(a_file_that_others_can_read_is_not_trusted) {
    org_kit_login(&kit);
    ck_assert_int_eq(chmod(kit.options.session_file, 0604), 0);
    ck_assert(!next_run_takes_it());
}
END_TEST

START_TEST(a_link_is_not_followed_when_it_is_read) {
    org_kit_login(&kit);
    const char *elsewhere = org_kit_path(&kit, "elsewhere.json");
    ck_assert_int_eq(rename(kit.options.session_file, elsewhere), 0);
    ck_assert_int_eq(symlink(elsewhere, kit.options.session_file), 0);
    ck_assert(!next_run_takes_it());
}
END_TEST

START_TEST(a_link_is_replaced_when_it_is_written) {
    const char *victim = org_kit_path(&kit, "victim");
    struct stat st;
    org_kit_write(victim, "precious", 0600);
    ck_assert_int_eq(symlink(victim, kit.options.session_file), 0);
    org_kit_login(&kit);
    ck_assert_str_eq(org_kit_file(victim), "precious");
    ck_assert_int_eq(lstat(kit.options.session_file, &st), 0);
    ck_assert(S_ISREG(st.st_mode));
}
END_TEST

#define OWNERS                                                                                     \
    "\"host\":\"" ORG_KIT_HOST "\",\"flow\":\"client credentials\",\"user\":\"\","                 \
    "\"client\":\"the-app\""

static const struct {
    const char *text;
    bool is_good;
} files[] = {
    {"{" OWNERS ",\"instance_url\":\"" ORG_KIT_INSTANCE "\",\"access_token\":\"T\"}", true},
    {"", false},
    {"nonsense", false},
    {"[]", false},
    {"{}", false},
    {"{" OWNERS ",\"instance_url\":\"" ORG_KIT_INSTANCE "\",\"access_token\":\"T\"", false},
    {"{" OWNERS ",\"instance_url\":\"" ORG_KIT_INSTANCE "\"}", false},
    {"{" OWNERS ",\"access_token\":\"T\"}", false},
    {"{" OWNERS ",\"instance_url\":\"http://shop.my.salesforce.com\",\"access_token\":\"T\"}",
     false},
    {"{" OWNERS ",\"instance_url\":7,\"access_token\":\"T\"}", false},
    {"{" OWNERS ",\"instance_url\":\"" ORG_KIT_INSTANCE "\",\"access_token\":\"a b\"}", false},
    {"{\"host\":\"" ORG_KIT_HOST "\",\"flow\":\"client credentials\",\"client\":\"the-app\","
     "\"instance_url\":\"" ORG_KIT_INSTANCE "\",\"access_token\":\"T\"}",
     false},
};

START_TEST(a_file_is_taken_only_when_all_of_it_fits) {
    org_kit_write(kit.options.session_file, files[_i].text, 0600);
    ck_assert_int_eq(next_run_takes_it(), files[_i].is_good);
}
END_TEST

START_TEST(a_session_that_cannot_be_kept_still_works) {
    kit.options.session_file = org_kit_path(&kit, "no-such-folder/session.json");
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
}
END_TEST

START_TEST(a_ready_token_is_not_kept) {
    kit.options.flow = AC_FLOW_TOKEN;
    kit.options.token = "READY";
    org_kit_open(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    ck_assert_int_eq(access(kit.options.session_file, F_OK), -1);
}
END_TEST

START_TEST(an_org_that_moved_is_found_by_the_next_run) {
    org_kit_login(&kit);
    org_kit_close(&kit);
    org_kit_open(&kit);
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 200,
            "{\"access_token\":\"T\",\"instance_url\":\"https://new.my.salesforce.com\"}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_str_eq(kit.replies[0].error.code, "INSTANCE_CHANGED");
    ck_assert(!next_run_takes_it());
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/session");
    TCase *t = tcase_create("cache");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_next_run_takes_the_session_and_calls_nobody);
    tcase_add_test(t, a_call_takes_the_session_as_a_login_does);
    tcase_add_test(t, the_file_is_for_its_owner_alone);
    tcase_add_test(t, the_file_holds_no_secret_but_the_token);
    tcase_add_test(t, an_expired_session_is_replaced_in_the_file);
    tcase_add_test(t, a_cached_session_that_expired_costs_one_login);
    tcase_add_test(t, another_host_does_not_take_it);
    tcase_add_test(t, another_app_does_not_take_it);
    tcase_add_test(t, another_user_does_not_take_it);
    tcase_add_test(t, another_flow_does_not_take_it);
    tcase_add_test(t, a_file_that_others_can_read_is_not_trusted);
    tcase_add_test(t, a_link_is_not_followed_when_it_is_read);
    tcase_add_test(t, a_link_is_replaced_when_it_is_written);
    tcase_add_loop_test(t, a_file_is_taken_only_when_all_of_it_fits, 0, (int)AC_N(files));
    tcase_add_test(t, a_session_that_cannot_be_kept_still_works);
    tcase_add_test(t, a_ready_token_is_not_kept);
    tcase_add_test(t, an_org_that_moved_is_found_by_the_next_run);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
