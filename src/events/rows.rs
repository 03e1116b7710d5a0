//! The events of connections: a C callback for every shape of arguments, and which event has
//! which. A Perl callback gets ($conn, $object, then the C callback's own arguments in order).

use super::{connection, connection_argument, deliver};
use crate::convert::*;
use crate::perl::{Array, Perl};
use libperl_sys::SV;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::mem::transmute;
use std::slice;
use virt::sys::*;

/// A C callback as libvirt registers it, whatever it takes.
pub type Generic<T> = unsafe extern "C" fn(virConnectPtr, *mut <T as Object>::Target, *mut c_void);

/// Room for the arguments of any event.
const MOST_ARGUMENTS: usize = 6;

/// The arguments that every callback begins with.
fn first<T: Object>(perl: Perl, own: Option<*mut SV>, conn: virConnectPtr, object: *mut T::Target) -> Vec<*mut SV> {
    let mut arguments = Vec::with_capacity(MOST_ARGUMENTS);
    arguments.push(connection_argument(perl, own, conn));
    arguments.push(Handle::<T>::borrowed(object).into_sv(perl));
    arguments
}

/// Rows `name(argument: type, ...)` become C callbacks that pass their arguments on.
macro_rules! callbacks {
    ($object:ident: $($name:ident($($arg:ident: $type:ty),*);)*) => {$(
        unsafe extern "C" fn $name(
            conn: virConnectPtr,
            object: *mut <$object as Object>::Target,
            $($arg: $type,)*
            callback: *mut c_void,
        ) {
            let arguments = |perl: Perl, own| {
                #[allow(unused_mut)]
                let mut arguments = first::<$object>(perl, own, conn, object);
                $(arguments.push($arg.into_sv(perl));)*
                arguments
            };
            // SAFETY: libvirt calls with what was registered.
            unsafe { deliver(callback, arguments) }
        }
    )*};
}

callbacks! {
    Domain:
    plain();
    rtc_change(utcoffset: i64);
    one_int(value: c_int);
    two_ints(state: c_int, reason: c_int);
    io_error(path: *const c_char, alias: *const c_char, action: c_int);
    io_error_reason(path: *const c_char, alias: *const c_char, action: c_int, reason: *const c_char);
    block_job(disk: *const c_char, kind: c_int, status: c_int);
    disk_change(old: *const c_char, new: *const c_char, alias: *const c_char, reason: c_int);
    tray_change(alias: *const c_char, reason: c_int);
    balloon_change(actual: u64);
    device(alias: *const c_char);
    metadata_change(kind: c_int, uri: *const c_char);
    block_threshold(dev: *const c_char, path: *const c_char, threshold: u64, excess: u64);
    memory_failure(recipient: c_int, action: c_int, flags: c_uint);
    memory_device_size_change(alias: *const c_char, size: u64);
    nic_mac_change(alias: *const c_char, old: *const c_char, new: *const c_char);
    vcpu_removed(vcpu: c_uint);
    channel_lifecycle(channel: *const c_char, state: c_int, reason: c_int);
}

callbacks! {
    Network:
    network_lifecycle(event: c_int, detail: c_int);
    network_metadata_change(kind: c_int, uri: *const c_char);
}

callbacks! {
    NodeDevice:
    node_device_lifecycle(event: c_int, detail: c_int);
    node_device_plain();
}

callbacks! {
    Secret:
    secret_lifecycle(event: c_int, detail: c_int);
    secret_plain();
}

callbacks! {
    StoragePool:
    storage_pool_lifecycle(event: c_int, detail: c_int);
    storage_pool_plain();
}

/// The lifecycle of a domain, of the old registration too: alone in having a result, which
/// libvirt ignores.
pub unsafe extern "C" fn lifecycle(
    conn: virConnectPtr,
    domain: virDomainPtr,
    event: c_int,
    detail: c_int,
    callback: *mut c_void,
) -> c_int {
    // SAFETY: libvirt calls with what was registered.
    unsafe { two_ints(conn, domain, event, detail, callback) };
    0
}

/// Typed parameters become one argument, a hashref.
unsafe extern "C" fn parameters(
    conn: virConnectPtr,
    domain: virDomainPtr,
    params: *mut virTypedParameter,
    count: c_int,
    callback: *mut c_void,
) {
    let arguments = |perl, own| {
        let mut arguments = first::<Domain>(perl, own, conn, domain);
        arguments.push(params_hash(perl, as_slice(params, count)));
        arguments
    };
    // SAFETY: libvirt calls with what was registered.
    unsafe { deliver(callback, arguments) }
}

record! {
    &virDomainEventGraphicsAddress as address {
        "family" => address.family,
        "node" => address.node,
        "service" => address.service,
    }
}

record! {
    &virDomainEventGraphicsSubjectIdentity as identity {
        "type" => identity.type_,
        "name" => identity.name,
    }
}

/// Addresses become hashrefs, and the subject an arrayref of identities.
unsafe extern "C" fn graphics(
    conn: virConnectPtr,
    domain: virDomainPtr,
    phase: c_int,
    local: *const virDomainEventGraphicsAddress,
    remote: *const virDomainEventGraphicsAddress,
    scheme: *const c_char,
    subject: *const virDomainEventGraphicsSubject,
    callback: *mut c_void,
) {
    let arguments = |perl: Perl, own| {
        let mut arguments = first::<Domain>(perl, own, conn, domain);
        arguments.push(phase.into_sv(perl));
        // SAFETY: NULL, or structs that live as long as the callback runs.
        let (local, remote, subject) = unsafe { (local.as_ref(), remote.as_ref(), subject.as_ref()) };
        arguments.extend([local.into_sv(perl), remote.into_sv(perl), scheme.into_sv(perl)]);
        let identities = match subject {
            // SAFETY: as above, and libvirt says how many there are.
            Some(subject) if subject.nidentity > 0 => unsafe {
                slice::from_raw_parts(subject.identities, subject.nidentity as usize)
            },
            _ => &[],
        };
        let mut list = Array::with_capacity(perl, identities.len());
        identities.iter().for_each(|identity| list.push(identity.into_sv(perl)));
        arguments.push(list.into_ref());
        arguments
    };
    // SAFETY: libvirt calls with what was registered.
    unsafe { deliver(callback, arguments) }
}

/// The end of a connection.
pub unsafe extern "C" fn closed(conn: virConnectPtr, reason: c_int, callback: *mut c_void) {
    let arguments = |perl: Perl, own| {
        let connection = connection_argument(perl, own, conn);
        // What ends the connection waits for a lock that libvirt holds until this function returns.
        perl.mortal(perl.copy(connection));
        vec![connection, reason.into_sv(perl)]
    };
    // SAFETY: libvirt calls with what was registered.
    connection::run_close(conn, || unsafe { deliver(callback, arguments) });
}

/// Rows `EVENT => callback` become the function that finds an event's callback.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $object:ident: $($event:ident => $callback:ident;)*) => {
        $(#[$doc])*
        pub fn $name(event: c_int) -> Option<Generic<$object>> {
            let callback = match event as u32 {
                $($event => $callback as *const c_void,)*
                _ => return None,
            };
            // SAFETY: libvirt calls it with the event's arguments, whatever type it is
            // registered as.
            Some(unsafe { transmute::<*const c_void, Generic<$object>>(callback) })
        }
    };
}

table! {
    /// The callback for an event of domains.
    domain, Domain:
    VIR_DOMAIN_EVENT_ID_LIFECYCLE => lifecycle;
    VIR_DOMAIN_EVENT_ID_REBOOT => plain;
    VIR_DOMAIN_EVENT_ID_RTC_CHANGE => rtc_change;
    VIR_DOMAIN_EVENT_ID_WATCHDOG => one_int;
    VIR_DOMAIN_EVENT_ID_IO_ERROR => io_error;
    VIR_DOMAIN_EVENT_ID_GRAPHICS => graphics;
    VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON => io_error_reason;
    VIR_DOMAIN_EVENT_ID_CONTROL_ERROR => plain;
    VIR_DOMAIN_EVENT_ID_BLOCK_JOB => block_job;
    VIR_DOMAIN_EVENT_ID_DISK_CHANGE => disk_change;
    VIR_DOMAIN_EVENT_ID_TRAY_CHANGE => tray_change;
    VIR_DOMAIN_EVENT_ID_PMWAKEUP => one_int;
    VIR_DOMAIN_EVENT_ID_PMSUSPEND => one_int;
    VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE => balloon_change;
    VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK => one_int;
    VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED => device;
    VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2 => block_job;
    VIR_DOMAIN_EVENT_ID_TUNABLE => parameters;
    VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE => two_ints;
    VIR_DOMAIN_EVENT_ID_DEVICE_ADDED => device;
    VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION => one_int;
    VIR_DOMAIN_EVENT_ID_JOB_COMPLETED => parameters;
    VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED => device;
    VIR_DOMAIN_EVENT_ID_METADATA_CHANGE => metadata_change;
    VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD => block_threshold;
    VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE => memory_failure;
    VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE => memory_device_size_change;
    VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE => nic_mac_change;
    VIR_DOMAIN_EVENT_ID_VCPU_REMOVED => vcpu_removed;
    VIR_DOMAIN_EVENT_ID_CHANNEL_LIFECYCLE => channel_lifecycle;
}

table! {
    /// The callback for an event of networks.
    network, Network:
    VIR_NETWORK_EVENT_ID_LIFECYCLE => network_lifecycle;
    VIR_NETWORK_EVENT_ID_METADATA_CHANGE => network_metadata_change;
}

table! {
    /// The callback for an event of node devices.
    node_device, NodeDevice:
    VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE => node_device_lifecycle;
    VIR_NODE_DEVICE_EVENT_ID_UPDATE => node_device_plain;
}

table! {
    /// The callback for an event of secrets.
    secret, Secret:
    VIR_SECRET_EVENT_ID_LIFECYCLE => secret_lifecycle;
    VIR_SECRET_EVENT_ID_VALUE_CHANGED => secret_plain;
}

table! {
    /// The callback for an event of storage pools.
    storage_pool, StoragePool:
    VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE => storage_pool_lifecycle;
    VIR_STORAGE_POOL_EVENT_ID_REFRESH => storage_pool_plain;
}
