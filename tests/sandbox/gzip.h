// SPDX-License-Identifier: MIT
// Compressed bodies on their way in or out.
#ifndef SB_GZIP_H
#define SB_GZIP_H

#include "buf.h"

struct sb_inflater;

// Reads gzip or zlib data piece by piece.
struct sb_inflater *sb_inflater_new(void);
void sb_inflater_free(struct sb_inflater *z);
// Hands on what came out; false when the data is broken or take said so.
bool sb_inflater_feed(struct sb_inflater *z, const char *p, size_t len,
                      bool (*take)(void *arg, const char *p, size_t len), void *arg);
bool sb_inflater_is_done(const struct sb_inflater *z);
// The whole of in into out (whose ceiling holds).
bool sb_gunzip(const char *p, size_t len, struct sb_buf *out);
bool sb_gzip(const char *p, size_t len, struct sb_buf *out);

// A stream that packs what another one reads; both end together.
struct sb_packer;
struct sb_packer *sb_packer_new(long (*read)(void *arg, char *to, size_t room),
                                void (*close)(void *arg), void *arg);
long sb_packer_read(struct sb_packer *z, char *to, size_t room);
void sb_packer_free(struct sb_packer *z);

#endif
