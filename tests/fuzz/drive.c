// SPDX-License-Identifier: MIT
// Runs a fuzz target without a fuzzer: on its corpus, then on seeded mutations of it.
//
//   PROGRAM LAST RUNS SEED FILE...
//
// LAST is a file that holds the input being run, so that a crash leaves it behind. The same seed,
// number of runs and files give the same inputs on every machine.
#include "fuzz/fuzz.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES ((size_t)4096) // of a mutation; the corpus itself may be longer
#define LAST_BYTES ((size_t)1 << 20)

struct input {
    unsigned char *ptr;
    size_t len;
};

static struct input *corpus;
static size_t n_corpus;
static unsigned char *last; // LAST: eight bytes of length, then the input
static uint64_t state;

static uint64_t roll(uint64_t n) { // a number below n
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return n ? state % n : 0;
}

static bool read_file(const char *path, struct input *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return false;
    out->len = (size_t)st.st_size;
    out->ptr = malloc(out->len ? out->len : 1);
    bool is_read = out->ptr && read(fd, out->ptr, out->len) == (ssize_t)out->len;
    close(fd);
    return is_read;
}

static bool open_last(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)LAST_BYTES) != 0)
        return false;
    last = mmap(NULL, LAST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return last != MAP_FAILED;
}

// The target gets memory of its own, just as long: a byte read too far is found.
static void run(const unsigned char *ptr, size_t len) {
    uint64_t kept = len < LAST_BYTES - 8 ? len : LAST_BYTES - 8;
    memcpy(last, &kept, 8);
    if (kept)
        memcpy(last + 8, ptr, kept);
    unsigned char *copy = malloc(len ? len : 1);
    must(copy != NULL, "no memory for an input");
    if (len)
        memcpy(copy, ptr, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

// Replaces `gone` bytes at `at` by those given, as far as there is room.
static void replace(unsigned char *buf, size_t *len, size_t at, size_t gone, const void *more,
                    size_t n) {
    if (*len - gone + n > MAX_BYTES)
        n = MAX_BYTES - (*len - gone);
    memmove(buf + at + n, buf + at + gone, *len - at - gone);
    memcpy(buf + at, more, n);
    *len = *len - gone + n;
}

static void mutate(unsigned char *buf, size_t *len) {
    static const unsigned char signs[] = "\"\n\r,;{}[]:\\'()=&%#- \t\0.0119eE+\xff\xc3\xef\xbb\xbf";
    unsigned char piece[64];
    size_t at = roll(*len + 1), left = *len - at, n = 1 + roll(sizeof piece);
    const struct input *other = &corpus[roll(n_corpus)];
    unsigned char sign = signs[roll(sizeof signs)];
    switch (roll(7)) {
    case 0: // a bit
        if (left)
            buf[at] ^= (unsigned char)(1u << roll(8));
        break;
    case 1: // a byte that means something
        replace(buf, len, at, left ? 1 : 0, &sign, 1);
        break;
    case 2: // one more
        replace(buf, len, at, 0, &sign, 1);
        break;
    case 3: // some are gone
        replace(buf, len, at, n < left ? n : left, piece, 0);
        break;
    case 4: // some come twice
        n = n < left ? n : left;
        memcpy(piece, buf + at, n);
        replace(buf, len, at, 0, piece, n);
        break;
    case 5: // the end is gone
        *len = at;
        break;
    default: { // some of another input
        size_t from = roll(other->len + 1), most = other->len - from;
        replace(buf, len, at, roll(2) ? left : 0, other->ptr + from, n < most ? n : most);
        break;
    }
    }
}

static void run_mutations(uint64_t runs) {
    static unsigned char buf[MAX_BYTES];
    for (uint64_t i = 0; i < runs; i++) {
        const struct input *from = &corpus[roll(n_corpus)];
        size_t skip = from->len > MAX_BYTES ? roll(from->len - MAX_BYTES) : 0;
        size_t len = from->len - skip < MAX_BYTES ? from->len - skip : MAX_BYTES;
        if (len)
            memcpy(buf, from->ptr + skip, len);
        for (uint64_t n = 1 + roll(6); n; n--)
            mutate(buf, &len);
        run(buf, len);
    }
}

int main(int argc, char **argv) {
    if (argc < 5 || !open_last(argv[1]))
        return 2;
    uint64_t runs = strtoull(argv[2], NULL, 10);
    state = strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
    corpus = calloc((size_t)argc, sizeof *corpus);
    if (!corpus)
        return 2;
    for (int i = 4; i < argc; i++) {
        must(read_file(argv[i], &corpus[n_corpus]), "%s cannot be read", argv[i]);
        n_corpus++;
    }
    for (size_t i = 0; i < n_corpus; i++)
        run(corpus[i].ptr, corpus[i].len);
    run_mutations(runs);
    printf("%zu inputs, %llu mutations\n", n_corpus, (unsigned long long)runs);
    for (size_t i = 0; i < n_corpus; i++)
        free(corpus[i].ptr);
    free(corpus);
    return 0;
}
