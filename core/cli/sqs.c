// SPDX-License-Identifier: MIT
// acload hook --sqs: messages received, gathered, answered.
#include "cli/sqs.h"
#include "base/log.h"
#include "cli/keep.h"
#include <inttypes.h>
#include <stdlib.h>

#define MAX_ROWS 2000u
#define MAX_LETTERS 1000u
#define MAX_GATHER_MS 20000
#define ONCE_WAIT_S 1 // a queue that is asked to wait at all looks at all its servers
#define PIECE_MS 200
#define GATHER_BYTES ((size_t)8 << 20)
#define ANSWER_BYTES ((size_t)16 << 20)

struct receiving {
    struct ac_worker worker;
    struct ac_sqs queue;
    struct ac_arena messages;     // of one answer
    struct ac_sqs_entry *entries; // of as many messages as are gathered
    struct ac_letter **of_entry;
    int hidden_s;
    int64_t begun_ms;     // the gathering: when its first message came
    int64_t renew_ms;     // when its messages are hidden anew
    int64_t signalled_ms; // 0: no signal came
    unsigned n_troubles;  // one after the other
    bool is_empty;        // the queue had nothing when it was asked last
    bool keeps_order;     // it gives no more of a group while messages of it are worked on
};

static int64_t mono_ms(const struct receiving *r) {
    const struct ac_clock *clock = r->worker.cli->clock;
    return clock->mono_ms(clock->self);
}

static uint64_t chance(const struct receiving *r) {
    const struct ac_clock *clock = r->worker.cli->clock;
    return clock->random(clock->self);
}

static bool is_ephemeral(const struct receiving *r) {
    return r->worker.hook->flags->ephemeral != 0;
}

static bool is_once(const struct receiving *r) { return r->worker.hook->flags->once != 0; }

// A quarter of the time it is hidden while it is worked on: 30 s of the usual 2 min.
static int delay_s(const struct receiving *r, unsigned n) {
    return ac_sqs_delay_s(r->hidden_s / 4, n, chance(r));
}

// --- answers -------------------------------------------------------------------------------------

// What goes wrong here costs a repetition: the messages come back by themselves.
static void failed(struct receiving *r, const struct ac_err *err) {
    int code = ac_cli_fail(err);
    r->worker.exit_code = ac_exit_worse(r->worker.exit_code, code);
    r->worker.is_fatal |= err->cause == AC_CAUSE_CONFIG;
}

static void tell_left(size_t n, const char *text) {
    char number[24];
    snprintf(number, sizeof number, "%zu", n);
    if (n)
        ac_log(AC_LOG_WARNING, text, "#messages", number, NULL);
}

static void put(struct receiving *r, size_t *n, struct ac_letter *letter, int hidden_s) {
    r->entries[*n] = (struct ac_sqs_entry){.receipt = letter->receipt, .hidden_s = hidden_s};
    r->of_entry[(*n)++] = letter;
}

static size_t delete_settled(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    struct ac_err err = AC_ERR_INIT;
    size_t n = 0, n_left = 0;
    for (size_t i = 0; i < w->n_letters; i++)
        if (!w->letters[i].is_over && ac_desk_is_settled(&w->letters[i]))
            put(r, &n, &w->letters[i], 0);
    if (ac_sqs_delete(&r->queue, r->entries, n, &err) != AC_OK)
        failed(r, &err);
    for (size_t i = 0; i < n; i++) {
        r->of_entry[i]->is_over = true; // or it comes back, with nothing left to do
        n_left += !r->entries[i].is_done;
    }
    tell_left(n_left, "the queue keeps messages that are settled; they come back once more");
    return n - n_left;
}

static void tell_back(const struct ac_letter *letter, int hidden_s) {
    char n[24], wait[24];
    snprintf(n, sizeof n, "%u", letter->n_received);
    snprintf(wait, sizeof wait, "%d s", hidden_s);
    if (ac_desk_exit(letter) == ac_err_exit(AC_CAUSE_INPUT))
        ac_log(AC_LOG_WARNING,
               "a message cannot be imported; it comes back until the queue's dead letters take it",
               "message", letter->id, "#received", n, "in", wait, NULL);
    else
        ac_log(AC_LOG_INFO, "a message comes back", "message", letter->id, "#received", n, "in",
               wait, NULL);
}

static size_t give_back(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    struct ac_err err = AC_ERR_INIT;
    size_t n = 0;
    for (size_t i = 0; i < w->n_letters; i++) {
        struct ac_letter *letter = &w->letters[i];
        if (letter->is_over)
            continue;
        bool is_untouched = !letter->is_begun && !w->is_in_trouble;
        int hidden_s = is_untouched ? 0 : delay_s(r, letter->n_received);
        if (!is_untouched)
            tell_back(letter, hidden_s);
        w->exit_code = ac_exit_worse(w->exit_code, ac_desk_exit(letter));
        letter->is_over = true;
        put(r, &n, letter, hidden_s);
    }
    if (n && ac_sqs_hide(&r->queue, r->entries, n, &err) != AC_OK)
        failed(r, &err);
    return n;
}

static void renew(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    struct ac_err err = AC_ERR_INIT;
    size_t n = 0, n_left = 0;
    if (!is_ephemeral(r)) // else rejected rows are kept first, at the end
        delete_settled(r);
    for (size_t i = 0; i < w->n_letters; i++)
        if (!w->letters[i].is_over)
            put(r, &n, &w->letters[i], r->hidden_s);
    r->renew_ms = mono_ms(r) + (int64_t)r->hidden_s * 500;
    if (n && ac_sqs_hide(&r->queue, r->entries, n, &err) != AC_OK)
        failed(r, &err);
    for (size_t i = 0; i < n && err.rc == AC_OK; i++)
        n_left += !r->entries[i].is_done;
    tell_left(n_left, "messages could not be hidden any longer; another worker may take them, too");
}

static void tick(struct ac_worker *w) {
    struct receiving *r = (struct receiving *)w; // its first member
    if (ac_cli_stop && !r->signalled_ms)
        r->signalled_ms = mono_ms(r);
    if (r->signalled_ms && mono_ms(r) - r->signalled_ms > w->cli->config.grace_ms)
        w->is_ended = 1;
    if (w->n_letters && mono_ms(r) >= r->renew_ms)
        renew(r);
}

// --- gathering -----------------------------------------------------------------------------------

// A queue that cannot be had is asked again after a while.
static void in_trouble(struct receiving *r, const struct ac_err *err) {
    r->worker.is_in_trouble = true;
    failed(r, err);
}

static int wait_s(const struct receiving *r) {
    if (is_once(r) || (r->keeps_order && r->worker.n_letters))
        return ONCE_WAIT_S;
    if (!r->worker.n_letters)
        return AC_SQS_MAX_WAIT_S;
    int64_t until_ms = r->begun_ms + MAX_GATHER_MS;
    if (r->renew_ms < until_ms)
        until_ms = r->renew_ms;
    int64_t left_ms = until_ms - mono_ms(r);
    return left_ms < 1000 ? 1 : (int)(left_ms / 1000);
}

static bool note_letter(struct receiving *r, const struct ac_sqs_message *message) {
    struct ac_worker *w = &r->worker;
    struct ac_letter *letter = &w->letters[w->n_letters];
    *letter = (struct ac_letter){.id = ac_arena_copy(&w->arena, ac_str_of(message->id)),
                                 .receipt = ac_arena_copy(&w->arena, ac_str_of(message->receipt)),
                                 .n_received = message->n_received};
    if (!letter->id || !letter->receipt)
        return false;
    w->n_letters++;
    return true;
}

static void take(struct receiving *r, const struct ac_sqs_message *messages, size_t n) {
    struct ac_worker *w = &r->worker;
    size_t first = w->n_letters;
    if (n && !first)
        r->begun_ms = mono_ms(r);
    if (n && !first)
        r->renew_ms = r->begun_ms + (int64_t)r->hidden_s * 500;
    // All are noted before the first is read: each is given back, whatever happens.
    for (size_t i = 0; i < n; i++)
        if (!note_letter(r, &messages[i])) {
            struct ac_err err = AC_ERR_INIT;
            ac_err_nomem(&err, "messages of a queue");
            in_trouble(r, &err);
            break;
        }
    for (size_t i = first; i < w->n_letters && !ac_cli_stop && !w->is_in_trouble; i++) {
        ac_desk_take(w, &w->letters[i], messages[i - first].body);
        tick(w);
    }
}

static bool is_enough(const struct receiving *r) {
    const struct ac_worker *w = &r->worker;
    return ac_cli_stop || w->is_in_trouble || w->n_rows >= MAX_ROWS ||
           w->n_letters + AC_SQS_AT_ONCE > MAX_LETTERS ||
           (w->n_letters && mono_ms(r) - r->begun_ms >= MAX_GATHER_MS);
}

static void gather(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    r->is_empty = false;
    while (!is_enough(r)) {
        struct ac_sqs_message messages[AC_SQS_AT_ONCE];
        struct ac_err err = AC_ERR_INIT;
        size_t n = 0;
        ac_arena_reset(&r->messages);
        if (ac_sqs_receive(&r->queue, wait_s(r), r->hidden_s, &ac_cli_stop, &r->messages, messages,
                           &n, &err) != AC_OK)
            in_trouble(r, &err);
        r->is_empty = !n && !(r->keeps_order && w->n_letters);
        if (!n && (is_once(r) || !w->n_letters || r->keeps_order))
            return;
        take(r, messages, n);
        tick(w);
    }
}

// --- settling ------------------------------------------------------------------------------------

static void tell_settled(const struct ac_worker *w, size_t n_deleted, size_t n_back) {
    const uint64_t n[] = {n_deleted, n_back, w->n_rows, w->n_tests, w->n_others};
    char number[AC_N(n)][24];
    for (size_t i = 0; i < AC_N(n); i++)
        snprintf(number[i], sizeof number[i], "%" PRIu64, n[i]);
    ac_log(AC_LOG_INFO, "messages settled", "#deleted", number[0], "#back", number[1], "#rows",
           number[2], "#tests", number[3], "#others", number[4], NULL);
}

static void tick_letters(void *receiving) { tick(&((struct receiving *)receiving)->worker); }

// Before any message is deleted. What cannot be kept comes back with its messages.
static void keep_rejects(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    const struct ac_keep_tick renewing = {tick_letters, r};
    int code = ac_cli_keep_rejects(w->cli, &renewing);
    if (!code)
        return;
    w->is_in_trouble = true;
    w->is_fatal |= code == ac_err_exit(AC_CAUSE_CONFIG);
    w->exit_code = ac_exit_worse(w->exit_code, code);
    for (size_t i = 0; i < w->n_letters; i++)
        w->letters[i].exit_code = ac_exit_worse(w->letters[i].exit_code, code);
}

static void settle(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    ac_desk_flush_all(w);
    if (is_ephemeral(r) && w->n_letters)
        keep_rejects(r);
    size_t n_deleted = delete_settled(r), n_back = give_back(r);
    if (w->n_letters)
        tell_settled(w, n_deleted, n_back);
    r->n_troubles = w->is_in_trouble ? r->n_troubles + 1 : 0;
    w->n_letters = 0;
    w->wanted = NULL;
    w->n_rows = w->n_tests = w->n_others = 0;
    w->is_in_trouble = false;
    ac_arena_reset(&w->arena);
}

static void pause_worker(struct receiving *r) {
    const struct ac_clock *clock = r->worker.cli->clock;
    int64_t until_ms = mono_ms(r) + (int64_t)delay_s(r, r->n_troubles) * 1000;
    while (!ac_cli_stop && mono_ms(r) < until_ms)
        clock->sleep_ms(clock->self, PIECE_MS);
}

static void work(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    while (!ac_cli_stop && !w->is_fatal) {
        gather(r);
        settle(r);
        w->exit_code = ac_load_metrics(w->cli, &w->hook->flags->load, w->exit_code);
        if (is_once(r) && (r->is_empty || r->n_troubles))
            break;
        if (r->n_troubles && !w->is_fatal)
            pause_worker(r);
    }
    ac_desk_close_all(w);
}

// A worker that is told to end has done its work; what came of each message was told then.
static int exit_code(const struct receiving *r) {
    const struct ac_worker *w = &r->worker;
    if (is_once(r))
        return ac_cli_stop ? ac_exit_worse(w->exit_code, ac_err_exit(AC_CAUSE_STOP)) : w->exit_code;
    if (w->is_fatal)
        return w->exit_code;
    return w->is_ended ? ac_err_exit(AC_CAUSE_STOP) : 0;
}

static bool prepare(struct receiving *r) {
    struct ac_worker *w = &r->worker;
    const struct ac_config *config = &w->cli->config;
    struct ac_arena *arena = &w->cli->arena;
    w->n_desks = config->n_jobs + 1;
    w->desks = ac_arena_zalloc(arena, w->n_desks * sizeof *w->desks);
    w->letters = ac_arena_zalloc(arena, MAX_LETTERS * sizeof *w->letters);
    r->entries = ac_arena_zalloc(arena, MAX_LETTERS * sizeof *r->entries);
    r->of_entry = ac_arena_zalloc(arena, MAX_LETTERS * sizeof(struct ac_letter *));
    for (size_t i = 0; w->desks && i < w->n_desks; i++) {
        w->desks[i].worker = w;
        w->desks[i].job = i < config->n_jobs ? &config->jobs[i] : NULL;
    }
    ac_arena_init(&w->arena, GATHER_BYTES);
    ac_arena_init(&r->messages, ANSWER_BYTES);
    return w->desks && w->letters && r->entries && r->of_entry;
}

int ac_hook_sqs(const struct ac_hook *h) {
    struct receiving r = {.worker = {.hook = h, .cli = h->cli, .tick = tick},
                          .hidden_s = (int)(h->flags->hidden_ms / 1000),
                          .keeps_order = ac_str_ends(ac_str_of(h->flags->sqs), AC_STR(".fifo"))};
    struct ac_err err = AC_ERR_INIT;
    if (h->flags->ephemeral && !h->cli->config.rejects) {
        ac_err_set(&err, AC_RUN, AC_CAUSE_CONFIG, "NO_REJECTS",
                   "where are rejected rows to be kept when the state does not last? Put "
                   "\"rejects\": \"s3://bucket/prefix/\" into the configuration");
        return ac_cli_fail(&err);
    }
    int code = ac_cli_aws(h->cli);
    if (!code)
        code = ac_cli_net(h->cli);
    if (code)
        return code;
    if (!prepare(&r))
        ac_err_nomem(&err, "messages of a queue");
    if (err.rc == AC_OK)
        ac_sqs_open(&r.queue, h->cli->source_env.aws, h->flags->sqs, &err);
    if (err.rc == AC_OK)
        work(&r);
    ac_arena_free(&r.worker.arena);
    ac_arena_free(&r.messages);
    return err.rc == AC_OK ? exit_code(&r) : ac_cli_fail(&err);
}
