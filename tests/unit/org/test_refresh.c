// SPDX-License-Identifier: MIT
// Refresh tokens that rotate: on disk before anything else, spent by one process at a time.
#include "org/org_kit.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct org_kit kit;

#define ROTATING(access, refresh)                                                                  \
    "{\"access_token\":\"" access "\",\"refresh_token\":\"" refresh                                \
    "\",\"instance_url\":\"" ORG_KIT_INSTANCE "\"}"

static void setup(void) {
    org_kit_setup(&kit);
    kit.options.flow = AC_FLOW_REFRESH;
    kit.options.refresh_token = "REFRESH_0";
    kit.options.refresh_token_file = org_kit_path(&kit, "refresh.json");
}

static void teardown(void) { org_kit_teardown(&kit); }

static bool is_spent(size_t login, const char *token) {
    char field[100];
    snprintf(field, sizeof field, "&refresh_token=%s&", token);
    return strstr(net_asked(&kit.net, "POST", ORG_KIT_LOGIN, login)->body, field) != NULL;
}

static void say_rotated(const char *body) { net_say(&kit.net, "POST", ORG_KIT_LOGIN, 200, body); }

// What the file held when a request arrived.
static char seen[1000];

static void look_at_file(void *arg, const struct net_request *request, struct net_answer *answer,
                         struct ac_buf *body) {
    (void)request;
    (void)answer;
    (void)body;
    snprintf(seen, sizeof seen, "%s", org_kit_file(arg));
}

static void log_in_rotating(void) {
    org_kit_open(&kit);
    say_rotated(ROTATING("TOKEN_1", "REFRESH_1"));
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
}

START_TEST(the_new_token_is_on_disk_before_the_session_is_used) {
    log_in_rotating();
    net_add(&kit.net,
            &(struct net_answer){.path = "*/limits",
                                 .fill = look_at_file,
                                 .arg = (void *)(uintptr_t)kit.options.refresh_token_file});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_msg(strstr(seen, "\"refresh_token\":\"REFRESH_1\"") != NULL, "%s", seen);
}
END_TEST

START_TEST(it_is_on_disk_before_calls_that_waited_for_the_login_go_out) {
    org_kit_open(&kit);
    say_rotated(ROTATING("TOKEN_1", "REFRESH_1"));
    net_add(&kit.net,
            &(struct net_answer){.path = "*/limits",
                                 .fill = look_at_file,
                                 .arg = (void *)(uintptr_t)kit.options.refresh_token_file});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_ptr_nonnull(strstr(seen, "REFRESH_1"));
}
END_TEST

START_TEST(the_file_can_be_written_before_a_token_is_spent) {
    org_kit_open(&kit);
    net_add(&kit.net,
            &(struct net_answer){.path = ORG_KIT_LOGIN,
                                 .body = ROTATING("TOKEN_1", "REFRESH_1"),
                                 .fill = look_at_file,
                                 .arg = (void *)(uintptr_t)kit.options.refresh_token_file});
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    ck_assert_ptr_nonnull(strstr(seen, "\"refresh_token\":\"REFRESH_0\""));
}
END_TEST

START_TEST(a_state_that_cannot_be_written_is_found_before_a_token_is_spent) {
    kit.options.refresh_token_file = org_kit_path(&kit, "no-such-folder/refresh.json");
    org_kit_open(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_uint_eq(kit.net.n_requests, 0);
}
END_TEST

START_TEST(the_file_is_for_its_owner_alone) {
    struct stat st;
    umask(0);
    log_in_rotating();
    ck_assert_int_eq(stat(kit.options.refresh_token_file, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(the_next_login_spends_the_new_token) {
    log_in_rotating();
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    say_rotated(ROTATING("TOKEN_2", "REFRESH_2"));
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert(is_spent(0, "REFRESH_0"));
    ck_assert(is_spent(1, "REFRESH_1"));
    ck_assert_ptr_nonnull(strstr(org_kit_file(kit.options.refresh_token_file), "REFRESH_2"));
}
END_TEST

START_TEST(the_next_run_spends_the_new_token) {
    log_in_rotating();
    org_kit_close(&kit);
    log_in_rotating();
    ck_assert(is_spent(1, "REFRESH_1"));
}
END_TEST

START_TEST(a_token_another_process_got_meanwhile_is_spent) {
    log_in_rotating();
    struct org_kit other = kit; // the same options and files, its own org
    ck_assert_int_eq(ac_org_new(&other.org, &kit.options, &kit.net.net, &kit.clock.clock, &kit.err),
                     AC_OK);
    say_rotated(ROTATING("TOKEN_2", "REFRESH_2"));
    ck_assert_int_eq(ac_org_login(other.org, &kit.err), AC_OK);
    ac_org_free(other.org);
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    say_rotated(ROTATING("TOKEN_3", "REFRESH_3"));
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert(is_spent(2, "REFRESH_2"));
}
END_TEST

START_TEST(without_rotation_the_token_stays) {
    org_kit_open(&kit);
    org_kit_say_token(&kit, "TOKEN_1");
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    org_kit_close(&kit);
    org_kit_open(&kit);
    org_kit_say_token(&kit, "TOKEN_1");
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    ck_assert(is_spent(1, "REFRESH_0"));
}
END_TEST

START_TEST(a_newly_configured_token_counts_more_than_the_kept_one) {
    log_in_rotating();
    org_kit_close(&kit);
    kit.options.refresh_token = "REFRESH_NEW";
    log_in_rotating();
    ck_assert(is_spent(1, "REFRESH_NEW"));
}
END_TEST

static const char *const broken[] = {"", "nonsense", "{}", "{\"from\":1,\"refresh_token\":\"X\"}",
                                     "{\"from\":\"\",\"refresh_token\":\"X\"}"};

START_TEST(a_broken_file_is_as_good_as_none) {
    org_kit_write(kit.options.refresh_token_file, broken[_i], 0600);
    log_in_rotating();
    ck_assert(is_spent(0, "REFRESH_0"));
}
END_TEST

START_TEST(while_another_process_renews_nothing_is_spent) {
    char lock[320];
    snprintf(lock, sizeof lock, "%s.lock", kit.options.refresh_token_file);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    org_kit_open(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_AGAIN);
    ck_assert_str_eq(kit.err.code, "LOGIN_BUSY");
    ck_assert_uint_eq(kit.net.n_requests, 0);
    close(fd);
    ac_err_clear(&kit.err);
    say_rotated(ROTATING("TOKEN_1", "REFRESH_1"));
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
}
END_TEST

START_TEST(the_lock_is_given_back_when_the_login_is_over) {
    char lock[320];
    snprintf(lock, sizeof lock, "%s.lock", kit.options.refresh_token_file);
    log_in_rotating();
    int fd = open(lock, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
}
END_TEST

// The state directory vanishes while the org is asked.
static void move_away(void *arg, const struct net_request *request, struct net_answer *answer,
                      struct ac_buf *body) {
    (void)arg;
    (void)request;
    (void)answer;
    (void)body;
    char to[300];
    snprintf(to, sizeof to, "%s.away", kit.dir);
    ck_assert_int_eq(rename(kit.dir, to), 0);
}

static void move_back(void) {
    char from[300];
    snprintf(from, sizeof from, "%s.away", kit.dir);
    ck_assert_int_eq(rename(from, kit.dir), 0);
}

START_TEST(a_new_token_that_cannot_be_kept_stops_the_run) {
    org_kit_open(&kit);
    net_add(&kit.net, &(struct net_answer){.path = ORG_KIT_LOGIN,
                                           .body = ROTATING("TOKEN_1", "REFRESH_1"),
                                           .fill = move_away});
    enum ac_rc rc = ac_org_login(kit.org, &kit.err);
    move_back();
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "refresh.json"));
}
END_TEST

START_TEST(a_new_token_that_could_not_be_kept_is_kept_at_the_next_try) {
    org_kit_open(&kit);
    net_add(&kit.net, &(struct net_answer){.path = ORG_KIT_LOGIN,
                                           .body = ROTATING("TOKEN_1", "REFRESH_1"),
                                           .fill = move_away});
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    move_back();
    ac_err_clear(&kit.err);
    say_rotated(ROTATING("TOKEN_2", "REFRESH_2"));
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    ck_assert(is_spent(1, "REFRESH_1"));
}
END_TEST

START_TEST(without_a_file_the_new_token_serves_this_run) {
    kit.options.refresh_token_file = NULL;
    log_in_rotating();
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    say_rotated(ROTATING("TOKEN_2", "REFRESH_2"));
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert(is_spent(1, "REFRESH_1"));
}
END_TEST

START_TEST(a_revoked_token_latches) {
    org_kit_open(&kit);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 400,
            "{\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}");
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "SF_REFRESH_TOKEN"));
    ac_err_clear(&kit.err);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert_uint_eq(kit.net.n_requests, 1);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/refresh");
    TCase *t = tcase_create("rotation");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_new_token_is_on_disk_before_the_session_is_used);
    tcase_add_test(t, it_is_on_disk_before_calls_that_waited_for_the_login_go_out);
    tcase_add_test(t, the_file_can_be_written_before_a_token_is_spent);
    tcase_add_test(t, a_state_that_cannot_be_written_is_found_before_a_token_is_spent);
    tcase_add_test(t, the_file_is_for_its_owner_alone);
    tcase_add_test(t, the_next_login_spends_the_new_token);
    tcase_add_test(t, the_next_run_spends_the_new_token);
    tcase_add_test(t, a_token_another_process_got_meanwhile_is_spent);
    tcase_add_test(t, without_rotation_the_token_stays);
    tcase_add_test(t, a_newly_configured_token_counts_more_than_the_kept_one);
    tcase_add_loop_test(t, a_broken_file_is_as_good_as_none, 0, (int)AC_N(broken));
    tcase_add_test(t, while_another_process_renews_nothing_is_spent);
    tcase_add_test(t, the_lock_is_given_back_when_the_login_is_over);
    tcase_add_test(t, a_new_token_that_cannot_be_kept_stops_the_run);
    tcase_add_test(t, a_new_token_that_could_not_be_kept_is_kept_at_the_next_try);
    tcase_add_test(t, without_a_file_the_new_token_serves_this_run);
    tcase_add_test(t, a_revoked_token_latches);
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
