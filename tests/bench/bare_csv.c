// SPDX-License-Identifier: MIT
// What libcsv alone needs for a file: bare_csv FILE prints its rows, then its cells.
#include <csv.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct counts {
    uint64_t cells, rows;
};

static void on_cell(void *text, size_t len, void *arg) {
    (void)text;
    (void)len;
    ((struct counts *)arg)->cells++;
}

static void on_row(int end, void *arg) {
    (void)end;
    ((struct counts *)arg)->rows++;
}

int main(int argc, char **argv) {
    static char block[1 << 20];
    struct counts counts = {0};
    struct csv_parser parser;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || csv_init(&parser, CSV_APPEND_NULL) != 0)
        return 2;
    for (ssize_t n; (n = read(fd, block, sizeof block)) > 0;)
        if (csv_parse(&parser, block, (size_t)n, on_cell, on_row, &counts) != (size_t)n)
            return 1;
    csv_fini(&parser, on_cell, on_row, &counts);
    csv_free(&parser);
    close(fd);
    printf("%" PRIu64 " %" PRIu64 "\n", counts.rows, counts.cells);
    return 0;
}
