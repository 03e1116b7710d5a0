//! `Sys::Virt::Admin::Client`.

use crate::convert::*;
use crate::method::methods;
use crate::since::admin;

methods! {
    "Sys::Virt::Admin::Client";
    // libvirt has these three with the object: they fail for none that is one.
    get_id(client: AdminClient) at once => Ok(admin::virAdmClientGetID()?(client));
    get_timestamp(client: AdminClient) at once => Ok(admin::virAdmClientGetTimestamp()?(client));
    get_transport(client: AdminClient) at once => int(admin::virAdmClientGetTransport()?(client));
    get_info(client: AdminClient, flags: u32 = 0) => {
        let get = admin::virAdmClientGetInfo()?;
        allocated(|p, n| get(client, p, n, flags))
    };
    close(client: AdminClient, flags: u32 = 0) => void(admin::virAdmClientClose()?(client, flags));
}
