//! The constants of `Sys::Virt::NWFilterBinding`.

use super::constants;

constants! {
    "Sys::Virt::NWFilterBinding";
    CREATE_VALIDATE: int VIR_NWFILTER_BINDING_CREATE_VALIDATE;
}
