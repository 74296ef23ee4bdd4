// SPDX-License-Identifier: MIT
// The next value's beginning, looked for in a damaged range.
#include "decode/frame.h"

#define MAX_TRIES 64u // beginnings tried in one range; from then on only the certain ones count
#define LINE_END SIZE_MAX

void ac_frame_sign(struct ac_frame *f, ac_str value) {
    size_t at = 1;
    f->sign_len = 0;
    while (at < value.len && ac_scan_is_blank(value.ptr[at]))
        at++;
    if (at >= value.len || *value.ptr != '{' || value.ptr[at] != '"')
        return;
    do
        f->sign[f->sign_len++] = value.ptr[at++];
    while (at < value.len && f->sign_len < sizeof f->sign && value.ptr[at - 1 + 0] != '\0' &&
           !(f->sign_len > 1 && f->sign[f->sign_len - 1] == '"'));
}

void ac_frame_search_begin(struct ac_frame *f, const char *ptr, size_t n, size_t n_to_stop) {
    f->state = AC_FRAME_SEARCH;
    f->is_line_begin = false;
    f->before = f->before_that = '\0';
    for (; n && !f->before_that; n--) {
        if (ac_scan_is_blank(ptr[n - 1]))
            continue;
        if (f->before)
            f->before_that = ptr[n - 1];
        else
            f->before = ptr[n - 1];
    }
    f->n_to_stop = n_to_stop;
    f->n_quiet = 0;
    f->n_tries = 0;
}

static size_t skip_blanks(ac_str text, size_t at) {
    while (at < text.len && ac_scan_is_blank(text.ptr[at]))
        at++;
    return at;
}

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_MORE };

// Does what begins here end like a value? Objects with commas between them are judged together: it
// is their array's end that tells whether they are nested. *n: so far the text was looked at.
static enum verdict try(const struct ac_frame *f, ac_str text, bool is_last, bool is_likely,
                        size_t *n) {
    enum verdict likely = is_likely ? VERDICT_YES : VERDICT_NO;
    struct ac_scan scan;
    for (bool is_first = true;; is_first = false) {
        ac_scan_init(&scan, f->max_depth);
        enum ac_scan_end end = ac_scan_run(&scan, ac_str_skip(text, *n));
        if (end != AC_SCAN_CLOSED) {
            if (end == AC_SCAN_MORE && !is_last)
                return VERDICT_YES; // a long one
            if (!is_first)
                *n += scan.at;
            return is_first ? VERDICT_NO : likely;
        }
        *n = skip_blanks(text, *n + scan.at);
        if (*n == text.len)
            return VERDICT_YES;
        char c = text.ptr[*n];
        if (c == '{' || (c == '[' && !f->in_array))
            return VERDICT_YES;
        if (c != ',' && !(c == ']' && f->in_array))
            return VERDICT_NO;
        *n = skip_blanks(text, *n + 1);
        if (c == ']')
            return *n == text.len || text.ptr[*n] == '{' || text.ptr[*n] == '[' ? VERDICT_YES
                                                                              : VERDICT_NO;
        if (*n == text.len)
            return is_last ? likely : VERDICT_YES;
        if (text.ptr[*n] != '{')
            return VERDICT_NO;
    }
}

// A brace begins the text: does it begin a value?
static enum verdict judge(struct ac_frame *f, ac_str text, bool is_last) {
    bool is_whole = is_last || text.len >= AC_FRAME_LOOK_BYTES;
    size_t at = skip_blanks(text, 1), n = 0;
    if (at == text.len)
        return is_whole ? VERDICT_NO : VERDICT_MORE;
    if (text.ptr[at] != '"')
        return VERDICT_NO;
    bool can_be_inside = f->before == ':' || f->before == ',' || f->before == '[';
    bool begins_line = f->is_line_begin && f->n_indent == f->indent;
    if (!f->is_cut_off && (f->before == '}' || (begins_line && !can_be_inside)))
        return VERDICT_YES;
    if (f->n_tries == MAX_TRIES)
        return VERDICT_NO;
    if (!is_whole)
        return VERDICT_MORE;
    bool is_signed =
        f->sign_len && ac_str_starts(ac_str_skip(text, at), ac_str_n(f->sign, f->sign_len));
    bool is_behind = f->in_array && f->before == ',' && f->before_that == '}';
    bool is_candidate = f->is_cut_off ? is_signed && begins_line
                                      : is_signed || begins_line || !can_be_inside || is_behind ||
                                            f->n_to_stop == 0;
    if (!is_candidate)
        return VERDICT_NO;
    f->n_tries++;
    if (text.len > AC_FRAME_LOOK_BYTES) {
        text.len = AC_FRAME_LOOK_BYTES;
        is_last = false;
    }
    enum verdict verdict = try(f, text, is_last, is_signed || begins_line, &n);
    if (verdict == VERDICT_NO)
        f->n_quiet = n; // what was judged together is refused together
    return verdict;
}

static void note(struct ac_frame *f, char c) {
    if (c == '\n' || c == '\r') {
        f->is_line_begin = true;
        f->n_indent = 0;
        if (f->n_quiet == LINE_END)
            f->n_quiet = 0;
    } else if (c == ' ' || c == '\t') {
        f->n_indent++;
    } else {
        if ((c == '/' || c == '#') && (f->is_line_begin || !f->before))
            f->n_quiet = LINE_END; // a comment
        f->is_line_begin = false;
        f->before_that = f->before;
        f->before = c;
    }
}

bool ac_frame_search(struct ac_frame *f, ac_str window, bool is_last, size_t *used, bool *found) {
    size_t at = 0;
    for (; at < window.len; at++) {
        bool is_first = !f->before; // the damaged one itself
        if (window.ptr[at] == '{' && !f->n_quiet && !is_first) {
            enum verdict verdict = judge(f, ac_str_skip(window, at), is_last);
            *found = verdict == VERDICT_YES;
            if (verdict != VERDICT_NO)
                break;
        }
        note(f, window.ptr[at]);
        if (f->n_quiet && f->n_quiet != LINE_END)
            f->n_quiet--;
        if (f->n_to_stop != SIZE_MAX)
            f->n_to_stop = f->n_to_stop ? f->n_to_stop - 1 : SIZE_MAX;
    }
    *used = at;
    return ac_frame_eat(f, window.ptr, at);
}
