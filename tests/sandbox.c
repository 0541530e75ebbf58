/* Preloaded, it makes the real system poorer. HIDE: paths, each followed by a colon, that are not there when they are
   opened. FLOCK: the number of the error with which every flock() fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

static int hidden(const char *path) {
    const char *found = getenv("HIDE");
    size_t length = strlen(path);
    while (found && (found = strstr(found, path))) {
        if (found[length] == ':' && *path == '/') return 1;
        found += length;
    }
    return 0;
}

#define OPEN(name)                                                                          \
    int name(const char *path, int flags, ...) {                                            \
        static int (*next)(const char *, int, ...);                                         \
        va_list rest;                                                                       \
        va_start(rest, flags);                                                              \
        int mode = va_arg(rest, int);                                                       \
        va_end(rest);                                                                       \
        if (!next) next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name);         \
        if (hidden(path)) { errno = ENOENT; return -1; }                                    \
        return next(path, flags, mode);                                                     \
    }
OPEN(open)
OPEN(open64)

int flock(int file, int operation) {
    static int (*next)(int, int);
    const char *number = getenv("FLOCK");
    if (number) { errno = atoi(number); return -1; }
    if (!next) next = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
    return next(file, operation);
}
