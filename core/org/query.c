// SPDX-License-Identifier: MIT
// SOQL questions written, their pages followed.
#include "org/query.h"
#include "org/json.h"
#include "org/org_int.h"
#include <ctype.h>
#include <stdio.h>

#define MAX_PAGE_BYTES ((size_t)16 << 20)
#define MAX_VALUES 1000000u // 2,000 records of some hundred fields
#define NUMBER_BYTES 40     // of a number's text
#define MAX_FIELDS 100u

// --- the question

static bool is_name(ac_str s) {
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && s.ptr[i] != '_' && s.ptr[i] != '.')
            return false;
    return s.len > 0;
}

static bool is_moment(ac_str s) {
    int64_t ms;
    return ac_clock_parse_date(s, &ms) || ac_clock_parse(s, &ms, NULL);
}

static bool is_number(ac_str s) {
    int64_t number;
    return s.len && s.ptr[0] != '+' && ac_str_i64(s, &number);
}

// A literal in quotes. Control characters go as \uXXXX, but for those that have a letter.
static bool add_text(struct ac_buf *out, ac_str s) {
    bool is_good = ac_buf_add_char(out, '\'');
    for (size_t i = 0; i < s.len && is_good; i++) {
        char c = s.ptr[i];
        switch (c) {
        case '\'':
        case '\\':
            is_good = ac_buf_add_char(out, '\\') && ac_buf_add_char(out, c);
            break;
        case '\n':
            is_good = ac_buf_add_str(out, AC_STR("\\n"));
            break;
        case '\r':
            is_good = ac_buf_add_str(out, AC_STR("\\r"));
            break;
        case '\t':
            is_good = ac_buf_add_str(out, AC_STR("\\t"));
            break;
        default: // every other byte
            if ((unsigned char)c < ' ' || c == 0x7F)
                is_good = ac_buf_printf(out, "\\u%04X", (unsigned)(unsigned char)c);
            else
                is_good = ac_buf_add_char(out, c);
            break;
        }
    }
    return is_good && ac_buf_add_char(out, '\'');
}

static bool fits(char mark, ac_str value) {
    switch (mark) {
    case 'n':
        return is_name(value);
    case 't':
        return value.ptr && ac_str_utf8_bad(value) == value.len;
    case 'm':
        return is_moment(value);
    case 'i':
        return is_number(value);
    default: // no mark at all
        return false;
    }
}

enum ac_rc ac_soql_format(struct ac_buf *out, const char *format, const ac_str *values, size_t n,
                          struct ac_err *err) {
    size_t used = 0;
    bool is_good = true;
    for (const char *p = format; *p && is_good; p++) {
        if (*p != '%' || p[1] == '%') {
            is_good = ac_buf_add_char(out, *p);
            p += *p == '%';
            continue;
        }
        char mark = *++p;
        ac_str value = used < n ? values[used] : AC_STR_NULL;
        used++;
        if (!fits(mark, value))
            return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "QUERY",
                              "\"%.*s\" cannot be value %zu of the question %.200s",
                              (int)(value.len > 100 ? 100 : value.len), value.len ? value.ptr : "",
                              used, format);
        is_good = mark == 't' ? add_text(out, value) : ac_buf_add_str(out, value);
    }
    if (!is_good || used != n)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "QUERY",
                          "the question %.200s is too long, or has %zu values for %zu marks",
                          format, n, used);
    return AC_OK;
}

// --- the answer

struct asking {
    struct ac_org *org;
    const char *const *fields;
    size_t n_fields;
    ac_str cells[MAX_FIELDS];
    char numbers[MAX_FIELDS][NUMBER_BYTES]; // a cell's text, where JSON has none
    ac_soql_each *each;
    void *arg;
    struct ac_buf path, body;
    uint64_t total, n_told;
};

static const json_t *member(const json_t *record, const char *path) {
    ac_str rest = ac_str_of(path), name;
    while (record && ac_str_cut(&rest, '.', &name)) {
        char text[256];
        snprintf(text, sizeof text, "%.*s", AC_STR_ARG(name));
        record = json_object_get(record, text);
    }
    return record;
}

static ac_str text_of(const json_t *value, char out[NUMBER_BYTES]) {
    if (json_is_string(value))
        return ac_str_n(json_string_value(value), json_string_length(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? AC_STR("true") : AC_STR("false");
    if (json_is_integer(value))
        snprintf(out, NUMBER_BYTES, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value)) // fifteen digits are what the org keeps
        snprintf(out, NUMBER_BYTES, "%.15g", json_real_value(value));
    else
        return AC_STR_NULL;
    return ac_str_of(out);
}

static enum ac_rc tell(struct asking *a, const json_t *record, struct ac_err *err) {
    for (size_t i = 0; i < a->n_fields; i++)
        a->cells[i] = text_of(member(record, a->fields[i]), a->numbers[i]);
    a->n_told++;
    return a->each(a->arg, a->cells, err);
}

static enum ac_rc nonsense(const struct asking *a, const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "%s answered a question with %s",
                      ac_org_name(a->org), what);
}

// The next page's path; an address below the org, or it is not followed.
static enum ac_rc take_next(struct asking *a, ac_str next, struct ac_err *err) {
    if (!ac_str_starts(next, AC_STR("/services/data/")))
        return nonsense(a, "a next page that is nowhere", err);
    for (size_t i = 0; i < next.len; i++)
        if ((unsigned char)next.ptr[i] <= ' ' || (unsigned char)next.ptr[i] >= 0x7F)
            return nonsense(a, "a next page that is nowhere", err);
    ac_buf_clear(&a->path);
    return ac_buf_add_str(&a->path, next) ? AC_OK : nonsense(a, "a next page too far away", err);
}

// AC_END: that was the last page.
static enum ac_rc take_page(struct asking *a, struct ac_err *err) {
    AC_CLEANUP(ac_json_free) json_t *page = ac_json_load(ac_buf_str(&a->body), MAX_VALUES);
    const json_t *records = json_object_get(page, "records"), *done = json_object_get(page, "done");
    const json_t *total = json_object_get(page, "totalSize");
    if (!json_is_array(records) || !json_is_boolean(done) || !json_is_integer(total) ||
        json_integer_value(total) < 0)
        return nonsense(a, "no page of records", err);
    a->total = (uint64_t)json_integer_value(total);
    size_t n = json_array_size(records);
    if (n > a->total - (a->n_told < a->total ? a->n_told : a->total))
        return nonsense(a, "more records than it announced", err);
    for (size_t i = 0; i < n; i++) {
        enum ac_rc rc = json_is_object(json_array_get(records, i))
                            ? tell(a, json_array_get(records, i), err)
                            : nonsense(a, "a record that is none", err);
        if (rc != AC_OK)
            return rc;
    }
    if (json_is_true(done))
        return AC_END;
    if (n == 0) // or it would go on for ever
        return nonsense(a, "an empty page in the middle", err);
    return take_next(a, ac_json_text(page, "nextRecordsUrl"), err);
}

static enum ac_rc ask(struct asking *a, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    while (rc == AC_OK) {
        struct ac_rest_reply reply;
        struct ac_rest_call call = {
            .method = "GET", .path = ac_buf_text(&a->path), .max_reply_bytes = MAX_PAGE_BYTES};
        if (!call.path)
            return ac_err_nomem(err, "a question");
        rc = ac_rest_wait(a->org, &call, &reply, &a->body, err);
        if (rc != AC_OK)
            return rc;
        rc = reply.outcome == AC_OUT_OK ? take_page(a, err)
                                        : ac_rest_failed(a->org, &reply, "ask a question", err);
    }
    return rc == AC_END ? AC_OK : rc;
}

static void end_asking(struct asking *a) {
    ac_buf_free(&a->path);
    ac_buf_free(&a->body);
}

enum ac_rc ac_soql_run(struct ac_org *org, ac_str question, const char *const *fields, size_t n,
                       ac_soql_each *each, void *arg, uint64_t *total, struct ac_err *err) {
    AC_CLEANUP(end_asking)
    struct asking a = {.org = org, .fields = fields, .n_fields = n, .each = each, .arg = arg};
    ac_buf_init(&a.path, 16000);
    ac_buf_init(&a.body, MAX_PAGE_BYTES);
    if (n > MAX_FIELDS)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "QUERY", "over %u fields in a question",
                          MAX_FIELDS);
    if (!ac_buf_add_str(&a.path, AC_STR("/query?q=")) || !ac_buf_add_url(&a.path, question))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "QUERY",
                          "the question %.*s… is too long for a URL (%zu bytes)",
                          (int)(question.len > 200 ? 200 : question.len), question.ptr,
                          question.len);
    enum ac_rc rc = ask(&a, err);
    if (total)
        *total = a.total;
    return rc;
}
