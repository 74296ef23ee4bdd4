// SPDX-License-Identifier: MIT
// What a file is, told by its first bytes.
#ifndef AC_SOURCE_MAGIC_H
#define AC_SOURCE_MAGIC_H
#include "base/str.h"

enum ac_magic {
    AC_MAGIC_PLAIN, // none of the others
    AC_MAGIC_GZIP,
    AC_MAGIC_BZIP2,
    AC_MAGIC_XZ,
    AC_MAGIC_ZSTD,
    AC_MAGIC_LZ4,
    AC_MAGIC_LZIP,
    AC_MAGIC_LZMA,
    AC_MAGIC_COMPRESS,
    AC_MAGIC_ZIP,
    AC_MAGIC_TAR,
    AC_MAGIC_FOREIGN // an archive acload does not read
};

// The bytes ac_magic_of wants to see, fewer when the file is shorter.
#define AC_MAGIC_BYTES ((size_t)512)

// *name (may be NULL) gets the kind's name for people, "" for a plain one.
enum ac_magic ac_magic_of(ac_str head, const char **name);

#endif
