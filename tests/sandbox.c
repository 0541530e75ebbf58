/* Preloaded, it makes the real system poorer. HIDE: paths, each followed by a colon, that are not there when they are
   opened. FLOCK: the number of the error with which every flock() fails. CLOCK: seconds by which the time of day is
   wrong. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <time.h>

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

static time_t wrong(void) {
    const char *seconds = getenv("CLOCK");
    return seconds ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int status = next(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += wrong();
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    int status = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return status;
}

time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}
