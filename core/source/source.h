// SPDX-License-Identifier: MIT
// Inputs found by path or pattern, opened as a stream of bytes.
//
// Source is the room that opens, lists or decompresses; it knows nothing of rows. ac_source_list
// turns what a person wrote (a file, a folder, a glob, "-") into items; ac_source_open opens an
// item; ac_source_next steps to its first, second … member: a plain file has one nameless member,
// a compressed file one, an archive (zip, tar, tar.gz …) as many as it holds. Content decides
// what an item is, never its name. Nothing is unpacked to disk, and one level is opened: an
// archive inside an archive is an error of that member alone (AC_INPUT), the others go on.
//
// Bytes are pulled. peek lends a slice without moving; take moves on; a slice lives until the next
// peek, take, next or close. Memory is one window (1 MiB, grown on demand up to the ceiling the
// caller asks for with `min`), plus libarchive's own decompression window.
//
// What an input is: identity is the SHA-256 of a file's content, so that a renamed copy is the
// same input; a member adds "!" and its path. Files that others still write (too young, dot files,
// *.part, *.tmp) are left out of folder and glob listings when asked; a named file is always
// taken. After reading, ac_source_changed says whether the file changed meanwhile.
#ifndef AC_SOURCE_SOURCE_H
#define AC_SOURCE_SOURCE_H
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

// One file to read. Lives in the arena given to the listing.
struct ac_item {
    const char *name; // as people know it: the path as given or found; "standard input"
    const char *path; // the file to open (a spooled copy for standard input)
    int64_t size_bytes;
    int64_t modified_ms; // last modification, Unix epoch
    int64_t modified_ns; // the same with all digits the file system has
    uint64_t device, inode;
    bool is_spooled; // path is our own copy, to be removed after settling
};

struct ac_source_filter {
    int64_t min_age_ms; // 0: any; younger files wait (folders and globs only)
    bool skip_partial;  // leave out dot files, *.part, *.tmp in folders and globs
    int64_t now_ms;
    size_t n_waiting; // out: how many were left out for their age
};

// Calls found() for every file that `url` names, in byte order of their paths; folders are walked
// (links to folders are not followed, a loop is impossible), a glob may hold * ? [ ] and ** is
// not special. "file://" is accepted. A path that exists is taken literally even when it holds
// glob characters. found() returning other than AC_OK ends the walk with that rc.
// Errors: AC_INPUT (nothing there, nothing matches, no permission), naming the path.
enum ac_rc ac_source_list(const char *url, struct ac_source_filter *filter, struct ac_arena *arena,
                          enum ac_rc (*found)(void *arg, const struct ac_item *item,
                                              struct ac_err *err),
                          void *arg, struct ac_err *err);
// Fills the item for one file. AC_INPUT when it is not a readable regular file (or pipe).
enum ac_rc ac_source_item(const char *path, struct ac_arena *arena, struct ac_item *out,
                          struct ac_err *err);
// Copies standard input (fd) to a new file stdin.<run>.… in dir (0600) and describes it. A full
// disk is AC_RUN with cause STOP and leaves no file.
enum ac_rc ac_source_spool(int fd, const char *dir, int64_t run, struct ac_arena *arena,
                           struct ac_item *out, struct ac_err *err);
// The SHA-256 of the file's content, 64 hex digits and a NUL.
enum ac_rc ac_source_identify(const struct ac_item *item, char hex[65], struct ac_err *err);

struct ac_member {
    const char *name;    // path inside the archive, "" for a plain or merely compressed file;
                         // lives until the next ac_source_next
    int64_t modified_ms; // the member's own time, else the item's
    int64_t size_bytes;  // uncompressed, -1 when not known
};

struct ac_source_options {
    size_t max_window_bytes;  // ceiling of peek: 0: 8 MiB
    int64_t max_member_bytes; // a member that inflates past it is an error: 0: 64 GiB
    int64_t max_ratio;        // inflated/compressed ceiling after the first 64 MiB: 0: 1000
    size_t max_codec_bytes;   // a decompressor's window above this is refused: 0: 32 MiB
};

struct ac_source;
// The item's texts are borrowed until close. AC_INPUT: no such file, no permission, packed in a
// way that cannot be read, or that needs more memory than allowed (the message says how much).
enum ac_rc ac_source_open(struct ac_source **out, const struct ac_item *item,
                          const struct ac_source_options *options, struct ac_err *err);
// Steps to the next member that is a file (folders, links and __MACOSX/ entries are passed over).
// AC_OK, AC_END, AC_INPUT (this member only, which *member names: call again, AC_END follows when
// nothing more can be read), AC_RUN.
enum ac_rc ac_source_next(struct ac_source *src, struct ac_member *member, struct ac_err *err);
// Lends at least min bytes, more when they are at hand. AC_END with what is left when the member
// ends earlier (an empty slice at its end). AC_INPUT: cannot be read, min over the ceiling.
enum ac_rc ac_source_peek(struct ac_source *src, size_t min, ac_str *bytes, struct ac_err *err);
// Moves on by n bytes, at most what the last peek lent.
void ac_source_take(struct ac_source *src, size_t n);
// Did the file's size, time or inode change since it was listed?
bool ac_source_changed(const struct ac_source *src);
uint64_t ac_source_read_bytes(const struct ac_source *src); // of the file itself, for progress
void ac_source_close(struct ac_source *src);                // NULL is fine

#endif
