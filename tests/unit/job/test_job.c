// SPDX-License-Identifier: MIT
// The org, its login flow, places, or limits: what wins over what.
#include "job/job_kit.h"
#include <check.h>
#include <stdlib.h>

#define HOST "https://example.my.salesforce.com"

static void load_good(const char *text) {
    job_kit_load(text);
    ck_assert_msg(job_kit.rc == AC_OK, "%s", job_kit.err.text);
}

static void load_bad(const char *text, const char *says) {
    job_kit_load(text);
    ck_assert_int_eq(job_kit.rc, AC_RUN);
    ck_assert_int_eq(job_kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_msg(strstr(job_kit.err.text, says) != NULL, "%s", job_kit.err.text);
}

START_TEST(nothing_at_all_is_a_configuration_without_an_org) {
    load_good(NULL);
    ck_assert_int_eq(job_kit.config.org.flow, AC_FLOW_NONE);
    ck_assert_str_eq(job_kit.config.ns, "amazonconnect");
    ck_assert_ptr_null(job_kit.config.region);
    ck_assert_uint_eq(job_kit.config.n_jobs, 0);
    ck_assert_uint_eq(job_kit.config.sink.collections_max, 2000);
    ck_assert_int_eq(job_kit.config.sink.retry.max_attempts, 8);
    ck_assert_int_eq(job_kit.config.keep_rejects_ms, 90LL * 24 * 3600 * 1000);
    ck_assert_int_eq(job_kit.config.max_memory_bytes, 64 << 20);
}
END_TEST

// --- flows ---------------------------------------------------------------------------------------

static const struct flow_case {
    enum ac_flow flow;
    const char *env[8]; // names, then their values
} flows[] = {
    {AC_FLOW_TOKEN, {"SF_ACCESS_TOKEN", "t"}},
    {AC_FLOW_TOKEN, {"SF_ACCESS_TOKEN", "t", "SF_REFRESH_TOKEN", "r", "SF_CONSUMER_KEY", "k"}},
    {AC_FLOW_REFRESH,
     {"SF_REFRESH_TOKEN", "r", "SF_CONSUMER_KEY", "k", "SF_USERNAME", "u", "SF_PASSWORD", "p"}},
    {AC_FLOW_JWT,
     {"SF_USERNAME", "u", "SF_JWT_KEY_FILE", "f", "SF_CONSUMER_KEY", "k", "SF_PASSWORD", "p"}},
    {AC_FLOW_PASSWORD, {"SF_USERNAME", "u", "SF_PASSWORD", "p", "SF_CONSUMER_KEY", "k"}},
    {AC_FLOW_PASSWORD,
     {"SF_USERNAME", "u", "SF_PASSWORD", "p", "SF_CONSUMER_KEY", "k", "SF_CONSUMER_SECRET", "s"}},
    {AC_FLOW_CLIENT_CREDENTIALS, {"SF_CONSUMER_KEY", "k", "SF_CONSUMER_SECRET", "s"}},
};

START_TEST(the_flow_is_chosen_in_the_order_that_is_promised) {
    job_kit_env("SF_HOST", HOST);
    for (size_t i = 0; i < 8 && flows[_i].env[i]; i += 2)
        job_kit_env(flows[_i].env[i], flows[_i].env[i + 1]);
    load_good(NULL);
    ck_assert_int_eq(job_kit.config.org.flow, flows[_i].flow);
}
END_TEST

static const char *const incomplete[][4] = {
    {"SF_CONSUMER_KEY", "k"},
    {"SF_CONSUMER_SECRET", "s"},
    {"SF_USERNAME", "u"},
    {"SF_PASSWORD", "p"},
    {"SF_USERNAME", "u", "SF_PASSWORD", "p"},
    {"SF_REFRESH_TOKEN", "r"},
};

START_TEST(credentials_that_miss_something_say_what) {
    job_kit_env("SF_HOST", HOST);
    for (size_t i = 0; i < 4 && incomplete[_i][i]; i += 2)
        job_kit_env(incomplete[_i][i], incomplete[_i][i + 1]);
    load_bad(NULL, "SF_CONSUMER_KEY");
}
END_TEST

START_TEST(credentials_without_a_host_ask_for_it) {
    job_kit_env("SF_ACCESS_TOKEN", "t");
    load_bad(NULL, "SF_HOST");
}
END_TEST

START_TEST(a_password_in_the_host_is_refused_unsaid) {
    job_kit_env("SF_HOST", "https://me:hush-hush@example.my.salesforce.com");
    load_bad(NULL, "takes only the host");
    ck_assert_ptr_null(strstr(job_kit.err.text, "hush"));
}
END_TEST

START_TEST(an_empty_variable_is_none) {
    job_kit_env("SF_HOST", HOST);
    job_kit_env("SF_ACCESS_TOKEN", "");
    load_good(NULL);
    ck_assert_int_eq(job_kit.config.org.flow, AC_FLOW_NONE);
}
END_TEST

START_TEST(the_environment_wins_over_the_file) {
    job_kit_env("SF_HOST", HOST);
    job_kit_env("SF_CONSUMER_SECRET", "s");
    load_good("{\"org\":{\"host\":\"https://other.example\",\"client_id\":\"from-file\"}}");
    ck_assert_str_eq(job_kit.config.org.host, HOST);
    ck_assert_str_eq(job_kit.config.org.client_id, "from-file");
}
END_TEST

// --- hosts, versions, namespaces -----------------------------------------------------------------

static const struct text_case {
    const char *name, *value, *want;
} hosts[] = {
    {"SF_HOST", "example.my.salesforce.com", HOST},
    {"SF_HOST", HOST "/", HOST},
    {"SF_HOST", " " HOST " ", HOST},
    {"SF_HOST", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
    {"SF_PRODUCTION", "true", "https://login.salesforce.com"},
    {"SF_PRODUCTION", "TRUE", "https://login.salesforce.com"},
    {"SF_PRODUCTION", "false", "https://test.salesforce.com"},
};

START_TEST(a_host_is_an_address_without_a_slash) {
    job_kit_env(hosts[_i].name, hosts[_i].value);
    load_good(NULL);
    ck_assert_str_eq(job_kit.config.org.host, hosts[_i].want);
}
END_TEST

static const struct text_case versions[] = {
    {"", "62.0", "62.0"}, {"", "v62.0", "62.0"}, {"", "V58.0", "58.0"}, {"", "61", "61.0"},
    {"", "", "62.0"},     {"", "62.5", NULL},    {"", "latest", NULL},  {"", "-1", NULL},
};

START_TEST(a_version_is_a_number) {
    job_kit_env("SF_VERSION", versions[_i].value);
    if (!versions[_i].want) {
        load_bad(NULL, "SF_VERSION");
    } else {
        load_good(NULL);
        ck_assert_str_eq(job_kit.config.org.version, versions[_i].want);
    }
}
END_TEST

static const struct text_case namespaces[] = {
    {"", NULL, "amazonconnect"}, {"", "", ""}, {"", "-", ""}, {"", "mine", "mine"}};

START_TEST(the_namespace_follows_the_rules_of_the_lambdas) {
    if (namespaces[_i].value)
        job_kit_env("SF_ADAPTER_NAMESPACE", namespaces[_i].value);
    load_good(NULL);
    ck_assert_str_eq(job_kit.config.ns, namespaces[_i].want);
}
END_TEST

START_TEST(an_empty_namespace_of_the_file_is_none_too) {
    load_good("{\"org\":{\"namespace\":\"\"}}");
    ck_assert_str_eq(job_kit.config.ns, "");
}
END_TEST

START_TEST(a_region_of_none_is_not_no_region) {
    job_kit.flags.region = "none";
    load_good("{\"region\":\"us-east-1\"}");
    ck_assert_str_eq(job_kit.config.region, "");
}
END_TEST

START_TEST(the_regions_file_value_stands_without_a_flag) {
    load_good("{\"region\":\"eu-central-1\"}");
    ck_assert_str_eq(job_kit.config.region, "eu-central-1");
}
END_TEST

// --- secrets -------------------------------------------------------------------------------------

START_TEST(a_secret_comes_from_a_file_of_its_owner) {
    job_kit_env("SF_HOST", HOST);
    job_kit_env("SF_CONSUMER_KEY", "k");
    job_kit_file("secret", "hush-hush\nsecond line\n", 0600);
    load_good("{\"org\":{\"client_secret_file\":\"secret\"}}");
    ck_assert_str_eq(job_kit.config.org.client_secret, "hush-hush");
}
END_TEST

START_TEST(a_secret_that_others_can_read_is_refused) {
    job_kit_file("secret", "hush-hush\n", 0640);
    load_bad("{\"org\":{\"client_secret_file\":\"secret\"}}", "chmod 600");
    ck_assert_ptr_null(strstr(job_kit.err.text, "hush-hush"));
}
END_TEST

START_TEST(an_empty_secret_is_refused) {
    job_kit_file("secret", "\n", 0600);
    load_bad("{\"org\":{\"password_file\":\"secret\"}}", "is empty");
}
END_TEST

START_TEST(a_secret_that_is_not_there_names_its_file) {
    load_bad("{\"org\":{\"token_file\":\"no-such-file\"}}", "no-such-file");
}
END_TEST

// --- places --------------------------------------------------------------------------------------

START_TEST(the_state_directory_follows_flag_environment_file_default) {
    load_good(NULL);
    ck_assert_ptr_nonnull(strstr(job_kit.config.state_dir, "acload"));
    load_good("{\"state\":\"/from/file\"}");
    ck_assert_str_eq(job_kit.config.state_dir, "/from/file");
    job_kit_env("ACLOAD_STATE", "/from/environment");
    load_good("{\"state\":\"/from/file\"}");
    ck_assert_str_eq(job_kit.config.state_dir, "/from/environment");
    job_kit.flags.state = "/from/flag";
    load_good("{\"state\":\"/from/file\"}");
    ck_assert_str_eq(job_kit.config.state_dir, "/from/flag");
}
END_TEST

START_TEST(a_relative_path_starts_at_the_files_folder) {
    load_good("{\"state\":\"here\",\"jobs\":{\"j\":{\"inputs\":[\"in\",\"/abs\"]}}}");
    const char *tmp = getenv("TMPDIR");
    char want[4096];
    snprintf(want, sizeof want, "%s/here", tmp ? tmp : "/tmp");
    ck_assert_str_eq(job_kit.config.state_dir, want);
    snprintf(want, sizeof want, "%s/in", tmp ? tmp : "/tmp");
    ck_assert_str_eq(job_kit.config.jobs[0].inputs[0], want);
    ck_assert_str_eq(job_kit.config.jobs[0].inputs[1], "/abs");
}
END_TEST

START_TEST(plugin_folders_named_come_before_the_usual_one) {
    job_kit_env("ACLOAD_PLUGIN_PATH", "/a:/b");
    load_good("{\"plugin_dirs\":\"/c\"}");
    ck_assert_str_eq(job_kit.config.plugin_dirs[0], "/a");
    ck_assert_str_eq(job_kit.config.plugin_dirs[1], "/b");
    ck_assert_ptr_nonnull(job_kit.config.plugin_dirs[2]);
    ck_assert_str_ne(job_kit.config.plugin_dirs[2], "/c");
    ck_assert_ptr_null(job_kit.config.plugin_dirs[3]);
}
END_TEST

START_TEST(a_session_is_kept_in_the_state_directory_unless_told_not_to) {
    job_kit.flags.state = "/s";
    load_good(NULL);
    ck_assert_str_eq(job_kit.config.org.session_file, "/s/session.json");
    load_good("{\"keep_session\":false}");
    ck_assert_ptr_null(job_kit.config.org.session_file);
}
END_TEST

START_TEST(a_named_file_that_is_not_there_is_an_error) {
    job_kit_env("ACLOAD_CONFIG", "/no/such/acload.json");
    load_bad(NULL, "/no/such/acload.json");
}
END_TEST

static TCase *tests(void) {
    TCase *t = tcase_create("job");
    tcase_add_checked_fixture(t, job_kit_setup, job_kit_teardown);
    tcase_add_test(t, nothing_at_all_is_a_configuration_without_an_org);
    tcase_add_loop_test(t, the_flow_is_chosen_in_the_order_that_is_promised, 0, AC_N(flows));
    tcase_add_loop_test(t, credentials_that_miss_something_say_what, 0, AC_N(incomplete));
    tcase_add_test(t, credentials_without_a_host_ask_for_it);
    tcase_add_test(t, a_password_in_the_host_is_refused_unsaid);
    tcase_add_test(t, an_empty_variable_is_none);
    tcase_add_test(t, the_environment_wins_over_the_file);
    tcase_add_loop_test(t, a_host_is_an_address_without_a_slash, 0, AC_N(hosts));
    tcase_add_loop_test(t, a_version_is_a_number, 0, AC_N(versions));
    tcase_add_loop_test(t, the_namespace_follows_the_rules_of_the_lambdas, 0, AC_N(namespaces));
    tcase_add_test(t, an_empty_namespace_of_the_file_is_none_too);
    tcase_add_test(t, a_region_of_none_is_not_no_region);
    tcase_add_test(t, the_regions_file_value_stands_without_a_flag);
    tcase_add_test(t, a_secret_comes_from_a_file_of_its_owner);
    tcase_add_test(t, a_secret_that_others_can_read_is_refused);
    tcase_add_test(t, an_empty_secret_is_refused);
    tcase_add_test(t, a_secret_that_is_not_there_names_its_file);
    tcase_add_test(t, the_state_directory_follows_flag_environment_file_default);
    tcase_add_test(t, a_relative_path_starts_at_the_files_folder);
    tcase_add_test(t, plugin_folders_named_come_before_the_usual_one);
    tcase_add_test(t, a_session_is_kept_in_the_state_directory_unless_told_not_to);
    tcase_add_test(t, a_named_file_that_is_not_there_is_an_error);
    return t;
}

int main(void) {
    Suite *s = suite_create("job/job");
    suite_add_tcase(s, tests());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
