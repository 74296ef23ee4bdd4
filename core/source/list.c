// SPDX-License-Identifier: MIT
// Files found by a path, a folder or a pattern.
#include "base/buf.h"
#include "source/address.h"
#include "source/kinesis.h"
#include "source/s3.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MAX_DEPTH 64u
#define MAX_PATH_BYTES ((size_t)64 * 1024)
#define MAX_NAMES_BYTES ((size_t)32 << 20) // of one folder

struct walk {
    struct ac_source_filter *filter;
    struct ac_arena *arena;
    enum ac_rc (*found)(void *arg, const struct ac_item *item, struct ac_err *err);
    void *arg;
    struct ac_buf path;    // where the walk is
    struct ac_err skipped; // the first that could not be read, where nobody listens
    bool is_named;         // the path is what the person wrote: no filter
};

struct names { // of one folder, sorted: "name\0" or "name/\0" for a folder
    struct ac_buf text;
    struct ac_buf offsets; // size_t each
};

static void names_free(struct names *n) {
    ac_buf_free(&n->text);
    ac_buf_free(&n->offsets);
}

static enum ac_rc refuse(struct ac_err *err, const char *code, const char *name, const char *what,
                         int cause) {
    char why[128];
    enum ac_rc rc =
        ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, code, "%s%s%s", what, cause ? ": " : "",
                   cause ? ac_err_reason(cause, why, sizeof why) : "");
    ac_err_at(err, name, 0, 0);
    return rc;
}

static bool is_partial(ac_str path) {
    size_t at = path.len;
    while (at && path.ptr[at - 1] != '/')
        at--;
    ac_str base = ac_str_skip(path, at);
    return ac_str_starts(base, AC_STR(".")) || ac_str_ends_nocase(base, AC_STR(".part")) ||
           ac_str_ends_nocase(base, AC_STR(".tmp"));
}

static bool is_too_young(struct walk *w, const struct stat *st) {
    if (!w->filter || w->filter->min_age_ms <= 0)
        return false;
    int64_t ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
    if (w->filter->now_ms - ms >= w->filter->min_age_ms)
        return false;
    w->filter->n_waiting++;
    return true;
}

// One of many that cannot be read: said now when somebody listens, else the first at the end.
static void miss(struct walk *w, const struct ac_err *why) {
    if (w->filter && w->filter->missed)
        w->filter->missed(w->filter->missed_arg, why);
    else if (w->skipped.rc == AC_OK)
        w->skipped = *why;
}

static enum ac_rc tell(struct walk *w, struct ac_err *err) {
    const char *path = ac_buf_text(&w->path);
    if (!path)
        return ac_err_nomem(err, "the name of an input");
    struct ac_item item;
    struct ac_err missed = AC_ERR_INIT;
    enum ac_rc rc = ac_source_item(path, w->arena, &item, &missed);
    if (rc == AC_OK)
        return w->found(w->arg, &item, err);
    if (rc == AC_INPUT && !w->is_named) {          // the others go on
        if (strcmp(missed.code, "NOT_FOUND") != 0) // else it has just gone
            miss(w, &missed);
        return AC_OK;
    }
    if (err->rc == AC_OK)
        *err = missed;
    return rc;
}

static int compare_names(const void *a, const void *b, void *arg) {
    const char *text = arg;
    return strcmp(text + *(const size_t *)a, text + *(const size_t *)b);
}

// A folder sorts as "name/", so that the walk comes by whole paths in byte order.
static enum ac_rc names_add(struct names *n, DIR *dir, const struct dirent *entry,
                            struct ac_err *err) {
    struct stat st;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_UNKNOWN)
        is_folder = fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                    S_ISDIR(st.st_mode);
    size_t at = n->text.len;
    if (ac_buf_add(&n->offsets, &at, sizeof at) &&
        ac_buf_add_str(&n->text, ac_str_of(entry->d_name)) &&
        (!is_folder || ac_buf_add_char(&n->text, '/')) && ac_buf_add_char(&n->text, '\0'))
        return AC_OK;
    if (n->offsets.has_no_memory || n->text.has_no_memory)
        return ac_err_nomem(err, "the names of a folder");
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "FOLDER_TOO_LARGE",
                      "holds too many files to be sorted; spread them over folders");
}

static enum ac_rc names_read(struct walk *w, struct names *n, struct ac_err *err) {
    const char *path = ac_buf_text(&w->path);
    if (!path)
        return ac_err_nomem(err, "the name of a folder");
    DIR *dir = opendir(path);
    if (!dir)
        return refuse(err, "UNREADABLE", path, "the folder cannot be read", errno);
    enum ac_rc rc = AC_OK;
    struct dirent *entry = NULL;
    while (rc == AC_OK) {
        errno = 0;
        entry = readdir(dir);
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (w->filter && w->filter->skip_partial && is_partial(ac_str_of(entry->d_name)))
            continue;
        rc = names_add(n, dir, entry, err);
    }
    if (rc == AC_OK && errno)
        rc = refuse(err, "UNREADABLE", path, "the folder cannot be read", errno);
    closedir(dir);
    if (rc != AC_OK)
        ac_err_at(err, path, 0, 0);
    if (rc == AC_OK && n->offsets.len)
        qsort_r(n->offsets.ptr, n->offsets.len / sizeof(size_t), sizeof(size_t), compare_names,
                n->text.ptr);
    return rc;
}

static enum ac_rc walk_folder(struct walk *w, unsigned depth, struct ac_err *err);

static enum ac_rc walk_entry(struct walk *w, ac_str name, unsigned depth, struct ac_err *err) {
    size_t len = w->path.len;
    if (len && w->path.ptr[len - 1] != '/' && !ac_buf_add_char(&w->path, '/'))
        return ac_err_nomem(err, "the name of an input");
    if (!ac_buf_add_str(&w->path, name))
        return ac_err_nomem(err, "the name of an input");
    enum ac_rc rc = AC_OK;
    struct stat st;
    const char *path = ac_buf_text(&w->path);
    if (!path) {
        rc = ac_err_nomem(err, "the name of an input");
    } else if (ac_str_ends(name, AC_STR("/"))) {
        w->path.len--;
        rc = walk_folder(w, depth, err);
    } else if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && !is_too_young(w, &st)) {
        rc = tell(w, err);
    }
    w->path.len = len;
    return rc;
}

static enum ac_rc walk_folder(struct walk *w, unsigned depth, struct ac_err *err) {
    struct names names;
    ac_buf_init(&names.text, MAX_NAMES_BYTES);
    ac_buf_init(&names.offsets, MAX_NAMES_BYTES);
    struct ac_err missed = AC_ERR_INIT;
    enum ac_rc rc = AC_OK;
    if (depth >= MAX_DEPTH)
        rc = refuse(&missed, "FOLDER_TOO_DEEP", ac_buf_text(&w->path),
                    "folders are nested too deeply", 0);
    else
        rc = names_read(w, &names, &missed);
    if (rc == AC_INPUT) {
        miss(w, &missed);
        rc = AC_OK;
    } else if (rc != AC_OK) {
        if (err->rc == AC_OK)
            *err = missed;
    } else {
        const size_t *at = (const size_t *)(const void *)names.offsets.ptr;
        for (size_t i = 0; rc == AC_OK && i < names.offsets.len / sizeof(size_t); i++)
            rc = walk_entry(w, ac_str_of(names.text.ptr + at[i]), depth + 1, err);
    }
    names_free(&names);
    return rc;
}

static enum ac_rc set_path(struct walk *w, ac_str path, struct ac_err *err) {
    ac_buf_clear(&w->path);
    if (ac_buf_add_str(&w->path, path))
        return AC_OK;
    return ac_err_nomem(err, "the name of an input");
}

// What a path names by itself: a file, or a folder (here a link to one is followed).
static enum ac_rc walk_path(struct walk *w, const char *path, const struct stat *st,
                            struct ac_err *err) {
    ac_str s = ac_str_of(path);
    while (s.len > 1 && s.ptr[s.len - 1] == '/')
        s.len--;
    enum ac_rc rc = set_path(w, s, err);
    if (rc != AC_OK)
        return rc;
    return S_ISDIR(st->st_mode) ? walk_folder(w, 0, err) : tell(w, err);
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum ac_rc walk_match(struct walk *w, const char *path, struct ac_err *err) {
    struct stat st;
    ac_str s = ac_str_of(path);
    bool is_folder = ac_str_ends(s, AC_STR("/")); // GLOB_MARK
    if (is_folder)
        s.len--;
    if (w->filter && w->filter->skip_partial && is_partial(s))
        return AC_OK;
    enum ac_rc rc = set_path(w, s, err);
    const char *plain = rc == AC_OK ? ac_buf_text(&w->path) : NULL;
    if (!plain)
        return rc != AC_OK ? rc : ac_err_nomem(err, "the name of an input");
    if (is_folder) {
        if (lstat(plain, &st) != 0 || !S_ISDIR(st.st_mode))
            return AC_OK;
        return walk_folder(w, 0, err);
    }
    if (stat(plain, &st) == 0 && (!S_ISREG(st.st_mode) || is_too_young(w, &st)))
        return AC_OK;
    return tell(w, err);
}

static enum ac_rc walk_glob(struct walk *w, const char *pattern, struct ac_err *err) {
    if (!strpbrk(pattern, "*?[\\"))
        return refuse(err, "NOT_FOUND", pattern, "there is no such file or folder", 0);
    glob_t g = {0};
    int why = glob(pattern, GLOB_MARK | GLOB_NOSORT, NULL, &g);
    enum ac_rc rc = AC_OK;
    if (why == GLOB_NOSPACE) {
        rc = ac_err_nomem(err, "the files a pattern matches");
    } else if (why != 0) {
        rc = refuse(err, "NOT_FOUND", pattern, "no file matches the pattern", 0);
    } else {
        qsort(g.gl_pathv, g.gl_pathc, sizeof *g.gl_pathv, compare_paths);
        for (size_t i = 0; rc == AC_OK && i < g.gl_pathc; i++)
            rc = walk_match(w, g.gl_pathv[i], err);
    }
    globfree(&g);
    return rc;
}

// file:///a%20b, or a host of this machine; anything with another scheme is not for us.
static enum ac_rc path_of(const char *url, struct ac_arena *arena, const char **path,
                          struct ac_err *err) {
    *path = url;
    ac_str s = ac_str_of(url);
    const char *colon = strstr(url, "://");
    if (!colon)
        return AC_OK;
    if (!ac_str_starts(s, AC_STR("file://"))) {
        for (const char *c = url; c < colon; c++)
            if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.", *c))
                return AC_OK;
        return refuse(err, "UNKNOWN_SCHEME", url,
                      "is an address of a kind that cannot be read; known are paths, file:// and "
                      "s3://",
                      0);
    }
    s = ac_str_skip(s, 7);
    if (ac_str_starts(s, AC_STR("localhost/")))
        s = ac_str_skip(s, 9);
    if (!ac_str_starts(s, AC_STR("/")))
        return refuse(err, "NOT_FOUND", url,
                      "names another host; file:///path is meant for this one", 0);
    char *out = ac_arena_alloc(arena, s.len + 1);
    if (!out)
        return ac_err_nomem(err, "the name of an input");
    size_t n = ac_address_unescape(s, out);
    if (strlen(out) != n)
        return refuse(err, "NOT_FOUND", url, "has a NUL byte in its path", 0);
    *path = out;
    return AC_OK;
}

enum ac_rc ac_source_list(const char *url, struct ac_source_filter *filter, struct ac_arena *arena,
                          enum ac_rc (*found)(void *arg, const struct ac_item *item,
                                              struct ac_err *err),
                          void *arg, struct ac_err *err) {
    struct walk w = {.filter = filter, .arena = arena, .found = found, .arg = arg};
    w.skipped = (struct ac_err)AC_ERR_INIT;
    ac_buf_init(&w.path, MAX_PATH_BYTES);
    struct stat st;
    const char *path = url;
    enum ac_rc rc = AC_OK;
    bool is_there = stat(url, &st) == 0;
    char hint[AC_ADDRESS_HINT];
    if (!is_there && ac_address_hint(url, hint))
        return refuse(err, "UNKNOWN_SCHEME", url, hint, 0);
    if (!is_there && ac_s3_is_url(url))
        return ac_s3_list(url, filter, arena, found, arg, err);
    if (!is_there && ac_kinesis_is_url(url))
        return refuse(err, "STREAM", url,
                      "a stream of Kinesis is read by acload run, as the input of a job", 0);
    if (!is_there)
        rc = path_of(url, arena, &path, err);
    if (rc == AC_OK && stat(path, &st) == 0) {
        w.is_named = !S_ISDIR(st.st_mode);
        rc = walk_path(&w, path, &st, err);
    } else if (rc == AC_OK && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG) {
        rc = refuse(err, "UNREADABLE", path, "cannot be reached", errno);
    } else if (rc == AC_OK) {
        rc = walk_glob(&w, path, err);
    }
    if (rc == AC_OK && w.skipped.rc != AC_OK) {
        rc = w.skipped.rc;
        if (err->rc == AC_OK)
            *err = w.skipped;
    }
    ac_buf_free(&w.path);
    return rc;
}
