// SPDX-License-Identifier: MIT
// A loopback server that answers scripted bytes to whatever it is asked.
#ifndef TESTS_BASE_SERVER_H
#define TESTS_BASE_SERVER_H
#include <stdbool.h>
#include <stddef.h>

// What happens after the bytes of an answer went out.
enum server_then {
    SERVER_KEEP,   // the connection stays open for the next request
    SERVER_CLOSE,  // it is closed
    SERVER_RESET,  // it is reset
    SERVER_HANG,   // nothing more, ever
    SERVER_ENDLESS // `filler` again and again, until the other side has enough
};

struct server_answer {
    const char *bytes; // NULL: none
    size_t len;        // 0: strlen(bytes)
    enum server_then then;
    bool is_early;      // sent as soon as the head of the request is there
    bool is_any;        // sent as soon as anything came, be it no HTTP at all
    bool is_deaf;       // the connection is reset before anything that came is read
    const char *filler; // of SERVER_ENDLESS
};

struct server;
// Listens on a free port of 127.0.0.1 in a thread of its own. Request i gets answer i, later ones
// the last; their bytes are copied, the fillers borrowed. Aborts when it cannot start.
struct server *server_start(const struct server_answer *answers, size_t n);
int server_port(const struct server *s);
// "http://127.0.0.1:PORT" and path, in a buffer that the next call overwrites.
const char *server_url(struct server *s, const char *path);
// Ends the thread; from here on the counts may be read.
void server_stop(struct server *s);
size_t server_n_connections(const struct server *s);
size_t server_n_requests(const struct server *s); // of which at least the head was there
// The last request's head with its blank line, NUL-terminated; and its body.
const char *server_head(const struct server *s);
const char *server_body(const struct server *s, size_t *len);
void server_free(struct server *s); // stops it first, if need be

// A port of 127.0.0.1 on which nobody listens, as long as the process lives.
int server_dead_port(void);

#endif
