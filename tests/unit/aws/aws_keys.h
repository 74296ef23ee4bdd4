// SPDX-License-Identifier: MIT
// Keys looked for in an environment that a test makes up.
#ifndef TESTS_AWS_KEYS_H
#define TESTS_AWS_KEYS_H
#include "aws/aws_int.h"
#include "aws/aws_net.h"

// Write the files of the AWS command line; the environment then names them.
void aws_keys_config(const char *text);
void aws_keys_credentials(const char *text);
// Looks for keys (again, when it is time).
enum ac_rc aws_keys_get(void);
// Fails the test unless that is the access key found; or unless it is a configuration error whose
// text holds these words.
void aws_keys_check(const char *access_key);
void aws_keys_check_refused(const char *words);

#endif
