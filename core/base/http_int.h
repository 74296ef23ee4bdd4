// SPDX-License-Identifier: MIT
// A call in flight as the files of base/http share it.
#ifndef AC_BASE_HTTP_INT_H
#define AC_BASE_HTTP_INT_H
#include "base/http.h"

// The library's own types stay opaque here: its header is for the .c files.
struct curl_slist;
struct Curl_URL; // CURLU

// A slot is one easy handle with everything that lives as long as its call; afterwards it is kept
// for the next call. It is in exactly one list: waiting (started, not handed to the multi handle
// yet), busy (handed over), or idle.
struct ac_http_slot {
    struct ac_http *http;
    struct ac_http_slot *next, *prev;
    void *easy;           // CURL
    struct Curl_URL *url; // as checked, so that no second parser can read it otherwise
    struct curl_slist *headers;
    struct ac_http_call call;
    struct ac_http_reply reply;
    char why[256];       // the library's words: CURL_ERROR_SIZE
    uint64_t body_left;  // of the request's body, not handed over yet
    uint64_t head_bytes; // of all header lines of the reply
    bool is_in_head;     // between the status line and the blank one
    bool is_loopback, is_plain;
    bool is_refused; // its reply is final before anything was sent
    bool is_stopped; // by ourselves, reply.why says why
    bool is_paused;  // the taker is full
};

struct ac_http {
    struct ac_net net;
    struct ac_http_options options;
    void *multi; // CURLM
    struct ac_http_slot *waiting, *waiting_last, *busy, *idle;
    size_t n_waiting, n_in_flight, n_idle;
    bool has_given; // bytes to a taker, or it was full: no reason to wait for more
};

// Prepares the slot for slot->call. AC_OK also when the call must not be made: then is_refused is
// set. AC_RUN without memory.
enum ac_rc ac_http_prepare(struct ac_http_slot *slot, struct ac_err *err);
// Frees what the call brought with it.
void ac_http_unprepare(struct ac_http_slot *slot);
// The callbacks that take the reply; both get the slot as their argument.
size_t ac_http_on_header(char *line, size_t size, size_t n, void *arg);
size_t ac_http_on_body(char *bytes, size_t size, size_t n, void *arg);
// Goes on with a paused call when the taker has room again; false when the call ended with that,
// for the reason in *result (a CURLcode).
bool ac_http_resume(struct ac_http_slot *slot, int *result);
// Ends the call from inside a callback: the first reason stands.
void ac_http_stop(struct ac_http_slot *slot, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Fills the reply's end, reason and byte counts from what the library says.
void ac_http_conclude(struct ac_http_slot *slot, int result); // a CURLcode

#endif
