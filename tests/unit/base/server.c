// SPDX-License-Identifier: MIT
// A loopback server that answers scripted bytes to whatever it is asked.
#include "base/server.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 16
#define MAX_REQUEST ((size_t)4 << 20)

struct connection {
    int fd; // -1: none
    char *in;
    size_t in_len, head_len, body_len;
    const struct server_answer *answer; // being sent
    size_t sent;
};

struct server {
    pthread_t thread;
    bool is_running;
    int fd, port, wake[2];
    struct server_answer *answers;
    size_t n_answers, n_connections, n_requests;
    struct connection connections[MAX_CONNECTIONS];
    char *last; // request
    size_t last_head, last_len;
    char url[256];
};

static void must(bool is_so, const char *what) {
    if (is_so)
        return;
    perror(what);
    abort();
}

static int bind_anywhere(int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    must(getsockname(fd, (struct sockaddr *)&at, &len) == 0, "getsockname");
    *port = ntohs(at.sin_port);
    return fd;
}

static void hang_up(struct connection *c, bool is_reset) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (is_reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(c->fd);
    free(c->in);
    *c = (struct connection){.fd = -1};
}

static const struct server_answer *next_answer(const struct server *s) {
    return &s->answers[s->n_requests < s->n_answers ? s->n_requests : s->n_answers - 1];
}

static void take_connection(struct server *s) {
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    int fd = accept4(s->fd, (struct sockaddr *)&from, &from_len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    s->n_connections++;
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (s->connections[i].fd >= 0)
            continue;
        s->connections[i] = (struct connection){.fd = fd, .in = malloc(MAX_REQUEST + 1)};
        must(s->connections[i].in != NULL, "malloc");
        return;
    }
    close(fd);
}

static size_t announced_length(const char *head) {
    const char *at = strcasestr(head, "\r\nContent-Length:");
    return at ? strtoul(at + 17, NULL, 10) : 0;
}

static void remember(struct server *s, const struct connection *c, size_t len) {
    memcpy(s->last, c->in, len);
    s->last_head = c->head_len;
    s->last_len = len;
}

// Looks whether the request is complete enough for its answer.
static void read_request(struct server *s, struct connection *c) {
    const struct server_answer *next = next_answer(s);
    if (!c->head_len && !next->is_any) {
        c->in[c->in_len] = '\0';
        const char *end = strstr(c->in, "\r\n\r\n");
        if (!end)
            return;
        c->head_len = (size_t)(end - c->in) + 4;
        c->body_len = announced_length(c->in);
    }
    size_t len = c->head_len + c->body_len;
    if (!next->is_early && c->in_len < len)
        return;
    if (len > c->in_len)
        len = c->in_len;
    remember(s, c, len);
    s->n_requests++;
    c->answer = next;
    c->sent = 0;
}

static void receive(struct server *s, struct connection *c) {
    if (next_answer(s)->is_deaf) {
        hang_up(c, true);
        return;
    }
    ssize_t n = recv(c->fd, c->in + c->in_len, MAX_REQUEST - c->in_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        hang_up(c, false);
        return;
    }
    c->in_len += (size_t)n;
    read_request(s, c);
}

static void after_answer(struct connection *c) {
    switch (c->answer->then) {
    case SERVER_KEEP:
        c->in_len = c->head_len = c->body_len = 0;
        c->answer = NULL;
        return;
    case SERVER_CLOSE:
    case SERVER_RESET:
        hang_up(c, c->answer->then == SERVER_RESET);
        return;
    case SERVER_HANG:
    case SERVER_ENDLESS:
        return;
    }
}

static void answer(struct connection *c) {
    const struct server_answer *a = c->answer;
    const char *bytes = a->bytes;
    size_t len = a->len, at = c->sent;
    if (at >= len && a->then == SERVER_ENDLESS) {
        bytes = a->filler;
        len = strlen(bytes);
        at = 0;
    }
    ssize_t n = at < len ? send(c->fd, bytes + at, len - at, MSG_NOSIGNAL) : 0;
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        hang_up(c, false);
        return;
    }
    if (n > 0)
        c->sent += (size_t)n;
    if (c->sent >= len)
        after_answer(c);
}

static bool is_sending(const struct connection *c) {
    return c->answer && (c->answer->then != SERVER_HANG || c->sent < c->answer->len);
}

static void *serve(void *arg) {
    struct server *s = arg;
    for (;;) {
        struct pollfd fds[MAX_CONNECTIONS + 2] = {{.fd = s->wake[0], .events = POLLIN},
                                                  {.fd = s->fd, .events = POLLIN}};
        for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
            const struct connection *c = &s->connections[i];
            fds[i + 2] = (struct pollfd){.fd = c->fd, .events = c->answer ? 0 : POLLIN};
            if (c->fd >= 0 && is_sending(c))
                fds[i + 2].events = POLLOUT;
        }
        if (poll(fds, MAX_CONNECTIONS + 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[0].revents)
            return NULL;
        for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
            struct connection *c = &s->connections[i];
            if (c->fd < 0 || fds[i + 2].fd < 0 || !fds[i + 2].revents)
                continue;
            if (fds[i + 2].revents & POLLOUT)
                answer(c);
            else if (fds[i + 2].revents & POLLIN)
                receive(s, c);
            else
                hang_up(c, false);
        }
        if (fds[1].revents)
            take_connection(s);
    }
}

// The tests' own are often gone before the thread is.
static struct server_answer *copy_answers(const struct server_answer *from, size_t n) {
    struct server_answer *to = calloc(n, sizeof *to);
    must(to != NULL, "calloc");
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
        if (from[i].bytes && !from[i].len)
            to[i].len = strlen(from[i].bytes);
        char *bytes = malloc(to[i].len + 1);
        must(bytes != NULL, "malloc");
        if (from[i].bytes)
            memcpy(bytes, from[i].bytes, to[i].len);
        to[i].bytes = bytes;
    }
    return to;
}

struct server *server_start(const struct server_answer *answers, size_t n) {
    struct server *s = calloc(1, sizeof *s);
    must(s != NULL, "calloc");
    s->last = calloc(1, MAX_REQUEST + 1);
    must(s->last != NULL && n > 0, "calloc");
    s->answers = copy_answers(answers, n);
    s->n_answers = n;
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        s->connections[i].fd = -1;
    s->fd = bind_anywhere(&s->port);
    must(listen(s->fd, 16) == 0, "listen");
    must(pipe2(s->wake, O_CLOEXEC) == 0, "pipe");
    must(pthread_create(&s->thread, NULL, serve, s) == 0, "pthread_create");
    s->is_running = true;
    return s;
}

int server_port(const struct server *s) { return s->port; }

const char *server_url(struct server *s, const char *path) {
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d%s", s->port, path);
    return s->url;
}

void server_stop(struct server *s) {
    if (!s->is_running)
        return;
    must(write(s->wake[1], "x", 1) == 1, "write");
    pthread_join(s->thread, NULL);
    s->is_running = false;
    s->last[s->last_len] = '\0';
}

size_t server_n_connections(const struct server *s) {
    assert(!s->is_running);
    return s->n_connections;
}

size_t server_n_requests(const struct server *s) {
    assert(!s->is_running);
    return s->n_requests;
}

const char *server_head(const struct server *s) {
    assert(!s->is_running);
    static char head[8192];
    snprintf(head, sizeof head, "%.*s", (int)s->last_head, s->last);
    return head;
}

const char *server_body(const struct server *s, size_t *len) {
    assert(!s->is_running);
    *len = s->last_len - s->last_head;
    return s->last + s->last_head;
}

void server_free(struct server *s) {
    server_stop(s);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        if (s->connections[i].fd >= 0)
            hang_up(&s->connections[i], false);
    close(s->fd);
    close(s->wake[0]);
    close(s->wake[1]);
    for (size_t i = 0; i < s->n_answers; i++)
        free((void *)(uintptr_t)s->answers[i].bytes);
    free(s->answers);
    free(s->last);
    free(s);
}

int server_dead_port(void) {
    static int held; // bound, never closed: nobody else gets it
    int port;
    held = bind_anywhere(&port);
    return held < 0 ? 0 : port;
}
