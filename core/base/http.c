// SPDX-License-Identifier: MIT
// The client: calls in flight on one long-lived multi handle.
#include "base/http_int.h"
#include <curl/curl.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#define TIMEOUT_MS 600000
#define CONNECT_MS 30000
#define MAX_IDLE 16
#define MAX_CONNECTIONS 32L
#define KEPT_BODY_BYTES ((size_t)256 * 1024)

static enum ac_rc multi_failed(CURLMcode code, struct ac_err *err) {
    if (code == CURLM_OUT_OF_MEMORY)
        return ac_err_nomem(err, "HTTP calls");
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "HTTP", "the HTTP client failed: %s",
                      curl_multi_strerror(code));
}

static void slot_free(struct ac_http_slot *slot) {
    ac_http_unprepare(slot);
    if (slot->easy)
        curl_easy_cleanup(slot->easy);
    ac_buf_free(&slot->reply.body);
    free(slot);
}

static struct ac_http_slot *slot_new(struct ac_http *http) {
    struct ac_http_slot *slot = http->idle;
    if (slot) {
        http->idle = slot->next;
        http->n_idle--;
        return slot;
    }
    slot = calloc(1, sizeof *slot);
    if (!slot)
        return NULL;
    slot->http = http;
    slot->reply.body.is_secret = true; // a token, perhaps
    slot->easy = curl_easy_init();
    if (slot->easy)
        return slot;
    free(slot);
    return NULL;
}

// Keeps the slot for a later call; a large body's memory is given back.
static void slot_recycle(struct ac_http_slot *slot) {
    struct ac_http *http = slot->http;
    if (http->n_idle >= MAX_IDLE) {
        slot_free(slot);
        return;
    }
    ac_http_unprepare(slot);
    if (slot->reply.body.cap > KEPT_BODY_BYTES)
        ac_buf_free(&slot->reply.body);
    if (slot->reply.body.len)
        explicit_bzero(slot->reply.body.ptr, slot->reply.body.len);
    slot->next = http->idle;
    http->idle = slot;
    http->n_idle++;
}

static enum ac_rc http_start(void *self, const struct ac_http_call *call, struct ac_err *err) {
    struct ac_http *http = self;
    struct ac_http_slot *slot = slot_new(http);
    if (!slot)
        return ac_err_nomem(err, "an HTTP call");
    slot->call = *call;
    enum ac_rc rc = ac_http_prepare(slot, err);
    if (rc != AC_OK) {
        slot_recycle(slot);
        return rc;
    }
    slot->next = NULL;
    if (http->waiting)
        http->waiting_last->next = slot;
    else
        http->waiting = slot;
    http->waiting_last = slot;
    http->n_waiting++;
    http->n_in_flight++;
    return AC_OK;
}

static void link_busy(struct ac_http_slot *slot) {
    struct ac_http *http = slot->http;
    slot->prev = NULL;
    slot->next = http->busy;
    if (slot->next)
        slot->next->prev = slot;
    http->busy = slot;
}

static void unlink_busy(struct ac_http_slot *slot) {
    if (slot->next)
        slot->next->prev = slot->prev;
    if (slot->prev)
        slot->prev->next = slot->next;
    else
        slot->http->busy = slot->next;
}

// The slot is in no list: its reply goes to the caller, who may start or pump other calls.
static void finish(struct ac_http_slot *slot) {
    slot->http->n_in_flight--;
    if (slot->call.done)
        slot->call.done(slot->call.arg, &slot->reply);
    slot_recycle(slot);
}

// Hands the calls that wait to the multi handle; those started meanwhile wait for the next turn.
static size_t begin_waiting(struct ac_http *http) {
    size_t n_done = 0;
    for (size_t n = http->n_waiting; n && http->waiting; n--) {
        struct ac_http_slot *slot = http->waiting;
        http->waiting = slot->next;
        http->n_waiting--;
        CURLMcode code = CURLM_OK;
        if (!slot->is_refused)
            code = curl_multi_add_handle(http->multi, slot->easy);
        if (!slot->is_refused && code == CURLM_OK) {
            link_busy(slot);
            continue;
        }
        if (!slot->is_refused)
            ac_http_conclude(slot, (int)CURLE_OUT_OF_MEMORY);
        finish(slot);
        n_done++;
    }
    return n_done;
}

static void end(struct ac_http_slot *slot, int result) {
    ac_http_conclude(slot, result);
    curl_multi_remove_handle(slot->http->multi, slot->easy);
    unlink_busy(slot);
    finish(slot);
}

// Goes on with calls whose takers have room again. A callback may change the list: then the rest
// waits for the next turn.
static size_t resume_paused(struct ac_http *http) {
    for (struct ac_http_slot *slot = http->busy; slot; slot = slot->next) {
        int result;
        if (!slot->is_paused || ac_http_resume(slot, &result))
            continue;
        end(slot, result);
        return 1;
    }
    return 0;
}

static size_t finish_done(struct ac_http *http) {
    size_t n_done = 0;
    int n_left;
    for (CURLMsg *msg; (msg = curl_multi_info_read(http->multi, &n_left));) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        CURLcode code = msg->data.result; // the message dies with the handle's removal
        struct ac_http_slot *slot = NULL;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &slot);
        end(slot, (int)code);
        n_done++;
    }
    return n_done;
}

static enum ac_rc step(struct ac_http *http, size_t *n_done, struct ac_err *err) {
    int n_running;
    http->has_given = false;
    *n_done = begin_waiting(http);
    *n_done += resume_paused(http);
    CURLMcode code = curl_multi_perform(http->multi, &n_running);
    *n_done += finish_done(http);
    return code == CURLM_OK ? AC_OK : multi_failed(code, err);
}

static enum ac_rc http_pump(void *self, int64_t wait_ms, struct ac_err *err) {
    struct ac_http *http = self;
    size_t n_done;
    enum ac_rc rc = step(http, &n_done, err);
    if (rc != AC_OK || n_done || http->has_given || !http->n_in_flight || wait_ms <= 0)
        return rc;
    int wait = wait_ms < INT_MAX ? (int)wait_ms : INT_MAX;
    CURLMcode code = curl_multi_poll(http->multi, NULL, 0, wait, NULL);
    if (code != CURLM_OK)
        return multi_failed(code, err);
    return step(http, &n_done, err);
}

static size_t http_in_flight(void *self) { return ((struct ac_http *)self)->n_in_flight; }

// --- memory for the library, which holds secrets in it: given back overwritten

static void lib_free(void *ptr) {
    if (ptr)
        explicit_bzero(ptr, malloc_usable_size(ptr));
    free(ptr);
}

static void *lib_realloc(void *old, size_t len) {
    size_t had = old ? malloc_usable_size(old) : 0;
    void *ptr = malloc(len);
    if (!ptr)
        return NULL;
    if (old)
        memcpy(ptr, old, had < len ? had : len);
    lib_free(old);
    return ptr;
}

static bool begin_library(void) {
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, lib_free, lib_realloc, strdup,
                                calloc) == CURLE_OK;
}

enum ac_rc ac_http_new(struct ac_http **out, const struct ac_http_options *options,
                       struct ac_err *err) {
    const char *ca = options->ca_file;
    if (ca && access(ca, R_OK) != 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read the CA file", ca);
    if (!begin_library())
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "HTTP", "the HTTP library does not start");
    struct ac_http *http = calloc(1, sizeof *http);
    CURLM *multi = http ? curl_multi_init() : NULL;
    if (!multi || curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) != CURLM_OK ||
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, MAX_CONNECTIONS) != CURLM_OK) {
        if (multi)
            curl_multi_cleanup(multi);
        free(http);
        curl_global_cleanup();
        return ac_err_nomem(err, "HTTP calls");
    }
    http->multi = multi;
    http->options = *options;
    if (http->options.timeout_ms <= 0)
        http->options.timeout_ms = TIMEOUT_MS;
    if (http->options.connect_ms <= 0)
        http->options.connect_ms = CONNECT_MS;
    http->net = (struct ac_net){http, http_start, http_pump, http_in_flight};
    *out = http;
    return AC_OK;
}

static void free_list(struct ac_http_slot *slot) {
    for (struct ac_http_slot *next; slot; slot = next) {
        next = slot->next;
        slot_free(slot);
    }
}

void ac_http_free(struct ac_http *http) {
    if (!http)
        return;
    for (struct ac_http_slot *slot = http->busy; slot; slot = slot->next)
        curl_multi_remove_handle(http->multi, slot->easy);
    free_list(http->busy);
    free_list(http->waiting);
    free_list(http->idle);
    curl_multi_cleanup(http->multi);
    free(http);
    curl_global_cleanup();
}

struct ac_net *ac_http_net(struct ac_http *http) {
    return &http->net;
}
