// SPDX-License-Identifier: MIT
// A plugin to copy: scores of calls, from a CSV sheet to records of one object.
//
//   what comes in           what goes out, one record a row, found by Contact_Id__c
//   Contact Id  (required)  Contact_Id__c
//   Score       (required)  Score__c      a number from 0 to 100; a '%' behind it is cut off
//                           Grade__c      a letter, by the option grades; only if the org has it
//   Comment                 Comment__c    only if the org has it
//
// Everything a plugin may use is in <acload/plugin.h>; its comments say what each call does.
#include <acload/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- 1. The state: options first, then what the callbacks remember -------------------------------

// acload makes one, zeroed, for every use of the plugin in a job. There are no mutable statics:
// two uses must not see each other.
struct state {
    // options, filled in before any callback
    const char *object, *grades;
    int64_t least;
    // made by open
    struct grade *grade;
    size_t n_grades;
    // bound by begin, anew for every input: each file orders its columns as it likes
    int id_column, score_column, comment_column;
    int target, id_field, score_field, grade_field, comment_field;
    // counted by row
    uint64_t n_low;
};

struct grade {
    double from;
    char letter[2];
};

static const acload_option options[] = {
    {"object", ACLOAD_OPT_TEXT, offsetof(struct state, object), "Call_Score__c", 0, 0, NULL,
     "The object the scores go to."},
    {"least", ACLOAD_OPT_INT, offsetof(struct state, least), "0", 0, 100, NULL,
     "Rows with a lower score are left out."},
    {"grades", ACLOAD_OPT_TEXT, offsetof(struct state, grades), "90 A, 75 B, 50 C, 0 D", 0, 0, NULL,
     "From which score on which grade is given."},
    {.name = NULL},
};

// --- 2. bid: is this input ours? -----------------------------------------------------------------

// Called for inputs that no job gave to a plugin by name. It only looks.
static int template_bid(acload_ctx *ctx, const acload_sample *sample, acload_bid *bid) {
    int has_id = ctx->host->column(ctx, "Contact Id") >= 0;
    int has_score = ctx->host->column(ctx, "Score") >= 0;
    (void)sample; // its first rows could be looked at too
    if (has_id && has_score) {
        bid->score = 60;
    } else if (has_id || has_score) { // near enough to be named in the error message
        bid->near = 50;
        snprintf(bid->missing, sizeof bid->missing, "the column %s",
                 has_id ? "Score" : "Contact Id");
    }
    return ACLOAD_OK;
}

// --- 3. open: once, before the first input -------------------------------------------------------

// What options do not say by themselves is worked out here. keep() memory is freed by acload.
static int template_open(acload_ctx *ctx) {
    struct state *s = ctx->state;
    size_t max = 1;
    for (const char *c = s->grades; *c; c++)
        max += *c == ',';
    s->grade = ctx->host->keep(ctx, max * sizeof *s->grade);
    if (!s->grade) {
        ctx->host->fail(ctx, "NO_MEMORY", "no memory for %zu grades", max);
        return ACLOAD_FAIL;
    }
    for (const char *at = s->grades; *at;) {
        char *end;
        struct grade *g = &s->grade[s->n_grades++];
        g->from = strtod(at, &end);
        int has_letter = end != at && end[0] == ' ' && end[1] >= 'A' && end[1] <= 'Z';
        if (!has_letter || (end[2] != ',' && end[2] != '\0')) {
            ctx->host->fail(ctx, "BAD_OPTION",
                            "option grades: cannot read \"%s\"; write it like \"90 A, 75 B\"", at);
            return ACLOAD_FAIL;
        }
        g->letter[0] = end[1];
        at = end + 2 + (end[2] == ',');
    }
    return ACLOAD_OK;
}

// --- 4. begin: names become numbers, once an input -----------------------------------------------

static int template_begin(acload_ctx *ctx, const acload_input *input) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    s->id_column = host->column(ctx, "Contact Id");
    s->score_column = host->column(ctx, "Score");
    s->comment_column = host->column(ctx, "Comment"); // -1 when there is none: get() gives null
    if (s->id_column < 0 || s->score_column < 0) {
        host->fail(ctx, "MISSING_COLUMN", "has no column %s among its %zu columns",
                   s->id_column < 0 ? "Contact Id" : "Score", input->n_columns);
        return ACLOAD_FAIL; // this input is refused; others are not
    }
    s->target = host->object(ctx, s->object, "Contact_Id__c", ACLOAD_UPSERT);
    if (s->target < 0)
        return ACLOAD_FAIL; // object() has said why
    s->id_field = host->field(ctx, s->target, "Contact_Id__c", NULL);
    s->score_field = host->field(ctx, s->target, "Score__c", NULL);
    s->grade_field = host->field(ctx, s->target, "Grade__c", NULL);
    s->comment_field = host->field(ctx, s->target, "Comment__c", NULL);
    if (s->score_field < 0) { // the code CONFIG ends the run: no other input would fare better
        host->fail(ctx, "CONFIG", "the org's object %s has no field Score__c", s->object);
        return ACLOAD_FAIL;
    }
    if (s->comment_column >= 0 && s->comment_field < 0)
        host->log(ctx, ACLOAD_WARNING, "column Comment is left out: the org has no Comment__c");
    s->n_low = 0;
    return ACLOAD_OK;
}

// --- 5. row: once for every row, so nothing is looked up by name here ----------------------------

// Cells are slices, not C strings; they are ours until the callback returns.
static int read_score(acload_str *cell, double *out) {
    char text[32], *end;
    if (cell->len && cell->ptr[cell->len - 1] == '%')
        cell->len--;
    if (!cell->len || cell->len >= sizeof text)
        return 0;
    memcpy(text, cell->ptr, cell->len);
    text[cell->len] = '\0';
    *out = strtod(text, &end);
    return *end == '\0' && *out >= 0 && *out <= 100;
}

static int template_row(acload_ctx *ctx, acload_row *row) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    acload_str id = host->get(row, s->id_column);
    acload_str score = host->get(row, s->score_column);
    acload_str comment = host->get(row, s->comment_column);
    double points;
    if (!id.len) {
        host->fail(ctx, "MISSING_VALUE", "column Contact Id is empty");
        return ACLOAD_REJECT; // goes to the rejects, whole, with these words
    }
    if (!read_score(&score, &points)) {
        host->fail(ctx, "INVALID_SCORE", "column Score: '%.*s' is no number from 0 to 100",
                   score.len > 40 ? 40 : (int)score.len, score.len ? score.ptr : "");
        return ACLOAD_REJECT;
    }
    if (points < (double)s->least) {
        s->n_low++;
        return ACLOAD_DROP; // left out on purpose; acload counts it
    }
    acload_record *record = host->record(ctx, s->target, row);
    // set() says itself what is wrong with a value that its field cannot hold.
    if (host->set(record, s->id_field, id) != ACLOAD_OK)
        return ACLOAD_REJECT;
    if (host->set(record, s->score_field, score) != ACLOAD_OK)
        return ACLOAD_REJECT;
    for (size_t i = 0; s->grade_field >= 0 && i < s->n_grades; i++) {
        if (points < s->grade[i].from)
            continue;
        acload_str letter = {s->grade[i].letter, 1};
        if (host->set(record, s->grade_field, letter) != ACLOAD_OK)
            return ACLOAD_REJECT;
        break;
    }
    // An empty comment clears the field in the org; without such a column it is left alone.
    if (s->comment_field >= 0 && s->comment_column >= 0 &&
        host->set(record, s->comment_field, comment) != ACLOAD_OK)
        return ACLOAD_REJECT;
    return host->emit(ctx, record) == ACLOAD_OK ? ACLOAD_PASS : ACLOAD_REJECT;
}

// --- 6. flush, close -----------------------------------------------------------------------------

// The last chance to make records of rows that were held (ACLOAD_TAKE), or to sum up.
static int template_flush(acload_ctx *ctx, int when) {
    struct state *s = ctx->state;
    if (when == ACLOAD_END_OF_INPUT && s->n_low)
        ctx->host->log(ctx, ACLOAD_INFO, "%llu rows have a score below %lld; they were left out",
                       (unsigned long long)s->n_low, (long long)s->least);
    return ACLOAD_OK;
}

// For what acload does not free: a file, a socket. Here there is none.
static void template_close(acload_ctx *ctx) {
    struct state *s = ctx->state;
    s->grade = NULL;
}

// --- 7. The descriptor, and the one function that is exported ------------------------------------

static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT,      .name = "template",
    .version = "1",          .summary = "Scores of calls as records of Call_Score__c",
    .options = options,      .state_size = sizeof(struct state),
    .bid = template_bid,     .open = template_open,
    .begin = template_begin, .row = template_row,
    .flush = template_flush, .close = template_close,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
