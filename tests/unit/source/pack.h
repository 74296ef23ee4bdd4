// SPDX-License-Identifier: MIT
// A folder of files or archives made for one test.
#ifndef TESTS_SOURCE_PACK_H
#define TESTS_SOURCE_PACK_H
#include "source/source.h"

// What every test of the room has: a folder of its own, an arena, an error. Fixtures of check.
extern struct ac_arena source_arena;
extern struct ac_err source_err;
void source_setup(void);
void source_teardown(void); // removes the folder

// The path of a name in the folder; eight of them live at once.
const char *source_path(const char *name);
// Writes a file there; len SIZE_MAX: strlen(bytes). Returns its path.
const char *source_write(const char *name, const char *bytes, size_t len);
const char *source_folder(const char *name);
// The whole content of a file, to be freed.
char *source_read(const char *path, size_t *len);

struct source_file {
    const char *name;
    const char *bytes; // NULL: `len` times 'a'
    size_t len;        // 0: strlen(bytes)
    char kind;         // 0: a file, 'd' a folder, 'l' a link to bytes, 'h' a hard link to bytes
};
// Packs files with a format of libarchive (zip, ustar, pax, raw) and a filter (none, gzip, bzip2,
// xz, zstd ...); options as archive_write_set_options takes them, or NULL. Returns the path.
const char *source_pack(const char *name, const char *format, const char *filter,
                        const char *options, const struct source_file *files, size_t n);
// The same for one text in a merely compressed file.
const char *source_compress(const char *name, const char *filter, const char *options,
                            const char *bytes, size_t len);

// The item of a path.
struct ac_item source_item(const char *path);
// Opens it; fails the test when that fails.
struct ac_source *source_open(const char *path, const struct ac_source_options *options);
// Steps to the next member, fails the test unless its name is that, checks that its content is.
void source_check_next(struct ac_source *src, const char *name, const char *content);
// Reads the member to its end, `step` bytes at a time: AC_END, or what went wrong.
enum ac_rc source_drain(struct ac_source *src, size_t step, uint64_t *n);
// Between the two, file permissions hold even for root, as whom tests are often run.
void source_lower_rights(void);
void source_restore_rights(void);
// Fails the test unless source_err has that code, then forgets it.
void source_check_err(const char *code, const char *part);

#endif
