//! What the guest's system says and does, asked through its agent.

use crate::convert::*;
use crate::method::methods;
use crate::perl::{Hash, Perl, Scalar};
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_hostname(dom: Domain, flags: u32 = 0) => owned_str(virDomainGetHostname(dom, flags));
    get_guest_info(dom: Domain, types: u32 = 0, flags: u32 = 0) => allocated(|p, n| virDomainGetGuestInfo(dom, types, p, n, flags));
    set_agent_response_timeout(dom: Domain, timeout: i32, flags: u32 = 0) => void(virDomainAgentSetResponseTimeout(dom, timeout, flags));

    get_time(dom: Domain, flags: u32 = 0) => {
        let mut nanoseconds = 0;
        stored(|seconds: *mut i64| virDomainGetTime(dom, seconds, &mut nanoseconds, flags))
            .map(|seconds| One(vec![seconds, nanoseconds.into()]))
    };
    set_time(dom: Domain, secssv: i64, nsecs: u32, flags: u32 = 0) => void(virDomainSetTime(dom, secssv, nsecs, flags));

    set_user_password(dom: Domain, username: Str, password: SecretStr, flags: u32 = 0) =>
        void(virDomainSetUserPassword(dom, username, password, flags));
    authorized_ssh_keys_get(dom: Domain, user: Str, flags: u32 = 0) =>
        string_list(|keys| virDomainAuthorizedSSHKeysGet(dom, user, keys, flags));
    authorized_ssh_keys_set(dom: Domain, user: Str, keysSV: ArrayRef, flags: u32 = 0) => {
        let mut keys = Strings::of(&keysSV)?;
        void(virDomainAuthorizedSSHKeysSet(dom, user, keys.as_mut_ptr(), keys.len() as u32, flags))
    };

    get_fs_info(dom: Domain, flags: u32 = 0) => records(|list| virDomainGetFSInfo(dom, list, flags), virDomainFSInfoFree);
    fs_trim(dom: Domain, mountPoint: NullStr, minimumsv: u64, flags: u32 = 0) => void(virDomainFSTrim(dom, mountPoint, minimumsv, flags));
    fs_freeze(dom: Domain, mountPointsSV: ArrayRef, flags: u32 = 0) => {
        let mut mounts = Strings::of(&mountPointsSV)?;
        void(virDomainFSFreeze(dom, mounts.as_mut_ptr(), mounts.len() as u32, flags))
    };
    fs_thaw(dom: Domain, mountPointsSV: ArrayRef, flags: u32 = 0) => {
        let mut mounts = Strings::of(&mountPointsSV)?;
        void(virDomainFSThaw(dom, mounts.as_mut_ptr(), mounts.len() as u32, flags))
    };

    get_interface_addresses(dom: Domain, src: u32, flags: u32 = 0) =>
        records(|list| virDomainInterfaceAddresses(dom, list, src, flags), virDomainInterfaceFree);
}

record! {
    virDomainFSInfo as info {
        "mountpoint" => info.mountpoint,
        "name" => info.name,
        "fstype" => info.fstype,
        "devalias" => slice_at(info.devAlias, info.ndevAlias).to_vec(),
    }
}

record! {
    virDomainIPAddress as address {
        "type" => address.type_,
        "addr" => address.addr,
        "prefix" => address.prefix,
    }
}

impl Element for virDomainIPAddress {}

/// The key of the hardware's address is there only when the address is.
impl IntoScalar for virDomainInterface {
    unsafe fn into_scalar(self, perl: Perl) -> Scalar {
        // SAFETY: libvirt's own pointer and length.
        let addresses = unsafe { slice_at(self.addrs, self.naddrs as usize) };
        let mut hash = Hash::with_capacity(perl, 3);
        // SAFETY: the caller's promise.
        unsafe {
            hash.store(b"name", self.name.into_scalar(perl));
            if !self.hwaddr.is_null() {
                hash.store(b"hwaddr", self.hwaddr.into_scalar(perl));
            }
            hash.store(b"addrs", addresses.to_vec().into_scalar(perl));
        }
        hash.into_ref()
    }
}
