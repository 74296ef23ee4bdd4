// SPDX-License-Identifier: MIT
// The HTTP server: libmicrohttpd, one thread a connection.
#include "server.h"

#include "answer.h"
#include "gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTION_BYTES ((size_t)160 << 10) // of memory a connection: headers, piece of a body
#define MAX_CONNECTIONS 500u
#define MAX_HEADERS 200u
#define BACKLOG 128

#define PEM_BYTES 65536u

struct sb_server {
    struct MHD_Daemon *daemon;
    char cert[PEM_BYTES], key[PEM_BYTES];
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *conn) {
    (void)conn;
    return sb_req_new(cls, uri);
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value) {
    struct sb_req *req = cls;
    (void)kind;
    const char *n = sb_arena_text(&req->arena, name);
    const char *v = sb_arena_text(&req->arena, value ? value : "");
    if (!n || !v || req->headers.n == MAX_HEADERS)
        return MHD_NO;
    req->headers.at[req->headers.n++] = (struct sb_pair){n, v, strlen(v)};
    return MHD_YES;
}

static bool begin(struct sb_req *req, struct MHD_Connection *conn, const char *method) {
    req->method = sb_arena_text(&req->arena, method);
    req->headers.at = sb_arena_get(&req->arena, MAX_HEADERS * sizeof *req->headers.at);
    if (!req->method || !req->headers.at)
        return false;
    MHD_get_connection_values(conn, MHD_HEADER_KIND, on_header, req);
    sb_gate_begin(req);
    return true;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **con_cls) {
    struct sb_req *req = *con_cls;
    (void)cls;
    (void)url;
    (void)version;
    if (!req)
        return MHD_NO;
    if (!req->method)
        return begin(req, conn, method) ? MHD_YES : MHD_NO;
    if (*data_len > 0) {
        sb_gate_body(req, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    sb_gate_end(req);
    return sb_answer_send(req, conn);
}

static void on_done(void *cls, struct MHD_Connection *conn, void **con_cls,
                    enum MHD_RequestTerminationCode how) {
    (void)cls;
    (void)conn;
    (void)how;
    struct sb_req *req = *con_cls;
    *con_cls = NULL;
    if (req)
        sb_gate_done(req);
}

// Paths are decoded by us, part by part: a key may hold an encoded slash.
static size_t keep_escapes(void *cls, struct MHD_Connection *conn, char *s) {
    (void)cls;
    (void)conn;
    return strlen(s);
}

// The address is known before the first connection is taken: answers name it.
static int listen_at(struct sb_app *app, int *port, char *why, size_t why_size) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t len = sizeof at;
    int on = 1;
    char text[128];
    if (inet_pton(AF_INET, app->options.address, &at.sin_addr) != 1) {
        snprintf(why, why_size, "--address: '%s' is no IPv4 address", app->options.address);
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        snprintf(why, why_size, "cannot listen on %s:%d: %s", app->options.address, *port,
                 strerror_r(errno, text, sizeof text));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    snprintf(app->base_url, sizeof app->base_url, "http%s://%s:%d",
             app->options.tls_cert ? "s" : "", app->options.address, *port);
    return fd;
}

static bool read_pem(const char *path, char *out, char *why, size_t why_size) {
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(out, 1, PEM_BYTES - 1, f) : 0;
    out[n] = '\0';
    if (f)
        fclose(f);
    if (!n)
        snprintf(why, why_size, "%s: cannot be read", path);
    return n > 0;
}

// TLS when there is a certificate: its flag and its options.
static bool use_tls(struct sb_server *s, const struct sb_options *o,
                    struct MHD_OptionItem options[3], char *why, size_t why_size) {
    options[0].option = MHD_OPTION_END;
    if (!o->tls_cert)
        return true;
    if (!o->tls_key || MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        snprintf(why, why_size, "%s",
                 o->tls_key ? "this libmicrohttpd speaks no TLS" : "--tls-cert: needs --tls-key");
        return false;
    }
    options[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert};
    options[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, s->key};
    options[2] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return read_pem(o->tls_cert, s->cert, why, why_size) &&
           read_pem(o->tls_key, s->key, why, why_size);
}

struct sb_server *sb_server_start(struct sb_app *app, int *port, char *why, size_t why_size) {
    struct sb_server *s = calloc(1, sizeof *s);
    struct MHD_OptionItem tls[3];
    bool is_good = s && use_tls(s, &app->options, tls, why, why_size);
    int fd = is_good ? listen_at(app, port, why, why_size) : -1;
    if (fd < 0) {
        free(s);
        return NULL;
    }
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    if (app->options.tls_cert)
        flags |= MHD_USE_TLS;
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, app, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, app, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        CONNECTION_BYTES, MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
    if (!s->daemon) {
        snprintf(why, why_size, "the server cannot be started");
        close(fd);
        free(s);
        return NULL;
    }
    return s;
}

void sb_server_stop(struct sb_server *s) {
    if (!s)
        return;
    MHD_stop_daemon(s->daemon);
    free(s);
}
