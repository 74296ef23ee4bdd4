// SPDX-License-Identifier: MIT
// The keys of one input's records, so that the same external id twice is noticed.
#ifndef AC_BATCH_KEYS_H
#define AC_BATCH_KEYS_H
#include "base/err.h"

// Memory is 16 bytes a key up to max_memory_bytes, then sorted runs on disk in dir (16 bytes a
// key, a small index in memory); exact at any size.
struct ac_keys;
enum ac_rc ac_keys_new(struct ac_keys **out, const char *dir, size_t max_memory_bytes,
                       struct ac_err *err);
void ac_keys_free(struct ac_keys *k);
void ac_keys_clear(struct ac_keys *k); // for the next input; memory kept when small

enum ac_key_seen { AC_KEY_NEW, AC_KEY_SAME, AC_KEY_DIFFERENT };
// Notes key_hash with its content hash. NEW: noted. SAME: there with this content. DIFFERENT:
// there with another; *earlier is its ordinal.
enum ac_rc ac_keys_note(struct ac_keys *k, uint64_t key_hash, uint32_t content_hash,
                        uint32_t ordinal, enum ac_key_seen *seen, uint32_t *earlier,
                        struct ac_err *err);
// The key will be noted soon: memory that is far away is asked for now.
void ac_keys_expect(const struct ac_keys *k, uint64_t key_hash);
// Puts another ordinal and content in the place of what is noted for the key.
enum ac_rc ac_keys_replace(struct ac_keys *k, uint64_t key_hash, uint32_t content_hash,
                           uint32_t ordinal, struct ac_err *err);

#endif
