//! Security labels, and memory that the host cannot read.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_security_label(dom: Domain) => filled(|label: *mut virSecurityLabel| virDomainGetSecurityLabel(dom, label));
    get_security_label_list(dom: Domain) => array(|list| virDomainGetSecurityLabelList(dom, list));
    get_launch_security_info(dom: Domain, flags: u32 = 0) => allocated(|p, n| virDomainGetLaunchSecurityInfo(dom, p, n, flags));
    set_launch_security_state(dom: Domain, newparams: HashRef, flags: u32 = 0) => {
        let set = since::virDomainSetLaunchSecurityState()?;
        let mut params = ParamSet::known(&newparams, LAUNCH_SECURITY)?;
        void(set(dom, params.as_mut_ptr(), params.len(), flags))
    };
}

const LAUNCH_SECURITY: &Known = &[
    (VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET_HEADER, ParamType::String),
    (VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET, ParamType::String),
    (VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS, ParamType::Ullong),
];

record! {
    virSecurityLabel as label {
        "label" => label.label.as_ptr(),
        "enforcing" => label.enforcing,
    }
}
