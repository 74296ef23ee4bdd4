// SPDX-License-Identifier: MIT
// Small files of secrets that only their owner may read.
#ifndef AC_ORG_PRIVATE_H
#define AC_ORG_PRIVATE_H
#include "base/buf.h"
#include "base/err.h"

#define AC_PRIVATE_MAX_BYTES 65536u

// Overwrites memory that held a secret, then frees it. For AC_CLEANUP; *text may be NULL.
void ac_private_wipe(char **text);
void ac_private_wipe_buf(struct ac_buf *b); // the ceiling stays
// A copy that ac_private_wipe ends; NULL without memory.
char *ac_private_copy(ac_str text);
// Makes a buffer whose content never moves while it grows, so that no copy is left behind. False
// without memory. The caller ends it with ac_private_wipe_buf.
bool ac_private_buf(struct ac_buf *b);

// Reads the file a person made: it may be a link, and must not be readable by others. AC_RUN of
// cause CONFIG otherwise. `what` names it: "the key of SF_JWT_KEY_FILE".
enum ac_rc ac_private_read(const char *path, const char *what, struct ac_buf *out,
                           struct ac_err *err);
// Reads a file we wrote ourselves: ours, regular, no link, mode 0600. False on anything else;
// then it is as good as none.
bool ac_private_read_own(const char *path, struct ac_buf *out);
// Puts text there in one step, mode 0600: whoever looks sees the old file or the new one, also
// after a power cut. Errors are AC_RUN/STOP and name the file.
enum ac_rc ac_private_write(const char *path, ac_str text, struct ac_err *err);

#endif
