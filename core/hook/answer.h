// SPDX-License-Identifier: MIT
// What a Lambda function answers to an event whose parts were done or were not.
#ifndef AC_HOOK_ANSWER_H
#define AC_HOOK_ANSWER_H
#include "base/buf.h"
#include "hook/event.h"

// {"batchItemFailures":[{"itemIdentifier":"…"}]}: the messages of SQS with a part that is not done,
// and of each shard of Kinesis the number of the first record that is not. What could not be
// understood is not done when it came in a message, as a queue has its dead letters; a record would
// hold up its shard for ever, so it is passed over. Repeated objects go with the first. Where a
// queue keeps an order, all messages behind the first that is not done come again, too.
//
// AC_AGAIN: something without a name of its own is not done, so all of the event has to come again;
// out is not to be used.
enum ac_rc ac_event_answer(const struct ac_event *event, struct ac_buf *out, struct ac_err *err);

#endif
