// SPDX-License-Identifier: MIT
// What an event turned into, as text.
#ifndef TEST_HOOK_EVENT_KIT_H
#define TEST_HOOK_EVENT_KIT_H
#include "base/buf.h"
#include "hook/event.h"

// A line for each thing, as tests/cases/event/README.md tells them. False without memory.
bool event_transcript(ac_str text, struct ac_buf *out);

#endif
