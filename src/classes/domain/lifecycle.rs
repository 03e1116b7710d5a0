//! Starting, stopping and what is in between.
//!
//! Where libvirt has a function with flags and an older one without, calls without flags go to
//! the older one, which more drivers have.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    create(dom: Domain, flags: u32 = 0) => void(if flags == 0 { virDomainCreate(dom) } else { virDomainCreateWithFlags(dom, flags) });
    create_with_files(dom: Domain, fdssv: ArrayRef, flags: u32 = 0) => {
        let mut fds = Ints::descriptors(&fdssv)?;
        void(virDomainCreateWithFiles(dom, fds.len() as u32, fds.as_mut_ptr(), flags))
    };
    fd_associate(dom: Domain, name: Str, fdssv: ArrayRef, flags: u32 = 0) => {
        let associate = since::virDomainFDAssociate()?;
        let mut fds = Ints::descriptors(&fdssv)?;
        void(associate(dom, name, fds.len() as u32, fds.as_mut_ptr(), flags))
    };
    shutdown(dom: Domain, flags: u32 = 0) => void(if flags == 0 { virDomainShutdown(dom) } else { virDomainShutdownFlags(dom, flags) });
    destroy(dom_rv: Domain, flags: u32 = 0) =>
        void(if flags == 0 { virDomainDestroy(dom_rv) } else { virDomainDestroyFlags(dom_rv, flags) });
    undefine(dom: Domain, flags: u32 = 0) => void(if flags == 0 { virDomainUndefine(dom) } else { virDomainUndefineFlags(dom, flags) });
    reboot(dom: Domain, flags: u32 = 0) => void(virDomainReboot(dom, flags));
    reset(dom: Domain, flags: u32 = 0) => void(virDomainReset(dom, flags));
    suspend(dom: Domain) => void(virDomainSuspend(dom));
    resume(dom: Domain) => void(virDomainResume(dom));
    pm_suspend_for_duration(dom: Domain, target: u32, duration: u64, flags: u32 = 0) =>
        void(virDomainPMSuspendForDuration(dom, target, duration, flags));
    pm_wakeup(dom: Domain, flags: u32 = 0) => void(virDomainPMWakeup(dom, flags));
    inject_nmi(dom: Domain, flags: u32 = 0) => void(virDomainInjectNMI(dom, flags));
    send_process_signal(dom: Domain, pidsv: i64, signum: u32, flags: u32 = 0) =>
        void(virDomainSendProcessSignal(dom, pidsv, signum, flags));
    set_lifecycle_action(dom: Domain, r#type: u32, action: u32, flags: u32 = 0) =>
        void(virDomainSetLifecycleAction(dom, r#type, action, flags));
}
