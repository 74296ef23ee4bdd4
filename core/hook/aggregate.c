// SPDX-License-Identifier: MIT
// A message of Protocol Buffers, as far as records stand in it.
#include "hook/aggregate.h"
#include <openssl/evp.h>

#define MAGIC AC_STR("\xF3\x89\x9A\xC2")
#define MD5_BYTES 16u
#define RECORDS 3u // of the whole
#define DATA 3u    // of a record

bool ac_aggregate_begins(ac_str bytes) { return ac_str_starts(bytes, MAGIC); }

bool ac_aggregate_open(ac_str bytes, ac_str *message) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (bytes.len < MAGIC.len + MD5_BYTES)
        return false;
    *message = ac_str_n(bytes.ptr + MAGIC.len, bytes.len - MAGIC.len - MD5_BYTES);
    // A machine that has no MD5 takes the message at its word.
    return EVP_Digest(message->ptr, message->len, sum, &len, EVP_md5(), NULL) != 1 ||
           memcmp(sum, message->ptr + message->len, MD5_BYTES) == 0;
}

static bool cut_varint(ac_str *rest, uint64_t *out) {
    *out = 0;
    for (unsigned shift = 0; shift < 64 && rest->len; shift += 7) {
        unsigned char c = (unsigned char)*rest->ptr;
        *rest = ac_str_skip(*rest, 1);
        *out |= (uint64_t)(c & 0x7F) << shift;
        if (!(c & 0x80))
            return true;
    }
    return false;
}

struct field {
    uint64_t number;
    ac_str bytes; // ptr NULL: a number
};

static bool cut_field(ac_str *rest, struct field *out) {
    uint64_t tag, len = 0;
    if (!cut_varint(rest, &tag))
        return false;
    out->number = tag >> 3;
    out->bytes = AC_STR_NULL;
    switch (tag & 7) {
    case 0:
        return cut_varint(rest, &len);
    case 1:
        len = 8;
        break;
    case 2:
        if (!cut_varint(rest, &len))
            return false;
        break;
    case 5:
        len = 4;
        break;
    default:
        return false;
    }
    if (len > rest->len)
        return false;
    if ((tag & 7) == 2)
        out->bytes = ac_str_n(rest->ptr, (size_t)len);
    *rest = ac_str_skip(*rest, (size_t)len);
    return true;
}

// The data of one record; the last one counts, as in all such messages.
static bool read_record(ac_str record, ac_str *data) {
    struct field f;
    *data = AC_STR_NULL;
    while (record.len) {
        if (!cut_field(&record, &f))
            return false;
        if (f.number == DATA && f.bytes.ptr)
            *data = f.bytes;
    }
    return data->ptr != NULL;
}

int ac_aggregate_next(ac_str *message, ac_str *data) {
    struct field f;
    while (message->len) {
        if (!cut_field(message, &f))
            return -1;
        if (f.number == RECORDS && f.bytes.ptr)
            return read_record(f.bytes, data) ? 1 : -1;
    }
    return 0;
}
