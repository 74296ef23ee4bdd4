// SPDX-License-Identifier: MIT
// The rule from label to field, with the tables of its exceptions.
#include "label.h"
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define WORDS_MAX 256

struct words { // a label's words, one blank between them
    char text[WORDS_MAX];
    char folded[WORDS_MAX]; // in lower case
    size_t len;
};

// Labels (folded) whose field is not what the rule gives.
static const struct {
    const char *label, *field;
} special[] = {
    {"average agent interaction and customer hold time",
     "Avg_agent_interaction_and_cust_hold_time"},
    {"agent non response without customer abandons", "Agent_non_response_without_cust_abandons"},
    {"contacts handled connected to agent timestamp", "Contacts_handled_conn_to_agent_timestamp"},
    // The adapter's agent loader spells it so; perhaps a report does, too.
    {"contacts handled on connected to agent timestamp",
     "Contacts_handled_conn_to_agent_timestamp"},
    {"non productive time", "Nonproductive_time"},
    {"agent non productive time", "Nonproductive_time"},
    {"agent nonproductive time", "Nonproductive_time"},
    {"start interval", "StartInterval"},
    {"end interval", "EndInterval"},
};

// One metric under two names. What is_prefix says holds for every label that begins so.
static const struct synonym {
    const char *label, *other;
    bool is_prefix;
    bool is_usual; // the other one is what fields are called
} synonyms[] = {
    {"avg", "Average", true, true},
    {"average", "Avg", true, false},
    {"contact abandoned", "Contacts abandoned", true, true},
    {"contacts abandoned", "Contact abandoned", true, false},
    {"contacts missed", "Agent non response", false, false},
    {"agent non response", "Contacts missed", false, false},
    {"contacts transferred in queue", "Contacts transferred in from queue", false, true},
    {"contacts transferred in from queue", "Contacts transferred in queue", false, false},
    {"contacts transferred out queue", "Contacts transferred out from queue", false, true},
    {"contacts transferred out from queue", "Contacts transferred out queue", false, false},
    {"nonproductive time", "Non productive time", false, false},
    {"nonproductive time", "Agent non productive time", false, false},
    {"non productive time", "Agent non productive time", false, false},
    {"agent non productive time", "Non productive time", false, false},
};

static bool is_name_char(utf8proc_int32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// What parts words: blanks and dashes of every script, the underscore.
static bool is_gap(utf8proc_int32_t c) {
    if (c == '_' || (c >= '\t' && c <= '\r'))
        return true;
    int category = (int)utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_PD ||
           (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

// A label longer than the buffer is cut: its field name could not exist anyway.
static void split(acload_str label, struct words *w) {
    bool in_gap = false;
    w->len = 0;
    for (size_t at = 0; at < label.len && w->len + 2 < WORDS_MAX;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)label.ptr + at,
                                              (utf8proc_ssize_t)(label.len - at), &c);
        at += n > 0 ? (size_t)n : 1;
        if (n <= 0)
            continue;
        if (is_gap(c)) {
            in_gap = true;
        } else if (is_name_char(c)) {
            if (in_gap && w->len)
                w->text[w->len++] = ' ';
            in_gap = false;
            w->text[w->len++] = (char)c;
        }
    }
    w->text[w->len] = '\0';
    for (size_t i = 0; i <= w->len; i++) {
        w->folded[i] = w->text[i];
        if (w->text[i] >= 'A' && w->text[i] <= 'Z')
            w->folded[i] = (char)(w->text[i] | 32);
    }
}

// Notes a name without its __c, words joined by underscores; says where it stands, -1: nowhere.
static int add(struct label_names *out, const char *name) {
    char field[LABEL_FIELD_MAX];
    size_t len = strlen(name);
    if (!len)
        return -1;
    if (len > LABEL_FIELD_CHARS || (name[0] >= '0' && name[0] <= '9')) {
        out->is_impossible = true;
        return -1;
    }
    memcpy(field, name, len);
    for (size_t i = 0; i < len; i++)
        if (field[i] == ' ')
            field[i] = '_';
    memcpy(field + len, "__c", 4);
    for (int i = 0; i < out->n; i++)
        if (strcmp(out->name[i], field) == 0)
            return i;
    if (out->n == LABEL_CANDIDATES)
        return -1;
    memcpy(out->name[out->n], field, len + 4);
    return out->n++;
}

// The names of these words themselves; says where the best one stands.
static int add_words(struct label_names *out, const struct words *w) {
    int best = -1;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(special[i].label, w->folded) == 0)
            best = add(out, special[i].field);
    int rule = add(out, w->text);
    return best >= 0 ? best : rule;
}

static void add_synonyms(struct label_names *out, const struct words *w, bool is_usual) {
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
        const struct synonym *s = &synonyms[i];
        size_t len = strlen(s->label);
        if (s->is_usual != is_usual || strncmp(s->label, w->folded, len) != 0)
            continue;
        if (w->folded[len] != '\0' && (!s->is_prefix || w->folded[len] != ' '))
            continue;
        char text[WORDS_MAX + 32];
        struct words other;
        snprintf(text, sizeof text, "%s%s", s->other, w->text + len);
        split((acload_str){text, strlen(text)}, &other);
        add_words(out, &other);
    }
}

void label_fields(acload_str label, struct label_names *out) {
    struct words w;
    memset(out, 0, sizeof *out);
    split(label, &w);
    add_synonyms(out, &w, true);
    out->own = add_words(out, &w);
    add_synonyms(out, &w, false);
    if (out->n)
        out->is_impossible = false;
}

bool label_is(acload_str label, const char *word) {
    struct words w;
    split(label, &w);
    const char *p = w.folded;
    for (; *word; word++) {
        while (*p == ' ')
            p++;
        if (*p++ != *word)
            return false;
    }
    return *p == '\0';
}
