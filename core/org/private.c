// SPDX-License-Identifier: MIT
// Small files of secrets, written in one step.
#include "org/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void ac_private_wipe(char **text) {
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

void ac_private_wipe_buf(struct ac_buf *b) {
    if (b->ptr)
        explicit_bzero(b->ptr, b->cap);
    ac_buf_free(b);
}

char *ac_private_copy(ac_str text) {
    char *copy = malloc(text.len + 1);
    if (!copy)
        return NULL;
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

bool ac_private_buf(struct ac_buf *b) {
    ac_buf_init(b, AC_PRIVATE_MAX_BYTES);
    return ac_buf_need(b, AC_PRIVATE_MAX_BYTES);
}

static bool read_all(int fd, struct ac_buf *out) {
    for (;;) {
        if (!ac_buf_need(out, 1))
            return false;
        ssize_t n = read(fd, out->ptr + out->len, out->cap - out->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            return true;
        out->len += (size_t)n;
    }
}

static enum ac_rc read_judged(int fd, const char *path, const char *what, struct ac_buf *out,
                              struct ac_err *err) {
    struct stat st;
    if (fstat(fd, &st) != 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read", path);
    if (!S_ISREG(st.st_mode))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_FILE", "%s is no file; %s was expected",
                          path, what);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "OPEN_SECRET",
                          "%s holds a secret and others can read it: chmod 600 %s", path, path);
    if (st.st_size >= AC_PRIVATE_MAX_BYTES)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_SECRET",
                          "%s is too large to be %s (%lld bytes)", path, what,
                          (long long)st.st_size);
    errno = EFBIG; // when it grew meanwhile
    if (!read_all(fd, out))
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read", path);
    return AC_OK;
}

enum ac_rc ac_private_read(const char *path, const char *what, struct ac_buf *out,
                           struct ac_err *err) {
    char doing[96];
    snprintf(doing, sizeof doing, "cannot read %s in", what);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, doing, path);
    enum ac_rc rc = read_judged(fd, path, what, out, err);
    close(fd);
    return rc;
}

bool ac_private_read_own(const char *path, struct ac_buf *out) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool is_read = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
                   !(st.st_mode & (S_IRWXG | S_IRWXO)) && st.st_size < AC_PRIVATE_MAX_BYTES &&
                   read_all(fd, out);
    close(fd);
    return is_read;
}

static bool write_all(int fd, ac_str text) {
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text = ac_str_skip(text, (size_t)n);
    }
    return fsync(fd) == 0;
}

// The rename is on disk only when its folder is.
static void sync_folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (!folder)
        return;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

enum ac_rc ac_private_write(const char *path, ac_str text, struct ac_err *err) {
    size_t len = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(len);
    if (!temporary)
        return ac_err_nomem(err, "the name of a file");
    snprintf(temporary, len, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC); // 0600, a name nobody else holds
    bool is_made = fd >= 0, is_good = is_made && write_all(fd, text);
    int cause = errno;
    if (is_made && close(fd) != 0 && is_good) {
        cause = errno;
        is_good = false;
    }
    if (is_good && rename(temporary, path) != 0) {
        cause = errno;
        is_good = false;
    }
    if (is_made && !is_good)
        unlink(temporary);
    free(temporary);
    errno = cause;
    if (!is_good)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write", path);
    sync_folder_of(path);
    return AC_OK;
}
