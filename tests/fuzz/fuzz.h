// SPDX-License-Identifier: MIT
// What fuzz targets share: their entry, a way to fail, a file in memory.
//
// A target is one fuzz_<name>.c. It runs in two ways: under libFuzzer (make fuzz, with clang), or
// with drive.c as its main, which runs the corpus with some thousand seeded mutations (make test).
// Its corpus is named by a comment in it: "// Corpus:", then files or folders (of which every file
// whose name begins with "input"), as many lines as it takes.
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

// A property does not hold: says so, then ends the process for the fuzzer to see.
_Noreturn void fuzz_fail(const char *what, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
#define must(what, ...)                                                                            \
    do {                                                                                           \
        if (!(what))                                                                               \
            fuzz_fail(#what, __VA_ARGS__);                                                         \
    } while (0)

// A file with that content, for functions that take a path; the same one each time.
const char *fuzz_file(const void *data, size_t len);

#endif
