//! Events of a connection: callbacks registered and ended, and the callback for its close.

use crate::convert::*;
use crate::events::Listener;
use crate::events::connection::*;
use crate::method::methods;
use crate::objects::connection::deregister;

/// `sources! { register(object: Class), deregister => EVENTS; ... }`: the two methods of each kind of
/// object that there are events of.
macro_rules! sources {
    ($($register:ident($object:ident: $class:ident), $deregister:ident => $events:ident;)*) => {
        methods! {
            "Sys::Virt";
            $(
                $register(con: Connect, $object: Opt<$class>, eventID: i32, cb: Listener) =>
                    register(con, $object, eventID, cb, &$events);
                $deregister(con: Connect, callbackID: i32) => deregister(con, &$events.source, callbackID);
            )*

            domain_event_register(con: Connect, cb: Listener) => register_lifecycle(con, cb);
            domain_event_deregister(con: Connect) => deregister_lifecycle(con);

            register_close_callback(con: Connect, cb: Listener) => register_close(con, cb);
            unregister_close_callback(con: Connect) => deregister_close(con);
        }
    };
}

sources! {
    domain_event_register_any(dom: Domain), domain_event_deregister_any => DOMAIN;
    network_event_register_any(net: Network), network_event_deregister_any => NETWORK;
    node_device_event_register_any(dev: NodeDevice), node_device_event_deregister_any => NODE_DEVICE;
    secret_event_register_any(secret: Secret), secret_event_deregister_any => SECRET;
    storage_pool_event_register_any(pool: StoragePool), storage_pool_event_deregister_any => STORAGE_POOL;
}
