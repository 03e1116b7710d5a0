//! Classes: one for each kind of libvirt object.

use super::{admin, connection, stream};
use crate::ffi::bridge;
use crate::panics;
use crate::perl::Perl;
use crate::since::admin as library;
use std::ffi::{CStr, CString, c_int, c_void};
use virt::sys;

/// A kind of libvirt object, as a type: `Domain` for `virDomainPtr`.
pub trait Object {
    /// What the pointer of libvirt points at.
    type Target;
    /// Index into the class table, from 1.
    const CLASS: u8;

    /// The class as data.
    fn class() -> &'static Class {
        &CLASSES[usize::from(Self::CLASS) - 1]
    }
}

/// A class as data.
pub struct Class {
    /// The package of its Perl objects.
    pub package: &'static CStr,
    /// The error code libvirt has for an invalid object of the class.
    pub invalid: sys::virErrorNumber,
    reference: unsafe fn(*mut c_void) -> c_int,
    free: unsafe fn(*mut c_void) -> c_int,
}

macro_rules! classes {
    ($($number:literal $name:ident: $target:path: $package:literal $reference:path, $free:path, $invalid:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($target), "` as `", $package, "`.")]
            pub enum $name {}
            impl Object for $name {
                type Target = $target;
                const CLASS: u8 = $number;
            }
        )*

        const CLASSES: &[Class] = &[$(Class {
            package: $crate::ffi::c_str(concat!($package, "\0")),
            invalid: sys::$invalid,
            // SAFETY: the caller has an object of this class.
            reference: |object| unsafe { $reference(object.cast()) },
            // SAFETY: as above, and gives up its reference.
            free: |object| unsafe { $free(object.cast()) },
        }),*];
    };
}

classes! {
    1 Connect: sys::virConnect: "Sys::Virt" connection::reference, connection::release, VIR_ERR_INVALID_CONN;
    2 Domain: sys::virDomain: "Sys::Virt::Domain" sys::virDomainRef, sys::virDomainFree, VIR_ERR_INVALID_DOMAIN;
    3 DomainCheckpoint: sys::virDomainCheckpoint: "Sys::Virt::DomainCheckpoint" sys::virDomainCheckpointRef, sys::virDomainCheckpointFree, VIR_ERR_INVALID_DOMAIN_CHECKPOINT;
    4 DomainSnapshot: sys::virDomainSnapshot: "Sys::Virt::DomainSnapshot" sys::virDomainSnapshotRef, sys::virDomainSnapshotFree, VIR_ERR_INVALID_DOMAIN_SNAPSHOT;
    5 Interface: sys::virInterface: "Sys::Virt::Interface" sys::virInterfaceRef, sys::virInterfaceFree, VIR_ERR_INVALID_INTERFACE;
    6 Network: sys::virNetwork: "Sys::Virt::Network" sys::virNetworkRef, sys::virNetworkFree, VIR_ERR_INVALID_NETWORK;
    7 NetworkPort: sys::virNetworkPort: "Sys::Virt::NetworkPort" sys::virNetworkPortRef, sys::virNetworkPortFree, VIR_ERR_INVALID_NETWORK_PORT;
    8 NodeDevice: sys::virNodeDevice: "Sys::Virt::NodeDevice" sys::virNodeDeviceRef, sys::virNodeDeviceFree, VIR_ERR_INVALID_NODE_DEVICE;
    9 NWFilter: sys::virNWFilter: "Sys::Virt::NWFilter" sys::virNWFilterRef, sys::virNWFilterFree, VIR_ERR_INVALID_NWFILTER;
    10 NWFilterBinding: sys::virNWFilterBinding: "Sys::Virt::NWFilterBinding" sys::virNWFilterBindingRef, sys::virNWFilterBindingFree, VIR_ERR_INVALID_NWFILTER_BINDING;
    11 Secret: sys::virSecret: "Sys::Virt::Secret" sys::virSecretRef, sys::virSecretFree, VIR_ERR_INVALID_SECRET;
    12 StoragePool: sys::virStoragePool: "Sys::Virt::StoragePool" sys::virStoragePoolRef, sys::virStoragePoolFree, VIR_ERR_INVALID_STORAGE_POOL;
    13 StorageVol: sys::virStorageVol: "Sys::Virt::StorageVol" sys::virStorageVolRef, sys::virStorageVolFree, VIR_ERR_INVALID_STORAGE_VOL;
    14 Stream: sys::virStream: "Sys::Virt::Stream" stream::reference, stream::release, VIR_ERR_INVALID_STREAM;
    15 AdminConnect: library::virAdmConnect: "Sys::Virt::Admin" admin::reference_connection, admin::release_connection, VIR_ERR_INVALID_CONN;
    16 AdminServer: library::virAdmServer: "Sys::Virt::Admin::Server" admin::reference, admin::release_server, VIR_ERR_INVALID_CONN;
    17 AdminClient: library::virAdmClient: "Sys::Virt::Admin::Client" admin::reference, admin::release_client, VIR_ERR_INVALID_CONN;
}

/// Classes that a package of their own adds when a script loads it, the first of them.
const EXTENSION: usize = 15;

impl Class {
    /// The class with this number; none has 0.
    fn of(number: u8) -> Option<&'static Class> {
        CLASSES.get(usize::from(number).checked_sub(1)?)
    }

    /// The package of the class with this number, for messages.
    pub fn name(number: u8) -> &'static str {
        Class::of(number).and_then(|class| class.package.to_str().ok()).unwrap_or("unknown")
    }
}

/// Gives every class its `DESTROY`.
pub fn install(perl: Perl) {
    CLASSES[..EXTENSION - 1].iter().for_each(|class| install_destroy(perl, class));
}

/// Gives it to those that the package `name` adds.
pub fn extend(perl: Perl, name: &CStr) {
    let theirs = |class: &&Class| class.package.to_bytes().starts_with(name.to_bytes());
    CLASSES[EXTENSION - 1..].iter().filter(theirs).for_each(|class| install_destroy(perl, class));
}

fn install_destroy(perl: Perl, class: &Class) {
    let name = [class.package.to_bytes(), b"::DESTROY"].concat();
    if let Ok(name) = CString::new(name) {
        // SAFETY: the running interpreter and a name.
        unsafe { bridge::sv_bridge_install_destroy(perl.raw(), name.as_ptr()) };
    }
}

/// For the bridge: one reference more.
///
/// # Safety
/// `object` is a live object of `class`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_ref(class: u8, object: *mut c_void) {
    if let Some(class) = Class::of(class) {
        // SAFETY: the caller's promise.
        panics::contained(|| unsafe { (class.reference)(object) });
    }
}

/// For the bridge: the end of a reference.
///
/// # Safety
/// `object` is a live object of `class`, and the caller owns a reference to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_free(class: u8, object: *mut c_void) {
    if let Some(class) = Class::of(class) {
        // SAFETY: the caller's promise.
        panics::contained(|| unsafe { (class.free)(object) });
    }
}
