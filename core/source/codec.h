// SPDX-License-Identifier: MIT
// The memory a compressed file asks for, read from its first bytes.
#ifndef AC_SOURCE_CODEC_H
#define AC_SOURCE_CODEC_H
#include "source/magic.h"

// The window or dictionary, in bytes, that decompressing will need; 0 when the kind always does
// with little, or the header is cut short or broken (the decompressor will say so).
uint64_t ac_codec_window(enum ac_magic kind, ac_str head);

#endif
