// SPDX-License-Identifier: MIT
// Versions of keys as sorted runs, merged by size.
//
// A put writes its keys, sorted, as one new run: a sequence of parts, each a blob of up to
// AC_VERSION_PART_KEYS entries found by its last key. Nothing is looked up or rewritten, so a
// million keys cost a sort with one pass of writing, however many the ledger has. The version of
// a key is the highest that any run has for it. When AC_VERSION_FANOUT runs have one level (a
// range of sizes), they are merged into one, in the transaction of the put; runs of the last level
// stay as they are, so that no merge is long. Readers skip runs that know nothing newer than what
// they ask for: mostly all of them.
//
// A part: 8 bytes hash of the rest (seeded with the run's id, so that a part found in the wrong
// place is damage too), 8 bytes lowest version, 4 bytes n, 4 bytes width, n keys of 8 bytes, n
// version offsets of `width` bytes from the lowest; all little-endian. Width is 0 when the versions
// are equal, as they are in every run that one report made.
#ifndef AC_LEDGER_VERSION_H
#define AC_LEDGER_VERSION_H
#include "ledger/ledger_int.h"

#define AC_VERSION_PART_KEYS 2048u
#define AC_VERSION_FANOUT 8u
#define AC_VERSION_SMALL 4096u   // below: level 0; each level holds AC_VERSION_FANOUT times more
#define AC_VERSION_LAST_LEVEL 3u // from 4096 * 8^2 = 262,144 keys

// Sorts by key_hash in place, without memory (sort.c).
void ac_version_sort(struct ac_version *keys, size_t n);

// --- one part (part.c)
struct ac_part {
    const unsigned char *keys, *offsets; // into the body
    uint32_t n, width;
    int64_t lowest_ms;
};
// Encodes n > 0 sorted keys; false without memory.
bool ac_part_encode(struct ac_buf *out, int64_t run, const struct ac_version *keys, size_t n);
// False when the body is damaged. It is borrowed.
bool ac_part_decode(struct ac_part *part, int64_t run, ac_str body);
uint64_t ac_part_key(const struct ac_part *part, uint32_t i);
int64_t ac_part_version(const struct ac_part *part, uint32_t i);
// The first entry from `from` on whose key is not below key; part->n when there is none.
uint32_t ac_part_find(const struct ac_part *part, uint32_t from, uint64_t key);

// --- one run, read in order (keyrun.c)
struct ac_key_reader {
    struct ac_ledger *l;
    int64_t run;
    struct ac_buf body; // of the part
    struct ac_part part;
    uint32_t at;
    struct ac_version here; // where it stands: key_hash, version_ms
};
void ac_key_reader_init(struct ac_key_reader *r, struct ac_ledger *l, int64_t run);
void ac_key_reader_free(struct ac_key_reader *r);
// Goes forward to the first entry whose key is not below key; AC_END: none.
enum ac_rc ac_key_reader_seek(struct ac_key_reader *r, uint64_t key, struct ac_err *err);
enum ac_rc ac_key_reader_next(struct ac_key_reader *r, struct ac_err *err);

// --- one run, written in order (keyrun.c)
struct ac_key_writer {
    struct ac_ledger *l;
    int64_t run;
    uint64_t n; // written
    int64_t newest_ms;
    struct ac_buf body;
    size_t n_part;
    struct ac_version part[AC_VERSION_PART_KEYS];
};
enum ac_rc ac_key_writer_open(struct ac_key_writer **out, struct ac_ledger *l, int64_t object,
                              struct ac_err *err);
// Keys ascending; of equal ones the highest version stays.
enum ac_rc ac_key_writer_add(struct ac_key_writer *w, const struct ac_version *key,
                             struct ac_err *err);
// Writes what is left; the run counts from here. Fills *level.
enum ac_rc ac_key_writer_end(struct ac_key_writer *w, unsigned *level, struct ac_err *err);
void ac_key_writer_free(struct ac_key_writer *w); // NULL is fine

#endif
