// SPDX-License-Identifier: MIT
// Progress drawn as a bar on a terminal, or written as a line a minute.
#include "engine/progress.h"
#include "base/buf.h"
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_MS 100
#define LINE_MS 60000
#define QUIET_START_MS 400 // a short run shows no bar at all
#define BAR_CELLS 24

void ac_progress_init(struct ac_progress *p, FILE *out, bool use_color, bool is_quiet,
                      const struct ac_clock *clock) {
    int64_t now = clock->mono_ms(clock->self);
    *p = (struct ac_progress){.out = out,
                              .is_terminal = isatty(fileno(out)) == 1,
                              .use_color = use_color,
                              .is_quiet = is_quiet,
                              .clock = clock,
                              .shown_ms = now,
                              .begun_ms = now};
}

void ac_progress_wipe(struct ac_progress *p) {
    if (!p->is_drawn)
        return;
    fputs("\r\033[K", p->out);
    fflush(p->out);
    p->is_drawn = false;
}

const char *ac_progress_grouped(uint64_t n, char out[32]) {
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

static int columns_of(FILE *out) {
    struct winsize size;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        return size.ws_col;
    return 80;
}

// The name of what is read, which may hold anything.
static const char *plain(struct ac_buf *room, const char *name) {
    ac_buf_init(room, 16384);
    return name && ac_buf_add_plain(room, ac_str_of(name)) ? ac_buf_text(room) : NULL;
}

static void draw(struct ac_progress *p, const struct ac_stats *s, int64_t spent_ms) {
    char rows[32], rate[40], text[512], left[48] = "", bar[BAR_CELLS * 4 + 32] = "";
    uint64_t per_second = s->counts.read * 1000 / (uint64_t)(spent_ms > 0 ? spent_ms : 1);
    uint64_t done = s->bytes_read < s->bytes_known ? s->bytes_read : s->bytes_known;
    bool has_bar = s->bytes_known && !s->is_waiting;
    if (has_bar) {
        uint64_t full = done * BAR_CELLS / s->bytes_known;
        size_t at = 0;
        for (uint64_t i = 0; i < BAR_CELLS; i++)
            at += (size_t)snprintf(bar + at, sizeof bar - at, "%s", i < full ? "━" : "╌");
        snprintf(bar + at, sizeof bar - at, " %3" PRIu64 " %%  ", done * 100 / s->bytes_known);
        if (done && done < s->bytes_known) {
            int64_t left_s = (int64_t)((s->bytes_known - done) * (uint64_t)spent_ms / done / 1000);
            snprintf(left, sizeof left, "  %" PRId64 ":%02" PRId64 " left", left_s / 60,
                     left_s % 60);
        }
    }
    int width = columns_of(p->out) - 1;
    // The time that the org takes says nothing of how fast rows are read.
    ac_progress_grouped(s->is_waiting ? s->n_pending : per_second, rate);
    int used = snprintf(text, sizeof text, "%s rows  %s%s  %" PRIu64 " rejected%s  ",
                        ac_progress_grouped(s->counts.read, rows), rate,
                        s->is_waiting ? " under way" : "/s", s->counts.rejected, left);
    int room = width - used - (has_bar ? BAR_CELLS + 8 : 0);
    AC_CLEANUP(ac_buf_free) struct ac_buf buf;
    const char *name = plain(&buf, s->at);
    bool is_colored = p->use_color && has_bar;
    fprintf(p->out, "\r\033[K%s%s%s%s%.*s", is_colored ? "\033[36m" : "", bar,
            is_colored ? "\033[0m" : "", text, room > 0 ? room : 0, name ? name : "");
    fflush(p->out);
    p->is_drawn = true;
}

void ac_progress_show(void *arg, const struct ac_stats *stats) {
    struct ac_progress *p = arg;
    if (p->is_quiet)
        return;
    int64_t now = p->clock->mono_ms(p->clock->self), spent_ms = now - p->begun_ms;
    if (p->is_terminal) {
        if (spent_ms < QUIET_START_MS || (p->is_drawn && now - p->shown_ms < TERMINAL_MS))
            return;
        draw(p, stats, spent_ms);
    } else {
        if (now - p->shown_ms < LINE_MS)
            return;
        char rows[32], rejected[32], pending[32];
        AC_CLEANUP(ac_buf_free) struct ac_buf buf;
        const char *name = plain(&buf, stats->at);
        fprintf(p->out, "acload: %s rows read, %s rejected, %s records under way; now %s\n",
                ac_progress_grouped(stats->counts.read, rows),
                ac_progress_grouped(stats->counts.rejected, rejected),
                ac_progress_grouped(stats->n_pending, pending), name ? name : "");
        fflush(p->out);
    }
    p->shown_ms = now;
}
