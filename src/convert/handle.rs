//! Objects: one class for each kind of libvirt object.

use super::{FromArg, Items, Spec, Value};
use crate::error::Failure;
use crate::events::connection;
use crate::ffi::bridge::{self, Kind, RawValue, Tag};
use crate::method::Call;
use crate::perl::Perl;
use libperl_sys::SV;
use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::ptr;
use virt::sys;

/// A kind of libvirt object, as a type: `Domain` for `virDomainPtr`.
pub trait Object {
    /// What the pointer of libvirt points at.
    type Target;
    /// Index into the class table, from 1.
    const CLASS: u8;

    fn class() -> &'static Class {
        &CLASSES[usize::from(Self::CLASS) - 1]
    }
}

/// A class as data.
pub struct Class {
    pub package: &'static CStr,
    /// The error code libvirt has for an invalid object of the class.
    pub invalid: sys::virErrorNumber,
    reference: unsafe fn(*mut c_void) -> c_int,
    free: unsafe fn(*mut c_void) -> c_int,
}

macro_rules! classes {
    ($($number:literal $name:ident: $target:ident $package:literal $reference:path, $free:path, $invalid:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($target), "` as `", $package, "`.")]
            pub enum $name {}
            impl Object for $name {
                type Target = sys::$target;
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
    1 Connect: virConnect "Sys::Virt" connection::reference, connection::release, VIR_ERR_INVALID_CONN;
    2 Domain: virDomain "Sys::Virt::Domain" sys::virDomainRef, sys::virDomainFree, VIR_ERR_INVALID_DOMAIN;
    3 DomainCheckpoint: virDomainCheckpoint "Sys::Virt::DomainCheckpoint" sys::virDomainCheckpointRef, sys::virDomainCheckpointFree, VIR_ERR_INVALID_DOMAIN_CHECKPOINT;
    4 DomainSnapshot: virDomainSnapshot "Sys::Virt::DomainSnapshot" sys::virDomainSnapshotRef, sys::virDomainSnapshotFree, VIR_ERR_INVALID_DOMAIN_SNAPSHOT;
    5 Interface: virInterface "Sys::Virt::Interface" sys::virInterfaceRef, sys::virInterfaceFree, VIR_ERR_INVALID_INTERFACE;
    6 Network: virNetwork "Sys::Virt::Network" sys::virNetworkRef, sys::virNetworkFree, VIR_ERR_INVALID_NETWORK;
    7 NetworkPort: virNetworkPort "Sys::Virt::NetworkPort" sys::virNetworkPortRef, sys::virNetworkPortFree, VIR_ERR_INVALID_NETWORK_PORT;
    8 NodeDevice: virNodeDevice "Sys::Virt::NodeDevice" sys::virNodeDeviceRef, sys::virNodeDeviceFree, VIR_ERR_INVALID_NODE_DEVICE;
    9 NWFilter: virNWFilter "Sys::Virt::NWFilter" sys::virNWFilterRef, sys::virNWFilterFree, VIR_ERR_INVALID_NWFILTER;
    10 NWFilterBinding: virNWFilterBinding "Sys::Virt::NWFilterBinding" sys::virNWFilterBindingRef, sys::virNWFilterBindingFree, VIR_ERR_INVALID_NWFILTER_BINDING;
    11 Secret: virSecret "Sys::Virt::Secret" sys::virSecretRef, sys::virSecretFree, VIR_ERR_INVALID_SECRET;
    12 StoragePool: virStoragePool "Sys::Virt::StoragePool" sys::virStoragePoolRef, sys::virStoragePoolFree, VIR_ERR_INVALID_STORAGE_POOL;
    13 StorageVol: virStorageVol "Sys::Virt::StorageVol" sys::virStorageVolRef, sys::virStorageVolFree, VIR_ERR_INVALID_STORAGE_VOL;
    14 Stream: virStream "Sys::Virt::Stream" sys::virStreamRef, sys::virStreamFree, VIR_ERR_INVALID_STREAM;
}

/// The class with this number; none has 0.
pub fn class_of(number: u8) -> Option<&'static Class> {
    CLASSES.get(usize::from(number).checked_sub(1)?)
}

/// Every class, in the order of the table.
pub fn classes() -> &'static [Class] {
    CLASSES
}

/// For the bridge: one reference more.
///
/// # Safety
/// `object` is a live object of `class`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_ref(class: u8, object: *mut c_void) {
    if let Some(class) = class_of(class) {
        // SAFETY: the caller's promise.
        unsafe { (class.reference)(object) };
    }
}

/// For the bridge: the end of a reference.
///
/// # Safety
/// `object` is a live object of `class`, and the caller owns a reference to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_object_free(class: u8, object: *mut c_void) {
    if let Some(class) = class_of(class) {
        // SAFETY: the caller's promise.
        unsafe { (class.free)(object) };
    }
}

/// For the bridge: the package of a class.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_class_name(class: u8) -> *const std::ffi::c_char {
    class_of(class).map_or(c"Sys::Virt".as_ptr(), |class| class.package.as_ptr())
}

/// A required object as a parameter: its pointer, never NULL.
impl<T: Object> FromArg for T {
    type Native<'a> = *mut T::Target;
    const SPEC: Spec = Spec { class: T::CLASS, ..Spec::of(Kind::Object) };

    fn from_arg<'a>(_: &'a Call, value: &'a RawValue) -> Self::Native<'a> {
        // SAFETY: the bridge checked that it is an object of the class.
        unsafe { value.u.ptr }.cast()
    }
}

/// An object that may be left out or undef: NULL then.
pub struct Opt<T>(PhantomData<T>);

impl<T: Object> FromArg for Opt<T> {
    type Native<'a> = *mut T::Target;
    const SPEC: Spec = Spec { optional: true, ..T::SPEC };

    fn from_arg<'a>(_: &'a Call, value: &'a RawValue) -> Self::Native<'a> {
        match value.tag {
            // SAFETY: the bridge checked that it is an object of the class.
            Tag::Object => unsafe { value.u.ptr }.cast(),
            _ => ptr::null_mut(),
        }
    }
}

impl Items<'_> {
    /// The elements as objects of one class, for an array that libvirt wants NULL-terminated.
    pub fn objects<T: Object>(&self) -> Result<Vec<*mut T::Target>, Failure> {
        let mut objects = Vec::with_capacity(self.len() + 1);
        for (index, value) in self.iter().enumerate() {
            match value {
                Value::Object(class, object) if class == T::CLASS && !object.is_null() => objects.push(object.cast()),
                _ => {
                    let package = T::class().package.to_string_lossy();
                    return Err(self.bad_element(index, &format!("not a live {package} object")));
                }
            }
        }
        objects.push(ptr::null_mut());
        Ok(objects)
    }
}

/// An object that a method returns, with the reference it owns.
pub struct Handle<T: Object>(*mut T::Target);

impl<T: Object> Handle<T> {
    /// Takes over the reference that a libvirt function returned; NULL is its failure.
    pub fn owned(object: *mut T::Target) -> Result<Self, Failure> {
        if object.is_null() { Err(Failure::last()) } else { Ok(Handle(object)) }
    }

    /// A new reference to an object of somebody else's, such as a callback's argument.
    pub fn borrowed(object: *mut T::Target) -> Self {
        // SAFETY: the caller's object is live.
        unsafe { sys_virt_object_ref(T::CLASS, object.cast()) };
        Handle(object)
    }

    /// The Perl object, which now owns the reference.
    pub fn into_sv(self, perl: Perl) -> *mut SV {
        let object = self.0.cast();
        std::mem::forget(self);
        // SAFETY: the running interpreter, the stash of the object's class.
        unsafe { bridge::sv_bridge_object(perl.raw(), perl.stash(T::class().package), T::CLASS, object) }
    }
}

impl<T: Object> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: the reference is ours and was not passed on.
        unsafe { sys_virt_object_free(T::CLASS, self.0.cast()) };
    }
}
