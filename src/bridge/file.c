/* What the system knows of files, behind macros of C. On any thread. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "bridge.h"
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

U8 sv_bridge_file_access(int fd)
{
    const int flags = fcntl(fd, F_GETFL), mode = flags & O_ACCMODE;

    if (flags < 0)
        return 0;
    return (mode != O_WRONLY ? FILE_READABLE : 0) | (mode != O_RDONLY ? FILE_WRITABLE : 0)
         | (flags & O_APPEND ? FILE_APPENDS : 0);
}

bool sv_bridge_file_ready(int fd, bool to_write)
{
    struct pollfd wanted = { fd, to_write ? POLLOUT : POLLIN, 0 };

    /* An error is for who reads or writes next. */
    return poll(&wanted, 1, 100) != 0;
}

I64 sv_bridge_file_section(int fd, I64 place)
{
#ifdef SEEK_DATA
    const off_t end = lseek(fd, 0, SEEK_END), data = lseek(fd, place, SEEK_DATA);
    off_t hole = -1;
    const bool only_hole = data < 0 && errno == ENXIO;

    if (data == place)
        hole = lseek(fd, place, SEEK_HOLE);
    if (lseek(fd, place, SEEK_SET) == place && end >= 0) {
        if (only_hole || data > place)
            return place < end ? place - (only_hole ? end : data) : 0;
        if (hole > place)
            return hole - place;
    }
#else
    PERL_UNUSED_ARG(fd);
    PERL_UNUSED_ARG(place);
#endif
    return IV_MAX;
}

bool sv_bridge_file_punch(int fd, I64 place, I64 length)
{
#ifdef FALLOC_FL_PUNCH_HOLE
    return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, place, length) == 0;
#else
    PERL_UNUSED_ARG(fd);
    PERL_UNUSED_ARG(place);
    PERL_UNUSED_ARG(length);
    return false;
#endif
}
