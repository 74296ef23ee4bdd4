// SPDX-License-Identifier: MIT
// What the command line said.
#ifndef SB_OPTIONS_H
#define SB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SB_MAX_LIST 64

struct sb_list {
    const char *v[SB_MAX_LIST];
    size_t n;
};

struct sb_options {
    const char *address, *port_file, *db, *ns, *instance_url, *faults, *s3, *tape;
    const char *client_id, *client_secret, *username, *password, *security_token;
    const char *token, *refresh_token, *jwt_cert, *tls_cert, *tls_key;
    struct sb_list schemas, hide, without, no_flow;
    int64_t port, bulk_delay_ms, seed, session_calls, daily, concurrent, max_body;
    bool discard, rotate, shared_host, no_hard_delete, quiet, help, version;
};

// False with the reason in why. Options keep pointers into argv.
bool sb_options_read(struct sb_options *o, int argc, char **argv, char *why, size_t why_size);
void sb_options_help(void); // on standard output

#endif
