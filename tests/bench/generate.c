// SPDX-License-Identifier: MIT
// A queue report of any size, the same bytes every time: generate ROWS COLUMNS > report.csv
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define QUEUES 250u
#define MAX_COLUMNS 60u

static const char *const metrics[] = {
    "After contact work time",
    "Agent on contact time",
    "Agent idle time",
    "Average queue abandon time",
    "Average after contact work time",
    "Average queue answer time",
    "Average handle time",
    "Average customer hold time",
    "Average agent interaction and customer hold time",
    "Average agent interaction time",
    "Contacts abandoned",
    "Contacts abandoned in 15 seconds",
    "Contacts abandoned in 20 seconds",
    "Contacts abandoned in 25 seconds",
    "Contacts abandoned in 30 seconds",
    "Contacts abandoned in 45 seconds",
    "Contacts abandoned in 60 seconds",
    "Contacts abandoned in 90 seconds",
    "Contacts abandoned in 120 seconds",
    "Contacts agent hung up first",
    "Contacts consulted",
    "Contacts handled",
    "Contacts handled incoming",
    "Contacts handled outbound",
    "Contacts put on hold",
    "Contacts hold disconnect",
    "Contacts hold agent disconnect",
    "Contacts hold customer disconnect",
    "Contacts incoming",
    "Contacts answered in 15 seconds",
    "Contacts answered in 20 seconds",
    "Contacts answered in 30 seconds",
    "Contacts answered in 45 seconds",
    "Contacts answered in 60 seconds",
    "Contacts answered in 90 seconds",
    "Contacts answered in 120 seconds",
    "Contacts queued",
    "Contacts transferred in",
    "Contacts transferred out",
    "Contacts transferred out internal",
    "Contacts transferred out external",
    "Contacts transferred in from queue",
    "Contacts transferred out from queue",
    "Error status time",
    "Customer hold time",
    "Maximum queued time",
    "Contacts missed",
    "Contact handle time",
    "Contact flow time",
    "Occupancy",
    "Agent answer rate",
    "Service level 15 seconds",
    "Service level 20 seconds",
    "Service level 30 seconds",
    "Service level 45 seconds",
    "Service level 60 seconds",
    "Service level 120 seconds",
};
#define N_METRICS (sizeof metrics / sizeof *metrics)
#define FIRST_PERCENT 49u // from here on the metrics are percents

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t next(void) { // xorshift: chance that replays
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

// "2031-03-04T16:00:00.000Z" of a half hour counted from 2001-01-01.
static void print_time(FILE *out, uint32_t half_hour) {
    static const uint32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t day = half_hour / 48, rest = half_hour % 48, year = 2001, month = 0;
    for (;; year++) {
        uint32_t days = year % 4 == 0 ? 366 : 365;
        if (day < days)
            break;
        day -= days;
    }
    for (;; month++) {
        uint32_t days = lengths[month] + (month == 1 && year % 4 == 0);
        if (day < days)
            break;
        day -= days;
    }
    fprintf(out, "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32 "T%02" PRIu32 ":%s:00.000Z", year,
            month + 1, day + 1, rest / 2, rest % 2 ? "30" : "00");
}

static void print_metric(FILE *out, uint32_t metric) {
    uint32_t chance = next();
    if (chance % 16 == 0)
        return; // nothing to measure: an empty cell
    uint32_t value = chance / 16 % (chance % 7 == 0 ? 1800 : 60);
    if (metric >= FIRST_PERCENT)
        fprintf(out, "%" PRIu32 ".%02" PRIu32 "%%", value % 100, chance / 1024 % 100);
    else
        fprintf(out, "%" PRIu32, value);
}

int main(int argc, char **argv) {
    char *end = NULL;
    uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], &end, 10) : 1000;
    uint32_t columns = argc > 2 ? (uint32_t)strtoul(argv[2], &end, 10) : MAX_COLUMNS;
    if (columns < 3 || columns > N_METRICS + 3) {
        fprintf(stderr, "generate: 3 to %zu columns\n", N_METRICS + 3);
        return 2;
    }
    printf("Queue,StartInterval,EndInterval");
    for (uint32_t i = 0; i < columns - 3; i++)
        printf(",%s", metrics[i]);
    printf("\n");
    for (uint32_t row = 0; row < rows; row++) {
        printf("Queue %03" PRIu32 ",", row % QUEUES);
        print_time(stdout, row / QUEUES);
        printf(",");
        print_time(stdout, row / QUEUES + 1);
        for (uint32_t i = 0; i < columns - 3; i++) {
            printf(",");
            print_metric(stdout, i);
        }
        printf("\n");
    }
    return fflush(stdout) ? 1 : 0;
}
