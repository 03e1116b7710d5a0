//! The C callbacks of events, one for every shape of arguments. A Perl callback gets ($conn, $object,
//! then the C callback's own arguments in order).

use super::{connection_argument, deliver};
use crate::convert::*;
use crate::objects::Lent;
use crate::perl::{Array, Perl, Scalar};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use virt::sys::*;

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
pub struct KeptObjects<T: Object>(Handle<Connect>, Handle<T>);

// SAFETY: libvirt's objects may be used by any thread.
unsafe impl<T: Object> Send for KeptObjects<T> {}

impl<T: Object> KeptObjects<T> {
    /// A reference to each.
    ///
    /// # Safety
    /// Live objects.
    pub unsafe fn of(conn: virConnectPtr, object: *mut T::Target) -> Self {
        // SAFETY: the caller's promise.
        unsafe { KeptObjects(Handle::assume_borrowed(conn), Handle::assume_borrowed(object)) }
    }

    /// The connection as an argument.
    pub fn connection(&self, perl: Perl, own: Option<&Scalar>) -> Scalar {
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
        pub unsafe extern "C" fn $name<T: Object + 'static>(
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
pub unsafe extern "C" fn lifecycle(
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
pub unsafe extern "C" fn parameters(
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
pub unsafe extern "C" fn graphics(
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
