// SPDX-License-Identifier: MIT
// Bucket with prefix, or stream, held against the jobs' inputs.
#include "hook/match.h"

#define S3 AC_STR("s3://")
#define KINESIS AC_STR("kinesis://")

// How much of the key the input names; -1: it is not meant.
static int fit(ac_str input, ac_str bucket, ac_str key) {
    if (!ac_str_starts(input, S3))
        return -1;
    ac_str rest = ac_str_skip(input, S3.len);
    ptrdiff_t slash = ac_str_find(rest, '/');
    ac_str name = slash < 0 ? rest : ac_str_n(rest.ptr, (size_t)slash);
    ac_str prefix = slash < 0 ? AC_STR("") : ac_str_skip(rest, (size_t)slash + 1);
    if (!ac_str_eq(name, bucket))
        return -1;
    size_t literal = 0;
    while (literal < prefix.len && !strchr("*?[", prefix.ptr[literal]))
        literal++;
    bool is_meant = literal < prefix.len ? ac_str_glob(prefix, key) || ac_str_eq(prefix, key)
                                         : ac_str_starts(key, prefix);
    return is_meant ? (int)literal : -1;
}

const struct ac_job *ac_hook_job(const struct ac_config *config, const char *bucket, ac_str key) {
    const struct ac_job *best = NULL;
    int best_fit = -1;
    for (size_t i = 0; i < config->n_jobs; i++)
        for (size_t k = 0; k < config->jobs[i].n_inputs; k++) {
            int n = fit(ac_str_of(config->jobs[i].inputs[k]), ac_str_of(bucket), key);
            if (n > best_fit) {
                best_fit = n;
                best = &config->jobs[i];
            }
        }
    return best;
}

const struct ac_job *ac_hook_stream_job(const struct ac_config *config, const char *stream) {
    for (size_t i = 0; i < config->n_jobs; i++)
        for (size_t k = 0; k < config->jobs[i].n_inputs; k++) {
            ac_str input = ac_str_of(config->jobs[i].inputs[k]);
            if (*stream && ac_str_starts(input, KINESIS) &&
                ac_str_eq(ac_str_skip(input, KINESIS.len), ac_str_of(stream)))
                return &config->jobs[i];
        }
    return NULL;
}
