// SPDX-License-Identifier: MIT
// What somebody who sets up an org has answered, as files to be.
#ifndef AC_CLI_INIT_H
#define AC_CLI_INIT_H
#include "cli/cli.h"

#define AC_INIT_SECRETS 4

struct ac_init_secret {
    const char *key;  // in the configuration: "client_secret_file"
    const char *name; // of the file beside the configuration
    const char *env;
    const char *question;
    bool is_optional;
    const char *path; // of a file that was there before, or NULL
    char text[4096];  // to be written; "": none
};

struct ac_init {
    char host[512], client_id[512], username[256], jwt_key_file[4096], ns[64], region[64],
        inputs[4096], state[4096], schema_dir[4096];
    struct ac_init_secret secrets[AC_INIT_SECRETS];
    size_t n_secrets;
};

// Writes the secrets, each to a file that only its owner can read, then the configuration at path;
// folders are made. Nothing is written when one of the files exists, unless is_forced.
enum ac_rc ac_init_write(const struct ac_init *init, const char *path, bool is_forced,
                         struct ac_err *err);

#endif
