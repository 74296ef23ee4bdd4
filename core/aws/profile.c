// SPDX-License-Identifier: MIT
// Sections, settings, nested settings: the dialect that the AWS command line reads.
#include "aws/profile.h"
#include "base/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>

#define MAX_FILE_BYTES ((size_t)1 << 20)
#define MAX_HELD_BYTES ((size_t)8 << 20)

enum section { SECTION_PROFILE, SECTION_SERVICES, SECTION_OTHER };

struct ac_profile_entry {
    struct ac_profile_entry *next; // the one read before it
    enum ac_profile_file file;
    enum section section;
    const char *name; // of the profile or services section
    const char *key;  // NULL: the section itself
    const char *sub;  // NULL: not nested
    char *value;
};

struct reading {
    struct ac_profiles *profiles;
    enum ac_profile_file file;
    const char *path;
    uint64_t line;
    enum section section;
    const char *name;
    const char *key; // the last setting that was not nested, NULL: none in this section yet
    bool is_parent;  // its value is empty: what is indented below it are its own settings
    size_t indent;   // of it
    struct ac_err *err;
};

void ac_profiles_init(struct ac_profiles *p) {
    ac_arena_init(&p->arena, MAX_HELD_BYTES);
    p->entries = NULL;
}

void ac_profiles_free(struct ac_profiles *p) {
    for (struct ac_profile_entry *e = p->entries; e; e = e->next)
        if (e->value)
            OPENSSL_cleanse(e->value, strlen(e->value));
    ac_arena_free(&p->arena);
    ac_profiles_init(p);
}

static enum ac_rc bad_line(const struct reading *r, const char *what) {
    return ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG", "%s:%llu: %s", r->path,
                      (unsigned long long)r->line, what);
}

static enum ac_rc add(struct reading *r, const char *key, const char *sub, ac_str value) {
    struct ac_arena *arena = &r->profiles->arena;
    struct ac_profile_entry *e = ac_arena_alloc(arena, sizeof *e);
    char *copy = e ? ac_arena_copy(arena, value) : NULL;
    if (!copy)
        return ac_err_nomem(r->err, "the AWS configuration");
    *e = (struct ac_profile_entry){.next = r->profiles->entries,
                                   .file = r->file,
                                   .section = r->section,
                                   .name = r->name,
                                   .key = key,
                                   .sub = sub,
                                   .value = copy};
    r->profiles->entries = e;
    return AC_OK;
}

static const char *copy_lower(struct reading *r, ac_str s) {
    char *copy = ac_arena_copy(&r->profiles->arena, s);
    for (char *c = copy; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    return copy;
}

static ac_str unquote(ac_str s) {
    bool is_quoted =
        s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0];
    return is_quoted ? ac_str_n(s.ptr + 1, s.len - 2) : s;
}

// "word rest" when it begins so, its rest unquoted.
static bool is_section(ac_str title, ac_str word, ac_str *rest) {
    if (!ac_str_starts(title, word) || title.len == word.len || !strchr(" \t", title.ptr[word.len]))
        return false;
    *rest = unquote(ac_str_trim(ac_str_skip(title, word.len)));
    return rest->len > 0;
}

// In the config file a profile is [profile NAME], but [default]; in the credentials file [NAME].
static enum ac_rc begin_section(struct reading *r, ac_str line) {
    ptrdiff_t end = ac_str_find(line, ']');
    if (end < 0)
        return bad_line(r, "a section needs its closing bracket: [profile name]");
    ac_str title = ac_str_trim(ac_str_n(line.ptr + 1, (size_t)end - 1)), name = title;
    r->section = SECTION_OTHER;
    if (r->file == AC_PROFILE_CREDENTIALS) {
        r->section = SECTION_PROFILE;
        name = unquote(title);
    } else if (is_section(title, AC_STR("profile"), &name) || ac_str_eq(title, AC_STR("default"))) {
        r->section = SECTION_PROFILE;
    } else if (is_section(title, AC_STR("services"), &name)) {
        r->section = SECTION_SERVICES;
    }
    r->key = NULL;
    r->name = ac_arena_copy(&r->profiles->arena, name);
    if (!r->name)
        return ac_err_nomem(r->err, "the AWS configuration");
    return add(r, NULL, NULL, AC_STR(""));
}

static enum ac_rc read_setting(struct reading *r, ac_str line, size_t indent) {
    size_t at = 0;
    while (at < line.len && line.ptr[at] != '=' && line.ptr[at] != ':')
        at++;
    ac_str name = ac_str_trim(ac_str_n(line.ptr, at));
    bool is_below = r->key && indent > r->indent;
    if (is_below && !r->is_parent)
        return AC_OK; // a text of several lines: none of ours is one
    if (at == line.len || !name.len)
        return bad_line(r, "is neither a section in brackets nor name = value");
    if (!r->name)
        return bad_line(r, "stands before the first section: write [default] above it");
    ac_str value = ac_str_trim(ac_str_skip(line, at + 1));
    const char *key = copy_lower(r, name);
    if (!key)
        return ac_err_nomem(r->err, "the AWS configuration");
    if (is_below)
        return add(r, r->key, key, value);
    r->key = key;
    r->is_parent = value.len == 0;
    r->indent = indent;
    return add(r, key, NULL, value);
}

enum ac_rc ac_profiles_add(struct ac_profiles *p, enum ac_profile_file which, ac_str text,
                           const char *name, struct ac_err *err) {
    struct reading r = {.profiles = p, .file = which, .path = name, .err = err};
    enum ac_rc rc = AC_OK;
    if (ac_str_starts(text, AC_STR("\xEF\xBB\xBF")))
        text = ac_str_skip(text, 3);
    if (text.len && memchr(text.ptr, '\0', text.len))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG", "%s: is not a text file",
                          name);
    for (ac_str line; rc == AC_OK && ac_str_cut(&text, '\n', &line);) {
        r.line++;
        size_t indent = 0;
        while (indent < line.len && (line.ptr[indent] == ' ' || line.ptr[indent] == '\t'))
            indent++;
        line = ac_str_trim(line);
        if (!line.len || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        rc = line.ptr[0] == '[' ? begin_section(&r, line) : read_setting(&r, line, indent);
    }
    return rc;
}

static enum ac_rc read_all(int fd, struct ac_buf *text, const char *path, struct ac_err *err) {
    (void)ac_buf_need(text, (size_t)64 * 1024); // a buffer that grows leaves copies behind
    for (;;) {
        if (!ac_buf_need(text, 4096))
            return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                              "%s is too large to be an AWS configuration", path);
        ssize_t n = read(fd, text->ptr + text->len, 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read", path);
        if (n == 0)
            return AC_OK;
        text->len += (size_t)n;
    }
}

enum ac_rc ac_profiles_read(struct ac_profiles *p, enum ac_profile_file which, const char *path,
                            struct ac_err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return AC_OK;
    if (fd < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read", path);
    struct ac_buf text;
    ac_buf_init(&text, MAX_FILE_BYTES);
    enum ac_rc rc = read_all(fd, &text, path, err);
    if (rc == AC_OK)
        rc = ac_profiles_add(p, which, ac_buf_str(&text), path, err);
    if (text.ptr)
        OPENSSL_cleanse(text.ptr, text.cap);
    ac_buf_free(&text);
    close(fd);
    return rc;
}

static bool is_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *find(const struct ac_profiles *p, enum section section, int file,
                        const char *name, const char *key, const char *sub) {
    for (const struct ac_profile_entry *e = p->entries; e; e = e->next)
        if (e->section == section && (file < 0 || (int)e->file == file) && is_text(e->name, name) &&
            is_text(e->key, key) && is_text(e->sub, sub))
            return e->value;
    return NULL;
}

static const char *filled(const char *value) { return value && *value ? value : NULL; }

bool ac_profile_exists(const struct ac_profiles *p, const char *profile) {
    return find(p, SECTION_PROFILE, -1, profile, NULL, NULL) != NULL;
}

const char *ac_profile_in(const struct ac_profiles *p, enum ac_profile_file which,
                          const char *profile, const char *key) {
    return filled(find(p, SECTION_PROFILE, (int)which, profile, key, NULL));
}

const char *ac_profile_get(const struct ac_profiles *p, const char *profile, const char *key) {
    const char *strong = ac_profile_in(p, AC_PROFILE_CREDENTIALS, profile, key);
    return strong ? strong : ac_profile_in(p, AC_PROFILE_CONFIG, profile, key);
}

const char *ac_profile_sub(const struct ac_profiles *p, const char *profile, const char *key,
                           const char *sub) {
    return filled(find(p, SECTION_PROFILE, -1, profile, key, sub));
}

const char *ac_profile_service(const struct ac_profiles *p, const char *services,
                               const char *service, const char *key) {
    return filled(find(p, SECTION_SERVICES, -1, services, service, key));
}
