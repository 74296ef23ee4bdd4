// SPDX-License-Identifier: MIT
// Events of AWS Lambda, one after the other.
#include "cli/lambda.h"
#include "base/log.h"
#include "hook/lambda.h"
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define MAX_ANSWER_BYTES ((size_t)6 << 20)

static volatile int is_ending; // SIGTERM came

static void on_term(int number) {
    (void)number;
    is_ending = ac_cli_stop = 1;
}

static void on_deadline(int number) {
    (void)number;
    ac_cli_stop = 1;
}

static void catch_signals(void) {
    struct sigaction term = {.sa_handler = on_term}, deadline = {.sa_handler = on_deadline};
    sigaction(SIGINT, &term, NULL);
    sigaction(SIGTERM, &term, NULL);
    sigaction(SIGALRM, &deadline, NULL);
}

static void set_alarm(int64_t ms) { // 0: none
    struct itimerval at = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};
    setitimer(ITIMER_REAL, &at, NULL);
}

// Names a place beside the program, unless the environment names one already.
static void point_to(const char *name, const char *folder, const char *place) {
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder, place);
    if (access(path, R_OK) == 0)
        setenv(name, path, 0);
}

static void use_bundle(void) {
    char folder[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    while (n > 0 && folder[n - 1] != '/')
        n--;
    if (n <= 0)
        return;
    folder[n - 1] = '\0';
    point_to("ACLOAD_CONFIG", folder, "acload.json");
    point_to("GCONV_PATH", folder, "lib/gconv");
    point_to("SF_CA_BUNDLE", folder, "lib/ca-certificates.crt");
    point_to("AWS_CA_BUNDLE", folder, "lib/ca-certificates.crt");
}

static void set_up(struct ac_cli *cli) {
    cli->log_format = 1;
    setenv("XDG_STATE_HOME", "/tmp", 0);
    use_bundle();
    ac_log_setup(stderr, AC_LOG_JSON,
                 cli->is_verbose ? AC_LOG_DEBUG
                 : cli->is_quiet ? AC_LOG_WARNING
                                 : AC_LOG_INFO,
                 false, NULL);
    catch_signals();
}

// --- one event -----------------------------------------------------------------------------------

static const char *type_of(int code) {
    switch (code) {
    case 2:
        return "Acload.Configuration";
    case 3:
        return "Acload.Stopped";
    case 4:
        return "Acload.Input";
    default:
        return "Acload.Internal";
    }
}

static enum ac_rc fail(struct ac_lambda *l, bool at_start, int code, struct ac_err *err) {
    char text[160];
    snprintf(text, sizeof text, "acload %s (exit code %d); its log says why",
             at_start ? "cannot begin" : "could not settle all of the event", code);
    return ac_lambda_fail(l, at_start, type_of(code), text, err);
}

// Some seconds before the end nothing new is begun, and calls under way are given up in time for
// an answer; what is left comes again, and goes on where it was.
static void watch_deadline(struct ac_cli *cli, int64_t deadline_ms, int64_t grace_ms) {
    cli->config.grace_ms = grace_ms;
    if (deadline_ms == INT64_MAX)
        return;
    int64_t left_ms = deadline_ms - cli->clock->now_ms(cli->clock->self);
    int64_t spare_ms = ac_lambda_spare_ms(left_ms);
    if (spare_ms * 3 / 4 < grace_ms)
        cli->config.grace_ms = spare_ms * 3 / 4;
    if (left_ms <= spare_ms)
        ac_cli_stop = 1;
    else
        set_alarm(left_ms - spare_ms);
}

static enum ac_rc do_event(struct ac_cli *cli, struct ac_lambda *l,
                           const struct ac_function *function, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    struct ac_arena_mark mark = ac_arena_mark(&cli->arena);
    int64_t grace_ms = cli->config.grace_ms;
    ac_buf_init(&out, MAX_ANSWER_BYTES);
    ac_log_context("request", l->event.id);
    watch_deadline(cli, l->event.deadline_ms, grace_ms);
    int code = function->answer(function->arg, ac_buf_str(&l->event.text), &out);
    set_alarm(0);
    ac_cli_stop = is_ending;
    cli->config.grace_ms = grace_ms;
    // Frozen now, its connections would be dead when it thaws.
    ac_cli_hang_up(cli);
    ac_arena_rewind(&cli->arena, mark);
    fflush(stdout);
    enum ac_rc rc =
        out.len ? ac_lambda_answer(l, ac_buf_str(&out), err) : fail(l, false, code, err);
    if (rc == AC_INPUT) { // it was too late: Lambda gives the event again
        ac_log_warn(err);
        ac_err_clear(err);
        rc = AC_OK;
    }
    ac_log_context("request", NULL);
    return rc;
}

// The state goes when Lambda ends the environment: what is to last is kept elsewhere.
static int check_rejects(const struct ac_cli *cli) {
    struct ac_err err = AC_ERR_INIT;
    if (cli->config.rejects)
        return 0;
    ac_err_set(&err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG",
               "rejected rows would be lost with this function's state: name a place for them in "
               "the configuration, \"rejects\": \"s3://bucket/prefix/\"");
    return ac_cli_fail(&err);
}

static int take_events(struct ac_cli *cli, struct ac_lambda *l,
                       const struct ac_function *function) {
    struct ac_err err = AC_ERR_INIT;
    int code = function->begin(function->arg);
    if (!code)
        code = check_rejects(cli);
    if (!code) // the secret, for all that come
        code = ac_cli_net(cli);
    if (code) {
        if (fail(l, true, code, &err) != AC_OK)
            ac_log_warn(&err);
        return code;
    }
    ac_cli_hang_up(cli);
    enum ac_rc rc;
    do {
        rc = ac_lambda_next(l, &err);
        if (rc == AC_OK)
            rc = do_event(cli, l, function, &err);
    } while (rc == AC_OK);
    return rc == AC_END ? 0 : ac_cli_fail(&err);
}

int ac_cli_lambda(struct ac_cli *cli, const struct ac_function *function) {
    struct ac_err err = AC_ERR_INIT;
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!api || !*api)
        return ac_cli_usage(&ac_command_hook, "--lambda is for AWS Lambda, which sets "
                                              "AWS_LAMBDA_RUNTIME_API");
    char host[256];
    snprintf(host, sizeof host, "%.*s", (int)strcspn(api, ":"), api);
    const char *const allowed[] = {host, NULL};
    struct ac_http_options options = {.user_agent = "acload/" AC_VERSION, .allow_http = allowed};
    struct ac_http *http = NULL;
    set_up(cli);
    if (ac_http_new(&http, &options, &err) != AC_OK)
        return ac_cli_fail(&err);
    struct ac_lambda lambda;
    ac_lambda_init(&lambda, ac_http_net(http), api, &is_ending);
    int code = take_events(cli, &lambda, function);
    ac_http_free(http);
    ac_lambda_free(&lambda);
    return code;
}
