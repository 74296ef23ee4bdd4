// SPDX-License-Identifier: MIT
// Which job an object or a stream belongs to.
#include "hook/match.h"
#include <check.h>

static const char *const queues[] = {"s3://reports/q/", "/srv/q"};
static const char *const all[] = {"s3://reports"};
static const char *const globs[] = {"s3://glob/in/*.csv", "kinesis://contacts"};
static const char *const twins[] = {"s3://reports/q/", "s3://reports/q/deep/one.csv"};
static const struct ac_job jobs[] = {{.name = "all", .inputs = all, .n_inputs = 1},
                                     {.name = "queues", .inputs = queues, .n_inputs = 2},
                                     {.name = "globs", .inputs = globs, .n_inputs = 2},
                                     {.name = "twins", .inputs = twins, .n_inputs = 2}};
static const struct ac_config config = {.jobs = jobs, .n_jobs = AC_N(jobs)};

static const struct {
    const char *bucket, *key, *job;
} objects[] = {
    {"reports", "q/a.csv", "queues"},
    {"reports", "q/deep/two.csv", "queues"},
    {"reports", "q/deep/one.csv", "twins"},
    {"reports", "r/a.csv", "all"},
    {"reports", "q", "all"},
    {"report", "q/a.csv", NULL},
    {"reports2", "q/a.csv", NULL},
    {"reports.evil", "q/a.csv", NULL},
    {"glob", "in/a.csv", "globs"},
    {"glob", "in/a.txt", NULL},
    {"glob", "out/in/a.csv", NULL},
    {"srv", "q", NULL},
    {"contacts", "x", NULL},
};

START_TEST(the_longest_input_decides) {
    const struct ac_job *job = ac_hook_job(&config, objects[_i].bucket, ac_str_of(objects[_i].key));
    ck_assert_str_eq(job ? job->name : "none", objects[_i].job ? objects[_i].job : "none");
}
END_TEST

static const struct {
    const char *stream, *job;
} streams[] = {{"contacts", "globs"}, {"contact", NULL}, {"", NULL}, {"contacts2", NULL}};

START_TEST(a_stream_is_named_whole) {
    const struct ac_job *job = ac_hook_stream_job(&config, streams[_i].stream);
    ck_assert_str_eq(job ? job->name : "none", streams[_i].job ? streams[_i].job : "none");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("match");
    TCase *t = tcase_create("match");
    tcase_add_loop_test(t, the_longest_input_decides, 0, AC_N(objects));
    tcase_add_loop_test(t, a_stream_is_named_whole, 0, AC_N(streams));
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
