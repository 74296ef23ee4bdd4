// SPDX-License-Identifier: MIT
// A line read from standard input, with its echo or without.
#include "cli/ask.h"
#include "cli/cli.h"
#include <string.h>
#include <termios.h>
#include <unistd.h>

// Byte by byte: what is behind the line belongs to the next question, and no buffer of the library
// keeps a copy of a secret. Returns the length, or -1: too long, or interrupted.
static ptrdiff_t read_line(char *out, size_t max) {
    size_t len = 0;
    bool is_long = false;
    for (char c;;) {
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 || ac_cli_stop)
            return -1;
        if (n == 0 || c == '\n')
            break;
        is_long |= len + 1 == max;
        if (!is_long)
            out[len++] = c;
    }
    out[len] = '\0';
    return is_long ? -1 : (ptrdiff_t)len;
}

static bool answer(char *out, size_t max) {
    ptrdiff_t len = read_line(out, max);
    ac_str line = ac_str_trim(ac_str_n(out, len > 0 ? (size_t)len : 0));
    memmove(out, line.ptr, line.len);
    out[line.len] = '\0';
    return len >= 0;
}

static bool is_person(void) { return isatty(STDIN_FILENO) == 1; }

bool ac_ask(const char *question, const char *fallback, char *out, size_t max) {
    bool has_fallback = fallback && *fallback;
    if (is_person()) {
        fprintf(stderr, "%s%s%s%s: ", question, has_fallback ? " [" : "",
                has_fallback ? fallback : "", has_fallback ? "]" : "");
        fflush(stderr);
    }
    if (!answer(out, max))
        return false;
    if (!*out && has_fallback)
        snprintf(out, max, "%s", fallback);
    return true;
}

bool ac_ask_hidden(const char *question, char *out, size_t max) {
    struct termios old;
    if (!is_person() || tcgetattr(STDIN_FILENO, &old) != 0)
        return answer(out, max);
    struct termios hidden = old;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    fprintf(stderr, "%s (not shown): ", question);
    fflush(stderr);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0)
        return false; // it would be seen
    bool good = answer(out, max);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    fputc('\n', stderr);
    return good;
}
