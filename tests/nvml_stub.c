/* A libnvidia-ml.so.1 with stub GPUs, for the real pynvml to talk to. The file named by NVML_STUB holds, in text:
   memory used on the device in bytes, number of processes, then a pid and its bytes for each
   (-1 bytes: not shown, as in most containers). It is read anew at each call.
   NVML_INIT and NVML_COUNT: the errors with which it can't be initialized, and can't count its devices.
   NVML_GPUS: how many there are (1). NVML_DRIVER: the driver's version. NVML_CAPABILITY: as MAJOR.MINOR.
   NVML_WATTS: the power, as a card since Volta counts its energy; NVML_POWER: the power of an older one, which does not
   count. NVML_MIG: the first GPU is divided, into an instance MIG-stub-0.
   NVML_WORKERS: a folder of files, each named as a process and holding its bytes: what lives of these uses memory, too.
   NVML_HIDDEN: nobody is shown processes. NVML_CLOCKS: MHz at each look, as 300,900,1500; then the last one stays, or
   after a * they begin anew. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define NOT_FOUND 6
#define INSUFFICIENT_SIZE 7

typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; } process_t;

static long long used, bytes[16];
static unsigned count, pids[16];
static char gpus[16]; /* a handle is the address of one */

static void workers(void) {
    DIR *folder = getenv("NVML_WORKERS") ? opendir(getenv("NVML_WORKERS")) : NULL;
    char path[4096];
    long long amount;
    for (struct dirent *entry; folder && count < 16 && (entry = readdir(folder));) {
        unsigned pid = atoi(entry->d_name);
        snprintf(path, sizeof path, "%s/%s", getenv("NVML_WORKERS"), entry->d_name);
        FILE *file = pid && kill(pid, 0) == 0 ? fopen(path, "r") : NULL;
        if (!file) continue;
        if (fscanf(file, "%lld", &amount) == 1) {
            pids[count] = pid;
            bytes[count++] = amount;
            used += amount;
        }
        fclose(file);
    }
    if (folder) closedir(folder);
}

static void load(void) {
    FILE *file = fopen(getenv("NVML_STUB"), "r");
    if (!file || fscanf(file, "%lld %u", &used, &count) != 2) exit(97);
    for (unsigned i = 0; i < count; i++)
        if (fscanf(file, "%u %lld", &pids[i], &bytes[i]) != 2) exit(98);
    fclose(file);
    workers();
    if (getenv("NVML_HIDDEN")) count = 0;
}

static const char *given(const char *name, const char *otherwise) { return getenv(name) ? getenv(name) : otherwise; }
static int error(const char *name) { return atoi(given(name, "0")); }
static unsigned there(void) { return atoi(given("NVML_GPUS", "1")); }
static long number(void *device) { return (char *)device - gpus; }

int nvmlInitWithFlags(unsigned flags) { return error("NVML_INIT"); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int code) { return "stub"; }
int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    strncpy(version, given("NVML_DRIVER", "580.65.06"), length);
    return 0;
}
int nvmlDeviceGetCount_v2(unsigned *n) { *n = there(); return error("NVML_COUNT"); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    *device = &gpus[index];
    return index < there() ? 0 : INVALID_ARGUMENT;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) {
    unsigned index = 0;
    *device = &gpus[0];
    if (getenv("NVML_MIG") && !strcmp(uuid, "MIG-stub-0")) return 0;
    if (sscanf(uuid, "GPU-stub-%u", &index) != 1 || index >= there()) return NOT_FOUND;
    *device = &gpus[index];
    return 0;
}
int nvmlDeviceGetName(void *device, char *name, unsigned length) { strncpy(name, "Stub GPU", length); return 0; }
int nvmlDeviceGetUUID(void *device, char *name, unsigned length) {
    snprintf(name, length, "GPU-stub-%ld", number(device));
    return 0;
}
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    return sscanf(given("NVML_CAPABILITY", "9.0"), "%d.%d", major, minor) == 2 ? 0 : INVALID_ARGUMENT;
}
int nvmlDeviceGetMigMode(void *device, unsigned *now, unsigned *later) {
    *now = *later = getenv("NVML_MIG") != NULL && number(device) == 0;
    return 0;
}
int nvmlDeviceGetClockInfo(void *device, int kind, unsigned *mhz) {
    static const char *next;
    const char *all = given("NVML_CLOCKS", "1500"), *comma;
    if (!*all) return NOT_SUPPORTED;
    if (!next || *next == '*') next = all;
    *mhz = atoi(next);
    if ((comma = strchr(next, ','))) next = comma + 1;
    return 0;
}
int nvmlDeviceGetTemperature(void *device, int kind, unsigned *degrees) { *degrees = 61; return 0; }

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
    struct timespec now;
    if (!getenv("NVML_WATTS")) return NOT_SUPPORTED;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *millijoules = (unsigned long long)(atof(getenv("NVML_WATTS")) * (now.tv_sec * 1e3 + now.tv_nsec / 1e6));
    return 0;
}
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) {
    const char *watts = given("NVML_WATTS", getenv("NVML_POWER"));
    if (!watts) return NOT_SUPPORTED;
    *milliwatts = (unsigned)(atof(watts) * 1e3);
    return 0;
}

int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) {
    load();
    memory->total = 12ULL << 30;
    memory->used = used;
    memory->free = memory->total - used;
    return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *n, process_t *processes) {
    load();
    if (count > *n) { *n = count; return INSUFFICIENT_SIZE; }
    *n = count;
    for (unsigned i = 0; i < count; i++) {
        processes[i].pid = pids[i];
        processes[i].used = bytes[i];
    }
    return 0;
}
