//! libvirt-admin, with which a daemon is asked about itself. The crate virt has nothing of it.

#![allow(clippy::missing_docs_in_private_items, reason = "libvirt/libvirt-admin.h says what they are")]

use super::{Params, Text, apart, since};
use crate::error::Failure;
use once_cell::race::OnceNonZeroUsize;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::{Mutex, PoisonError};
use virt::sys::{virFreeCallback, virTypedParameterPtr};

const LIBVIRT_ADMIN: &CStr = c"libvirt-admin.so.0";

macro_rules! opaque {
    ($($name:ident $pointer:ident;)*) => {$(
        #[repr(C)]
        #[allow(non_camel_case_types)]
        pub struct $name([u8; 0]);
        #[allow(non_camel_case_types)]
        pub type $pointer = *mut $name;
    )*};
}

opaque! {
    virAdmConnect virAdmConnectPtr;
    virAdmServer virAdmServerPtr;
    virAdmClient virAdmClientPtr;
}

#[allow(non_camel_case_types)]
pub type virAdmConnectCloseFunc = unsafe extern "C" fn(virAdmConnectPtr, c_int, *mut c_void);

pub const VIR_CLIENT_TRANS_UNIX: c_int = 0;
pub const VIR_CLIENT_TRANS_TCP: c_int = 1;
pub const VIR_CLIENT_TRANS_TLS: c_int = 2;

pub const VIR_DAEMON_SHUTDOWN_PRESERVE: c_uint = 1;

pub const VIR_THREADPOOL_WORKERS_MIN: &CStr = c"minWorkers";
pub const VIR_THREADPOOL_WORKERS_MAX: &CStr = c"maxWorkers";
pub const VIR_THREADPOOL_WORKERS_PRIORITY: &CStr = c"prioWorkers";
pub const VIR_THREADPOOL_WORKERS_FREE: &CStr = c"freeWorkers";
pub const VIR_THREADPOOL_WORKERS_CURRENT: &CStr = c"nWorkers";
pub const VIR_THREADPOOL_JOB_QUEUE_DEPTH: &CStr = c"jobQueueDepth";

pub const VIR_SERVER_CLIENTS_MAX: &CStr = c"nclients_max";
pub const VIR_SERVER_CLIENTS_CURRENT: &CStr = c"nclients";
pub const VIR_SERVER_CLIENTS_UNAUTH_MAX: &CStr = c"nclients_unauth_max";
pub const VIR_SERVER_CLIENTS_UNAUTH_CURRENT: &CStr = c"nclients_unauth";

pub const VIR_CLIENT_INFO_READONLY: &CStr = c"readonly";
pub const VIR_CLIENT_INFO_SOCKET_ADDR: &CStr = c"sock_addr";
pub const VIR_CLIENT_INFO_SASL_USER_NAME: &CStr = c"sasl_user_name";
pub const VIR_CLIENT_INFO_X509_DISTINGUISHED_NAME: &CStr = c"tls_x509_dname";
pub const VIR_CLIENT_INFO_UNIX_USER_ID: &CStr = c"unix_user_id";
pub const VIR_CLIENT_INFO_UNIX_USER_NAME: &CStr = c"unix_user_name";
pub const VIR_CLIENT_INFO_UNIX_GROUP_ID: &CStr = c"unix_group_id";
pub const VIR_CLIENT_INFO_UNIX_GROUP_NAME: &CStr = c"unix_group_name";
pub const VIR_CLIENT_INFO_UNIX_PROCESS_ID: &CStr = c"unix_process_id";
pub const VIR_CLIENT_INFO_SELINUX_CONTEXT: &CStr = c"selinux_context";

type Open = unsafe extern "C" fn(Text, c_uint) -> virAdmConnectPtr;

/// `virAdmConnectOpen`, before which no other function is called: in time to keep libvirt-admin apart.
pub fn opener() -> Result<Open, Failure> {
    static APART: Mutex<bool> = Mutex::new(false);
    let open = virAdmConnectOpen()?;
    let mut apart = APART.lock().unwrap_or_else(PoisonError::into_inner);
    if !*apart {
        // SAFETY: a function of that library, before the first call of any; the lock is held.
        unsafe { apart::keep(open as usize) }?;
        *apart = true;
    }
    Ok(open)
}

type GotParams = *mut virTypedParameterPtr;
type Count = *mut c_int;

since! {
    LIBVIRT_ADMIN;
    "2.0.0" virAdmClientClose(virAdmClientPtr, c_uint) -> c_int;
    "2.0.0" virAdmClientFree(virAdmClientPtr) -> c_int;
    "2.0.0" virAdmClientGetID(virAdmClientPtr) -> u64;
    "2.0.0" virAdmClientGetInfo(virAdmClientPtr, GotParams, Count, c_uint) -> c_int;
    "2.0.0" virAdmClientGetTimestamp(virAdmClientPtr) -> i64;
    "2.0.0" virAdmClientGetTransport(virAdmClientPtr) -> c_int;
    "2.0.0" virAdmConnectClose(virAdmConnectPtr) -> c_int;
    "2.0.0" virAdmConnectGetLibVersion(virAdmConnectPtr, *mut u64) -> c_int;
    "2.0.0" virAdmConnectGetURI(virAdmConnectPtr) -> *mut c_char;
    "2.0.0" virAdmConnectIsAlive(virAdmConnectPtr) -> c_int;
    "2.0.0" virAdmConnectListServers(virAdmConnectPtr, *mut *mut virAdmServerPtr, c_uint) -> c_int;
    "2.0.0" virAdmConnectLookupServer(virAdmConnectPtr, Text, c_uint) -> virAdmServerPtr;
    "2.0.0" virAdmConnectOpen(Text, c_uint) -> virAdmConnectPtr;
    "2.0.0" virAdmConnectRef(virAdmConnectPtr) -> c_int;
    "2.0.0" virAdmConnectRegisterCloseCallback(virAdmConnectPtr, virAdmConnectCloseFunc, *mut c_void, virFreeCallback) -> c_int;
    "2.0.0" virAdmConnectUnregisterCloseCallback(virAdmConnectPtr, virAdmConnectCloseFunc) -> c_int;
    "2.0.0" virAdmServerFree(virAdmServerPtr) -> c_int;
    "2.0.0" virAdmServerGetClientLimits(virAdmServerPtr, GotParams, Count, c_uint) -> c_int;
    "2.0.0" virAdmServerGetName(virAdmServerPtr) -> Text;
    "2.0.0" virAdmServerGetThreadPoolParameters(virAdmServerPtr, GotParams, Count, c_uint) -> c_int;
    "2.0.0" virAdmServerListClients(virAdmServerPtr, *mut *mut virAdmClientPtr, c_uint) -> c_int;
    "2.0.0" virAdmServerLookupClient(virAdmServerPtr, u64, c_uint) -> virAdmClientPtr;
    "2.0.0" virAdmServerSetClientLimits(virAdmServerPtr, Params, c_int, c_uint) -> c_int;
    "2.0.0" virAdmServerSetThreadPoolParameters(virAdmServerPtr, Params, c_int, c_uint) -> c_int;
    "3.0.0" virAdmConnectGetLoggingFilters(virAdmConnectPtr, *mut *mut c_char, c_uint) -> c_int;
    "3.0.0" virAdmConnectGetLoggingOutputs(virAdmConnectPtr, *mut *mut c_char, c_uint) -> c_int;
    "3.0.0" virAdmConnectSetLoggingFilters(virAdmConnectPtr, Text, c_uint) -> c_int;
    "3.0.0" virAdmConnectSetLoggingOutputs(virAdmConnectPtr, Text, c_uint) -> c_int;
    "6.2.0" virAdmServerUpdateTlsFiles(virAdmServerPtr, c_uint) -> c_int;
    "8.6.0" virAdmConnectSetDaemonTimeout(virAdmConnectPtr, c_uint, c_uint) -> c_int;
    "11.2.0" virAdmConnectDaemonShutdown(virAdmConnectPtr, c_uint) -> c_int;
}
