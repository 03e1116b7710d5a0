//! `Sys::Virt::Admin`: a connection to a daemon itself, with its servers and their clients. All that
//! is made when a script loads the package.

mod client;
mod server;

use crate::convert::*;
use crate::error::Failure;
use crate::events::{self, Listener};
use crate::method::{Method, methods};
use crate::since::admin::{self, virAdmConnectPtr};
use std::ffi::{c_char, c_int, c_uint};

/// The tables of the three classes.
pub const TABLES: &[&[Method]] = &[METHODS, server::METHODS, client::METHODS];

methods! {
    "Sys::Virt::Admin";
    // What Sys::Virt::Admin->new calls.
    _open(uri: OptStr, flags: u32 = 0) => object::<AdminConnect>(admin::opener()?(uri, flags));

    get_uri(conn: AdminConnect) at once => owned_str(admin::virAdmConnectGetURI()?(conn));
    get_library_version(conn: AdminConnect) => {
        let get = admin::virAdmConnectGetLibVersion()?;
        stored(|version: *mut u64| get(conn, version))
    };
    is_alive(conn: AdminConnect) at once => int(admin::virAdmConnectIsAlive()?(conn));

    list_servers(conn: AdminConnect, flags: u32 = 0) => {
        let list = admin::virAdmConnectListServers()?;
        object_list::<AdminServer>(|servers| list(conn, servers, flags))
    };
    lookup_server(conn: AdminConnect, name: Str, flags: u32 = 0) =>
        object::<AdminServer>(admin::virAdmConnectLookupServer()?(conn, name, flags));

    get_logging_outputs(conn: AdminConnect, flags: u32 = 0) => text(admin::virAdmConnectGetLoggingOutputs()?, conn, flags);
    get_logging_filters(conn: AdminConnect, flags: u32 = 0) => text(admin::virAdmConnectGetLoggingFilters()?, conn, flags);
    set_logging_outputs(conn: AdminConnect, outputs: NullStr, flags: u32 = 0) =>
        void(admin::virAdmConnectSetLoggingOutputs()?(conn, outputs, flags));
    set_logging_filters(conn: AdminConnect, filters: NullStr, flags: u32 = 0) =>
        void(admin::virAdmConnectSetLoggingFilters()?(conn, filters, flags));
    set_daemon_timeout(conn: AdminConnect, seconds: u32, flags: u32 = 0) =>
        void(admin::virAdmConnectSetDaemonTimeout()?(conn, seconds, flags));
    daemon_shutdown(conn: AdminConnect, flags: u32 = 0) => void(admin::virAdmConnectDaemonShutdown()?(conn, flags));

    register_close_callback(conn: AdminConnect, cb: Listener) => events::admin::register_close(conn, cb);
    unregister_close_callback(conn: AdminConnect) => events::admin::deregister_close(conn);
}

/// A function that stores a string, or none where there is nothing to say, and gives a number.
type Texts = unsafe extern "C" fn(virAdmConnectPtr, *mut *mut c_char, c_uint) -> c_int;

/// # Safety
/// A live connection.
unsafe fn text(get: Texts, conn: virAdmConnectPtr, flags: u32) -> Result<One<Option<OwnedStr>>, Failure> {
    // SAFETY: the caller's promise.
    unsafe { stored_str(|text| get(conn, text, flags)) }
}
