// SPDX-License-Identifier: MIT
// Sessions, refresh tokens, who may have them.
#ifndef SB_AUTH_H
#define SB_AUTH_H

#include "ids.h"
#include "options.h"

#define SB_TOKEN_SIZE 256

struct sb_auth;

struct sb_auth *sb_auth_new(const struct sb_options *o, const char *org_id);
void sb_auth_free(struct sb_auth *a);
// The session id of a login: the same as before while that session lives.
void sb_auth_session(struct sb_auth *a, char out[SB_TOKEN_SIZE]);
enum sb_session { SB_SESSION_OK, SB_SESSION_EXPIRED, SB_SESSION_BAD_HEADER };
// What an Authorization header (NULL: none) is worth; counts as one call of the session.
enum sb_session sb_auth_check(struct sb_auth *a, const char *header);
// The same for a bare session id.
enum sb_session sb_auth_check_id(struct sb_auth *a, const char *id, size_t len);
// Ends all sessions.
void sb_auth_expire(struct sb_auth *a);
// Ends one session or one refresh token; false when there is none.
bool sb_auth_revoke(struct sb_auth *a, const char *token);
// Uses a refresh token. fresh becomes the new one when tokens rotate, else "".
bool sb_auth_refresh(struct sb_auth *a, const char *token, char fresh[SB_TOKEN_SIZE]);

#endif
