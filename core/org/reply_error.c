// SPDX-License-Identifier: MIT
// The first error of a reply, whatever its form.
#include "base/clock.h"
#include "org/json.h"
#include "org/reply.h"
#include "org/reply_int.h"
#include <ctype.h>

#define MAX_VALUES 20000u // of an error's JSON
#define MAX_TEXT 200u     // characters of a text that is no JSON
#define MIN_QUOTED 12u    // bytes of a value that is cut

// Adds text to the NUL-terminated out of that size, with ", " before it unless it is the first.
static void add_field(char *out, size_t len, ac_str text) {
    size_t at = strlen(out), more = text.len + (at ? 2 : 0);
    if (!text.len || more >= len - at)
        return; // whole names only
    if (at) {
        out[at++] = ',';
        out[at++] = ' ';
    }
    ac_json_copy(out + at, len - at, text);
}

static ac_str first_of(const json_t *error, const char *const *names) {
    for (; *names; names++) {
        ac_str text = ac_json_text(error, *names);
        if (text.len)
            return text;
    }
    return AC_STR("");
}

bool ac_reply_error_read(const json_t *error, struct ac_reply_error *out) {
    static const char *const codes[] = {"errorCode", "statusCode", "error", "exceptionCode", NULL};
    static const char *const messages[] = {"message", "error_description", "exceptionMessage",
                                           NULL};
    *out = (struct ac_reply_error){0};
    if (!json_is_object(error))
        return false;
    ac_str code = first_of(error, codes), message = first_of(error, messages);
    ac_json_copy(out->code, sizeof out->code, code);
    ac_json_copy(out->message, sizeof out->message, message);
    const json_t *fields = json_object_get(error, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *name = json_array_get(fields, i);
        if (!json_is_string(name))
            continue;
        add_field(out->fields, sizeof out->fields,
                  ac_str_n(json_string_value(name), json_string_length(name)));
    }
    return code.len || message.len;
}

// {"success":false,"errors":[…]}, or an array of errors, or one error alone.
static bool from_json(ac_str body, struct ac_reply_error *out) {
    AC_CLEANUP(ac_json_free) json_t *tree = ac_json_load(body, MAX_VALUES);
    if (!tree)
        return false;
    const json_t *error = json_is_array(tree) ? json_array_get(tree, 0) : tree;
    const json_t *errors = json_object_get(error, "errors");
    if (json_array_size(errors))
        error = json_array_get(errors, 0);
    return ac_reply_error_read(error, out);
}

static bool begins_tag(ac_str s, size_t at, const char *name) {
    size_t len = strlen(name);
    return s.len - at > len && strncasecmp(s.ptr + at, name, len) == 0 &&
           !isalnum((unsigned char)s.ptr[at + len]);
}

// Behind the tag at s.ptr[at]; of a script or a style sheet, behind its content too.
static size_t behind_tag(ac_str s, size_t at) {
    const char *closing = begins_tag(s, at, "<script")  ? "</script"
                          : begins_tag(s, at, "<style") ? "</style"
                                                        : NULL;
    while (closing && at < s.len && !begins_tag(s, at, closing))
        at++;
    while (at < s.len && s.ptr[at] != '>')
        at++;
    return at + 1;
}

// The text of a page: without tags, blanks drawn together, cut at whole characters.
static void from_text(ac_str body, struct ac_reply_error *out) {
    size_t n = 0, chars = 0, max = sizeof out->message - 1;
    bool is_blank = true; // the last one written
    if (body.len > 65536)
        body.len = 65536;
    for (size_t i = 0; i < body.len && n < max;) {
        unsigned char c = (unsigned char)body.ptr[i];
        bool is_inside = (c & 0xC0) == 0x80; // of a character
        if (chars == MAX_TEXT && !is_inside)
            break;
        bool is_gap = c == '<' || c <= ' ' || c == 0x7f;
        i = c == '<' ? behind_tag(body, i) : i + 1;
        if (is_gap && is_blank)
            continue;
        out->message[n] = (char)c;
        if (is_gap)
            out->message[n] = ' ';
        n++;
        is_blank = is_gap;
        chars += !is_inside;
    }
    while (n && out->message[n - 1] == ' ')
        n--;
    out->message[n] = '\0';
    size_t good = ac_str_utf8_bad(ac_str_n(out->message, n));
    out->message[good] = '\0'; // a character cut in two, or what was no text at all
}

void ac_reply_error_parse(ac_str body, struct ac_reply_error *out) {
    *out = (struct ac_reply_error){0};
    if (!from_json(body, out))
        from_text(body, out);
}

static bool is_word(char c) {
    unsigned char byte = (unsigned char)c;
    return isalnum(byte) || byte == '_' || byte >= 0x80;
}

static bool is_between_words(ac_str text, size_t at) {
    return at == 0 || at == text.len || !is_word(text.ptr[at - 1]) || !is_word(text.ptr[at]);
}

// How much of the value stands there: all of it, or a beginning too long for chance, since long
// values are cut.
static size_t quoted(ac_str text, size_t at, ac_str value) {
    size_t n = 0;
    while (n < value.len && at + n < text.len && text.ptr[at + n] == value.ptr[n])
        n++;
    bool is_whole = n == value.len && is_between_words(text, at + n);
    return is_between_words(text, at) && (is_whole || n >= MIN_QUOTED) ? n : 0;
}

void ac_reply_error_hide(struct ac_reply_error *error, ac_str value) {
    char copy[sizeof error->message];
    size_t n = 0;
    memcpy(copy, error->message, sizeof copy);
    ac_str text = ac_str_of(copy);
    for (size_t at = 0, len; at < text.len; at += len ? len : 1) {
        len = value.len ? quoted(text, at, value) : 0;
        error->message[n++] = (char)(len ? '*' : text.ptr[at]);
    }
    error->message[n] = '\0';
}

int64_t ac_reply_retry_after(const char *header, int64_t now_ms) {
    const int64_t max_ms = (int64_t)7 * 86400 * 1000; // beyond it somebody is joking
    ac_str text = ac_str_trim(ac_str_of(header));
    int64_t at_ms, s;
    if (ac_str_i64(text, &s))
        return s >= 0 && s <= max_ms / 1000 ? s * 1000 : -1;
    if (!ac_clock_parse_http(text, &at_ms))
        return -1;
    if (at_ms <= now_ms)
        return 0;
    return at_ms - now_ms <= max_ms ? at_ms - now_ms : -1;
}
