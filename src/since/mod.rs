//! Functions that are looked up when first called: those of libvirt that came after 7.0, so that the
//! module loads with an older one, and those of its other libraries, each opened at the first call of
//! one of its functions. What is not there fails with an error that names the release, or the library.

pub mod admin;
mod apart;
pub mod lxc;
pub mod qemu;

use crate::error::{Failure, Report};
use once_cell::race::OnceNonZeroUsize;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::num::NonZeroUsize;
use virt::sys;

unsafe extern "C" {
    fn dlopen(file: *const c_char, mode: c_int) -> *mut c_void;
    fn dlerror() -> *const c_char;
    fn dlsym(library: *mut c_void, symbol: *const c_char) -> *mut c_void;
}

const RTLD_LAZY: c_int = 1;

/// The library that this one is linked against.
const LIBVIRT: &CStr = c"libvirt.so.0";

/// The address of a function, kept in `known`.
fn look_up(known: &OnceNonZeroUsize, library: &CStr, symbol: &CStr, release: &str) -> Result<NonZeroUsize, Failure> {
    known.get_or_try_init(|| {
        // SAFETY: the name of a library, which stays open.
        let opened = unsafe { dlopen(library.as_ptr(), RTLD_LAZY) };
        if opened.is_null() {
            return Err(not_there(library));
        }
        // SAFETY: an open library.
        let address = unsafe { dlsym(opened, symbol.as_ptr()) };
        NonZeroUsize::new(address as usize).ok_or_else(|| {
            let name = symbol.to_string_lossy();
            unsupported(format!("this function is not supported by this libvirt: {name} came with libvirt {release}"))
        })
    })
}

fn unsupported(text: String) -> Failure {
    Failure::Libvirt(Report::new(sys::VIR_ERR_NO_SUPPORT, text))
}

/// A library that could not be opened.
fn not_there(library: &CStr) -> Failure {
    // SAFETY: the loader has just said why, to this thread.
    let why = unsafe { CStr::from_ptr(dlerror()) }.to_string_lossy();
    let name = library.to_string_lossy();
    let packages = "the package libvirt0 on Debian, libvirt-libs on Fedora";
    unsupported(format!("this function needs {name}, which is in {packages}, and cannot be opened here: {why}"))
}

macro_rules! since {
    ($library:expr; $($release:literal $name:ident($($type:ty),*) -> $result:ty;)*) => {$(
        #[doc = concat!("`", stringify!($name), "`, of libvirt ", $release, ".")]
        #[allow(non_snake_case)]
        pub fn $name() -> Result<unsafe extern "C" fn($($type),*) -> $result, Failure> {
            static KNOWN: OnceNonZeroUsize = OnceNonZeroUsize::new();
            let symbol = $crate::ffi::c_str(concat!(stringify!($name), "\0"));
            let address = $crate::since::look_up(&KNOWN, $library, symbol, $release)?;
            // SAFETY: the function of that name has this type in every release that has it.
            Ok(unsafe { std::mem::transmute::<usize, unsafe extern "C" fn($($type),*) -> $result>(address.get()) })
        }
    )*};
}
use since;

type Text = *const c_char;
type Params = *mut sys::virTypedParameter;

since! {
    LIBVIRT;
    "7.1.0" virDomainGetMessages(sys::virDomainPtr, *mut *mut *mut c_char, u32) -> c_int;
    "7.2.0" virDomainStartDirtyRateCalc(sys::virDomainPtr, c_int, u32) -> c_int;
    "7.3.0" virNodeDeviceCreate(sys::virNodeDevicePtr, u32) -> c_int;
    "7.3.0" virNodeDeviceDefineXML(sys::virConnectPtr, Text, u32) -> sys::virNodeDevicePtr;
    "7.3.0" virNodeDeviceUndefine(sys::virNodeDevicePtr, u32) -> c_int;
    "7.7.0" virNetworkDefineXMLFlags(sys::virConnectPtr, Text, u32) -> sys::virNetworkPtr;
    "7.7.0" virNWFilterDefineXMLFlags(sys::virConnectPtr, Text, u32) -> sys::virNWFilterPtr;
    "7.8.0" virNetworkCreateXMLFlags(sys::virConnectPtr, Text, u32) -> sys::virNetworkPtr;
    "7.8.0" virNodeDeviceGetAutostart(sys::virNodeDevicePtr, *mut c_int) -> c_int;
    "7.8.0" virNodeDeviceIsActive(sys::virNodeDevicePtr) -> c_int;
    "7.8.0" virNodeDeviceIsPersistent(sys::virNodeDevicePtr) -> c_int;
    "7.8.0" virNodeDeviceSetAutostart(sys::virNodeDevicePtr, c_int) -> c_int;
    "8.0.0" virDomainSetLaunchSecurityState(sys::virDomainPtr, Params, c_int, u32) -> c_int;
    "8.4.0" virDomainRestoreParams(sys::virConnectPtr, Params, c_int, u32) -> c_int;
    "8.4.0" virDomainSaveParams(sys::virDomainPtr, Params, c_int, u32) -> c_int;
    "8.5.0" virDomainAbortJobFlags(sys::virDomainPtr, u32) -> c_int;
    "9.0.0" virDomainFDAssociate(sys::virDomainPtr, Text, u32, *mut c_int, u32) -> c_int;
    "9.7.0" virNetworkGetMetadata(sys::virNetworkPtr, c_int, Text, u32) -> *mut c_char;
    "9.7.0" virNetworkSetMetadata(sys::virNetworkPtr, c_int, Text, Text, Text, u32) -> c_int;
    "10.1.0" virNodeDeviceUpdate(sys::virNodeDevicePtr, Text, u32) -> c_int;
    "10.2.0" virDomainGraphicsReload(sys::virDomainPtr, u32, u32) -> c_int;
    "11.2.0" virDomainDelThrottleGroup(sys::virDomainPtr, Text, u32) -> c_int;
    "11.2.0" virDomainGetAutostartOnce(sys::virDomainPtr, *mut c_int) -> c_int;
    "11.2.0" virDomainSetAutostartOnce(sys::virDomainPtr, c_int) -> c_int;
    "11.2.0" virDomainSetThrottleGroup(sys::virDomainPtr, Text, Params, c_int, u32) -> c_int;
    "12.5.0" virDomainAnnounceInterface(sys::virDomainPtr, Text, Params, c_int, u32) -> c_int;
}
