// SPDX-License-Identifier: MIT
// An org set up for one test, its folder removed behind it.
#include "org/org_kit.h"
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void org_kit_setup(struct org_kit *k) {
    memset(k, 0, sizeof *k);
    net_init(&k->net);
    ac_clock_fake_init(&k->clock, ORG_KIT_NOW_MS, 1);
    const char *tmp = getenv("TMPDIR");
    snprintf(k->dir, sizeof k->dir, "%s/org.XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(k->dir));
    k->options = (struct ac_org_options){.flow = AC_FLOW_CLIENT_CREDENTIALS,
                                         .host = ORG_KIT_HOST,
                                         .client_id = "the-app",
                                         .client_secret = "app-secret",
                                         .version = "62.0"};
}

void org_kit_teardown(struct org_kit *k) {
    org_kit_close(k);
    net_free(&k->net);
    DIR *dir = opendir(k->dir);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(k->dir);
}

const char *org_kit_path(struct org_kit *k, const char *name) {
    static char paths[4][320];
    static size_t n;
    char *path = paths[n++ % AC_N(paths)];
    snprintf(path, sizeof *paths, "%s/%s", k->dir, name);
    return path;
}

void org_kit_open(struct org_kit *k) {
    enum ac_rc rc = ac_org_new(&k->org, &k->options, &k->net.net, &k->clock.clock, &k->err);
    ck_assert_msg(rc == AC_OK, "%s", k->err.text);
}

void org_kit_close(struct org_kit *k) {
    ac_org_free(k->org);
    k->org = NULL;
}

void org_kit_say_token(struct org_kit *k, const char *token) {
    static char bodies[8][512];
    static size_t n;
    char *body = bodies[n++ % AC_N(bodies)];
    snprintf(body, sizeof *bodies,
             "{\"access_token\":\"%s\",\"instance_url\":\"" ORG_KIT_INSTANCE "\","
             "\"token_type\":\"Bearer\",\"issued_at\":\"1930406400000\"}",
             token);
    net_say(&k->net, "POST", ORG_KIT_LOGIN, 200, body);
}

void org_kit_login(struct org_kit *k) {
    org_kit_open(k);
    org_kit_say_token(k, "TOKEN_1");
    ck_assert_int_eq(ac_org_login(k->org, &k->err), AC_OK);
}

// The replies are told apart by where they are, the kit by a pointer beside them.
static struct org_kit *at_work;

static void on_done(void *arg, const struct ac_rest_reply *reply) {
    struct org_kit_reply *r = arg;
    *r = (struct org_kit_reply){.n_done = r->n_done + 1,
                                .order = ++at_work->n_ended,
                                .outcome = reply->outcome,
                                .status = reply->status,
                                .retry_after_ms = reply->retry_after_ms,
                                .error = reply->error};
    snprintf(r->body, sizeof r->body, "%.*s", (int)reply->body.len,
             reply->body.len ? reply->body.ptr : "");
    snprintf(r->last_modified, sizeof r->last_modified, "%s", reply->last_modified);
}

void org_kit_start(struct org_kit *k, size_t at, struct ac_rest_call call) {
    at_work = k;
    if (!call.done) {
        call.done = on_done;
        call.arg = &k->replies[at];
    }
    enum ac_rc rc = ac_rest_start(k->org, &call, &k->err);
    ck_assert_msg(rc == AC_OK, "%s", k->err.text);
}

void org_kit_get(struct org_kit *k, size_t at, const char *path) {
    org_kit_start(k, at, (struct ac_rest_call){.method = "GET", .path = path});
}

void org_kit_pump(struct org_kit *k) {
    at_work = k;
    for (int i = 0; ac_rest_in_flight(k->org); i++) {
        ck_assert_int_lt(i, 1000);
        ck_assert_int_eq(ac_rest_pump(k->org, 1000, &k->err), AC_OK);
    }
}

const char *org_kit_file(const char *path) {
    static char text[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

void org_kit_write(const char *path, const char *text, unsigned mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}
