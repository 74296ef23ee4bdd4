// SPDX-License-Identifier: MIT
// Numbers, times or tables as people like to read them.
#include "cli/cli.h"
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PLAIN_BYTES ((size_t)32 * 1024 * 1024) // a row may have 4 MiB, each byte become four

const char *ac_cli_count(uint64_t n, const char *one, const char *many, char out[64]) {
    char number[32];
    snprintf(out, 64, "%s %s", ac_cli_grouped(n, number), n == 1 ? one : many);
    return out;
}

const char *ac_cli_time(int64_t ms, char out[24]) {
    char iso[25];
    ac_clock_iso(ms, iso);
    iso[10] = ' ';
    snprintf(out, 24, "%.16s", iso);
    return out;
}

const char *ac_cli_span(int64_t ms, char out[24]) {
    long long s = ms / 1000;
    if (ms < 0)
        snprintf(out, 24, "-");
    else if (ms < 60000)
        snprintf(out, 24, "%lld.%lld s", s, (long long)(ms / 100 % 10));
    else if (s < 3600)
        snprintf(out, 24, "%lld min %02lld s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, 24, "%lld h %02lld min", s / 3600, s / 60 % 60);
    else
        snprintf(out, 24, "%lld d %02lld h", s / 86400, s / 3600 % 24);
    return out;
}

const char *ac_cli_ago(int64_t ms, int64_t now_ms, char out[24]) {
    long long s = (now_ms - ms) / 1000;
    if (s < 0 || s >= 7 * 86400)
        return ac_cli_time(ms, out);
    if (s < 60)
        snprintf(out, 24, "just now");
    else if (s < 3600)
        snprintf(out, 24, "%lld min ago", s / 60);
    else if (s < 86400)
        snprintf(out, 24, "%lld h ago", s / 3600);
    else if (s < 2 * 86400)
        snprintf(out, 24, "yesterday");
    else
        snprintf(out, 24, "%lld days ago", s / 86400);
    return out;
}

int ac_cli_width(FILE *out) {
    struct winsize size;
    if (isatty(fileno(out)) != 1)
        return 1000000;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 40)
        return size.ws_col;
    return 80;
}

// How many of the text's bytes fill at most that many characters.
static size_t bytes_of(ac_str text, size_t chars) {
    size_t n = 0, at = 0;
    while (at < text.len) {
        bool is_inside = ((unsigned char)text.ptr[at] & 0xC0) == 0x80;
        if (!is_inside && n++ == chars)
            break;
        at++;
    }
    return at;
}

void ac_cli_print_plain(FILE *out, ac_str text) {
    AC_CLEANUP(ac_buf_free) struct ac_buf plain;
    ac_buf_init(&plain, PLAIN_BYTES);
    if (ac_buf_add_plain(&plain, text) && plain.len)
        fwrite(plain.ptr, 1, plain.len, out);
}

// How many characters it took.
static size_t print_cut(FILE *out, ac_str text, int width) {
    AC_CLEANUP(ac_buf_free) struct ac_buf plain;
    ac_buf_init(&plain, PLAIN_BYTES);
    size_t room = width > 1 ? (size_t)width : 1;
    if (!ac_buf_add_plain(&plain, text))
        return 0;
    ac_str line = ac_buf_str(&plain);
    size_t n = ac_str_chars(line);
    if (n <= room)
        fprintf(out, "%.*s", AC_STR_ARG(line));
    else
        fprintf(out, "%.*s…", (int)bytes_of(line, room - 1), line.ptr);
    return n < room ? n : room;
}

void ac_cli_print_cut(FILE *out, const char *text, int width) {
    ac_str s = ac_str_of(text), line;
    if (ac_str_cut(&s, '\n', &line)) // the first line of several
        print_cut(out, line, width);
}

void ac_cli_print_cell(FILE *out, const char *text, int width) {
    for (size_t i = print_cut(out, ac_str_of(text), width); i < (size_t)width; i++)
        fputc(' ', out);
}

void ac_cli_print_wrapped(FILE *out, const char *text, int indent, int width) {
    ac_str rest = ac_str_of(text), word;
    int at = indent;
    for (bool is_first = true; ac_str_cut(&rest, ' ', &word); is_first = false) {
        int len = (int)ac_str_chars(word);
        if (!is_first && at + 1 + len > width) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (!is_first) {
            fputc(' ', out);
            at++;
        }
        ac_cli_print_plain(out, word);
        at += len;
    }
    fputc('\n', out);
}

bool ac_cli_confirm(const char *question) {
    char line[16];
    if (isatty(STDIN_FILENO) != 1)
        return false;
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin))
        return false;
    return line[0] == 'y' || line[0] == 'Y';
}
