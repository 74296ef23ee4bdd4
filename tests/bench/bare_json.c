// SPDX-License-Identifier: MIT
// What jansson alone needs to parse a file's values: bare_json FILE prints how many there are.
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    static char block[1 << 20];
    uint64_t n_values = 0;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return 2;
    size_t len = 0;
    for (ssize_t n; (n = read(fd, block + len, sizeof block - len)) > 0;) {
        size_t at = 0;
        json_error_t err;
        json_t *value;
        len += (size_t)n;
        // A value that the block cuts off is parsed again, with what follows it.
        while (at < len &&
               (value = json_loadb(block + at, len - at, JSON_DISABLE_EOF_CHECK, &err))) {
            at += (size_t)err.position;
            n_values++;
            json_decref(value);
        }
        memmove(block, block + at, len - at);
        len -= at;
    }
    close(fd);
    printf("%" PRIu64 "\n", n_values);
    return len ? 1 : 0;
}
