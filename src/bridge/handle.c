/* File handles of descriptors that libvirt has opened. */
#include "bridge.h"
#include <fcntl.h>
#include <unistd.h>

SV *sv_bridge_handle(void *perl, int fd)
{
    BRIDGE_THX(perl);
    GV *gv;
    IO *io;
    PerlIO *file;

    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    /* Layers that the script has asked for by `use open` are for files of its own. */
    file = PerlIO_openn(aTHX_ ":raw", "r+", fd, 0, 0, NULL, 0, NULL);
    if (!file) {
        close(fd);
        return newSV(0);
    }
    gv = (GV *)newSV(0);
    gv_init_pvn(gv, gv_stashpvs("Sys::Virt", GV_ADD), "__ANONIO__", 10, 0);
    io = GvIOn(gv);
    IoIFP(io) = IoOFP(io) = file;
    IoTYPE(io) = IoTYPE_RDWR;
    return newRV_noinc((SV *)gv);
}
