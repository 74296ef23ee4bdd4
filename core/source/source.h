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
//
// An object on S3 is an item, too: s3://bucket/key, or all objects of s3://bucket/prefix/, in the
// order of the listing. Its bytes come as they are asked for, at most some hundred KiB ahead; a
// transfer that breaks goes on where it broke, and only while the object is the same one. Its
// identity is bucket, key and version, else its ETag.
#ifndef AC_SOURCE_SOURCE_H
#define AC_SOURCE_SOURCE_H
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct ac_aws;

enum ac_s3_addressing { // auto: in the host for AWS, in the path for an endpoint of one's own
    AC_S3_AUTO,
    AC_S3_PATH,
    AC_S3_VIRTUAL
};

// What inputs that are no files need. Outlives every source.
struct ac_source_env {
    struct ac_aws *aws; // NULL: there is no S3
    enum ac_s3_addressing s3_addressing;
};

// One file to read. Lives in the arena given to the listing.
struct ac_item {
    const char *name; // as people know it: the path as given or found; "standard input"
    const char *path; // the file to open (a spooled copy for standard input)
    int64_t size_bytes;
    int64_t modified_ms; // last modification, Unix epoch
    int64_t modified_ns; // the same with all digits the file system has
    uint64_t device, inode;
    bool is_spooled;      // path is our own copy, to be removed after settling
    const char *named_by; // a text that is what the input is identified by; NULL: its content is
    bool is_rejects;      // as of ac_source_message
    // Of an object on S3; bucket NULL: it is a file. name and path are its address then; size_bytes
    // is -1 and modified_ms INT64_MIN where nobody told them yet.
    const char *bucket, *key;
    const char *etag, *version_id; // "" when not known; the ETag without its quotes
};

struct ac_source_filter {
    int64_t min_age_ms; // 0: any; younger files wait (folders and globs only)
    bool skip_partial;  // leave out dot files, *.part, *.tmp in folders and globs
    int64_t now_ms;
    size_t n_waiting; // out: how many were left out for their age
    // Told each file or folder below that cannot be read, when it is met; the walk goes on and is
    // then no error for it. NULL: the first of them is the error of the listing, at its end.
    void (*missed)(void *arg, const struct ac_err *why);
    void *missed_arg;

    // S3 only. An object appears when it is complete, so its age does not matter.
    const struct ac_source_env *env;
    int64_t since_ms; // pass over keys whose name holds an earlier time; 0: none
    // In: the first key of the last listing of everything, when its name holds a time, else "".
    // With since_ms the listing then begins at that report's first key of interest, and what came
    // to stand before it is found by the next listing of everything. Out, when since_ms is 0: the
    // first key of this one.
    char first_key[1025];
    // A prefix with a slash at its end that no key begins with is an error, as a folder that is not
    // there; else it is taken for one where nothing has arrived yet.
    bool wants_folder;
    bool forgets_items; // found() keeps no item: their memory is used again
    size_t n_empty;     // out: objects without content, which were left out
    size_t n_lists;     // out: pages asked for
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
// Describes an object on S3 that somebody named (a notification); texts are copied to the arena.
struct ac_source_object {
    const char *bucket;
    ac_str key;                    // as it is, decoded
    const char *version_id, *etag; // NULL or "": not known
    int64_t size_bytes;            // -1: not known
    int64_t modified_ms;           // INT64_MIN: not known
};
enum ac_rc ac_source_object(const struct ac_source_object *object, struct ac_arena *arena,
                            struct ac_item *out, struct ac_err *err);
// Fills the item for one file. AC_INPUT when it is not a readable regular file (or pipe).
enum ac_rc ac_source_item(const char *path, struct ac_arena *arena, struct ac_item *out,
                          struct ac_err *err);
// Copies standard input (fd) to a new file stdin.<run>.… in dir (0600) and describes it. A full
// disk is AC_RUN with cause STOP and leaves no file; so is a signal (*stop, unless NULL), though
// nothing more may ever come.
enum ac_rc ac_source_spool(int fd, const char *dir, int64_t run, volatile const int *stop,
                           struct ac_arena *arena, struct ac_item *out, struct ac_err *err);
// Keeps what came in a message as a new file event.<run>.… in dir, and describes it. Whoever sent
// the message keeps it, too: nobody misses the copy. Errors as above.
struct ac_source_message {
    const char *name, *named_by; // borrowed by the item
    ac_str bytes;
    int64_t modified_ms; // INT64_MIN: not known
    bool is_rejects;     // each value in it will be rejected as it is read, whatever plugin has it
};
enum ac_rc ac_source_keep(const struct ac_source_message *message, const char *dir, int64_t run,
                          struct ac_arena *arena, struct ac_item *out, struct ac_err *err);
// Unpacks gzip, of several members too, behind what out holds, up to its ceiling. AC_INPUT: it is
// damaged, cut short, or too large.
struct ac_buf;
enum ac_rc ac_source_gunzip(ac_str packed, struct ac_buf *out, struct ac_err *err);
// The SHA-256 of the file's content, 64 hex digits and a NUL; for an object that of what names it,
// which needs no request.
enum ac_rc ac_source_identify(const struct ac_item *item, char hex[65], struct ac_err *err);
// What the same object is identified by where only its ETag is known: a listing does not tell
// versions, a notification does. AC_END: nothing else than by ac_source_identify.
enum ac_rc ac_source_alias(const struct ac_item *item, char hex[65], struct ac_err *err);

struct ac_member {
    const char *name;    // path inside the archive, "" for a plain or merely compressed file;
                         // lives until the next ac_source_next
    int64_t modified_ms; // the member's own time, else the item's
    int64_t size_bytes;  // uncompressed, -1 when not known
};

struct ac_source_options {
    size_t max_window_bytes;         // ceiling of peek: 0: 8 MiB
    int64_t max_member_bytes;        // a member that inflates past it is an error: 0: 64 GiB
    int64_t max_ratio;               // inflated/compressed ceiling after the first 64 MiB: 0: 1000
    size_t max_codec_bytes;          // a decompressor's window above this is refused: 0: 32 MiB
    const struct ac_source_env *env; // for objects on S3
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
// Did the file's size, time or inode change since it was listed? (An object on S3 that did cannot
// be read on: AC_INPUT with the code SUPERSEDED.)
bool ac_source_changed(const struct ac_source *src);
uint64_t ac_source_read_bytes(const struct ac_source *src); // of the file itself, for progress
void ac_source_close(struct ac_source *src);                // NULL is fine

// Puts an object on S3, at "s3://bucket/key"; waits. AC_RUN: CONFIG where it is refused, STOP when
// nobody answers.
enum ac_rc ac_source_put(const struct ac_source_env *env, const char *url, ac_str bytes,
                         struct ac_err *err);

#endif
