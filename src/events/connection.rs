//! The events of connections: which has which C callback, and how they are registered.

use super::shapes::*;
use super::{Registration, connection_argument, deliver, drop_registration, guarded};
use crate::convert::*;
use crate::error::{Failure, Report};
use crate::ffi::bridge;
use crate::objects::connection::{self, Source};
use crate::perl::{Perl, Scalar};
use std::ffi::{c_int, c_void};
use std::mem::transmute;
use virt::sys::*;

/// A C callback as libvirt registers it, whatever it takes.
pub type Generic<T> = unsafe extern "C" fn(virConnectPtr, *mut <T as Object>::Target, *mut c_void);

/// The end of a connection.
unsafe extern "C" fn closed(conn: virConnectPtr, reason: c_int, callback: *mut c_void) {
    // SAFETY: libvirt calls with what was registered, and with a live connection.
    let run = || unsafe {
        let here = |perl: Perl, own: Option<&Scalar>| {
            vec![connection_argument::<Connect>(perl, own, conn), perl.new_int(reason.into())]
        };
        deliver(callback, here, || {
            let kept = KeptObjects::<Connect>::of(conn, conn);
            Box::new(move |perl, own| vec![kept.connection(perl, own), perl.new_int(reason.into())])
        });
    };
    guarded((), || connection::run_close(conn, run));
}

/// What a connection tells events of: one kind of object.
pub struct Events<T: Object + 'static> {
    /// libvirt's function to end a registration.
    pub source: Source,
    /// libvirt's function to register.
    pub register: unsafe extern "C" fn(
        virConnectPtr,
        *mut T::Target,
        c_int,
        Option<Generic<T>>,
        *mut c_void,
        virFreeCallback,
    ) -> c_int,
    /// The events in the order of their ids.
    pub callbacks: &'static [Function],
}

/// A C callback, whatever it takes.
#[derive(Clone, Copy)]
pub struct Function(*const c_void);

// SAFETY: the address of a function.
unsafe impl Sync for Function {}

/// `events! { NAME: Object, register, deregister; EVENT => callback; ... }`: the events of a kind of
/// object. Each is checked to stand at the place of its id.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident: $object:ident, $register:ident, $deregister:ident; $($event:ident => $callback:expr;)*) => {
        $(#[$doc])*
        pub static $name: Events<$object> = Events {
            // SAFETY: the caller has a live connection.
            source: Source { end: |conn, id| unsafe { $deregister(conn, id) } },
            register: $register,
            callbacks: {
                const _: () = {
                    let ids = [$($event as u32),*];
                    let mut place = 0;
                    while place < ids.len() {
                        assert!(ids[place] as usize == place);
                        place += 1;
                    }
                };
                &[$(Function($callback as *const c_void)),*]
            },
        };
    };
}

events! {
    /// The events of domains.
    DOMAIN: Domain, virConnectDomainEventRegisterAny, virConnectDomainEventDeregisterAny;
    VIR_DOMAIN_EVENT_ID_LIFECYCLE => lifecycle;
    VIR_DOMAIN_EVENT_ID_REBOOT => plain::<Domain>;
    VIR_DOMAIN_EVENT_ID_RTC_CHANGE => rtc_change::<Domain>;
    VIR_DOMAIN_EVENT_ID_WATCHDOG => one_int::<Domain>;
    VIR_DOMAIN_EVENT_ID_IO_ERROR => io_error::<Domain>;
    VIR_DOMAIN_EVENT_ID_GRAPHICS => graphics;
    VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON => io_error_reason::<Domain>;
    VIR_DOMAIN_EVENT_ID_CONTROL_ERROR => plain::<Domain>;
    VIR_DOMAIN_EVENT_ID_BLOCK_JOB => block_job::<Domain>;
    VIR_DOMAIN_EVENT_ID_DISK_CHANGE => disk_change::<Domain>;
    VIR_DOMAIN_EVENT_ID_TRAY_CHANGE => tray_change::<Domain>;
    VIR_DOMAIN_EVENT_ID_PMWAKEUP => one_int::<Domain>;
    VIR_DOMAIN_EVENT_ID_PMSUSPEND => one_int::<Domain>;
    VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE => balloon_change::<Domain>;
    VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK => one_int::<Domain>;
    VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED => device::<Domain>;
    VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2 => block_job::<Domain>;
    VIR_DOMAIN_EVENT_ID_TUNABLE => parameters;
    VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE => two_ints::<Domain>;
    VIR_DOMAIN_EVENT_ID_DEVICE_ADDED => device::<Domain>;
    VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION => one_int::<Domain>;
    VIR_DOMAIN_EVENT_ID_JOB_COMPLETED => parameters;
    VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED => device::<Domain>;
    VIR_DOMAIN_EVENT_ID_METADATA_CHANGE => int_and_text::<Domain>;
    VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD => block_threshold::<Domain>;
    VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE => memory_failure::<Domain>;
    VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE => memory_device_size_change::<Domain>;
    VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE => nic_mac_change::<Domain>;
    VIR_DOMAIN_EVENT_ID_VCPU_REMOVED => vcpu_removed::<Domain>;
    VIR_DOMAIN_EVENT_ID_CHANNEL_LIFECYCLE => channel_lifecycle::<Domain>;
}

events! {
    /// The events of networks.
    NETWORK: Network, virConnectNetworkEventRegisterAny, virConnectNetworkEventDeregisterAny;
    VIR_NETWORK_EVENT_ID_LIFECYCLE => two_ints::<Network>;
    VIR_NETWORK_EVENT_ID_METADATA_CHANGE => int_and_text::<Network>;
}

events! {
    /// The events of node devices.
    NODE_DEVICE: NodeDevice, virConnectNodeDeviceEventRegisterAny, virConnectNodeDeviceEventDeregisterAny;
    VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE => two_ints::<NodeDevice>;
    VIR_NODE_DEVICE_EVENT_ID_UPDATE => plain::<NodeDevice>;
}

events! {
    /// The events of secrets.
    SECRET: Secret, virConnectSecretEventRegisterAny, virConnectSecretEventDeregisterAny;
    VIR_SECRET_EVENT_ID_LIFECYCLE => two_ints::<Secret>;
    VIR_SECRET_EVENT_ID_VALUE_CHANGED => plain::<Secret>;
}

events! {
    /// The events of storage pools.
    STORAGE_POOL: StoragePool, virConnectStoragePoolEventRegisterAny, virConnectStoragePoolEventDeregisterAny;
    VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE => two_ints::<StoragePool>;
    VIR_STORAGE_POOL_EVENT_ID_REFRESH => plain::<StoragePool>;
}

/// Registers a callback for the event with an id, of one object or, with NULL, of all; gives the
/// registration's id.
///
/// # Safety
/// Live objects.
pub unsafe fn register<T: Object>(
    conn: virConnectPtr,
    object: *mut T::Target,
    event: c_int,
    callback: Registration,
    events: &'static Events<T>,
) -> Result<c_int, Failure> {
    let function = usize::try_from(event).ok().and_then(|event| events.callbacks.get(event)).ok_or_else(|| {
        let text = format!("invalid argument: there is no event with ID {event}");
        Failure::Libvirt(Report::new(VIR_ERR_INVALID_ARG, text))
    })?;
    // SAFETY: the caller's promise. libvirt calls the function with the event's arguments, whatever
    // type it is registered as.
    unsafe {
        let function = transmute::<*const c_void, Generic<T>>(function.0);
        registered(conn, &events.source, callback, |data| {
            (events.register)(conn, object, event, Some(function), data, Some(drop_registration))
        })
    }
}

/// The old registration for the lifecycle of domains, one a connection.
static LIFECYCLE: Source = Source {
    // SAFETY: the caller has a live connection.
    end: |conn, _| unsafe { virConnectDomainEventDeregister(conn, Some(lifecycle)) },
};

/// Registers a callback for the lifecycle of domains in the old way.
///
/// # Safety
/// As for [`register`].
pub unsafe fn register_lifecycle(conn: virConnectPtr, callback: Registration) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        registered(conn, &LIFECYCLE, callback, |data| {
            virConnectDomainEventRegister(conn, Some(lifecycle), data, Some(drop_registration))
        })
    }
    .map(drop)
}

/// Ends that registration.
///
/// # Safety
/// A live connection.
pub unsafe fn deregister_lifecycle(conn: virConnectPtr) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe { connection::deregister(conn, &LIFECYCLE, 0) }
}

/// Registers a callback for what QEMU's monitor says, with a function of libvirt-qemu: the caller's,
/// as that library need not be there. `source` ends it.
///
/// # Safety
/// As for [`register`].
pub unsafe fn register_monitor(
    conn: virConnectPtr,
    source: &'static Source,
    callback: Registration,
    register: impl FnOnce(virConnectDomainQemuMonitorEventCallback, *mut c_void, virFreeCallback) -> c_int,
) -> Result<c_int, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        registered(conn, source, callback, |data| register(Some(monitor::<Domain>), data, Some(drop_registration)))
    }
}

/// Registers a callback with `register`; gives the registration's id.
///
/// # Safety
/// As for [`register`].
unsafe fn registered(
    conn: virConnectPtr,
    source: &'static Source,
    callback: Registration,
    register: impl FnOnce(*mut c_void) -> c_int,
) -> Result<c_int, Failure> {
    let data = callback.into_opaque();
    let id = register(data);
    if id < 0 {
        let failure = Failure::last();
        // SAFETY: libvirt did not take it.
        unsafe { drop_registration(data) };
        return Err(failure);
    }
    connection::registered(conn, source, id);
    Ok(id)
}

/// Registers the callback for the connection's own end.
///
/// # Safety
/// As for [`register`].
pub unsafe fn register_close(conn: virConnectPtr, callback: Registration) -> Result<(), Failure> {
    // From now on libvirt may run it inside any function that talks on the connection.
    bridge::sv_bridge_attend(bridge::ATTENTION_HOLD);
    // SAFETY: the caller's promise.
    unsafe { connection::register_close(conn, Some(closed), callback) }
}

/// Ends that registration.
///
/// # Safety
/// A live connection.
pub unsafe fn deregister_close(conn: virConnectPtr) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe { connection::deregister_close(conn, Some(closed)) }
}
