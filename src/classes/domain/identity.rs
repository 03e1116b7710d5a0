//! Who a domain is, and how it is.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_id(dom: Domain) at once => Ok(virDomainGetID(dom) as i32); // -1 for one that doesn't run
    get_uuid(dom: Domain) at once => uuid(|p| virDomainGetUUID(dom, p));
    get_uuid_string(dom: Domain) at once => uuid_string(|p| virDomainGetUUIDString(dom, p));
    get_name(dom: Domain) at once => borrowed_str(virDomainGetName(dom));
    rename(dom: Domain, newname: Str, flags: u32 = 0) => void(virDomainRename(dom, newname, flags));
    get_os_type(dom: Domain) => owned_str(virDomainGetOSType(dom));

    is_active(dom: Domain) => int(virDomainIsActive(dom));
    is_persistent(dom: Domain) => int(virDomainIsPersistent(dom));
    is_updated(dom: Domain) => int(virDomainIsUpdated(dom));
    get_info(dom: Domain) => filled(|info: *mut virDomainInfo| virDomainGetInfo(dom, info));
    get_state(dom: Domain, flags: u32 = 0) => {
        let mut reason = 0;
        stored(|state: *mut i32| virDomainGetState(dom, state, &mut reason, flags)).map(|state| (state, reason))
    };
    get_control_info(dom: Domain, flags: u32 = 0) => filled(|info: *mut virDomainControlInfo| virDomainGetControlInfo(dom, info, flags));
    get_messages(dom: Domain, flags: u32 = 0) => {
        let get = since::virDomainGetMessages()?;
        string_list(|p| get(dom, p, flags))
    };

    get_autostart(dom: Domain) => stored(|p: *mut i32| virDomainGetAutostart(dom, p));
    set_autostart(dom: Domain, autostart: i32) => void(virDomainSetAutostart(dom, autostart));
    get_autostart_once(dom: Domain) => { let get = since::virDomainGetAutostartOnce()?; stored(|p: *mut i32| get(dom, p)) };
    set_autostart_once(dom: Domain, autostart: i32) => void(since::virDomainSetAutostartOnce()?(dom, autostart));
}

record! {
    virDomainInfo as info {
        "state" => u32::from(info.state),
        "maxMem" => info.maxMem,
        "memory" => info.memory,
        "nrVirtCpu" => u32::from(info.nrVirtCpu),
        "cpuTime" => info.cpuTime,
    }
}

record! {
    virDomainControlInfo as info {
        "state" => info.state,
        "details" => info.details,
        "stateTime" => info.stateTime,
    }
}
