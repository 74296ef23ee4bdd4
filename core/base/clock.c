// SPDX-License-Identifier: MIT
// The machine's clock, a test's clock, or times as text.
#include "base/clock.h"
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#define DAY_MS 86400000

static int64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_now(void *self) {
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono(void *self) {
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

static void system_sleep(void *self, int64_t ms) {
    (void)self;
    if (ms <= 0)
        return;
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    // A signal ends the wait early: the caller looks at its stop flag.
    clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static uint64_t splitmix(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint64_t system_random(void *self) {
    (void)self;
    uint64_t out;
    if (getrandom(&out, sizeof out, 0) == (ssize_t)sizeof out)
        return out;
    uint64_t state = (uint64_t)read_clock(CLOCK_MONOTONIC); // only jitter depends on it
    return splitmix(&state);
}

const struct ac_clock *ac_clock_system(void) {
    static const struct ac_clock clock = {NULL, system_now, system_mono, system_sleep,
                                          system_random};
    return &clock;
}

static int64_t fake_now(void *self) { return ((struct ac_clock_fake *)self)->at_ms; }

static void fake_sleep(void *self, int64_t ms) {
    struct ac_clock_fake *fake = self;
    if (ms <= 0)
        return;
    fake->at_ms += ms;
    fake->slept_ms += ms;
}

static uint64_t fake_random(void *self) { return splitmix(&((struct ac_clock_fake *)self)->state); }

void ac_clock_fake_init(struct ac_clock_fake *fake, int64_t now_ms, uint64_t seed) {
    *fake = (struct ac_clock_fake){.at_ms = now_ms, .state = seed};
    fake->clock = (struct ac_clock){fake, fake_now, fake_now, fake_sleep, fake_random};
}

struct date {
    int64_t year;
    int month, day;
};

// Days from 1970-01-01, and back, in the Gregorian calendar; March is the first month inside.
static int64_t days_of(struct date d) {
    int64_t year = d.year - (d.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct date date_of(int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct date d = {.month = (int)(month < 10 ? month + 3 : month - 9),
                     .day = (int)(of_year - (153 * month + 2) / 5 + 1)};
    d.year = year + era * 400 + (d.month <= 2);
    return d;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

// The years 0 to 9999, which is all that four digits can say.
static int64_t in_four_digits(int64_t ms) {
    const int64_t first = INT64_C(-62167219200000), last = INT64_C(253402300799999);
    return ms < first ? first : ms > last ? last : ms;
}

void ac_clock_iso(int64_t ms, char out[25]) {
    ms = in_four_digits(ms);
    int64_t days = floor_div(ms, DAY_MS), rest = ms - days * DAY_MS;
    struct date d = date_of(days);
    char text[96];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)d.year, d.month, d.day,
             (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
             (int)(rest % 1000));
    memcpy(out, text, 24);
    out[24] = '\0';
}

const char *ac_clock_minute(int64_t ms, char out[24]) {
    char iso[25];
    ac_clock_iso(ms > INT64_MAX - 59999 ? ms : ms + 59999, iso);
    iso[10] = ' ';
    snprintf(out, 24, "%.16s UTC", iso);
    return out;
}

// Exactly n digits at `at`, up to max.
static bool digits(ac_str s, size_t at, size_t n, int max, int *out) {
    if (at + n > s.len)
        return false;
    int value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        value = value * 10 + (s.ptr[i] - '0');
    }
    *out = value;
    return value <= max;
}

static bool char_at(ac_str s, size_t at, char c) { return at < s.len && s.ptr[at] == c; }

static bool parse_date(ac_str s, int64_t *days) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!digits(s, 0, 4, 4000, &year) || !char_at(s, 4, '-') || !digits(s, 5, 2, 12, &month) ||
        !char_at(s, 7, '-') || !digits(s, 8, 2, 31, &day) || year < 1700 || !month || !day)
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[month - 1] + (month == 2 && is_leap))
        return false;
    *days = days_of((struct date){year, month, day});
    return true;
}

bool ac_clock_parse_date(ac_str s, int64_t *ms) {
    int64_t days;
    if (s.len != 10 || !parse_date(s, &days))
        return false;
    *ms = days * DAY_MS;
    return true;
}

static bool parse_zone(ac_str s, int *offset_min) {
    int hours, minutes;
    *offset_min = 0;
    if (ac_str_eq(s, AC_STR("Z")))
        return true;
    if (!char_at(s, 0, '+') && !char_at(s, 0, '-'))
        return false;
    size_t at = char_at(s, 3, ':') ? 4 : 3;
    if (s.len != at + 2 || !digits(s, 1, 2, 14, &hours) || !digits(s, at, 2, 59, &minutes))
        return false;
    *offset_min = (hours * 60 + minutes) * (s.ptr[0] == '-' ? -1 : 1);
    return true;
}

bool ac_clock_parse(ac_str s, int64_t *ms, int *offset_min) {
    int64_t days, fraction_ms = 0;
    int hour, minute, second, offset;
    if (s.len < 20 || !parse_date(s, &days) || !char_at(s, 10, 'T') ||
        !digits(s, 11, 2, 23, &hour) || !char_at(s, 13, ':') || !digits(s, 14, 2, 59, &minute) ||
        !char_at(s, 16, ':') || !digits(s, 17, 2, 59, &second))
        return false;
    size_t at = 19;
    if (char_at(s, at, '.')) {
        int64_t unit = 100;
        size_t first = ++at;
        for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++, unit /= 10)
            fraction_ms += (s.ptr[at] - '0') * unit;
        if (at == first)
            return false;
    }
    if (!parse_zone(ac_str_skip(s, at), &offset))
        return false;
    *ms =
        days * DAY_MS + ((hour * 60 + minute - offset) * 60 + second) * (int64_t)1000 + fraction_ms;
    if (offset_min)
        *offset_min = offset;
    return true;
}

static const char week_days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void ac_clock_http(int64_t ms, char out[30]) {
    ms = in_four_digits(ms);
    int64_t days = floor_div(ms, DAY_MS), rest = ms - days * DAY_MS;
    struct date d = date_of(days);
    char text[80];
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
             week_days[((days % 7) + 7) % 7], d.day, months[d.month - 1], (int)d.year,
             (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60));
    memcpy(out, text, 29);
    out[29] = '\0';
}

// Whoever sends a date writes it as we do, only the day of the week is not looked at.
bool ac_clock_parse_http(ac_str s, int64_t *ms) {
    struct date d = {0};
    int year, hour, minute, second;
    if (s.len != 29 || !digits(s, 5, 2, 31, &d.day) || !digits(s, 12, 4, 9999, &year) ||
        !digits(s, 17, 2, 23, &hour) || !digits(s, 20, 2, 59, &minute) ||
        !digits(s, 23, 2, 59, &second))
        return false;
    for (int i = 0; i < 12; i++)
        if (memcmp(s.ptr + 8, months[i], 3) == 0)
            d.month = i + 1;
    if (!d.month)
        return false;
    d.year = year;
    int64_t at = days_of(d) * DAY_MS + (int64_t)((hour * 60 + minute) * 60 + second) * 1000;
    char again[30];
    ac_clock_http(at, again);
    if (memcmp(again + 3, s.ptr + 3, 26) != 0)
        return false;
    *ms = at;
    return true;
}
