// SPDX-License-Identifier: MIT
// Questions to the person at the terminal, or to whatever standard input is.
#ifndef AC_CLI_ASK_H
#define AC_CLI_ASK_H
#include "base/str.h"
#include <stddef.h>

// Questions stand on standard error, and only where answers are typed: a pipe just brings a line
// for each. out gets the line without blanks around it, or the fallback when it is empty or nothing
// more comes (fallback NULL: ""). False: the answer is too long, or a signal came.
bool ac_ask(const char *question, const char *fallback, char *out, size_t max);
// The same without an echo, and without a fallback to be shown.
bool ac_ask_hidden(const char *question, char *out, size_t max);

#endif
