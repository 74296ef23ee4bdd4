// SPDX-License-Identifier: MIT
// Sessions, refresh tokens, who may have them.
#include "auth.h"

#include "chance.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_USED 64 // refresh tokens that rotation ended, remembered to tell their reuse

struct sb_auth {
    pthread_mutex_t lock;
    char org_id[SB_ID_SIZE];
    int64_t session_calls; // 0: without end
    bool rotate;
    char session[SB_TOKEN_SIZE]; // "" when there is none
    int64_t left;
    char refresh[SB_TOKEN_SIZE]; // "" when the grant was revoked
    char used[MAX_USED][SB_TOKEN_SIZE];
    size_t n_used;
};

struct sb_auth *sb_auth_new(const struct sb_options *o, const char *org_id) {
    struct sb_auth *a = calloc(1, sizeof *a);
    if (!a || pthread_mutex_init(&a->lock, NULL) != 0) {
        free(a);
        return NULL;
    }
    snprintf(a->org_id, sizeof a->org_id, "%.15s", org_id);
    snprintf(a->session, sizeof a->session, "%s", o->token ? o->token : "");
    snprintf(a->refresh, sizeof a->refresh, "%s", o->refresh_token);
    a->session_calls = o->session_calls;
    a->left = o->session_calls;
    a->rotate = o->rotate;
    return a;
}

void sb_auth_free(struct sb_auth *a) {
    if (!a)
        return;
    pthread_mutex_destroy(&a->lock);
    free(a);
}

void sb_auth_session(struct sb_auth *a, char out[SB_TOKEN_SIZE]) {
    pthread_mutex_lock(&a->lock);
    if (a->session[0] == '\0' || (a->session_calls > 0 && a->left <= 0)) {
        char secret[81];
        sb_chance_secret(secret, sizeof secret - 1);
        snprintf(a->session, sizeof a->session, "%s!AQ4AQ%s", a->org_id, secret);
        a->left = a->session_calls;
    }
    memcpy(out, a->session, SB_TOKEN_SIZE);
    pthread_mutex_unlock(&a->lock);
}

enum sb_session sb_auth_check_id(struct sb_auth *a, const char *id, size_t len) {
    enum sb_session result = SB_SESSION_EXPIRED;
    pthread_mutex_lock(&a->lock);
    if (len > 0 && strlen(a->session) == len && memcmp(a->session, id, len) == 0) {
        if (a->session_calls == 0 || a->left-- > 0)
            result = SB_SESSION_OK;
    }
    pthread_mutex_unlock(&a->lock);
    return result;
}

enum sb_session sb_auth_check(struct sb_auth *a, const char *header) {
    if (!header)
        return SB_SESSION_EXPIRED;
    size_t scheme = strcspn(header, " ");
    if ((scheme != 6 || strncasecmp(header, "Bearer", 6) != 0) &&
        (scheme != 5 || strncasecmp(header, "OAuth", 5) != 0))
        return SB_SESSION_BAD_HEADER;
    const char *id = header + scheme;
    id += strspn(id, " ");
    return sb_auth_check_id(a, id, strlen(id));
}

void sb_auth_expire(struct sb_auth *a) {
    pthread_mutex_lock(&a->lock);
    a->session[0] = '\0';
    pthread_mutex_unlock(&a->lock);
}

bool sb_auth_revoke(struct sb_auth *a, const char *token) {
    bool found = false;
    pthread_mutex_lock(&a->lock);
    if (token[0] && strcmp(a->session, token) == 0) {
        a->session[0] = '\0';
        found = true;
    } else if (token[0] && strcmp(a->refresh, token) == 0) {
        a->refresh[0] = '\0';
        a->session[0] = '\0';
        found = true;
    }
    pthread_mutex_unlock(&a->lock);
    return found;
}

bool sb_auth_refresh(struct sb_auth *a, const char *token, char fresh[SB_TOKEN_SIZE]) {
    bool ok = false;
    fresh[0] = '\0';
    pthread_mutex_lock(&a->lock);
    if (token[0] && strcmp(a->refresh, token) == 0) {
        ok = true;
        if (a->rotate) {
            char secret[61];
            memcpy(a->used[a->n_used++ % MAX_USED], a->refresh, SB_TOKEN_SIZE);
            sb_chance_secret(secret, sizeof secret - 1);
            snprintf(a->refresh, sizeof a->refresh, "5Aep861%s", secret);
            memcpy(fresh, a->refresh, SB_TOKEN_SIZE);
        }
    } else {
        for (size_t i = 0; i < a->n_used && i < MAX_USED; i++) {
            if (strcmp(a->used[i], token) == 0) { // stolen, perhaps: nobody keeps the grant
                a->refresh[0] = '\0';
                a->session[0] = '\0';
            }
        }
    }
    pthread_mutex_unlock(&a->lock);
    return ok;
}
