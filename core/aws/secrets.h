// SPDX-License-Identifier: MIT
// Texts kept in AWS Secrets Manager.
#ifndef AC_AWS_SECRETS_H
#define AC_AWS_SECRETS_H
#include "aws/call.h"

// The secret's text, by its ARN (whose region is asked) or its name. It goes to `out`, which the
// caller wipes. Waits. AC_RUN, whatever the reason: CONFIG when it is not given to us or holds no
// text, STOP when nobody answers. No message holds any of it.
enum ac_rc ac_aws_secret(struct ac_aws *aws, const char *id, struct ac_buf *out,
                         struct ac_err *err);

#endif
