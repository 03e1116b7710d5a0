//! libvirt-lxc, which is for containers alone. The crate virt has nothing of it.

use super::since;
use crate::error::Failure;
use once_cell::race::OnceNonZeroUsize;
use std::ffi::{CStr, c_int, c_uint};
use virt::sys::*;

const LIBVIRT_LXC: &CStr = c"libvirt-lxc.so.0";

type Files = *mut c_int;
type Label = virSecurityLabelPtr;

since! {
    LIBVIRT_LXC;
    "1.0.2" virDomainLxcEnterNamespace(virDomainPtr, c_uint, Files, *mut c_uint, *mut Files, c_uint) -> c_int;
    "1.0.2" virDomainLxcOpenNamespace(virDomainPtr, *mut Files, c_uint) -> c_int;
    "1.0.4" virDomainLxcEnterSecurityLabel(virSecurityModelPtr, Label, Label, c_uint) -> c_int;
    "2.0.0" virDomainLxcEnterCGroup(virDomainPtr, c_uint) -> c_int;
}
