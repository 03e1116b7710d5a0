//! The constants of `Sys::Virt::NWFilter`.

use super::constants;

constants! {
    "Sys::Virt::NWFilter";
    DEFINE_VALIDATE: int VIR_NWFILTER_DEFINE_VALIDATE;
}
