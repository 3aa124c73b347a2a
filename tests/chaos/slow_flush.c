/* fsync and fdatasync that take longer, by the seconds that stand as a double in the file CHAOS_FLUSH names. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile double *longer;

__attribute__((constructor)) static void look(void)
{
    const char *name = getenv("CHAOS_FLUSH");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *shared = mmap(NULL, sizeof *longer, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED)
        longer = shared;
}

static void hold(void)
{
    double seconds = longer ? *longer : 0;
    if (seconds <= 0)
        return;
    struct timespec left = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0)
        ;
}

int fsync(int file)
{
    hold();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    hold();
    return (int)syscall(SYS_fdatasync, file);
}
