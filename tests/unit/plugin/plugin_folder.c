// SPDX-License-Identifier: MIT
// Folders made below TMPDIR; the runner removes them.
#include "plugin_folder.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PATHS 64

static struct {
    char *paths[MAX_PATHS];
    size_t n;
    int back; // the folder the test began in
    int has_back;
} made;

static char *keep(char *path) {
    ck_assert(path && made.n < MAX_PATHS);
    if (!made.has_back) {
        made.back = open(".", O_RDONLY | O_DIRECTORY);
        made.has_back = 1;
    }
    return made.paths[made.n++] = path;
}

void plugin_folder_end(void) {
    while (made.n)
        free(made.paths[--made.n]);
    if (!made.has_back)
        return;
    ck_assert_int_eq(fchdir(made.back), 0);
    close(made.back);
    made.has_back = 0;
}

const char *plugin_folder_path(const char *dir, const char *name) {
    char *path = NULL;
    ck_assert_int_gt(asprintf(&path, "%s/%s", dir, name), 0);
    return keep(path);
}

const char *plugin_folder_abi(const char *file) {
    const char *dir = getenv("AC_ABI");
    ck_assert_msg(dir != NULL, "AC_ABI is not set: run this with make test");
    return plugin_folder_path(dir, file);
}

const char *plugin_folder_new(mode_t mode) {
    const char *tmp = getenv("TMPDIR");
    char *path = NULL;
    ck_assert_int_gt(asprintf(&path, "%s/plugins.XXXXXX", tmp ? tmp : "/tmp"), 0);
    ck_assert_ptr_nonnull(mkdtemp(keep(path)));
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

const char *plugin_folder_below(const char *dir, const char *name, mode_t mode) {
    const char *path = plugin_folder_path(dir, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

static char *read_all(const char *path, size_t *len) {
    struct stat info;
    FILE *in = fopen(path, "rb");
    ck_assert_msg(in != NULL, "cannot open %s", path);
    ck_assert_int_eq(fstat(fileno(in), &info), 0);
    *len = (size_t)info.st_size;
    char *bytes = malloc(*len + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(fread(bytes, 1, *len, in), *len);
    fclose(in);
    return bytes;
}

static void write_all(const char *path, const char *bytes, size_t len) {
    FILE *out = fopen(path, "wb");
    ck_assert_msg(out != NULL, "cannot write %s", path);
    ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, 0644), 0);
}

const char *plugin_folder_copy(const char *abi, const char *dir, const char *name) {
    const char *path = plugin_folder_path(dir, name);
    size_t len;
    char *bytes = read_all(plugin_folder_abi(abi), &len);
    write_all(path, bytes, len);
    free(bytes);
    return path;
}

const char *plugin_folder_write(const char *dir, const char *name, const char *text) {
    const char *path = plugin_folder_path(dir, name);
    write_all(path, text, strlen(text));
    return path;
}

size_t plugin_folder_rename_symbol(const char *path, const char *from, const char *to) {
    size_t len, n = 0, name = strlen(from);
    char *bytes = read_all(path, &len);
    for (char *at = bytes; (at = memmem(at, len - (size_t)(at - bytes), from, name)); n++)
        memcpy(at, to, name);
    write_all(path, bytes, len);
    free(bytes);
    return n;
}
