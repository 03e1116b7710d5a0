//! `Sys::Virt`: the connection.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt";
    _open(uri: OptStr, flags: u32 = 0) => object::<Connect>(virConnectOpenAuth(uri, std::ptr::null_mut(), flags));
    get_type(con: Connect) => borrowed_str(virConnectGetType(con));
    get_domain_by_name(con: Connect, name: Str) => object::<Domain>(virDomainLookupByName(con, name));
    list_all_domains(con: Connect, flags: u32 = 0) => object_list::<Domain>(|list| virConnectListAllDomains(con, list, flags));
}
