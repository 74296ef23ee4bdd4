// SPDX-License-Identifier: MIT
// The job of the configuration that an event's work belongs to.
#ifndef AC_HOOK_MATCH_H
#define AC_HOOK_MATCH_H
#include "job/job.h"

// A job is meant by its inputs: s3://bucket/prefix/, s3://bucket/key or s3://bucket/pattern*.csv,
// as `acload run` takes them. The longest input that fits decides, of equal ones the first in the
// configuration. NULL: none fits, so nothing may be fetched.
const struct ac_job *ac_hook_job(const struct ac_config *config, const char *bucket, ac_str key);
// The first job with the input kinesis://STREAM, or NULL.
const struct ac_job *ac_hook_stream_job(const struct ac_config *config, const char *stream);

#endif
