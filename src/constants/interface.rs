//! The constants of `Sys::Virt::Interface`.

use super::constants;

constants! {
    "Sys::Virt::Interface";
    DEFINE_VALIDATE: int VIR_INTERFACE_DEFINE_VALIDATE;
    LIST_ACTIVE: int VIR_CONNECT_LIST_INTERFACES_ACTIVE;
    LIST_INACTIVE: int VIR_CONNECT_LIST_INTERFACES_INACTIVE;
    XML_INACTIVE: int VIR_INTERFACE_XML_INACTIVE;
}
