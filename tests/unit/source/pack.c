// SPDX-License-Identifier: MIT
// A folder of files or archives made for one test.
#include "source/pack.h"
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ac_arena source_arena;
struct ac_err source_err;
static char folder[256];

void source_setup(void) {
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/source-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chmod(folder, 0755), 0);
    ac_arena_init(&source_arena, (size_t)8 << 20);
    ac_err_clear(&source_err);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void source_teardown(void) {
    ac_arena_free(&source_arena);
    ck_assert_int_eq(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *source_path(const char *name) {
    static char paths[8][1024];
    static size_t at;
    char *path = paths[at++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *source_write(const char *name, const char *bytes, size_t len) {
    const char *path = source_path(name);
    FILE *f = fopen(path, "w");
    ck_assert_msg(f != NULL, "%s: cannot be made", path);
    if (len == SIZE_MAX)
        len = strlen(bytes);
    ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
    ck_assert_int_eq(fclose(f), 0);
    return path;
}

const char *source_folder(const char *name) {
    const char *path = source_path(name);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    return path;
}

char *source_read(const char *path, size_t *len) {
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
    *len = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*len + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(fread(bytes, 1, *len, f), *len);
    fclose(f);
    return bytes;
}

// --- archives ------------------------------------------------------------------------------------

static void must(struct archive *a, int rc) {
    ck_assert_msg(rc == ARCHIVE_OK, "libarchive: %s", archive_error_string(a));
}

static void put_data(struct archive *a, const struct source_file *f) {
    static char same[65536];
    size_t len = f->bytes && !f->len ? strlen(f->bytes) : f->len;
    memset(same, 'a', sizeof same);
    for (size_t at = 0; at < len;) {
        size_t n = len - at;
        if (!f->bytes && n > sizeof same)
            n = sizeof same;
        ck_assert_int_eq(archive_write_data(a, f->bytes ? f->bytes + at : same, n), (long)n);
        at += n;
    }
}

static void put(struct archive *a, const struct source_file *f) {
    struct archive_entry *entry = archive_entry_new();
    ck_assert_ptr_nonnull(entry);
    bool is_file = !f->kind || f->kind == 'h';
    archive_entry_set_pathname(entry, f->name);
    archive_entry_set_filetype(entry, is_file ? AE_IFREG : f->kind == 'd' ? AE_IFDIR : AE_IFLNK);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1930407327, 0);
    if (f->kind == 'l')
        archive_entry_set_symlink(entry, f->bytes);
    if (f->kind == 'h')
        archive_entry_set_hardlink(entry, f->bytes);
    if (!f->kind)
        archive_entry_set_size(entry,
                               (la_int64_t)(f->bytes && !f->len ? strlen(f->bytes) : f->len));
    must(a, archive_write_header(a, entry));
    if (!f->kind)
        put_data(a, f);
    archive_entry_free(entry);
}

const char *source_pack(const char *name, const char *format, const char *filter,
                        const char *options, const struct source_file *files, size_t n) {
    const char *path = source_path(name);
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); // for the members' names
    ck_assert_ptr_nonnull(utf8);
    locale_t before = uselocale(utf8);
    struct archive *a = archive_write_new();
    ck_assert_ptr_nonnull(a);
    must(a, archive_write_set_format_by_name(a, format));
    must(a, strcmp(filter, "none") == 0 ? archive_write_add_filter_none(a)
                                        : archive_write_add_filter_by_name(a, filter));
    must(a, archive_write_set_bytes_in_last_block(a, 1));
    must(a, archive_write_set_options(a, options));
    if (options && strstr(options, "encryption"))
        must(a, archive_write_set_passphrase(a, "secret"));
    must(a, archive_write_open_filename(a, path));
    for (size_t i = 0; i < n; i++)
        put(a, &files[i]);
    must(a, archive_write_close(a));
    archive_write_free(a);
    uselocale(before);
    freelocale(utf8);
    return path;
}

const char *source_compress(const char *name, const char *filter, const char *options,
                            const char *bytes, size_t len) {
    struct source_file one = {"data", bytes, len, 0};
    return source_pack(name, "raw", filter, options, &one, 1);
}

// --- reading -------------------------------------------------------------------------------------

struct ac_item source_item(const char *path) {
    struct ac_item item;
    ck_assert_msg(ac_source_item(path, &source_arena, &item, &source_err) == AC_OK, "%s: %s", path,
                  source_err.text);
    return item;
}

struct ac_source *source_open(const char *path, const struct ac_source_options *options) {
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    ck_assert_msg(ac_source_open(&src, &item, options, &source_err) == AC_OK, "%s: %s", path,
                  source_err.text);
    return src;
}

void source_check_next(struct ac_source *src, const char *name, const char *content) {
    struct ac_member member;
    ac_str bytes;
    size_t len = strlen(content);
    ck_assert_msg(ac_source_next(src, &member, &source_err) == AC_OK, "%s", source_err.text);
    ck_assert_str_eq(member.name, name);
    enum ac_rc rc = ac_source_peek(src, len + 1, &bytes, &source_err);
    ck_assert_msg(rc == AC_END, "%s", source_err.text);
    ck_assert_uint_eq(bytes.len, len);
    ck_assert_mem_eq(bytes.ptr, content, len);
    ac_source_take(src, bytes.len);
}

enum ac_rc source_drain(struct ac_source *src, size_t step, uint64_t *n) {
    enum ac_rc rc = AC_OK;
    *n = 0;
    while (rc == AC_OK) {
        ac_str bytes;
        rc = ac_source_peek(src, step, &bytes, &source_err);
        ac_source_take(src, bytes.len);
        *n += bytes.len;
    }
    return rc;
}

static void set_rights(bool is_root) {
    struct {
        uint32_t version;
        int32_t pid;
    } head = {0x20080522, 0}; // the third version of this call
    struct {
        uint32_t effective, permitted, inheritable;
    } sets[2] = {{0, 0, 0}};
    const uint32_t above_files = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;
    ck_assert_int_eq(syscall(SYS_capget, &head, sets), 0);
    sets[0].effective &= ~above_files;
    if (is_root)
        sets[0].effective |= sets[0].permitted & above_files;
    ck_assert_int_eq(syscall(SYS_capset, &head, sets), 0);
}

void source_lower_rights(void) { set_rights(false); }

void source_restore_rights(void) { set_rights(true); }

void source_check_err(const char *code, const char *part) {
    ck_assert_str_eq(source_err.code, code);
    ck_assert_msg(strstr(source_err.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
                  source_err.text);
    ac_err_clear(&source_err);
}
