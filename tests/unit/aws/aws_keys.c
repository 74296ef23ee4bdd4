// SPDX-License-Identifier: MIT
// Keys looked for in an environment that a test makes up.
#include "aws/aws_keys.h"
#include <check.h>
#include <stdio.h>

void aws_keys_config(const char *text) {
    static char path[4096];
    snprintf(path, sizeof path, "%s", aws_write("config", text));
    aws_setenv("AWS_CONFIG_FILE", path);
}

void aws_keys_credentials(const char *text) {
    static char path[4096];
    snprintf(path, sizeof path, "%s", aws_write("credentials", text));
    aws_setenv("AWS_SHARED_CREDENTIALS_FILE", path);
}

enum ac_rc aws_keys_get(void) {
    ac_err_clear(&aws_net.err);
    return ac_aws_credentials(aws_room(), &aws_net.err);
}

void aws_keys_check(const char *access_key) {
    ck_assert_msg(aws_keys_get() == AC_OK, "%s", aws_net.err.text);
    ck_assert_str_eq(aws_net.aws->keys->access_key, access_key);
}

void aws_keys_check_refused(const char *words) {
    ck_assert_int_eq(aws_keys_get(), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_msg(strstr(aws_net.err.text, words) != NULL, "%s", aws_net.err.text);
}
