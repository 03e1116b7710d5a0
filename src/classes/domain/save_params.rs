//! The parameters of a saved domain, for saving it and for restoring it.

use crate::convert::{Data, HashArg, ParamSet, ParamType};
use crate::error::Failure;
use std::ffi::{CStr, c_char};
use virt::sys::*;

/// `params` with the file and the XML that were given beside it.
///
/// # Safety
/// NULL, or strings of the same call.
pub unsafe fn save_params<'a>(
    params: &HashArg<'a>,
    file: *const c_char,
    xml: *const c_char,
) -> Result<ParamSet<'a>, Failure> {
    let mut set = ParamSet::known(
        params,
        &[
            (VIR_DOMAIN_SAVE_PARAM_FILE, ParamType::String),
            (VIR_DOMAIN_SAVE_PARAM_DXML, ParamType::String),
            (VIR_DOMAIN_SAVE_PARAM_IMAGE_FORMAT, ParamType::String),
            (VIR_DOMAIN_SAVE_PARAM_PARALLEL_CHANNELS, ParamType::Int),
        ],
    )?;
    for (name, text) in [(VIR_DOMAIN_SAVE_PARAM_FILE, file), (VIR_DOMAIN_SAVE_PARAM_DXML, xml)] {
        if !text.is_null() {
            // SAFETY: the caller's promise.
            let text = unsafe { CStr::from_ptr(text) }.to_bytes();
            set.add(name.to_bytes(), ParamType::String, Data::Text(text))
                .map_err(|problem| params.bad_value(name.to_bytes(), &problem))?;
        }
    }
    Ok(set)
}
