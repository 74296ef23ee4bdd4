// SPDX-License-Identifier: MIT
// Keys told by a program of the user's, started without a shell.
#include "aws/aws_int.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORDS 64u
#define MAX_COMMAND_BYTES ((size_t)8192)
#define MAX_OUTPUT_BYTES ((size_t)64 * 1024)
#define DEADLINE_MS 60000

struct command {
    char text[MAX_COMMAND_BYTES]; // the words, one after the other
    char *words[MAX_WORDS + 1];
    size_t n_words, len;
};

static bool add_char(struct command *c, char letter) {
    if (c->len + 1 >= sizeof c->text)
        return false;
    c->text[c->len++] = letter;
    return true;
}

// One word, as a shell splits them: quotes of both kinds, and a backslash outside of '…'. AC_END
// when no word is left. NULL-terminates it in c->text.
static enum ac_rc next_word(struct command *c, const char **at) {
    const char *p = *at;
    p += strspn(p, " \t\r\n");
    if (!*p)
        return AC_END;
    size_t start = c->len;
    char quote = '\0';
    for (; *p && (quote || !strchr(" \t\r\n", *p)); p++) {
        bool escapes = *p == '\\' && quote != '\'' && (quote != '"' || p[1] == '"' || p[1] == '\\');
        if (quote && *p == quote) {
            quote = '\0';
        } else if (!quote && (*p == '"' || *p == '\'')) {
            quote = *p;
        } else if (escapes && !p[1]) {
            return AC_INPUT;
        } else {
            p += escapes;
            if (!add_char(c, *p))
                return AC_INPUT;
        }
    }
    if (quote || c->n_words == MAX_WORDS || !add_char(c, '\0'))
        return AC_INPUT;
    c->words[c->n_words++] = c->text + start;
    *at = p;
    return AC_OK;
}

static bool split(struct command *c, const char *text) {
    enum ac_rc rc = AC_OK;
    c->n_words = c->len = 0;
    while (rc == AC_OK)
        rc = next_word(c, &text);
    c->words[c->n_words] = NULL;
    return rc == AC_END && c->n_words > 0;
}

// Its standard output is `to`, its standard error ours, its standard input nothing.
static int start(const struct command *c, int to, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    int why = posix_spawn_file_actions_init(&actions);
    if (why)
        return why;
    why = posix_spawnattr_init(&attributes);
    if (why) {
        posix_spawn_file_actions_destroy(&actions);
        return why;
    }
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    why = posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    if (!why)
        why = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!why)
        why = posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (!why)
        why = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (!why)
        why = posix_spawnp(pid, c->words[0], &actions, &attributes, c->words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return why;
}

// Reads to the end; false when that takes too long or gives too much.
static bool read_output(const struct ac_clock *clock, int fd, struct ac_buf *out) {
    int64_t until_ms = clock->mono_ms(clock->self) + DEADLINE_MS;
    for (;;) {
        int64_t left_ms = until_ms - clock->mono_ms(clock->self);
        struct pollfd one = {.fd = fd, .events = POLLIN};
        int ready = left_ms > 0 ? poll(&one, 1, (int)left_ms) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || !ac_buf_need(out, 4096))
            return false;
        ssize_t n = read(fd, out->ptr + out->len, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        out->len += (size_t)n;
    }
}

static bool wait_for(pid_t pid, int *status) {
    pid_t got;
    do
        got = waitpid(pid, status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid;
}

static enum ac_rc failed(const char *name, const char *why, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                      "credential_process, the program %.200s: %s", name, why);
}

static enum ac_rc run(struct ac_aws *aws, const struct command *c, struct ac_buf *out,
                      struct ac_err *err) {
    int ends[2], status = 0;
    pid_t pid = 0;
    char why[128];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot start", c->words[0]);
    int failure = start(c, ends[1], &pid);
    close(ends[1]);
    if (failure) {
        close(ends[0]);
        return failed(c->words[0], ac_err_reason(failure, why, sizeof why), err);
    }
    bool is_whole = read_output(aws->clock, ends[0], out);
    close(ends[0]);
    if (!is_whole)
        kill(pid, SIGKILL);
    bool is_over = wait_for(pid, &status);
    if (!is_whole)
        return failed(c->words[0], "said too much, or nothing for a minute", err);
    if (is_over && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return AC_OK;
    if (is_over && WIFEXITED(status))
        snprintf(why, sizeof why, "ended with exit code %d", WEXITSTATUS(status));
    else
        snprintf(why, sizeof why, "did not end as it should");
    return failed(c->words[0], why, err);
}

enum ac_rc ac_aws_from_process(struct ac_aws *aws, const char *command, struct ac_aws_keys *out,
                               struct ac_err *err) {
    static const struct ac_keys_names names = {.token = "SessionToken", .wants_version = true};
    struct command *c = malloc(sizeof *c);
    if (!c)
        return ac_err_nomem(err, "credential_process");
    if (!split(c, command)) {
        free(c);
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "credential_process is no command: an open quote, or too long");
    }
    struct ac_buf output;
    ac_buf_init(&output, MAX_OUTPUT_BYTES);
    (void)ac_buf_need(&output, 16384);
    enum ac_rc rc = run(aws, c, &output, err);
    char what[300];
    snprintf(what, sizeof what, "credential_process, what %.200s said", c->words[0]);
    if (rc == AC_OK)
        rc = ac_keys_read_json(ac_buf_str(&output), &names, what, out, err);
    out->origin = "credential_process";
    if (output.ptr)
        OPENSSL_cleanse(output.ptr, output.cap);
    ac_buf_free(&output);
    free(c);
    return rc;
}
