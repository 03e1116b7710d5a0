//! `Sys::Virt::Secret`: passwords and keys that libvirt keeps.

use crate::convert::*;
use crate::error::Failure;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::Secret";
    get_uuid(sec: Secret) at once => uuid(|p| virSecretGetUUID(sec, p));
    get_uuid_string(sec: Secret) at once => uuid_string(|p| virSecretGetUUIDString(sec, p));
    get_usage_type(sec: Secret) at once => int(virSecretGetUsageType(sec));
    get_usage_id(sec: Secret) at once => borrowed_str(virSecretGetUsageID(sec));
    get_xml_description(sec: Secret, flags: u32 = 0) => owned_str(virSecretGetXMLDesc(sec, flags));
    get_value(sec: Secret, flags: u32 = 0) => value(sec, flags);
    set_value(sec: Secret, value: SecretBytes, flags: u32 = 0) => void(virSecretSetValue(sec, value.as_ptr(), value.len(), flags));
    undefine(sec: Secret) => void(virSecretUndefine(sec));
}

/// # Safety
/// A live secret.
unsafe fn value(sec: virSecretPtr, flags: u32) -> Result<SecretResult, Failure> {
    let mut len = 0;
    // SAFETY: a live secret and a place for the length.
    let bytes = unsafe { virSecretGetValue(sec, &mut len, flags) };
    if bytes.is_null() {
        Err(Failure::last())
    } else {
        // SAFETY: libvirt allocated so many for us.
        Ok(unsafe { SecretResult::assume_owned(bytes, len) })
    }
}
