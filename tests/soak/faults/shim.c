/* Makes calls of the C library fail that touch a file below one folder, in a process that was started with this library
 * in LD_PRELOAD. Nothing fails before `fault_arm` is called. Arrow, Keras, zip files, the lock and Python itself all
 * call what stands here; nothing below other folders is looked at twice. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, CREATE = 2, READ = 4, WRITE = 8, SYNC = 16, RENAME = 32, MKDIR = 64, UNLINK = 128, CLOSE = 256 };
enum { ONCE, LASTING, SHORT_ONCE, SHORT_LASTING };

static char root[PATH_MAX], pattern[PATH_MAX];
static size_t root_length;
static int kinds, error_number, mode, by_place;
static _Thread_local char last_path[PATH_MAX];
static _Thread_local int last_kind;
static long first, kill_after;
static atomic_int armed;
static atomic_long counted, since_fault;
static atomic_int failed;

/* n: the call that fails, counted from 1 among the calls of these kinds; 0: none. like: only paths below the folder
 * that are like this pattern count. after: calls of any kind below the folder, counted from the fault, until the
 * process is killed; 0: never. places: calls of one kind on one path that follow each other in a thread count as one,
 * of which the first fails. */
void fault_arm(
    const char *folder, int of_kinds, long n, int error, int how, const char *like, long after, int places) {
    strncpy(root, folder, sizeof root - 1);
    strncpy(pattern, like, sizeof pattern - 1);
    root_length = strlen(root);
    kinds = of_kinds, first = n, error_number = error, mode = how, kill_after = after, by_place = places;
    atomic_store(&counted, 0), atomic_store(&failed, 0), atomic_store(&since_fault, 0);
    atomic_store(&armed, 1);
}

long fault_count(void) { return atomic_load(&counted); }
long fault_failed(void) { return atomic_load(&failed); }

static int is_below(const char *path) {
    return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlink, link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0;
}

/* What happens to a call: 0 it is made, 1 it fails, 2 it writes less than it was asked to. */
static int judge(int kind, const char *path) {
    if (!is_below(path)) return 0;
    if (kill_after && atomic_load(&failed) && atomic_fetch_add(&since_fault, 1) + 1 >= kill_after)
        kill(getpid(), SIGKILL);
    if (!(kind & kinds) || fnmatch(pattern, path + root_length + (path[root_length] == '/'), 0)) return 0;
    int again = by_place && last_kind == kind && strcmp(last_path, path) == 0;
    if (again && !(mode == LASTING || mode == SHORT_LASTING)) return 0;
    last_kind = kind;
    strncpy(last_path, path, sizeof last_path - 1);
    long number = again ? atomic_load(&counted) : atomic_fetch_add(&counted, 1) + 1;
    int lasting = mode == LASTING || mode == SHORT_LASTING;
    if (!first || number < first || (number > first && !lasting)) return 0;
    atomic_fetch_add(&failed, 1);
    return mode >= SHORT_ONCE ? 2 : 1;
}

static int judge_path(int kind, int folder, const char *path) {
    char whole[2 * PATH_MAX];
    if (!atomic_load(&armed) || !path) return 0;
    int before = errno, verdict;
    if (path[0] == '/') {
        verdict = judge(kind, path);
    } else {
        char above[PATH_MAX] = "";
        if (folder == AT_FDCWD) {
            if (syscall(SYS_getcwd, above, sizeof above) < 0) return 0;
        } else if (!path_of(folder, above)) {
            return 0;
        }
        snprintf(whole, sizeof whole, "%s/%s", above, path);
        verdict = judge(kind, whole);
    }
    errno = verdict == 1 ? error_number : before;
    return verdict;
}

static int judge_open(int descriptor, int kind) {
    char path[PATH_MAX];
    if (!atomic_load(&armed)) return 0;
    int before = errno, verdict = path_of(descriptor, path) ? judge(kind, path) : 0;
    errno = verdict == 1 ? error_number : before;
    return verdict;
}

static size_t shortened(size_t size) { return size > 1 ? size / 2 : size; }

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = dlsym(RTLD_NEXT, #name)

#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, name, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t rights = va_arg(more, mode_t); \
        va_end(more); \
        return judge_path(flags & O_CREAT ? CREATE : OPEN, AT_FDCWD, path) ? -1 : real(path, flags, rights); \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, name, int, const char *, int, ...); \
        va_list more; \
        va_start(more, flags); \
        mode_t rights = va_arg(more, mode_t); \
        va_end(more); \
        return judge_path(flags & O_CREAT ? CREATE : OPEN, folder, path) ? -1 : real(folder, path, flags, rights); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

#define STREAM(name) \
    FILE *name(const char *path, const char *how) { \
        REAL(FILE *, name, const char *, const char *); \
        return judge_path(how[0] == 'r' ? OPEN : CREATE, AT_FDCWD, path) ? NULL : real(path, how); \
    }
STREAM(fopen)
STREAM(fopen64)

DIR *opendir(const char *path) {
    REAL(DIR *, opendir, const char *);
    return judge_path(OPEN, AT_FDCWD, path) ? NULL : real(path);
}

#define LISTING(name, entry) \
    struct entry *name(DIR *folder) { \
        REAL(struct entry *, name, DIR *); \
        return judge_open(dirfd(folder), READ) ? NULL : real(folder); \
    }
LISTING(readdir, dirent)
LISTING(readdir64, dirent64)

ssize_t read(int descriptor, void *data, size_t size) {
    REAL(ssize_t, read, int, void *, size_t);
    return judge_open(descriptor, READ) ? -1 : real(descriptor, data, size);
}

#define READING_AT(name, place_type) \
    ssize_t name(int descriptor, void *data, size_t size, place_type place) { \
        REAL(ssize_t, name, int, void *, size_t, place_type); \
        return judge_open(descriptor, READ) ? -1 : real(descriptor, data, size, place); \
    }
READING_AT(pread, off_t)
READING_AT(pread64, off64_t)

ssize_t readv(int descriptor, const struct iovec *parts, int count) {
    REAL(ssize_t, readv, int, const struct iovec *, int);
    return judge_open(descriptor, READ) ? -1 : real(descriptor, parts, count);
}

ssize_t write(int descriptor, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    int verdict = judge_open(descriptor, WRITE);
    return verdict == 1 ? -1 : real(descriptor, data, verdict ? shortened(size) : size);
}

#define WRITING_AT(name, place_type) \
    ssize_t name(int descriptor, const void *data, size_t size, place_type place) { \
        REAL(ssize_t, name, int, const void *, size_t, place_type); \
        int verdict = judge_open(descriptor, WRITE); \
        return verdict == 1 ? -1 : real(descriptor, data, verdict ? shortened(size) : size, place); \
    }
WRITING_AT(pwrite, off_t)
WRITING_AT(pwrite64, off64_t)

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    int verdict = judge_open(descriptor, WRITE);
    return verdict == 1 ? -1 : real(descriptor, parts, verdict ? 1 : count);
}

#define SENDING(name, place_type) \
    ssize_t name(int target, int source, place_type *place, size_t size) { \
        REAL(ssize_t, name, int, int, place_type *, size_t); \
        int verdict = judge_open(target, WRITE); \
        return verdict == 1 ? -1 : real(target, source, place, verdict ? shortened(size) : size); \
    }
SENDING(sendfile, off_t)
SENDING(sendfile64, off64_t)

ssize_t copy_file_range(int source, off64_t *from, int target, off64_t *to, size_t size, unsigned flags) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    int verdict = judge_open(target, WRITE);
    return verdict == 1 ? -1 : real(source, from, target, to, verdict ? shortened(size) : size, flags);
}

#define SYNCING(name) \
    int name(int descriptor) { \
        REAL(int, name, int); \
        return judge_open(descriptor, SYNC) ? -1 : real(descriptor); \
    }
SYNCING(fsync)
SYNCING(fdatasync)

#define TRUNCATING(name, size_type) \
    int name(int descriptor, size_type size) { \
        REAL(int, name, int, size_type); \
        return judge_open(descriptor, WRITE) ? -1 : real(descriptor, size); \
    }
TRUNCATING(ftruncate, off_t)
TRUNCATING(ftruncate64, off64_t)

/* A descriptor is gone even where the disk then says that what was written before is lost. */
int close(int descriptor) {
    REAL(int, close, int);
    int verdict = judge_open(descriptor, CLOSE), result = real(descriptor);
    if (verdict) errno = error_number;
    return verdict ? -1 : result;
}

int rename(const char *source, const char *target) {
    REAL(int, rename, const char *, const char *);
    return judge_path(RENAME, AT_FDCWD, target) ? -1 : real(source, target);
}

int renameat(int from, const char *source, int to, const char *target) {
    REAL(int, renameat, int, const char *, int, const char *);
    return judge_path(RENAME, to, target) ? -1 : real(from, source, to, target);
}

int link(const char *source, const char *target) {
    REAL(int, link, const char *, const char *);
    return judge_path(RENAME, AT_FDCWD, target) ? -1 : real(source, target);
}

int linkat(int from, const char *source, int to, const char *target, int flags) {
    REAL(int, linkat, int, const char *, int, const char *, int);
    return judge_path(RENAME, to, target) ? -1 : real(from, source, to, target, flags);
}

int mkdir(const char *path, mode_t rights) {
    REAL(int, mkdir, const char *, mode_t);
    return judge_path(MKDIR, AT_FDCWD, path) ? -1 : real(path, rights);
}

int mkdirat(int folder, const char *path, mode_t rights) {
    REAL(int, mkdirat, int, const char *, mode_t);
    return judge_path(MKDIR, folder, path) ? -1 : real(folder, path, rights);
}

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    return judge_path(UNLINK, AT_FDCWD, path) ? -1 : real(path);
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    return judge_path(UNLINK, folder, path) ? -1 : real(folder, path, flags);
}

int rmdir(const char *path) {
    REAL(int, rmdir, const char *);
    return judge_path(UNLINK, AT_FDCWD, path) ? -1 : real(path);
}
