// SPDX-License-Identifier: MIT
// acload hook: what an event names or holds, imported.
#include "cli/hook.h"
#include "base/log.h"
#include "cli/event.h"
#include "cli/keep.h"
#include "cli/lambda.h"
#include "hook/answer.h"
#include "hook/match.h"
#include <stdlib.h>
#include <unistd.h>

#define AT(member) offsetof(struct ac_hook_flags, member)
static const acload_option flags_table[] = {
    AC_LOAD_DRY_RUN_ROW(ac_hook_flags, " Objects are fetched."),
    AC_LOAD_HOW_ROWS(ac_hook_flags,
                     "The plugin to use instead of the job's, or of the best bidder; "
                     "several joined by commas or given one by one."),
    AC_LOAD_ROWS(ac_hook_flags, "What the event holds, then the summary of each job, each as one "
                                "JSON object."),
    {"lambda", ACLOAD_OPT_BOOL, AT(lambda), "false", 0, 0, NULL,
     "Be the function that AWS Lambda calls, as the program named bootstrap is by itself."},
    AC_LOAD_TEXT(ac_hook_flags, "sqs", sqs, "URL",
                 "The address of a queue of SQS whose messages are the events."),
    AC_LOAD_SWITCH(ac_hook_flags, "once", once,
                   "With --sqs: end when the queue is empty. For cron."),
    AC_LOAD_SWITCH(ac_hook_flags, "ephemeral", ephemeral,
                   "With --sqs: the state directory does not last; rejected rows go to S3, where "
                   "`rejects` of the configuration says, and nothing is inserted."),
    {"visibility", ACLOAD_OPT_TIME, AT(hidden_ms), "2m", 4000, (int64_t)12 * 60 * 60 * 1000, NULL,
     "With --sqs: how long other workers do not see a message; renewed while it is worked on."},
    {.name = NULL},
};

struct hooking {
    struct ac_cli *cli;
    struct ac_hook how;
    const char *path; // of the event
    struct ac_event event;
    const struct ac_job **of_object; // the job of each, NULL: nothing is to be fetched
    const struct ac_job **of_record;
    char (*ids)[65]; // what the ledger knows it by: of each object, then of each record
    size_t n_unmatched, n_empty, n_repeats, n_wanted;
    bool is_locked_out; // another login would fail, too, or lock the user
};

// --- what there is to do -------------------------------------------------------------------------

static int tell_flaws(const struct hooking *h) {
    for (size_t i = 0; i < h->event.n_flaws; i++) {
        const struct ac_event_flaw *flaw = &h->event.flaws[i];
        struct ac_err err = AC_ERR_INIT;
        ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, flaw->code, "%s: %s", flaw->from, flaw->text);
        ac_err_at(&err, strcmp(h->path, "-") == 0 ? "standard input" : h->path, 0, 0);
        ac_log_error(&err);
    }
    return h->event.n_flaws ? ac_err_exit(AC_CAUSE_INPUT) : 0;
}

void ac_hook_tell_unmatched(const struct ac_config *config, const struct ac_event_object *object) {
    struct ac_err err = AC_ERR_INIT;
    char name[1500];
    snprintf(name, sizeof name, "s3://%.255s/%.*s", object->bucket, AC_STR_ARG(object->key));
    ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, "NO_JOB",
               "matches no input of a job, so it is not fetched; %s%s%s",
               config->file ? "add its bucket and prefix to a job of " : "",
               config->file ? config->file : "there is no configuration file with jobs",
               config->file && !config->n_jobs ? ", which has none" : "");
    ac_err_at(&err, name, 0, 0);
    ac_log_error(&err);
}

bool ac_hook_is_marker(const struct ac_event_object *object) {
    return object->size_bytes == 0 || ac_str_ends(object->key, AC_STR("/"));
}

// Which job is whose. An exit code.
static int match(struct hooking *h) {
    const struct ac_config *config = &h->cli->config;
    struct ac_err err = AC_ERR_INIT;
    size_t n = h->event.n_objects + h->event.n_records + 1;
    h->of_object = calloc(n, sizeof(struct ac_job *));
    if (!h->of_object) {
        ac_err_nomem(&err, "an event");
        return ac_cli_fail(&err);
    }
    h->of_record = h->of_object + h->event.n_objects;
    h->ids = calloc(n, sizeof *h->ids);
    if (!h->ids) {
        ac_err_nomem(&err, "an event");
        return ac_cli_fail(&err);
    }
    for (size_t i = 0; i < h->event.n_objects; i++) {
        struct ac_event_object *object = &h->event.objects[i];
        const struct ac_job *job = ac_hook_job(config, object->bucket, object->key);
        if (object->is_repeat) {
            h->n_repeats++;
        } else if (!job) {
            h->n_unmatched++;
            ac_hook_tell_unmatched(config, object);
        } else if (ac_hook_is_marker(object)) {
            h->n_empty++;
            object->is_done = true;
        } else {
            h->of_object[i] = job;
            h->n_wanted++;
        }
    }
    for (size_t i = 0; i < h->event.n_records; i++)
        h->of_record[i] = ac_hook_stream_job(config, h->event.records[i].stream);
    return h->n_unmatched ? ac_err_exit(AC_CAUSE_INPUT) : 0;
}

// --- what there was ------------------------------------------------------------------------------

static void print_json(FILE *out, const struct hooking *h) {
    const struct ac_event *e = &h->event;
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, 65536);
    ac_buf_printf(&text,
                  "{\"event\":{\"objects\":%zu,\"repeated\":%zu,\"empty\":%zu,\"unmatched\":%zu,"
                  "\"records\":%zu,\"tests\":%llu,\"malformed\":%zu,\"other\":{",
                  e->n_objects, h->n_repeats, h->n_empty, h->n_unmatched, e->n_records,
                  (unsigned long long)e->n_tests, e->n_flaws);
    for (size_t i = 0; i < e->n_kinds; i++) {
        ac_buf_add_str(&text, i ? AC_STR(",") : AC_STR(""));
        ac_buf_add_json(&text, ac_str_of(e->kinds[i].name));
        ac_buf_printf(&text, ":%llu", (unsigned long long)e->kinds[i].n);
    }
    ac_buf_add_str(&text, AC_STR("}}}"));
    fprintf(out, "%s\n", ac_buf_text(&text) ? text.ptr : "{}");
}

static void print_part(FILE *out, size_t *n, uint64_t count, const char *one, const char *many) {
    char a[64];
    if (count)
        fprintf(out, "%s%s", (*n)++ ? ", " : "", ac_cli_count(count, one, many, a));
}

static void print_text(FILE *out, const struct hooking *h) {
    const struct ac_event *e = &h->event;
    size_t n = 0;
    fprintf(out, "event    ");
    print_part(out, &n, e->n_objects, "object", "objects");
    print_part(out, &n, h->n_repeats, "named twice", "named twice");
    print_part(out, &n, h->n_empty, "without content", "without content");
    print_part(out, &n, e->n_records, "record", "records");
    print_part(out, &n, e->n_tests, "test message", "test messages");
    print_part(out, &n, e->n_flaws, "part not understood", "parts not understood");
    for (size_t i = 0; i < e->n_kinds; i++) {
        char a[32];
        fprintf(out, "%s%s %s", n++ ? ", " : "", ac_cli_grouped(e->kinds[i].n, a),
                e->kinds[i].name);
    }
    fprintf(out, "%s\n", n ? "" : "names nothing");
}

// --- one job -------------------------------------------------------------------------------------

static enum ac_rc read_listed(void *arg, const struct ac_item *item, struct ac_err *err) {
    return ac_engine_input(arg, item, err);
}

// Somebody's server tells neither version nor ETag: the object is looked at first.
static enum ac_rc look_and_read(struct ac_engine *e, const struct ac_item *item,
                                struct ac_arena *arena, struct ac_err *err) {
    struct ac_source_filter filter = {0};
    if (strpbrk(item->key, "*?[")) // would be taken for a pattern
        return ac_engine_input(e, item, err);
    enum ac_rc rc = ac_engine_list(e, item->name, &filter, 0, arena, read_listed, e, err);
    if (rc != AC_INPUT || err->rc == AC_OK)
        return rc;
    ac_log_error(err);
    ac_err_clear(err);
    ac_engine_missed(e);
    return AC_INPUT;
}

enum ac_rc ac_hook_object(struct ac_engine *e, const struct ac_event_object *object,
                          struct ac_arena *arena, struct ac_err *err) {
    struct ac_source_object named = {.bucket = object->bucket,
                                     .key = object->key,
                                     .version_id = object->version_id,
                                     .etag = object->etag,
                                     .size_bytes = object->size_bytes,
                                     .modified_ms = INT64_MIN};
    struct ac_item item;
    enum ac_rc rc = ac_source_object(&named, arena, &item, err);
    if (rc == AC_OK && !*item.etag && !*item.version_id)
        return look_and_read(e, &item, arena, err);
    if (rc == AC_OK)
        return ac_engine_input(e, &item, err);
    if (rc != AC_INPUT)
        return rc;
    ac_err_at(err, *object->from ? object->from : object->bucket, 0, 0);
    ac_log_error(err);
    ac_err_clear(err);
    ac_engine_missed(e);
    return AC_INPUT;
}

// What was read without trouble is done when the ledger says so, or when there was nothing to read.
static void note(struct hooking *h, struct ac_engine *e, size_t part, bool *is_done) {
    ac_engine_take_id(e, h->ids[part]);
    *is_done |= !*h->ids[part];
}

static enum ac_rc read_at(struct hooking *h, struct ac_engine *e, size_t i, struct ac_arena *arena,
                          struct ac_err *err) {
    struct ac_event_object *object = &h->event.objects[i];
    uint64_t n_replaced = ac_engine_stats(e)->n_replaced;
    enum ac_rc rc = ac_hook_object(e, object, arena, err);
    object->is_done = ac_engine_stats(e)->n_replaced > n_replaced;
    if (rc == AC_OK)
        note(h, e, i, &object->is_done);
    return rc;
}

// A shard's records are one input. What cannot be read never can: it is not to come again.
static enum ac_rc read_shard(struct hooking *h, struct ac_engine *e, size_t *at,
                             struct ac_err *err) {
    size_t first = *at;
    bool is_done = false;
    enum ac_rc rc = ac_cli_import_shard(e, &h->event, at, err);
    char(*ids)[65] = h->ids + h->event.n_objects;
    if (rc == AC_OK)
        note(h, e, h->event.n_objects + first, &is_done);
    for (size_t i = first; i < *at; i++) {
        h->event.records[i].is_done = is_done || rc == AC_INPUT;
        memcpy(ids[i], ids[first], sizeof ids[i]);
    }
    return rc;
}

// One bad input never stops the others.
static enum ac_rc read_inputs(struct hooking *h, struct ac_engine *e, const struct ac_job *job,
                              struct ac_err *err) {
    struct ac_arena arena;
    enum ac_rc rc = AC_OK;
    ac_arena_init(&arena, (size_t)1 << 20);
    for (size_t i = 0; job && rc != AC_RUN && i < h->event.n_objects; i++)
        if (h->of_object[i] == job) {
            rc = read_at(h, e, i, &arena, err);
            ac_arena_reset(&arena);
        }
    for (size_t i = 0; rc != AC_RUN && i < h->event.n_records;) {
        if (h->of_record[i] == job)
            rc = read_shard(h, e, &i, err);
        else
            i++;
    }
    ac_arena_free(&arena);
    return rc == AC_RUN ? rc : AC_OK;
}

struct ac_engine_options ac_hook_options(const struct ac_hook *h, const struct ac_job *job,
                                         struct ac_progress *progress) {
    struct ac_engine_options o;
    ac_load_options(&o, h->cli, &h->flags->load, progress);
    o.command = "hook";
    o.is_shared = true;
    o.is_notified = true;
    o.state_ends = h->cli->state_ends;
    o.log_values |= isatty(STDERR_FILENO) == 1;
    if (job)
        ac_load_job(&o, &h->cli->config, job);
    if (*h->flags->how.region)
        o.region = h->cli->config.region; // the flag is in it
    if (h->n_uses) {
        o.uses = h->uses;
        o.n_uses = h->n_uses;
    }
    ac_load_region(&o);
    return o;
}

// What of the job's work the ledger has settled, once all outcomes are there.
static int look_at_outcomes(struct hooking *h, struct ac_engine *e, const struct ac_job *job) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_event *event = &h->event;
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; job && rc == AC_OK && i < event->n_objects; i++)
        if (h->of_object[i] == job && !event->objects[i].is_done)
            rc = ac_engine_has_settled(e, h->ids[i], &event->objects[i].is_done, &err);
    for (size_t i = 0; rc == AC_OK && i < event->n_records; i++)
        if (h->of_record[i] == job && !event->records[i].is_done)
            rc = ac_engine_has_settled(e, h->ids[event->n_objects + i], &event->records[i].is_done,
                                       &err);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

// job NULL: what belongs to none, the records of streams that no job names.
static int run_job(struct hooking *h, const struct ac_job *job) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_progress progress;
    struct ac_engine *e = NULL;
    struct ac_engine_options options = ac_hook_options(&h->how, job, &progress);
    enum ac_rc rc = ac_engine_open(&e, &options, &err);
    if (rc != AC_OK)
        return ac_cli_fail(&err);
    rc = read_inputs(h, e, job, &err);
    int code = ac_load_end(e, &progress, rc, &err);
    ac_load_tell(h->cli, &h->how.flags->load, job ? job->name : NULL, ac_engine_stats(e), code);
    code = ac_exit_worse(code, look_at_outcomes(h, e, job));
    h->is_locked_out = ac_engine_is_locked_out(e);
    ac_engine_close(e);
    return code;
}

// --- the command ---------------------------------------------------------------------------------

static bool has_work(const struct hooking *h, const struct ac_job *job) {
    for (size_t i = 0; job && i < h->event.n_objects; i++)
        if (h->of_object[i] == job)
            return true;
    for (size_t i = 0; i < h->event.n_records; i++)
        if (h->of_record[i] == job)
            return true;
    return false;
}

static int run_jobs(struct hooking *h) {
    const struct ac_config *config = &h->cli->config;
    int code = h->n_wanted ? ac_cli_aws(h->cli) : 0;
    if (!code && (h->n_wanted || h->event.n_records))
        code = ac_cli_net(h->cli);
    if (code)
        return code;
    // Job by job, last what belongs to none.
    for (size_t i = 0; i <= config->n_jobs && !ac_cli_stop && !h->is_locked_out; i++) {
        const struct ac_job *job = i < config->n_jobs ? &config->jobs[i] : NULL;
        if (has_work(h, job))
            code = ac_exit_worse(code, run_job(h, job));
    }
    return ac_cli_stop ? ac_exit_worse(code, ac_err_exit(AC_CAUSE_STOP)) : code;
}

static int work(struct hooking *h) {
    int code = tell_flaws(h);
    code = ac_exit_worse(code, match(h));
    FILE *out = h->how.flags->load.dry_run ? stderr : stdout;
    if (h->how.flags->load.json)
        print_json(out, h);
    else if (!h->cli->is_quiet)
        print_text(out, h);
    if (h->ids)
        code = ac_exit_worse(code, run_jobs(h));
    free(h->of_object);
    free(h->ids);
    return code;
}

static int begin(void *arg) {
    struct ac_hook *how = arg;
    const struct ac_load_how *named = &how->flags->how;
    int code = ac_cli_uses(how->cli, &ac_command_hook, named->plugin, named->option, how->uses,
                           &how->n_uses);
    if (!code)
        code = ac_cli_load(how->cli, named->region);
    return code ? code : ac_load_files(&ac_command_hook, &how->flags->load);
}

// An event that Lambda gives.
static int answer(void *arg, ac_str text, struct ac_buf *out) {
    const struct ac_hook *how = arg;
    struct hooking one = {.cli = how->cli, .how = *how, .path = "event"};
    struct ac_err err = AC_ERR_INIT;
    bool is_event = ac_event_read(&one.event, text, &err) == AC_OK;
    int code = is_event ? work(&one) : ac_cli_fail(&err);
    code = ac_load_metrics(how->cli, &how->flags->load, code);
    // What is not kept elsewhere comes again, as this state may be gone any moment.
    int kept = ac_cli_keep_rejects(how->cli, NULL);
    code = ac_exit_worse(code, kept);
    if (!is_event || kept || ac_event_answer(&one.event, out, &err) != AC_OK)
        ac_buf_clear(out);
    ac_event_free(&one.event);
    return code;
}

static int be_function(struct ac_hook *how, struct ac_hook_flags *flags) {
    struct ac_function function = {begin, answer, how};
    if (how->cli->n_words || flags->load.dry_run || *flags->sqs)
        return ac_cli_usage(&ac_command_hook, "--lambda takes its events from Lambda, so it goes "
                                              "with neither EVENT nor --sqs nor --dry-run");
    flags->load.json = 1;
    return ac_cli_lambda(how->cli, &function);
}

static int import_event(struct ac_cli *cli, const struct ac_hook *how) {
    struct hooking h = {.cli = cli, .how = *how, .path = cli->n_words ? cli->words[0] : "-"};
    struct ac_err err = AC_ERR_INIT;
    int code = ac_cli_read_event(h.path, &h.event, &err) == AC_OK ? work(&h) : ac_cli_fail(&err);
    ac_event_free(&h.event);
    return ac_load_metrics(cli, &how->flags->load, code);
}

static int check_words(const struct ac_cli *cli, const struct ac_hook_flags *flags) {
    bool is_queue = *flags->sqs != '\0';
    if (is_queue && cli->n_words)
        return ac_cli_usage(&ac_command_hook, "an event or a queue (--sqs), not both");
    if (cli->n_words > 1)
        return ac_cli_usage(&ac_command_hook, "one event at a time: a file, or - for standard "
                                              "input, which is the default");
    if (is_queue && flags->load.dry_run)
        return ac_cli_usage(&ac_command_hook, "no --dry-run with --sqs: messages would be taken "
                                              "from others; give one of them as an event");
    if (!is_queue && (flags->once || flags->ephemeral))
        return ac_cli_usage(&ac_command_hook, "--once and --ephemeral need --sqs");
    return 0;
}

static int hook(struct ac_cli *cli, void *arg) {
    struct ac_hook_flags *flags = arg;
    struct ac_hook how = {.cli = cli, .flags = flags};
    cli->state_ends = flags->lambda || flags->ephemeral;
    if (flags->lambda)
        return be_function(&how, flags);
    int code = check_words(cli, flags);
    if (!code)
        code = begin(&how);
    if (code)
        return code;
    ac_cli_catch();
    return *flags->sqs ? ac_hook_sqs(&how) : import_event(cli, &how);
}

const struct ac_command ac_command_hook = {
    .name = "hook",
    .usage = "hook [flags] [EVENT | --sqs URL | --lambda]",
    .summary = "Import what an event names: a notification of S3, records of Kinesis.",
    .text =
        "EVENT is a file, or - (the default) for standard input: JSON as S3, MinIO or Ceph send "
        "it,\n"
        "straight, by SNS, SQS or EventBridge, or one inside another; or the records of Kinesis "
        "that\n"
        "Lambda receives.\n"
        "\n"
        "An object is fetched only when its bucket and key match an input (s3://bucket/prefix/) "
        "of a\n"
        "job of the configuration, whose plugins and options then count; one that a newer object "
        "has\n"
        "replaced is left to that one's event. Records come with the event: they need no job; an\n"
        "input kinesis://STREAM gives them one. The same event again changes nothing.\n"
        "\n"
        "With --sqs the events are messages of a queue: gathered up to 2,000 rows or 20 s,\n"
        "deleted when what they name is settled. What fails comes back later and later, until\n"
        "the dead-letter queue takes it. Any number of workers may share a queue; SIGTERM lets\n"
        "one end in order.\n"
        "\n"
        "With --lambda, or when the program's name is bootstrap, events come from AWS Lambda, one\n"
        "after the other, and the answer says what has to come again. Its state is taken for one\n"
        "that does not last, as with --ephemeral: what a plugin would insert, not upsert, is\n"
        "refused (exit code 2), as only a ledger knows what was inserted already.\n"
        "\n"
        "Examples:\n"
        "  acload hook event.json                 what the event names\n"
        "  acload hook --dry-run event.json       see the records, send nothing\n"
        "  acload hook --sqs https://sqs.eu-central-1.amazonaws.com/123456789012/reports\n"
        "  acload hook --once --sqs URL           until the queue is empty, for cron\n"
        "\n"
        "Exit codes: as of import; 4 also when an object matches no job, or a part of the event "
        "is\n"
        "not understood; everything else is done then.",
    .flags = flags_table,
    .flags_size = sizeof(struct ac_hook_flags),
    .run = hook,
};
