//! libvirt-qemu, which is for QEMU alone.

use super::{Text, since};
use crate::error::Failure;
use once_cell::race::OnceNonZeroUsize;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use virt::sys::*;

const LIBVIRT_QEMU: &CStr = c"libvirt-qemu.so.0";

type Event = virConnectDomainQemuMonitorEventCallback;
type Files = *mut c_int;

since! {
    LIBVIRT_QEMU;
    "0.8.3" virDomainQemuMonitorCommand(virDomainPtr, Text, *mut *mut c_char, c_uint) -> c_int;
    "0.9.4" virDomainQemuAttach(virConnectPtr, c_uint, c_uint) -> virDomainPtr;
    "0.10.0" virDomainQemuAgentCommand(virDomainPtr, Text, c_int, c_uint) -> *mut c_char;
    "1.2.3" virConnectDomainQemuMonitorEventDeregister(virConnectPtr, c_int) -> c_int;
    "1.2.3" virConnectDomainQemuMonitorEventRegister(virConnectPtr, virDomainPtr, Text, Event, *mut c_void, virFreeCallback, c_uint) -> c_int;
    "8.2.0" virDomainQemuMonitorCommandWithFiles(virDomainPtr, Text, c_uint, Files, *mut c_uint, *mut Files, *mut *mut c_char, c_uint) -> c_int;
}
