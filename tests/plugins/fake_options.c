// SPDX-License-Identifier: MIT
// Options of the plugin under test, filled as a job would.
#include "fake_inside.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static const acload_option *row_at(const struct fake_host *h, size_t i) {
    const char *table = (const char *)h->plugin->options;
    return (const acload_option *)(const void *)(table + i * h->plugin->option_size);
}

static size_t count(const struct fake_host *h) {
    size_t n = 0;
    while (h->plugin->options && row_at(h, n)->name)
        n++;
    return n;
}

static bool number_of(const acload_option *o, const char *value, int64_t *out) {
    static const struct {
        int type;
        const char *unit;
        int64_t factor;
    } units[] = {
        {ACLOAD_OPT_INT, "", 1},         {ACLOAD_OPT_SIZE, "", 1},
        {ACLOAD_OPT_SIZE, "K", 1 << 10}, {ACLOAD_OPT_SIZE, "M", 1 << 20},
        {ACLOAD_OPT_SIZE, "G", 1 << 30}, {ACLOAD_OPT_TIME, "ms", 1},
        {ACLOAD_OPT_TIME, "s", 1000},    {ACLOAD_OPT_TIME, "m", 60000},
        {ACLOAD_OPT_TIME, "h", 3600000}, {ACLOAD_OPT_TIME, "d", 86400000},
    };
    char *end = NULL;
    long long n = strtoll(value, &end, 10);
    if (end == value)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].type != o->type || strcmp(units[i].unit, end) != 0)
            continue;
        *out = n * units[i].factor;
        return (o->min == 0 && o->max == 0) || (*out >= o->min && (!o->max || *out <= o->max));
    }
    return false;
}

static int choice_of(const char *choices, const char *value) {
    size_t len = strlen(value);
    for (int i = 0;; i++) {
        size_t n = strcspn(choices, "|");
        if (n == len && memcmp(choices, value, n) == 0)
            return i;
        if (!choices[n])
            return -1;
        choices += n + 1;
    }
}

static bool fill(struct fake_host *h, const acload_option *o, const char *value) {
    char *at = (char *)h->ctx.state + o->at;
    int n = -1;
    switch (o->type) {
    case ACLOAD_OPT_TEXT: {
        char *text = fake_copy(&h->inside->memory, (acload_str){value, strlen(value)});
        memcpy(at, &text, sizeof text);
        return true;
    }
    case ACLOAD_OPT_BOOL:
        n = strcmp(value, "true") == 0 ? 1 : strcmp(value, "false") == 0 ? 0 : -1;
        break;
    case ACLOAD_OPT_CHOICE:
        n = o->choices ? choice_of(o->choices, value) : -1;
        break;
    default: {
        int64_t number = 0;
        if (!number_of(o, value, &number))
            return false;
        memcpy(at, &number, sizeof number);
        return true;
    }
    }
    if (n >= 0)
        memcpy(at, &n, sizeof n);
    return n >= 0;
}

void fake_fill_options(struct fake_host *h) {
    size_t n = count(h);
    h->inside->is_given = calloc(n + 1, sizeof *h->inside->is_given);
    ck_assert_msg(h->inside->is_given != NULL, "no memory for the test");
    for (size_t i = 0; i < n; i++) {
        const acload_option *o = row_at(h, i);
        if (!o->fallback)
            continue;
        ck_assert_msg(fill(h, o, o->fallback), "option %s: its own fallback \"%s\" is no value",
                      o->name, o->fallback);
        h->inside->is_given[i] = true;
    }
}

void fake_option(struct fake_host *h, const char *name, const char *value) {
    for (size_t i = 0; i < count(h); i++) {
        const acload_option *o = row_at(h, i);
        if (strcmp(o->name, name) != 0)
            continue;
        ck_assert_msg(fill(h, o, value), "option %s: \"%s\" is no value", name, value);
        h->inside->is_given[i] = true;
        return;
    }
    ck_abort_msg("the plugin has no option %s", name);
}

void fake_check_required(struct fake_host *h) {
    for (size_t i = 0; i < count(h); i++)
        ck_assert_msg(h->inside->is_given[i], "option %s is required: give it with fake_option",
                      row_at(h, i)->name);
}
