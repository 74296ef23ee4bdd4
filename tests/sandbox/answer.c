// SPDX-License-Identifier: MIT
// Sends an answer, whole or as the fault plan spoils it.
#include "answer.h"

#include "gzip.h"

#include <string.h>
#include <sys/socket.h>

#define BLOCK_BYTES 65536u
#define DRIP_BYTES 64u
#define WORTH_PACKING 860u

// Ends the connection at once, with a reset instead of a proper end.
static enum MHD_Result cut(struct MHD_Connection *conn) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    if (info)
        (void)connect(info->connect_fd, &nobody, sizeof nobody);
    return MHD_NO;
}

static ssize_t read_stream(void *cls, uint64_t at, char *to, size_t room) {
    struct sb_req *req = cls;
    (void)at;
    long n = req->stream.read(req->stream.arg, to, room);
    if (n == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    return n < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : (ssize_t)n;
}

static ssize_t read_spoiled(void *cls, uint64_t at, char *to, size_t room) {
    struct sb_req *req = cls;
    const struct sb_fault *f = &req->fault;
    size_t end = req->out.len;
    if (f->truncate >= 0 && (uint64_t)f->truncate < end)
        end = (size_t)f->truncate;
    if (f->drip_ms > 0) {
        if (at > 0 && !sb_app_wait(req->app, f->drip_ms))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        room = room < DRIP_BYTES ? room : DRIP_BYTES;
    }
    if (at < end) {
        size_t n = end - (size_t)at < room ? end - (size_t)at : room;
        memcpy(to, req->out.at + at, n);
        return (ssize_t)n;
    }
    if (f->endless && !sb_app_is_stopping(req->app)) {
        memset(to, ' ', room);
        return (ssize_t)room;
    }
    return f->truncate >= 0 || f->endless ? MHD_CONTENT_READER_END_WITH_ERROR
                                          : MHD_CONTENT_READER_END_OF_STREAM;
}

static bool wants_gzip(const struct sb_req *req) {
    const char *accept = sb_req_header(req, "Accept-Encoding");
    return accept && strstr(accept, "gzip") && !strstr(accept, "gzip;q=0");
}

static void pack(struct sb_req *req) {
    struct sb_buf packed;
    if (req->out.len < WORTH_PACKING || !wants_gzip(req))
        return;
    sb_buf_init(&packed, req->out.max);
    if (!sb_gzip(req->out.at, req->out.len, &packed)) {
        sb_buf_free(&packed);
        return;
    }
    sb_buf_free(&req->out);
    req->out = packed;
    sb_req_add_header(req, "Content-Encoding", "gzip");
    sb_req_add_header(req, "Vary", "Accept-Encoding");
}

static struct MHD_Response *build(struct sb_req *req) {
    const struct sb_fault *f = &req->fault;
    if (f->truncate >= 0 || f->endless || f->drip_ms > 0) {
        long n = 1;
        char piece[4096];
        while (req->stream.read && n > 0) {
            n = req->stream.read(req->stream.arg, piece, sizeof piece);
            if (n > 0)
                sb_buf_add(&req->out, piece, (size_t)n);
        }
        return MHD_create_response_from_callback(f->endless ? MHD_SIZE_UNKNOWN : req->out.len,
                                                 BLOCK_BYTES, read_spoiled, req, NULL);
    }
    if (req->stream.read)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, req,
                                                 NULL);
    pack(req);
    // The request, and with it the body, outlives its answer.
    return MHD_create_response_from_buffer(req->out.len, req->out.at, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result sb_answer_send(struct sb_req *req, struct MHD_Connection *conn) {
    if (req->fault.cut_before || req->fault.cut_after)
        return cut(conn);
    struct MHD_Response *r = build(req);
    if (!r)
        return MHD_NO;
    bool empty = req->status == 204 || req->status == 304;
    if (req->content_type && !empty)
        MHD_add_response_header(r, "Content-Type", req->content_type);
    for (size_t i = 0; i < req->extra.n; i++)
        MHD_add_response_header(r, req->extra.at[i].name, req->extra.at[i].value);
    enum MHD_Result ok = MHD_queue_response(conn, (unsigned)req->status, r);
    MHD_destroy_response(r);
    return ok;
}
