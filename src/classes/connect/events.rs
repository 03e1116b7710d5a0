//! Events of a connection: callbacks registered and ended, and the callback for its close.

use crate::convert::*;
use crate::error::{Failure, Report};
use crate::events::connection::{self, Source};
use crate::events::{Registration, drop_registration, rows};
use crate::method::{Call, methods};
use crate::perl::Callback;
use std::ffi::{c_int, c_void};
use virt::sys::*;

methods! {
    "Sys::Virt";
    domain_event_register(con: Connect, cb: Code) with call => registered(call, con, Source::Lifecycle, cb, |data|
        virConnectDomainEventRegister(con, Some(rows::lifecycle), data, Some(drop_registration))).map(drop);
    domain_event_deregister(con: Connect) => connection::deregister(con, Source::Lifecycle, 0);
    domain_event_register_any(con: Connect, dom: Opt<Domain>, eventID: i32, cb: Code) with call => {
        let callback = known(eventID, rows::domain(eventID))?;
        registered(call, con, Source::Domain, cb, |data| virConnectDomainEventRegisterAny(con, dom, eventID, callback, data, Some(drop_registration)))
    };
    domain_event_deregister_any(con: Connect, callbackID: i32) => connection::deregister(con, Source::Domain, callbackID);
    network_event_register_any(con: Connect, net: Opt<Network>, eventID: i32, cb: Code) with call => {
        let callback = known(eventID, rows::network(eventID))?;
        registered(call, con, Source::Network, cb, |data| virConnectNetworkEventRegisterAny(con, net, eventID, callback, data, Some(drop_registration)))
    };
    network_event_deregister_any(con: Connect, callbackID: i32) => connection::deregister(con, Source::Network, callbackID);
    node_device_event_register_any(con: Connect, dev: Opt<NodeDevice>, eventID: i32, cb: Code) with call => {
        let callback = known(eventID, rows::node_device(eventID))?;
        registered(call, con, Source::NodeDevice, cb, |data| virConnectNodeDeviceEventRegisterAny(con, dev, eventID, callback, data, Some(drop_registration)))
    };
    node_device_event_deregister_any(con: Connect, callbackID: i32) =>
        connection::deregister(con, Source::NodeDevice, callbackID);
    secret_event_register_any(con: Connect, secret: Opt<Secret>, eventID: i32, cb: Code) with call => {
        let callback = known(eventID, rows::secret(eventID))?;
        registered(call, con, Source::Secret, cb, |data| virConnectSecretEventRegisterAny(con, secret, eventID, callback, data, Some(drop_registration)))
    };
    secret_event_deregister_any(con: Connect, callbackID: i32) => connection::deregister(con, Source::Secret, callbackID);
    storage_pool_event_register_any(con: Connect, pool: Opt<StoragePool>, eventID: i32, cb: Code) with call => {
        let callback = known(eventID, rows::storage_pool(eventID))?;
        registered(call, con, Source::StoragePool, cb, |data| virConnectStoragePoolEventRegisterAny(con, pool, eventID, callback, data, Some(drop_registration)))
    };
    storage_pool_event_deregister_any(con: Connect, callbackID: i32) =>
        connection::deregister(con, Source::StoragePool, callbackID);

    register_close_callback(con: Connect, cb: Code) with call =>
        connection::register_close(con, Registration::on_connection(call, cb));
    unregister_close_callback(con: Connect) => connection::deregister(con, Source::Close, 0);
}

/// The C callback for event `id`, or the error that there is none.
fn known<T>(id: c_int, callback: Option<T>) -> Result<Option<T>, Failure> {
    if callback.is_none() {
        let text = format!("invalid argument: there is no event with ID {id}");
        return Err(Failure::Libvirt(Report::new(VIR_ERR_INVALID_ARG, text)));
    }
    Ok(callback)
}

/// Registers a callback with `register`; gives the registration's id.
fn registered(
    call: &Call,
    con: virConnectPtr,
    source: Source,
    callback: Callback,
    register: impl FnOnce(*mut c_void) -> c_int,
) -> Result<c_int, Failure> {
    let data = Registration::on_connection(call, callback).into_opaque();
    let id = register(data);
    if id < 0 {
        let failure = Failure::last();
        // SAFETY: libvirt did not take it.
        unsafe { drop_registration(data) };
        return Err(failure);
    }
    connection::registered(con, source, id);
    Ok(id)
}
