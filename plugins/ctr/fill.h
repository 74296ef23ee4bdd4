// SPDX-License-Identifier: MIT
// Records filled from a contact.
#ifndef CTR_FILL_H
#define CTR_FILL_H
#include "bind.h"

// What is right for a text at a path: null, and false with the reason given, when it is no text.
bool fill_text(acload_ctx *ctx, const acload_row *row, int path, const char *pointer,
               acload_str *out);
// The contact's own record, but for words. False: rejected, and said why.
bool fill_contact(acload_ctx *ctx, const acload_row *row, acload_record *record, acload_str id);
// The words. After everything else: a word that the org's field does not take is left out, and the
// reason that set() has given stands for the rest of the row.
void fill_words(acload_ctx *ctx, const acload_row *row, acload_record *record);
// The recording's record.
bool fill_recording(acload_ctx *ctx, const acload_row *row, acload_record *record, acload_str id,
                    bool has_path);
// The start of a value for a message, never cut in the midst of a character.
acload_str fill_shown(acload_str value);

#endif
