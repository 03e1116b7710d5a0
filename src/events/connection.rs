//! The events of connections: a C callback for every shape of arguments, and which event has
//! which. A Perl callback gets ($conn, $object, then the C callback's own arguments in order).

use super::{Registration, connection_argument, deliver, drop_registration, guarded};
use crate::convert::*;
use crate::error::{Failure, Report};
use crate::ffi::bridge;
use crate::objects::Lent;
use crate::objects::connection::{self, Source};
use crate::perl::{Array, Perl, Scalar};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::mem::transmute;
use virt::sys::*;

/// A C callback as libvirt registers it, whatever it takes.
pub type Generic<T> = unsafe extern "C" fn(virConnectPtr, *mut <T as Object>::Target, *mut c_void);

/// Room for the arguments of any event.
const MOST_ARGUMENTS: usize = 6;

/// The arguments that every callback begins with; the object is libvirt's.
///
/// # Safety
/// Live objects.
unsafe fn first<T: Object>(
    perl: Perl,
    own: Option<&Scalar>,
    conn: virConnectPtr,
    object: *mut T::Target,
) -> (Vec<Scalar>, Lent) {
    let mut arguments = Vec::with_capacity(MOST_ARGUMENTS);
    // SAFETY: the caller's promise; libvirt has its object until the callback is over.
    unsafe {
        arguments.push(connection_argument::<Connect>(perl, own, conn));
        let (scalar, lent) = Lent::to::<T>(perl, object, &arguments[0]);
        arguments.push(scalar);
        (arguments, lent)
    }
}

/// What a callback is given, kept for another thread.
trait Keep: IntoScalar {
    type Kept: Send + 'static;
    /// # Safety
    /// As for [`IntoScalar::into_scalar`].
    unsafe fn kept(self) -> Self::Kept;
    fn again(kept: Self::Kept, perl: Perl) -> Scalar;
}

macro_rules! keep_numbers {
    ($($type:ty)*) => {$(
        impl Keep for $type {
            type Kept = $type;
            unsafe fn kept(self) -> $type {
                self
            }
            fn again(kept: $type, perl: Perl) -> Scalar {
                // SAFETY: a number has no pointers.
                unsafe { kept.into_scalar(perl) }
            }
        }
    )*};
}

keep_numbers! { i32 u32 i64 u64 }

impl Keep for *const c_char {
    type Kept = Option<Vec<u8>>;
    unsafe fn kept(self) -> Option<Vec<u8>> {
        // SAFETY: the caller's promise.
        (!self.is_null()).then(|| unsafe { CStr::from_ptr(self) }.to_bytes().to_vec())
    }
    fn again(kept: Option<Vec<u8>>, perl: Perl) -> Scalar {
        kept.map_or_else(|| perl.new_undef(), |text| perl.new_string(&text))
    }
}

/// Connection and object of an event, kept for another thread.
struct KeptObjects<T: Object>(Handle<Connect>, Handle<T>);

// SAFETY: libvirt's objects may be used by any thread.
unsafe impl<T: Object> Send for KeptObjects<T> {}

impl<T: Object> KeptObjects<T> {
    /// # Safety
    /// Live objects.
    unsafe fn of(conn: virConnectPtr, object: *mut T::Target) -> Self {
        // SAFETY: the caller's promise.
        unsafe { KeptObjects(Handle::assume_borrowed(conn), Handle::assume_borrowed(object)) }
    }

    fn connection(&self, perl: Perl, own: Option<&Scalar>) -> Scalar {
        // SAFETY: kept alive by this.
        unsafe { connection_argument::<Connect>(perl, own, self.0.as_ptr()) }
    }

    fn first(self, perl: Perl, own: Option<&Scalar>) -> Vec<Scalar> {
        let mut arguments = Vec::with_capacity(MOST_ARGUMENTS);
        arguments.push(self.connection(perl, own));
        // SAFETY: the connection's object.
        arguments.push(unsafe { self.1.into_scalar_on(perl, &arguments[0]) });
        arguments
    }
}

/// Rows `name(argument: type, ...)` become C callbacks that pass their arguments on, for events of
/// any kind of object.
macro_rules! callbacks {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {$(
        unsafe extern "C" fn $name<T: Object + 'static>(
            conn: virConnectPtr,
            object: *mut T::Target,
            $($arg: $type,)*
            callback: *mut c_void,
        ) {
            // SAFETY: libvirt calls with what was registered, and with live objects and strings.
            unsafe {
                let here = |perl: Perl, own: Option<&Scalar>| {
                    #[allow(unused_mut)]
                    let (mut arguments, lent) = first::<T>(perl, own, conn, object);
                    $(arguments.push($arg.into_scalar(perl));)*
                    (arguments, lent)
                };
                deliver(callback, here, || {
                    let objects = KeptObjects::<T>::of(conn, object);
                    $(let $arg = $arg.kept();)*
                    Box::new(move |perl, own| {
                        #[allow(unused_mut)]
                        let mut arguments = objects.first(perl, own);
                        $(arguments.push(<$type as Keep>::again($arg, perl));)*
                        arguments
                    })
                })
            }
        }
    )*};
}

callbacks! {
    plain();
    one_int(value: c_int);
    two_ints(event: c_int, detail: c_int);
    int_and_text(kind: c_int, text: *const c_char);
    rtc_change(utcoffset: i64);
    io_error(path: *const c_char, alias: *const c_char, action: c_int);
    io_error_reason(path: *const c_char, alias: *const c_char, action: c_int, reason: *const c_char);
    block_job(disk: *const c_char, kind: c_int, status: c_int);
    disk_change(old: *const c_char, new: *const c_char, alias: *const c_char, reason: c_int);
    tray_change(alias: *const c_char, reason: c_int);
    balloon_change(actual: u64);
    device(alias: *const c_char);
    block_threshold(dev: *const c_char, path: *const c_char, threshold: u64, excess: u64);
    memory_failure(recipient: c_int, action: c_int, flags: c_uint);
    memory_device_size_change(alias: *const c_char, size: u64);
    nic_mac_change(alias: *const c_char, old: *const c_char, new: *const c_char);
    vcpu_removed(vcpu: c_uint);
    channel_lifecycle(channel: *const c_char, state: c_int, reason: c_int);
    monitor(event: *const c_char, seconds: i64, micros: c_uint, details: *const c_char);
}

/// The lifecycle of a domain, of the old registration too: alone in having a result, which
/// libvirt ignores.
unsafe extern "C" fn lifecycle(
    conn: virConnectPtr,
    domain: virDomainPtr,
    event: c_int,
    detail: c_int,
    callback: *mut c_void,
) -> c_int {
    // SAFETY: libvirt calls with what was registered.
    unsafe { two_ints::<Domain>(conn, domain, event, detail, callback) };
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
    // SAFETY: libvirt calls with what was registered, and with parameters that it has filled in.
    unsafe {
        let here = |perl: Perl, own: Option<&Scalar>| {
            let (mut arguments, lent) = first::<Domain>(perl, own, conn, domain);
            arguments.push(params_hash(perl, as_slice(params, count)));
            (arguments, lent)
        };
        deliver(callback, here, || {
            let objects = KeptObjects::<Domain>::of(conn, domain);
            let params = TypedParams::copied(as_slice(params, count));
            Box::new(move |perl, own| {
                let mut arguments = objects.first(perl, own);
                arguments.push(params.into_scalar(perl));
                arguments
            })
        })
    }
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
    // SAFETY: libvirt calls with what was registered, and with structs that live as long.
    unsafe {
        let here = |perl: Perl, own: Option<&Scalar>| {
            let (mut arguments, lent) = first::<Domain>(perl, own, conn, domain);
            arguments.push(perl.new_int(phase.into()));
            arguments.extend([local.as_ref().into_scalar(perl), remote.as_ref().into_scalar(perl)]);
            arguments.push(scheme.into_scalar(perl));
            let mut list = Array::with_capacity(perl, identities(subject).len());
            identities(subject).iter().for_each(|identity| list.push(identity.into_scalar(perl)));
            arguments.push(list.into_ref());
            (arguments, lent)
        };
        deliver(callback, here, || {
            let objects = KeptObjects::<Domain>::of(conn, domain);
            let [local, remote] = [local, remote].map(|address| {
                address.as_ref().map(|address| KeptAddress {
                    family: address.family,
                    node: address.node.cast_const().kept(),
                    service: address.service.cast_const().kept(),
                })
            });
            let scheme = scheme.kept();
            let subject: Vec<_> = identities(subject)
                .iter()
                .map(|identity| KeptIdentity {
                    kind: identity.type_.cast_const().kept(),
                    name: identity.name.cast_const().kept(),
                })
                .collect();
            Box::new(move |perl, own| {
                let mut arguments = objects.first(perl, own);
                arguments.push(perl.new_int(phase.into()));
                arguments.extend([local.into_scalar(perl), remote.into_scalar(perl)]);
                arguments.push(<*const c_char as Keep>::again(scheme, perl));
                let mut list = Array::with_capacity(perl, subject.len());
                subject.into_iter().for_each(|identity| list.push(identity.into_scalar(perl)));
                arguments.push(list.into_ref());
                arguments
            })
        })
    }
}

/// # Safety
/// NULL, or a subject of libvirt's.
unsafe fn identities<'a>(subject: *const virDomainEventGraphicsSubject) -> &'a [virDomainEventGraphicsSubjectIdentity] {
    // SAFETY: the caller's promise.
    unsafe {
        subject
            .as_ref()
            .map_or(&[][..], |subject| slice_at(subject.identities, usize::try_from(subject.nidentity).unwrap_or(0)))
    }
}

struct KeptAddress {
    family: c_int,
    node: Option<Vec<u8>>,
    service: Option<Vec<u8>>,
}

record! {
    KeptAddress as address {
        "family" => address.family,
        "node" => address.node,
        "service" => address.service,
    }
}

struct KeptIdentity {
    kind: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
}

record! {
    KeptIdentity as identity {
        "type" => identity.kind,
        "name" => identity.name,
    }
}

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
