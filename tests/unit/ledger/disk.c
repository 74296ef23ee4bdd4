// SPDX-License-Identifier: MIT
// A layer between SQLite's files or ours.
#include "ledger/disk.h"
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct undo { // what a write replaced
    struct undo *next;
    char *path;
    sqlite3_int64 at, size; // where it was written; how long the file was
    int len;                // of what stood there
    char bytes[];
};

struct file {
    sqlite3_file base;
    const char *path; // NULL: temporary
    sqlite3_file *real;
};

struct ledger_disk ledger_disk;
static struct undo *undos;
static sqlite3_vfs layer;

static sqlite3_file *real_of(sqlite3_file *f) { return ((struct file *)f)->real; }

static int step(void) {
    ledger_disk.n_steps++;
    bool fails = ledger_disk.fail_at && ledger_disk.n_steps >= ledger_disk.fail_at;
    return fails ? ledger_disk.fail_code : SQLITE_OK;
}

static void forget(const char *path) { // NULL: all
    for (struct undo **at = &undos; *at;) {
        struct undo *u = *at;
        if (path && strcmp(u->path, path) != 0) {
            at = &u->next;
            continue;
        }
        *at = u->next;
        free(u->path);
        free(u);
    }
}

static void remember(struct file *f, sqlite3_int64 at, sqlite3_int64 len) {
    if (!f->path || !ledger_disk.is_watched)
        return;
    sqlite3_int64 size = 0;
    f->real->pMethods->xFileSize(f->real, &size);
    sqlite3_int64 old = at + len > size ? size - at : len;
    if (old < 0)
        old = 0;
    struct undo *u = malloc(sizeof *u + (size_t)old);
    ck_assert_ptr_nonnull(u);
    *u = (struct undo){
        .next = undos, .path = strdup(f->path), .at = at, .size = size, .len = (int)old};
    if (old)
        f->real->pMethods->xRead(f->real, u->bytes, (int)old, at);
    undos = u;
}

static int disk_close(sqlite3_file *f) { return real_of(f)->pMethods->xClose(real_of(f)); }

static int disk_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at) {
    return real_of(f)->pMethods->xRead(real_of(f), to, len, at);
}

static int disk_write(sqlite3_file *f, const void *from, int len, sqlite3_int64 at) {
    int code = step();
    if (code != SQLITE_OK)
        return code;
    remember((struct file *)f, at, len);
    return real_of(f)->pMethods->xWrite(real_of(f), from, len, at);
}

static int disk_truncate(sqlite3_file *f, sqlite3_int64 size) {
    int code = step();
    sqlite3_int64 old = 0;
    if (code != SQLITE_OK)
        return code;
    real_of(f)->pMethods->xFileSize(real_of(f), &old);
    if (old > size)
        remember((struct file *)f, size, old - size);
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int disk_sync(sqlite3_file *f, int flags) {
    (void)flags;
    int code = step();
    if (code != SQLITE_OK)
        return code;
    ledger_disk.n_syncs++;
    const struct file *file = (const struct file *)f;
    if (file->path)
        forget(file->path);
    return SQLITE_OK;
}

static int disk_size(sqlite3_file *f, sqlite3_int64 *size) {
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int disk_lock(sqlite3_file *f, int kind) {
    return real_of(f)->pMethods->xLock(real_of(f), kind);
}

static int disk_unlock(sqlite3_file *f, int kind) {
    return real_of(f)->pMethods->xUnlock(real_of(f), kind);
}

static int disk_is_reserved(sqlite3_file *f, int *out) {
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int disk_control(sqlite3_file *f, int what, void *arg) {
    return real_of(f)->pMethods->xFileControl(real_of(f), what, arg);
}

static int disk_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }

static int disk_traits(sqlite3_file *f) {
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int disk_shm_map(sqlite3_file *f, int page, int size, int extends, void volatile **out) {
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extends, out);
}

static int disk_shm_lock(sqlite3_file *f, int at, int n, int flags) {
    return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void disk_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }

static int disk_shm_unmap(sqlite3_file *f, int removes) {
    return real_of(f)->pMethods->xShmUnmap(real_of(f), removes);
}

static const sqlite3_io_methods methods = {
    2,           disk_close,   disk_read,     disk_write,       disk_truncate,  disk_sync,
    disk_size,   disk_lock,    disk_unlock,   disk_is_reserved, disk_control,   disk_sector,
    disk_traits, disk_shm_map, disk_shm_lock, disk_shm_barrier, disk_shm_unmap, NULL,
    NULL};

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
                     int *out_flags) {
    sqlite3_vfs *real_vfs = vfs->pAppData;
    struct file *file = (struct file *)f;
    *file = (struct file){.path = path, .real = (sqlite3_file *)(void *)(file + 1)};
    int code = real_vfs->xOpen(real_vfs, path, file->real, flags, out_flags);
    if (code == SQLITE_OK)
        file->base.pMethods = &methods;
    return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    sqlite3_vfs *real_vfs = vfs->pAppData;
    int code = step();
    if (code != SQLITE_OK)
        return code;
    forget(path);
    return real_vfs->xDelete(real_vfs, path, sync);
}

// The directories that the ledger makes: no test cuts the power of those.
int fsync(int fd) {
    (void)fd;
    return 0;
}

void ledger_disk_install(void) {
    sqlite3_vfs *real_vfs = sqlite3_vfs_find(NULL);
    layer = *real_vfs;
    layer.zName = "ledger-disk";
    layer.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
    layer.pAppData = real_vfs;
    layer.xOpen = disk_open;
    layer.xDelete = disk_delete;
    sqlite3_vfs_register(&layer, 1);
}

void ledger_disk_reset(void) {
    forget(NULL);
    ledger_disk = (struct ledger_disk){.fail_code = SQLITE_IOERR_WRITE, .is_watched = true};
}

bool ledger_disk_is_dirty(void) { return undos != NULL; }

void ledger_disk_cut_power(void) {
    for (const struct undo *u = undos; u; u = u->next) { // the latest first
        int fd = open(u->path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            continue; // removed since
        ck_assert_int_eq(pwrite(fd, u->bytes, (size_t)u->len, u->at), u->len);
        ck_assert_int_eq(ftruncate(fd, u->size), 0);
        close(fd);
    }
    forget(NULL);
}
