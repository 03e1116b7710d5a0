//! `Sys::Virt::QEMU`: QEMU's monitor, the guest's agent by hand, and processes that libvirt did not
//! start. Methods of domains and connections, made when a script loads the package.

use crate::convert::*;
use crate::error::{Failure, Report};
use crate::events::connection::register_monitor;
use crate::events::{Listener, Registration};
use crate::method::Method;
use crate::objects::connection::{self, Source};
use crate::since::qemu;
use std::ffi::{c_char, c_int};
use std::ptr;
use virt::sys::*;

/// The tables of both classes.
pub const TABLES: &[&[Method]] = &[domain::METHODS, connect::METHODS];

mod domain {
    use super::*;
    use crate::method::methods;

    methods! {
        "Sys::Virt::Domain";
        qemu_monitor_command(dom: Domain, cmd: Str, flags: u32 = 0) => {
            let command = qemu::virDomainQemuMonitorCommand()?;
            stored_str(|reply| command(dom, cmd, reply, flags))
        };
        qemu_monitor_command_with_files(dom: Domain, cmd: Str, files: ArrayRef, flags: u32 = 0) => with_files(dom, cmd, files, flags);
        qemu_agent_command(dom: Domain, cmd: Str, timeout: i32 = -1, flags: u32 = 0) =>
            answer(qemu::virDomainQemuAgentCommand()?(dom, cmd, timeout, flags));
    }
}

mod connect {
    use super::*;
    use crate::method::methods;

    methods! {
        "Sys::Virt";
        qemu_attach(conn: Connect, pid: u32, flags: u32 = 0) => object::<Domain>(qemu::virDomainQemuAttach()?(conn, pid, flags));
        qemu_monitor_event_register(conn: Connect, dom: Opt<Domain>, event: NullStr, callback: Listener, flags: u32 = 0) =>
            register(conn, dom, event, callback, flags);
        qemu_monitor_event_deregister(conn: Connect, id: i32) => connection::deregister(conn, &MONITOR, id);
    }
}

/// The reply, and the descriptors that came with it.
///
/// # Safety
/// A live domain and a string.
unsafe fn with_files(
    dom: virDomainPtr,
    cmd: *const c_char,
    files: Items,
    flags: u32,
) -> Result<(Option<OwnedStr>, Descriptors), Failure> {
    let command = qemu::virDomainQemuMonitorCommandWithFiles()?;
    let mut files = Ints::descriptors(&files)?;
    let (mut count, mut list) = (0, ptr::null_mut());
    // SAFETY: the caller's promise, and places for what libvirt allocates.
    unsafe {
        let given = files.len() as u32;
        let reply =
            stored_str(|reply| command(dom, cmd, given, files.as_mut_ptr(), &mut count, &mut list, reply, flags));
        let came = Descriptors::assume_owned(list, count as usize);
        reply.map(|One(reply)| (reply, came))
    }
}

/// The agent's answer, none where it was not waited for: NULL then, too, though not for an error.
///
/// # Safety
/// NULL, or a string from malloc that the caller gives up.
unsafe fn answer(text: *mut c_char) -> Result<One<Option<OwnedStr>>, Failure> {
    const NOTHING_WRONG: c_int = VIR_ERR_OK as c_int;
    // SAFETY: the caller's promise.
    match unsafe { owned_str(text) } {
        Ok(text) => Ok(One(Some(text))),
        Err(Failure::Libvirt(Report { code: NOTHING_WRONG, .. })) => Ok(One(None)),
        Err(failure) => Err(failure),
    }
}

static MONITOR: Source = Source {
    end: |conn, id| match qemu::virConnectDomainQemuMonitorEventDeregister() {
        // SAFETY: the caller has a live connection.
        Ok(deregister) => unsafe { deregister(conn, id) },
        Err(_) => -1,
    },
};

/// # Safety
/// As for [`register_monitor`], a domain or NULL, and a string or NULL.
unsafe fn register(
    conn: virConnectPtr,
    dom: virDomainPtr,
    event: *const c_char,
    callback: Registration,
    flags: u32,
) -> Result<c_int, Failure> {
    let register = qemu::virConnectDomainQemuMonitorEventRegister()?;
    // A registration without a name is refused by libvirt where another one is there already.
    let (event, flags) = match event.is_null() {
        true => (c".*".as_ptr(), flags | VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX),
        false => (event, flags),
    };
    // SAFETY: the caller's promise.
    unsafe {
        register_monitor(conn, &MONITOR, callback, |function, data, free| {
            register(conn, dom, event, function, data, free, flags)
        })
    }
}
