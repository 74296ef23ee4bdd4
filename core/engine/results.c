// SPDX-License-Identifier: MIT
// The success or reject CSV files of --results: every row with its outcome.
#include "decode/quote.h"
#include "engine/engine_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)

// The file's name: that of the input, without folders, with what is no plain character replaced,
// and a number where an input of that name was there before.
static void file_name(struct ac_engine *e, struct intake *in, bool is_success, char *out,
                      size_t len) {
    const char *base = in->name;
    for (const char *p = in->name; *p; p++)
        if (*p == '/')
            base = p + 1;
    char safe[160];
    size_t n = 0;
    for (; n < sizeof safe - 1 && base[n]; n++) {
        unsigned char c = (unsigned char)base[n];
        bool is_plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                        c == '.' || c == '-' || c == '_';
        safe[n] = (char)(is_plain ? c : '_');
    }
    safe[n] = '\0';
    const char *kind = is_success ? "success" : "reject";
    if (in->n_results > 1)
        snprintf(out, len, "%s/%s.%d.%s.csv", e->options.results_dir, safe, in->n_results, kind);
    else
        snprintf(out, len, "%s/%s.%s.csv", e->options.results_dir, safe, kind);
}

static void close_file(FILE **file) {
    if (*file)
        fclose(*file);
}

// Rows stand in it: for its owner alone, whoever may look into the folder; and no link is followed.
static FILE *open_to_add(const char *name) {
    int fd = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "a") : NULL;
    if (fd >= 0 && !file)
        close(fd);
    if (file)
        fseek(file, 0, SEEK_END); // what ftell says
    return file;
}

// A name nobody has taken; earlier runs' files are never written into.
static void choose_number(struct ac_engine *e, struct intake *in) {
    char name[1024];
    struct stat st;
    for (in->n_results = 1; in->n_results < 1000000; in->n_results++) {
        bool is_taken = false;
        for (int success = 0; success < 2; success++) {
            file_name(e, in, success != 0, name, sizeof name);
            is_taken |= lstat(name, &st) == 0;
        }
        if (!is_taken)
            return;
    }
}

static bool compose(struct ac_buf *line, bool is_success, const char *first, const char *second,
                    const char *third, const char *number, ac_str raw) {
    bool good = ac_csv_add_cell(line, ac_str_of(first)) && ac_buf_add_char(line, ',') &&
                ac_csv_add_cell(line, ac_str_of(second)) && ac_buf_add_char(line, ',');
    if (!is_success)
        good = good && ac_csv_add_cell(line, ac_str_of(third)) && ac_buf_add_char(line, ',');
    return good && ac_buf_add_str(line, ac_str_of(number)) && ac_buf_add_char(line, ',') &&
           ac_buf_add_str(line, raw) && ac_buf_add_char(line, '\n');
}

enum ac_rc ac_engine_result(struct ac_engine *e, struct intake *in, bool is_success,
                            const char *first, const char *second, const char *third, uint64_t line,
                            ac_str raw, struct ac_err *err) {
    if (!e->options.results_dir)
        return AC_OK;
    if (!in->n_results)
        choose_number(e, in);
    char name[1024], number[24];
    file_name(e, in, is_success, name, sizeof name);
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, LINE_MAX_BYTES);
    AC_CLEANUP(close_file) FILE *file = open_to_add(name);
    if (!file)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write the result file", name);
    if (ftell(file) == 0 &&
        !compose(&text, is_success, is_success ? "sf__Id" : "code",
                 is_success ? "sf__Created" : "message", "fields", "line", ac_str_of(in->header)))
        return ac_err_nomem(err, "a result line");
    snprintf(number, sizeof number, "%llu", (unsigned long long)line);
    if (!compose(&text, is_success, first, second, third, number, raw))
        return ac_err_nomem(err, "a result line");
    if (fwrite(text.ptr, 1, text.len, file) != text.len || fflush(file))
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write the result file", name);
    return AC_OK;
}
