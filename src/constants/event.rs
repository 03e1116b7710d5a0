//! The constants of `Sys::Virt::Event`.

use super::constants;

constants! {
    "Sys::Virt::Event";
    HANDLE_ERROR: int VIR_EVENT_HANDLE_ERROR;
    HANDLE_HANGUP: int VIR_EVENT_HANDLE_HANGUP;
    HANDLE_READABLE: int VIR_EVENT_HANDLE_READABLE;
    HANDLE_WRITABLE: int VIR_EVENT_HANDLE_WRITABLE;
}
