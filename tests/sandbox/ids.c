// SPDX-License-Identifier: MIT
// Record ids of 15 characters with the check letters that make them 18.
#include "ids.h"

#include <string.h>

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char pod[] = "5eB"; // as if three letters named the org's instance

static void add_check(char id[SB_ID_SIZE]) {
    static const char map[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    for (int group = 0; group < 3; group++) {
        unsigned bits = 0;
        for (int i = 0; i < 5; i++) {
            char c = id[group * 5 + i];
            if (c >= 'A' && c <= 'Z')
                bits |= 1u << i;
        }
        id[15 + group] = map[bits];
    }
    id[18] = '\0';
}

void sb_id_make(char out[SB_ID_SIZE], const char *prefix, int64_t n) {
    for (int i = 0; i < 3; i++) {
        out[i] = prefix[i];
        out[3 + i] = pod[i];
    }
    for (int i = 14; i >= 6; i--) {
        out[i] = digits[n % 62];
        n /= 62;
    }
    add_check(out);
}

bool sb_id_read(const char *s, size_t len, char out[SB_ID_SIZE]) {
    if (len != 15 && len != 18)
        return false;
    for (size_t i = 0; i < 15; i++)
        if (s[i] == '\0' || !strchr(digits, s[i]))
            return false;
    memcpy(out, s, 15);
    add_check(out);
    return len == 15 || memcmp(out + 15, s + 15, 3) == 0;
}

int64_t sb_id_number(const char id[SB_ID_SIZE], const char *prefix) {
    if (strncmp(id, prefix, 3) != 0 || strncmp(id + 3, pod, 3) != 0)
        return -1;
    int64_t n = 0;
    for (int i = 6; i < 15; i++) {
        const char *at = strchr(digits, id[i]);
        if (!at || id[i] == '\0')
            return -1;
        n = n * 62 + (at - digits);
    }
    return n;
}
