// SPDX-License-Identifier: MIT
// What happens beside a new file: its document, its links, its sizes.
#ifndef SB_FILES_H
#define SB_FILES_H

#include "save.h"

// Before a ContentVersion or an Attachment is written: derived fields, the rules of files. False
// with *r refused. Other objects pass.
bool sb_files_fill(struct sb_save *s, struct sb_input *row, struct sb_result *r);
// After: the document of version n, the link to where it was published. False when SQLite failed.
bool sb_files_publish(struct sb_save *s, struct sb_input *row, int64_t n);

#endif
