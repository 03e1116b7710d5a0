//! `Sys::Virt::NodeDevice`: devices of the host.

use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use crate::since;
use std::ffi::c_char;
use virt::sys::*;

methods! {
    "Sys::Virt::NodeDevice";
    get_name(dev: NodeDevice) at once => borrowed_str(virNodeDeviceGetName(dev));
    get_parent(dev: NodeDevice) => parent(dev);
    get_xml_description(dev: NodeDevice, flags: u32 = 0) => owned_str(virNodeDeviceGetXMLDesc(dev, flags));
    list_capabilities(dev: NodeDevice) => names(int(virNodeDeviceNumOfCaps(dev))?, |list, n| virNodeDeviceListCaps(dev, list, n));
    is_active(nodedev: NodeDevice) => int(since::virNodeDeviceIsActive()?(nodedev));
    is_persistent(nodedev: NodeDevice) => int(since::virNodeDeviceIsPersistent()?(nodedev));
    get_autostart(nodedev: NodeDevice) => { let get = since::virNodeDeviceGetAutostart()?; stored(|p: *mut i32| get(nodedev, p)) };
    set_autostart(nodedev: NodeDevice, autostart: i32) => void(since::virNodeDeviceSetAutostart()?(nodedev, autostart));
    create(dev: NodeDevice, flags: u32 = 0) => void(since::virNodeDeviceCreate()?(dev, flags));
    destroy(dev_rv: NodeDevice) => void(virNodeDeviceDestroy(dev_rv));
    undefine(dev: NodeDevice, flags: u32 = 0) => void(since::virNodeDeviceUndefine()?(dev, flags));
    update(nodedev: NodeDevice, xml: Str, flags: u32 = 0) => void(since::virNodeDeviceUpdate()?(nodedev, xml, flags));
    dettach(dev: NodeDevice, driversv: OptStr, flags: u32 = 0) =>
        void(if driversv.is_null() && flags == 0 { virNodeDeviceDettach(dev) } else { virNodeDeviceDetachFlags(dev, driversv, flags) });
    reattach(dev: NodeDevice) => void(virNodeDeviceReAttach(dev));
    reset(dev: NodeDevice) => void(virNodeDeviceReset(dev));
}

/// The parent's name; the root of the tree has none, which is no error.
///
/// # Safety
/// A live device.
unsafe fn parent(dev: virNodeDevicePtr) -> Result<One<*const c_char>, Failure> {
    // SAFETY: a live device, which keeps the name.
    let name = unsafe { virNodeDeviceGetParent(dev) };
    // SAFETY: asks for this thread's error, which the call before has reset.
    if name.is_null() && !unsafe { virGetLastError() }.is_null() { Err(Failure::last()) } else { Ok(One(name)) }
}
