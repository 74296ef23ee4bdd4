// SPDX-License-Identifier: MIT
// Starts the local org, stops it on a signal.
#include "app.h"
#include "bulk.h"
#include "cursors.h"
#include "faults.h"
#include "fold.h"
#include "routes.h"
#include "server.h"
#include "times.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool build_schema(struct sb_app *app, char *why, size_t size) {
    const struct sb_options *o = &app->options;
    static const struct sb_list usual = {{"schemas"}, 1};
    const struct sb_list *dirs = o->schemas.n > 0 ? &o->schemas : &usual;
    app->schema = sb_schema_new(strcmp(o->ns, "-") == 0 ? "" : o->ns);
    if (!app->schema) {
        snprintf(why, size, "no memory");
        return false;
    }
    for (size_t i = 0; i < dirs->n; i++)
        if (!sb_schema_load(app->schema, dirs->v[i], why, size))
            return false;
    for (size_t i = 0; sb_standard_object(i); i++) {
        json_error_t e = {0};
        json_t *object = json_loads(sb_standard_object(i), 0, &e);
        const char *name = json_string_value(json_object_get(object, "name"));
        bool ok = name && (sb_schema_object(app->schema, name) ||
                           sb_schema_add(app->schema, object, why, size));
        json_decref(object);
        if (!ok)
            return false;
    }
    for (size_t i = 0; i < o->without.n; i++)
        if (!sb_schema_drop(app->schema, o->without.v[i], true, why, size))
            return false;
    for (size_t i = 0; i < o->hide.n; i++)
        if (!sb_schema_drop(app->schema, o->hide.v[i], false, why, size))
            return false;
    return sb_schema_seal(app->schema, why, size);
}

static bool load_plan(struct sb_app *app, char *why, size_t size) {
    const char *file = app->options.faults;
    if (!file)
        return true;
    struct sb_plan *p = sb_plan_load(file, (uint64_t)app->options.seed, why, size);
    if (!p)
        return false;
    sb_faults_set(app->faults, p);
    return true;
}

static bool build(struct sb_app *app, char *why, size_t size) {
    if (!build_schema(app, why, size))
        return false;
    app->chance.state = (uint64_t)app->options.seed;
    app->started_ms = sb_time_now_ms();
    sb_id_make(app->org_id, "00D", 1);
    sb_id_make(app->user_id, "005", 1);
    app->store = sb_store_open(app->schema, app->options.db, why, size);
    if (!app->store)
        return false;
    app->tally = sb_counters_new(app->schema, sb_routes_count());
    app->auth = sb_auth_new(&app->options, app->org_id);
    app->jobs = sb_jobs_new(app);
    app->cursors = sb_cursors_new();
    app->faults = sb_faults_new();
    if (!app->tally || !app->auth || !app->jobs || !app->cursors || !app->faults ||
        !sb_app_populate(app)) {
        snprintf(why, size, "no memory");
        return false;
    }
    return load_plan(app, why, size);
}

static void tear_down(struct sb_app *app) {
    sb_jobs_free(app->jobs);
    sb_faults_free(app->faults);
    sb_cursors_free(app->cursors);
    sb_auth_free(app->auth);
    sb_counters_free(app->tally);
    sb_store_close(app->store);
    sb_schema_free(app->schema);
}

static bool tell_port(const struct sb_app *app, int port) {
    if (!app->options.quiet) {
        printf("listening on %s\n", app->base_url);
        fflush(stdout);
    }
    if (!app->options.port_file)
        return true;
    // Renamed into place: whoever waits for the file finds all of it.
    char name[4096];
    if (snprintf(name, sizeof name, "%s.new", app->options.port_file) >= (int)sizeof name)
        return false;
    FILE *f = fopen(name, "w");
    bool ok = f && fprintf(f, "%d\n", port) > 0;
    if (f && fclose(f) != 0)
        ok = false;
    return ok && rename(name, app->options.port_file) == 0;
}

static int serve(struct sb_app *app, const sigset_t *ends) {
    char why[500] = "";
    int port = (int)app->options.port, sig = 0;
    struct sb_server *s = sb_server_start(app, &port, why, sizeof why);
    if (!s) {
        fprintf(stderr, "acload-sandbox: %s\n", why);
        return 2;
    }
    int rc = 0;
    if (tell_port(app, port)) {
        sigwait(ends, &sig);
    } else {
        fprintf(stderr, "acload-sandbox: %s: cannot be written\n", app->options.port_file);
        rc = 2;
    }
    sb_app_stop(app);
    sb_jobs_stop(app->jobs);
    sb_server_stop(s);
    return rc;
}

int main(int argc, char **argv) {
    static struct sb_app app;
    char why[500] = "";
    if (!sb_options_read(&app.options, argc, argv, why, sizeof why)) {
        fprintf(stderr, "acload-sandbox: %s\n", why);
        return 2;
    }
    if (app.options.help) {
        sb_options_help();
        return 0;
    }
    if (app.options.version) {
        printf("API v%d.0\n", SB_API_VERSION / 10);
        return 0;
    }
    // Every thread inherits this; only the wait in serve() sees the signals.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    // One heap, grown in large steps: heaps of threads grow page by page.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, 8 << 20);
    sb_fold_init();
    pthread_mutex_init(&app.lock, NULL);
    pthread_cond_init(&app.wake, NULL);
    int rc = 2;
    if (build(&app, why, sizeof why))
        rc = serve(&app, &ends);
    else
        fprintf(stderr, "acload-sandbox: %s\n", why);
    tear_down(&app);
    return rc;
}
