// SPDX-License-Identifier: MIT
// An input opened: its members in turn, each lent as a stream of bytes.
#include "source/source.h"
#include "source/archive.h"
#include "source/s3.h"
#include "source/window.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MAX_WINDOW_BYTES ((size_t)8 << 20)
#define MAX_MEMBER_BYTES ((int64_t)64 << 30)
#define MAX_RATIO 1000
#define MAX_CODEC_BYTES ((size_t)32 << 20)
#define HEAD_BYTES ((size_t)4096)

enum state { BEFORE_MEMBER, IN_MEMBER, AT_END };

struct ac_source {
    struct ac_item item;
    struct ac_source_options options;
    struct ac_stream stream;
    struct ac_window window;
    struct ac_archive *archive; // NULL: a plain file
    struct ac_archive *outer;   // the compressed file around a tar archive
    struct ac_stream unpacked;  // from outer to archive
    enum ac_magic kind;         // of the file
    enum state state;
    char member[512]; // "item!member", for messages
};

static void complete(struct ac_source_options *o) {
    if (!o->max_window_bytes)
        o->max_window_bytes = MAX_WINDOW_BYTES;
    if (o->max_window_bytes < AC_MAGIC_BYTES)
        o->max_window_bytes = AC_MAGIC_BYTES;
    if (!o->max_member_bytes)
        o->max_member_bytes = MAX_MEMBER_BYTES;
    if (o->max_ratio <= 0)
        o->max_ratio = MAX_RATIO;
    if (!o->max_codec_bytes)
        o->max_codec_bytes = MAX_CODEC_BYTES;
}

static enum ac_rc read_plain(void *arg, char *to, size_t max, size_t *n, struct ac_err *err) {
    struct ac_source *src = arg;
    return src->stream.read(&src->stream, to, max, n, err);
}

static enum ac_rc read_member(void *arg, char *to, size_t max, size_t *n, struct ac_err *err) {
    struct ac_source *src = arg;
    return ac_archive_read(src->archive, to, max, n, err);
}

static enum ac_rc refuse_foreign(const char *kind, struct ac_err *err) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNSUPPORTED_ARCHIVE",
                      "is a file of the kind %s, which acload does not read: unpack it, or pack it "
                      "as zip or tar.gz",
                      kind);
}

// The first page tells a plain file, whose window simply goes on, from a packed one.
static enum ac_rc choose(struct ac_source *src, struct ac_err *err) {
    ac_str head;
    enum ac_rc rc =
        ac_window_peek(&src->window, AC_MAGIC_BYTES, HEAD_BYTES, read_plain, src, &head, err);
    if (rc < AC_OK)
        return rc;
    const char *name;
    src->kind = ac_magic_of(head, &name);
    if (src->kind == AC_MAGIC_PLAIN)
        return AC_OK;
    if (src->kind == AC_MAGIC_FOREIGN)
        return refuse_foreign(name, err);
    rc = ac_archive_open(&src->archive, src->kind, &src->stream, head, &src->options, err);
    ac_window_reset(&src->window);
    return rc;
}

enum ac_rc ac_source_open(struct ac_source **out, const struct ac_item *item,
                          const struct ac_source_options *options, struct ac_err *err) {
    struct ac_source *src = calloc(1, sizeof *src);
    if (!src)
        return ac_err_nomem(err, "an input");
    src->item = *item;
    if (options)
        src->options = *options;
    complete(&src->options);
    src->stream.fd = -1;
    ac_window_init(&src->window, src->options.max_window_bytes);
    // What an answer of S3 tells of the object completes our copy of the item.
    enum ac_rc rc = item->bucket ? ac_s3_open(&src->stream, &src->item, src->options.env, err)
                                 : ac_stream_open_file(&src->stream, item, err);
    if (rc == AC_OK)
        rc = choose(src, err);
    if (rc == AC_OK) {
        *out = src;
        return AC_OK;
    }
    ac_err_at(err, item->name, 0, 0);
    ac_source_close(src);
    return rc;
}

void ac_source_close(struct ac_source *src) {
    if (!src)
        return;
    ac_archive_close(src->archive);
    ac_archive_close(src->outer);
    if (src->stream.close)
        src->stream.close(&src->stream);
    ac_window_free(&src->window);
    free(src);
}

static const char *place(const struct ac_source *src) {
    return src->member[0] ? src->member : src->item.name;
}

static enum ac_rc enter_tar(struct ac_source *src, ac_str head, struct ac_err *err) {
    struct ac_archive *tar = NULL;
    ac_archive_stream(src->archive, &src->unpacked);
    enum ac_rc rc = ac_archive_open(&tar, AC_MAGIC_TAR, &src->unpacked, head, &src->options, err);
    if (rc != AC_OK)
        return rc;
    src->outer = src->archive;
    src->archive = tar;
    return AC_OK;
}

// One level is opened: what a member holds must be no archive itself. What a compressed file holds
// may be a tar archive (AC_AGAIN: it was entered), since nobody compresses one otherwise.
static enum ac_rc look_inside(struct ac_source *src, struct ac_err *err) {
    ac_str head;
    enum ac_rc rc =
        ac_window_peek(&src->window, AC_MAGIC_BYTES, HEAD_BYTES, read_member, src, &head, err);
    if (rc < AC_OK)
        return rc;
    const char *name;
    enum ac_magic kind = ac_magic_of(head, &name);
    bool is_compressed = src->kind != AC_MAGIC_ZIP && src->kind != AC_MAGIC_TAR;
    if (kind == AC_MAGIC_PLAIN)
        return AC_OK;
    if (kind != AC_MAGIC_TAR || !is_compressed || src->outer)
        return ac_archive_nested(name, err);
    rc = enter_tar(src, head, err);
    return rc == AC_OK ? AC_AGAIN : rc;
}

// A tar archive ends before the compressed file around it, whose checksum comes last.
static enum ac_rc read_to_end(struct ac_source *src, struct ac_err *err) {
    char rest[16384];
    enum ac_rc rc = AC_OK;
    for (size_t n = 1; rc == AC_OK && n;)
        rc = ac_archive_read(src->outer, rest, sizeof rest, &n, err);
    return rc;
}

static enum ac_rc next_packed(struct ac_source *src, struct ac_member *member, struct ac_err *err) {
    enum ac_rc rc = AC_AGAIN;
    while (rc == AC_AGAIN) {
        src->member[0] = '\0';
        src->state = BEFORE_MEMBER;
        ac_window_reset(&src->window);
        rc = ac_archive_next(src->archive, member, err);
        if (member->name[0])
            snprintf(src->member, sizeof src->member, "%s!%s", src->item.name, member->name);
        if (member->modified_ms == INT64_MIN)
            member->modified_ms = src->item.modified_ms;
        if (rc == AC_OK)
            rc = look_inside(src, err);
    }
    if (rc == AC_END) {
        src->state = AT_END;
        if (src->outer && read_to_end(src, err) != AC_OK)
            rc = err->rc;
    }
    if (rc == AC_OK)
        src->state = IN_MEMBER;
    else if (rc < AC_OK)
        ac_err_at(err, place(src), 0, 0);
    return rc;
}

enum ac_rc ac_source_next(struct ac_source *src, struct ac_member *member, struct ac_err *err) {
    *member = (struct ac_member){"", src->item.modified_ms, -1};
    if (src->state == AT_END)
        return AC_END;
    if (src->archive)
        return next_packed(src, member, err);
    if (src->state == IN_MEMBER) {
        src->state = AT_END;
        ac_window_reset(&src->window);
        return AC_END;
    }
    src->state = IN_MEMBER;
    member->size_bytes = src->stream.size_bytes;
    return AC_OK;
}

enum ac_rc ac_source_peek(struct ac_source *src, size_t min, ac_str *bytes, struct ac_err *err) {
    *bytes = (ac_str){"", 0};
    if (src->state != IN_MEMBER)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "WRONG_STATE", "peek was called %s",
                          src->state == AT_END ? "at the end" : "before next");
    enum ac_rc rc = ac_window_peek(&src->window, min ? min : 1, 0,
                                   src->archive ? read_member : read_plain, src, bytes, err);
    if (rc < AC_OK)
        ac_err_at(err, place(src), 0, 0);
    return rc;
}

void ac_source_take(struct ac_source *src, size_t n) {
    assert(src->state == IN_MEMBER || n == 0);
    ac_window_take(&src->window, n);
}

bool ac_source_changed(const struct ac_source *src) {
    const struct ac_item *item = &src->item;
    struct stat st;
    if (item->size_bytes < 0 || item->bucket)
        return false; // a pipe has no state to compare, an object is read by its ETag
    if (stat(item->path, &st) != 0)
        return true;
    int64_t ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return st.st_size != item->size_bytes || ns != item->modified_ns ||
           (uint64_t)st.st_ino != item->inode || (uint64_t)st.st_dev != item->device;
}

uint64_t ac_source_read_bytes(const struct ac_source *src) { return src->stream.n_read; }
