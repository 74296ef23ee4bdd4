// SPDX-License-Identifier: MIT
// Where a service of AWS is reached.
#ifndef AC_AWS_ENDPOINT_H
#define AC_AWS_ENDPOINT_H
#include "aws/call.h"

// The region requests go to when nothing else says so: AWS_REGION, AWS_DEFAULT_REGION, the
// profile's, the machine's (metadata service, asked once). AC_END: nobody knows one. Waits.
enum ac_rc ac_aws_region(struct ac_aws *aws, const char **region, struct ac_err *err);
// The address of a service in a region, without a slash at its end: AWS_ENDPOINT_URL_S3,
// AWS_ENDPOINT_URL, endpoint_url of the profile's `services` section or of the profile; else the
// public one. *is_custom (may be NULL): one of the former. AC_RUN/CONFIG for an address that is
// none, or plain http to a host it is not allowed to.
enum ac_rc ac_aws_endpoint(struct ac_aws *aws, const char *service, const char *region,
                           struct ac_buf *out, bool *is_custom, struct ac_err *err);
// The same for an address that somebody gave for a service: AC_OK when requests may go there.
enum ac_rc ac_aws_check_address(const struct ac_aws *aws, const char *address, struct ac_err *err);
// "amazonaws.com" of the partition the region is in.
const char *ac_aws_suffix(const char *region);
// Does the text look like a region? Only such a one may become part of a host name.
bool ac_aws_is_region(ac_str s);
// The region that a name (a bucket) turned out to be in, or NULL; noted for the process, the
// latest few.
const char *ac_aws_noted_region(const struct ac_aws *aws, const char *name);
void ac_aws_note_region(struct ac_aws *aws, const char *name, const char *region);

#endif
