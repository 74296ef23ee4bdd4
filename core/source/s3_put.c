// SPDX-License-Identifier: MIT
// An object of ours, put on S3.
#include "source/s3.h"

#define MAX_ANSWER_BYTES ((size_t)64 << 10)

// Followed once where the bucket is.
static enum ac_rc ask(const struct ac_source_env *env, const struct ac_s3_url *url, ac_str bytes,
                      struct ac_aws_reply *reply, struct ac_err *err) {
    struct ac_s3_target target;
    struct ac_buf body;
    ac_s3_target_init(&target);
    ac_buf_init(&body, MAX_ANSWER_BYTES);
    enum ac_rc rc = AC_OK;
    for (int i = 0; i < 2 && rc == AC_OK; i++) {
        rc = ac_s3_target_fill(&target, env, url->bucket, url->key, err);
        struct ac_aws_request request = {.service = "s3",
                                         .is_s3 = true,
                                         .region = target.region,
                                         .base = target.base.ptr,
                                         .path = target.path.ptr,
                                         .method = "PUT",
                                         .body = bytes};
        if (rc == AC_OK)
            rc = ac_aws_wait(env->aws, &request, reply, &body, err);
        if (rc == AC_OK && !ac_s3_follow(env, url->bucket, target.region, reply))
            break;
    }
    ac_buf_free(&body);
    ac_s3_target_free(&target);
    return rc;
}

enum ac_rc ac_source_put(const struct ac_source_env *env, const char *url, ac_str bytes,
                         struct ac_err *err) {
    struct ac_arena arena;
    struct ac_s3_url at;
    struct ac_aws_reply reply;
    struct ac_err why = AC_ERR_INIT;
    ac_arena_init(&arena, 65536);
    enum ac_rc rc = ac_s3_parse(url, &arena, &at, &why);
    if (rc == AC_OK)
        rc = ask(env, &at, bytes, &reply, &why);
    if (rc == AC_OK && !ac_aws_is_success(&reply))
        rc = ac_s3_fail(&reply, at.bucket, "s3:PutObject", &why);
    ac_arena_free(&arena);
    if (rc == AC_OK)
        return AC_OK;
    enum ac_cause cause = why.cause == AC_CAUSE_INPUT ? AC_CAUSE_CONFIG : why.cause;
    return ac_err_set(err, AC_RUN, cause, why.code, "%s cannot be written: %s", url, why.text);
}
