// SPDX-License-Identifier: MIT
// Compressed bodies on their way in or out.
#include "gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#define PIECE 65536u

struct sb_inflater {
    z_stream z;
    bool done;
    char piece[PIECE];
};

struct sb_inflater *sb_inflater_new(void) {
    struct sb_inflater *z = calloc(1, sizeof *z);
    if (z && inflateInit2(&z->z, 32 + MAX_WBITS) != Z_OK) { // 32: finds out which of the two
        free(z);
        return NULL;
    }
    return z;
}

void sb_inflater_free(struct sb_inflater *z) {
    if (!z)
        return;
    inflateEnd(&z->z);
    free(z);
}

bool sb_inflater_feed(struct sb_inflater *z, const char *p, size_t len,
                      bool (*take)(void *arg, const char *p, size_t len), void *arg) {
    if (len > UINT_MAX)
        return false;
    z->z.next_in = (z_const Bytef *)p;
    z->z.avail_in = (uInt)len;
    while (!z->done && (z->z.avail_in > 0 || z->z.avail_out == 0)) {
        z->z.next_out = (Bytef *)z->piece;
        z->z.avail_out = PIECE;
        int rc = inflate(&z->z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return false;
        size_t made = PIECE - z->z.avail_out;
        if (made > 0 && !take(arg, z->piece, made))
            return false;
        z->done = rc == Z_STREAM_END;
        if (rc == Z_BUF_ERROR && made == 0)
            break;
    }
    return true;
}

bool sb_inflater_is_done(const struct sb_inflater *z) { return z->done; }

static bool add(void *arg, const char *p, size_t len) { return sb_buf_add(arg, p, len); }

bool sb_gunzip(const char *p, size_t len, struct sb_buf *out) {
    struct sb_inflater *z = sb_inflater_new();
    bool ok = z && sb_inflater_feed(z, p, len, add, out) && z->done;
    sb_inflater_free(z);
    return ok;
}

bool sb_gzip(const char *p, size_t len, struct sb_buf *out) {
    z_stream z = {0};
    char piece[16384];
    int rc = Z_OK;
    if (len > UINT_MAX || deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY))
        return false;
    z.next_in = (z_const Bytef *)p;
    z.avail_in = (uInt)len;
    while (rc == Z_OK) {
        z.next_out = (Bytef *)piece;
        z.avail_out = sizeof piece;
        rc = deflate(&z, Z_FINISH);
        if (!sb_buf_add(out, piece, sizeof piece - z.avail_out))
            break;
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END;
}

struct sb_packer {
    z_stream z;
    long (*read)(void *arg, char *to, size_t room);
    void (*close)(void *arg);
    void *arg;
    bool end, done;
    char piece[PIECE];
};

struct sb_packer *sb_packer_new(long (*read)(void *arg, char *to, size_t room),
                                void (*close)(void *arg), void *arg) {
    struct sb_packer *z = calloc(1, sizeof *z);
    if (z && deflateInit2(&z->z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(z);
        return NULL;
    }
    if (z) {
        z->read = read;
        z->close = close;
        z->arg = arg;
    }
    return z;
}

long sb_packer_read(struct sb_packer *z, char *to, size_t room) {
    if (room > PIECE)
        room = PIECE;
    z->z.next_out = (Bytef *)to;
    z->z.avail_out = (uInt)room;
    while (!z->done && z->z.avail_out == room) {
        if (z->z.avail_in == 0 && !z->end) {
            long n = z->read(z->arg, z->piece, sizeof z->piece);
            if (n < 0)
                return -1;
            z->end = n == 0;
            z->z.next_in = (Bytef *)z->piece;
            z->z.avail_in = (uInt)n;
        }
        int rc = deflate(&z->z, z->end ? Z_FINISH : Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return -1;
        z->done = rc == Z_STREAM_END;
    }
    return (long)(room - z->z.avail_out);
}

void sb_packer_free(struct sb_packer *z) {
    if (!z)
        return;
    deflateEnd(&z->z);
    z->close(z->arg);
    free(z);
}
