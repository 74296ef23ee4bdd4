// SPDX-License-Identifier: MIT
// The members of a compressed stream or an archive, one after the other.
#include "source/archive.h"
#include "source/codec.h"
#include "source/gzip.h"
#include "source/names.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)256 * 1024)
#define RATIO_FREE_BYTES ((int64_t)64 * 1024 * 1024)
#define MIB ((uint64_t)1024 * 1024)
#define MAX_ZSTD_BYTES (128 * MIB) // what libarchive lets its decompressor take

struct ac_archive {
    struct archive *handle;
    struct ac_stream *stream;
    const struct ac_source_options *options;
    enum ac_magic kind;
    const char *kind_name;
    locale_t utf8; // 0: there is none
    struct ac_gzip *gzip;
    struct ac_names names; // of the members so far
    char *block;
    size_t n_head;         // bytes of the head in block, not handed over yet
    struct ac_err failure; // of the stream, met inside a callback
    int64_t max_member_bytes;
    int64_t n_inflated; // bytes of the member so far
    int64_t n_total;    // those of the members before
    uint64_t n_members;
    bool has_ended;
    bool has_data;   // the member may have more bytes
    bool is_damaged; // the member broke off, which was told: what follows cannot be read either
};

static la_ssize_t hand_over(struct ac_archive *a, size_t n) {
    if (a->gzip)
        ac_gzip_packed(a->gzip, (ac_str){a->block, n});
    return (la_ssize_t)n;
}

static la_ssize_t on_read(struct archive *handle, void *arg, const void **bytes) {
    struct ac_archive *a = arg;
    size_t n = a->n_head;
    a->n_head = 0;
    *bytes = a->block;
    if (n || a->stream->read(a->stream, a->block, BLOCK_BYTES, &n, &a->failure) == AC_OK)
        return hand_over(a, n);
    archive_set_error(handle, EIO, "cannot be read");
    return ARCHIVE_FATAL;
}

static la_int64_t on_seek(struct archive *handle, void *arg, la_int64_t to, int whence) {
    struct ac_archive *a = arg;
    a->n_head = 0;
    int64_t now = a->stream->seek(a->stream, to, whence);
    if (now >= 0)
        return now;
    archive_set_error(handle, errno, "cannot seek");
    return ARCHIVE_FATAL;
}

static int support_filter(struct archive *handle, enum ac_magic kind) {
    switch (kind) {
    case AC_MAGIC_GZIP:
        return archive_read_support_filter_gzip(handle);
    case AC_MAGIC_BZIP2:
        return archive_read_support_filter_bzip2(handle);
    case AC_MAGIC_XZ:
        return archive_read_support_filter_xz(handle);
    case AC_MAGIC_ZSTD:
        return archive_read_support_filter_zstd(handle);
    case AC_MAGIC_LZ4:
        return archive_read_support_filter_lz4(handle);
    case AC_MAGIC_LZIP:
        return archive_read_support_filter_lzip(handle);
    case AC_MAGIC_LZMA:
        return archive_read_support_filter_lzma(handle);
    case AC_MAGIC_COMPRESS:
        return archive_read_support_filter_compress(handle);
    case AC_MAGIC_PLAIN:
    case AC_MAGIC_ZIP:
    case AC_MAGIC_TAR:
    case AC_MAGIC_FOREIGN:
        return ARCHIVE_OK;
    }
    return ARCHIVE_OK;
}

// Only what the head says is enabled: what lies one level deeper stays as it is.
static int support(struct archive *handle, enum ac_magic kind) {
    if (kind == AC_MAGIC_ZIP)
        return archive_read_support_format_zip(handle);
    if (kind == AC_MAGIC_TAR)
        return archive_read_support_format_tar(handle);
    int worst = support_filter(handle, kind), rc = archive_read_support_format_raw(handle);
    if (rc < worst)
        worst = rc;
    rc = archive_read_support_format_empty(handle);
    return rc < worst ? rc : worst;
}

static enum ac_rc damaged(struct ac_archive *a, const char *what, struct ac_err *err) {
    if (a->failure.rc != AC_OK) {
        if (err->rc == AC_OK)
            *err = a->failure;
        return err->rc;
    }
    const char *why = archive_error_string(a->handle);
    bool is_memory =
        archive_errno(a->handle) == ENOMEM; // ours, or more than a later block may take
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, is_memory ? "NEEDS_MEMORY" : "DAMAGED_ARCHIVE",
                      "%s (%s: %s); get or make the file again",
                      is_memory ? "cannot be unpacked for want of memory" : what, a->kind_name,
                      why ? why : "no reason given");
}

static enum ac_rc check_memory(const struct ac_archive *a, ac_str head, struct ac_err *err) {
    uint64_t need = ac_codec_window(a->kind, head), max = a->options->max_codec_bytes;
    unsigned long long need_mib = (need + MIB - 1) / MIB;
    if (a->kind == AC_MAGIC_ZSTD && need > MAX_ZSTD_BYTES)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNSUPPORTED_ARCHIVE",
                          "decompressing it (zstd) needs a window of %llu MiB, and more than %llu "
                          "MiB cannot be read: compress it with --long=27 at most",
                          need_mib, (unsigned long long)(MAX_ZSTD_BYTES / MIB));
    if (need <= max)
        return AC_OK;
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NEEDS_MEMORY",
                      "decompressing it (%s) needs a window of %llu MiB, %llu MiB is allowed: "
                      "raise `memory` by %llu MiB, or compress the file with a smaller window",
                      a->kind_name, need_mib, (unsigned long long)(max / MIB),
                      (unsigned long long)((need - max + MIB - 1) / MIB));
}

// The library would go on unpacking what is packed twice the same way.
static enum ac_rc check_depth(const struct ac_archive *a, struct ac_err *err) {
    if (archive_filter_count(a->handle) <= 2) // its own, and that of the plain bytes below
        return AC_OK;
    return ac_archive_nested(a->kind_name, err);
}

enum ac_rc ac_archive_nested(const char *kind_name, struct ac_err *err) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NESTED_ARCHIVE",
                      "is packed once more (%s inside an archive or a compressed file); acload "
                      "opens one level: unpack the outer one",
                      kind_name);
}

static enum ac_rc open_handle(struct ac_archive *a, struct ac_err *err) {
    a->handle = archive_read_new();
    if (!a->handle)
        return ac_err_nomem(err, "an archive");
    int rc = support(a->handle, a->kind);
    if (rc != ARCHIVE_OK) // a library built without it would start a program instead
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNSUPPORTED_ARCHIVE",
                          "is compressed with %s, which this system's libarchive cannot read",
                          a->kind_name);
    archive_read_set_read_callback(a->handle, on_read);
    if (a->stream->seek && a->kind == AC_MAGIC_ZIP) // its table of contents is at the end
        archive_read_set_seek_callback(a->handle, on_seek);
    archive_read_set_callback_data(a->handle, a);
    if (archive_read_open1(a->handle) != ARCHIVE_OK)
        return damaged(a, "is cut short or damaged", err);
    return check_depth(a, err);
}

static enum ac_rc prepare(struct ac_archive *a, ac_str head, struct ac_err *err) {
    a->block = head.len <= BLOCK_BYTES ? malloc(BLOCK_BYTES) : NULL;
    if (a->kind == AC_MAGIC_GZIP)
        a->gzip = malloc(sizeof *a->gzip);
    if (!a->block || (a->kind == AC_MAGIC_GZIP && !a->gzip))
        return ac_err_nomem(err, "an archive");
    if (a->gzip)
        ac_gzip_init(a->gzip);
    if (head.len)
        memcpy(a->block, head.ptr, head.len);
    a->n_head = head.len;
    // Names must not depend on the environment: they are part of what makes a member the same.
    a->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return open_handle(a, err);
}

enum ac_rc ac_archive_open(struct ac_archive **out, enum ac_magic kind, struct ac_stream *stream,
                           ac_str head, const struct ac_source_options *options,
                           struct ac_err *err) {
    struct ac_archive *a = calloc(1, sizeof *a);
    if (!a)
        return ac_err_nomem(err, "an archive");
    ac_names_init(&a->names);
    a->kind = kind;
    a->stream = stream;
    a->options = options;
    a->max_member_bytes = options->max_member_bytes;
    (void)ac_magic_of(head, &a->kind_name);
    enum ac_rc rc = check_memory(a, head, err);
    if (rc == AC_OK)
        rc = prepare(a, head, err);
    if (rc != AC_OK) {
        ac_archive_close(a);
        return rc;
    }
    *out = a;
    return AC_OK;
}

void ac_archive_close(struct ac_archive *a) {
    if (!a)
        return;
    if (a->handle)
        archive_read_free(a->handle);
    if (a->utf8)
        freelocale(a->utf8);
    ac_names_free(&a->names);
    free(a->gzip);
    free(a->block);
    free(a);
}

// What a system adds to the files that people pack.
static bool is_litter(ac_str path) {
    if (ac_str_starts(path, AC_STR("__MACOSX/")))
        return true;
    size_t at = path.len;
    while (at && path.ptr[at - 1] != '/')
        at--;
    ac_str base = ac_str_skip(path, at);
    return ac_str_starts(base, AC_STR("._")) || ac_str_eq(base, AC_STR(".DS_Store"));
}

static bool is_wanted(struct archive_entry *entry, const char *name) {
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
        return false;
    return !is_litter(ac_str_of(name));
}

// The name as UTF-8; where it is written in no known encoding, its bytes as they are.
static const char *name_of(const struct ac_archive *a, struct archive_entry *entry) {
    if (archive_format(a->handle) == ARCHIVE_FORMAT_RAW)
        return "";
    const char *name = archive_entry_pathname_utf8(entry);
    if (!name)
        name = archive_entry_pathname(entry);
    return name && name[0] ? name : "nameless";
}

static void fill(const struct ac_archive *a, struct archive_entry *entry,
                 struct ac_member *member) {
    member->name = name_of(a, entry);
    member->modified_ms = INT64_MIN;
    if (archive_entry_mtime_is_set(entry))
        member->modified_ms =
            (int64_t)archive_entry_mtime(entry) * 1000 + archive_entry_mtime_nsec(entry) / 1000000;
    member->size_bytes = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
}

// Zip members may use methods whose memory nobody can foretell; those in use for decades are read.
static enum ac_rc check_method(const struct ac_archive *a, struct ac_err *err) {
    if (a->kind != AC_MAGIC_ZIP)
        return AC_OK;
    const char *name = archive_format_name(a->handle);
    const char *method = name ? strchr(name, '(') : NULL;
    static const char *const known[] = {"(uncompressed)", "(deflation)", "(bzip)"};
    for (size_t i = 0; method && i < AC_N(known); i++)
        if (strcmp(method, known[i]) == 0)
            return AC_OK;
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNSUPPORTED_ARCHIVE",
                      "is packed by a method acload does not read %s: pack it with deflate",
                      method ? method : "");
}

// Workbooks are zip archives, too: their parts are no reports.
static bool is_office(const struct ac_archive *a, const char *name) {
    return a->kind == AC_MAGIC_ZIP && (strcmp(name, "[Content_Types].xml") == 0 ||
                                       (a->n_members == 1 && strcmp(name, "mimetype") == 0));
}

static enum ac_rc check_entry(struct ac_archive *a, struct archive_entry *entry,
                              const struct ac_member *member, struct ac_err *err) {
    if (archive_entry_is_encrypted(entry))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "ENCRYPTED",
                          "is encrypted; acload reads only archives without a password");
    if (is_office(a, member->name)) {
        a->has_ended = true;
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "OFFICE_DOCUMENT",
                          "the file is an Office document (a workbook): save the sheet as CSV");
    }
    if (member->size_bytes > a->max_member_bytes)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "MEMBER_TOO_LARGE",
                          "unpacks to %lld bytes, the ceiling is %lld",
                          (long long)member->size_bytes, (long long)a->max_member_bytes);
    return check_method(a, err);
}

// What stands behind the packed bytes was not asked for; the checksum is the last of it.
static enum ac_rc check_sum(struct ac_archive *a, struct ac_err *err) {
    if (!a->gzip)
        return AC_OK;
    for (size_t n = 1; n;) {
        enum ac_rc rc = a->stream->read(a->stream, a->block, BLOCK_BYTES, &n, err);
        if (rc != AC_OK)
            return rc;
        (void)hand_over(a, n);
    }
    if (ac_gzip_is_good(a->gzip))
        return AC_OK;
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "DAMAGED_ARCHIVE",
                      "is damaged (gzip: what it unpacks to has another checksum); get or make the "
                      "file again");
}

static enum ac_rc at_end(struct ac_archive *a, struct ac_member *member, struct ac_err *err) {
    a->has_ended = true;
    if (a->failure.rc != AC_OK) // an end that is none
        return damaged(a, "", err);
    if (a->n_members)
        return AC_END;
    if (archive_format(a->handle) == ARCHIVE_FORMAT_EMPTY) { // compressed nothing
        *member = (struct ac_member){"", INT64_MIN, 0};
        return check_sum(a, err);
    }
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "EMPTY_INPUT", "is an archive without files");
}

static enum ac_rc tell_apart(struct ac_archive *a, struct ac_member *member, enum ac_rc verdict,
                             struct ac_err *err) {
    struct ac_err name_err = AC_ERR_INIT;
    enum ac_rc rc = ac_names_tell(&a->names, member->name, &member->name, &name_err);
    if (rc == AC_OK)
        return verdict;
    *err = name_err;
    return rc;
}

static enum ac_rc next_entry(struct ac_archive *a, struct ac_member *member, struct ac_err *err) {
    while (!a->has_ended) {
        struct archive_entry *entry = NULL;
        bool was_damaged = a->is_damaged;
        a->is_damaged = a->has_data = false;
        int rc = archive_read_next_header(a->handle, &entry);
        if (rc == ARCHIVE_EOF)
            return at_end(a, member, err);
        // RETRY passes over a block that is no header: what it was part of would be lost unseen.
        if (rc < ARCHIVE_WARN || rc == ARCHIVE_RETRY) {
            a->has_ended = true;
            if (was_damaged)
                break;
            return damaged(a, "is cut short or damaged: what follows is not read", err);
        }
        const char *name = name_of(a, entry);
        if (!is_wanted(entry, name))
            continue;
        a->n_members++;
        a->n_total += a->n_inflated;
        a->n_inflated = 0;
        fill(a, entry, member);
        enum ac_rc verdict = check_entry(a, entry, member, err);
        if (verdict == AC_OK || verdict == AC_INPUT)
            verdict = tell_apart(a, member, verdict, err);
        a->has_data = verdict == AC_OK;
        return verdict;
    }
    return AC_END;
}

enum ac_rc ac_archive_next(struct ac_archive *a, struct ac_member *member, struct ac_err *err) {
    *member = (struct ac_member){"", INT64_MIN, -1};
    locale_t before = a->utf8 ? uselocale(a->utf8) : (locale_t)0;
    enum ac_rc rc = next_entry(a, member, err);
    if (before)
        uselocale(before);
    return rc;
}

static enum ac_rc check_ceilings(struct ac_archive *a, struct ac_err *err) {
    if (a->n_inflated > a->max_member_bytes)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "MEMBER_TOO_LARGE",
                          "unpacks to more than %lld bytes, the ceiling",
                          (long long)a->max_member_bytes);
    int64_t total = a->n_total + a->n_inflated, stored = a->stream->size_bytes;
    if (stored < 0)
        stored = (int64_t)a->stream->n_read;
    if (total <= RATIO_FREE_BYTES || total / a->options->max_ratio <= stored)
        return AC_OK;
    a->has_ended = true; // passing over the rest would mean to inflate it
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "ARCHIVE_BOMB",
                      "unpacks to more than %lld times its %lld bytes; no report does, so it is "
                      "taken for a bomb, and nothing that follows is read",
                      (long long)a->options->max_ratio, (long long)stored);
}

static enum ac_rc take_data(struct ac_archive *a, ac_str got, struct ac_err *err) {
    if (got.len == 0) {
        a->has_data = false;
        return check_sum(a, err);
    }
    if (a->gzip)
        ac_gzip_unpacked(a->gzip, got);
    a->n_inflated += (int64_t)got.len;
    return check_ceilings(a, err);
}

enum ac_rc ac_archive_read(struct ac_archive *a, char *to, size_t max, size_t *n,
                           struct ac_err *err) {
    *n = 0;
    if (!a->has_data)
        return AC_OK;
    la_ssize_t got = archive_read_data(a->handle, to, max);
    a->is_damaged = got < 0;
    enum ac_rc rc = got < 0 ? damaged(a, "is cut short or damaged", err)
                            : take_data(a, (ac_str){to, (size_t)got}, err);
    if (rc == AC_OK)
        *n = (size_t)got;
    else
        a->has_data = false;
    return rc;
}

static enum ac_rc stream_read(struct ac_stream *s, char *to, size_t max, size_t *n,
                              struct ac_err *err) {
    enum ac_rc rc = ac_archive_read(s->arg, to, max, n, err);
    s->n_read += *n;
    return rc;
}

void ac_archive_stream(struct ac_archive *a, struct ac_stream *out) {
    a->max_member_bytes = INT64_MAX;
    *out = (struct ac_stream){
        .name = a->stream->name, .size_bytes = -1, .fd = -1, .arg = a, .read = stream_read};
}
