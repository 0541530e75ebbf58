/* A libnvidia-ml.so.1 with one GPU, for the real pynvml to talk to. The file named by NVML_STUB holds, in text:
   memory used on the device in bytes, number of processes, then a pid and its bytes for each
   (-1 bytes: not shown, as in most containers). It is read anew at each call.
   NVML_INIT and NVML_COUNT: the errors with which it can't be initialized, and can't count its devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; } process_t;

static long long used, bytes[16];
static unsigned count, pids[16];

static void load(void) {
    FILE *file = fopen(getenv("NVML_STUB"), "r");
    if (!file || fscanf(file, "%lld %u", &used, &count) != 2) exit(97);
    for (unsigned i = 0; i < count; i++)
        if (fscanf(file, "%u %lld", &pids[i], &bytes[i]) != 2) exit(98);
    fclose(file);
}

static int error(const char *name) { return getenv(name) ? atoi(getenv(name)) : 0; }

int nvmlInitWithFlags(unsigned flags) { return error("NVML_INIT"); }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int code) { return "stub"; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 1; return error("NVML_COUNT"); }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = &used; return index ? 2 : 0; }
int nvmlDeviceGetName(void *device, char *name, unsigned length) { strncpy(name, "Stub GPU", length); return 0; }
int nvmlDeviceGetUUID(void *device, char *name, unsigned length) { strncpy(name, "GPU-stub-0", length); return 0; }
int nvmlDeviceGetClockInfo(void *device, int kind, unsigned *mhz) { *mhz = 1500; return 0; }
int nvmlDeviceGetTemperature(void *device, int kind, unsigned *degrees) { *degrees = 61; return 0; }

int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) {
    load();
    memory->total = 12ULL << 30;
    memory->used = used;
    memory->free = memory->total - used;
    return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *n, process_t *processes) {
    load();
    if (count > *n) { *n = count; return 7; } /* NVML_ERROR_INSUFFICIENT_SIZE */
    *n = count;
    for (unsigned i = 0; i < count; i++) {
        processes[i].pid = pids[i];
        processes[i].used = bytes[i];
    }
    return 0;
}
