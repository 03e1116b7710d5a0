//! `Sys::Virt::NetworkPort`: what is plugged into a network.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::NetworkPort";
    get_uuid(port: NetworkPort) at once => uuid(|p| virNetworkPortGetUUID(port, p));
    get_uuid_string(port: NetworkPort) at once => uuid_string(|p| virNetworkPortGetUUIDString(port, p));
    get_xml_description(port: NetworkPort, flags: u32 = 0) => owned_str(virNetworkPortGetXMLDesc(port, flags));
    get_parameters(port: NetworkPort, flags: u32 = 0) => allocated(|p, n| virNetworkPortGetParameters(port, p, n, flags));
    set_parameters(port: NetworkPort, newparams: HashRef, flags: u32 = 0) => {
        let mut params = ParamSet::known(&newparams, BANDWIDTH)?;
        void(virNetworkPortSetParameters(port, params.as_mut_ptr(), params.len(), flags))
    };
    delete(port: NetworkPort, flags: u32 = 0) => void(virNetworkPortDelete(port, flags));
}

/// Everything libvirt takes, rather than what the port has now: a port without limits has none.
const BANDWIDTH: &Known = &[
    (VIR_NETWORK_PORT_BANDWIDTH_IN_AVERAGE, ParamType::Uint),
    (VIR_NETWORK_PORT_BANDWIDTH_IN_BURST, ParamType::Uint),
    (VIR_NETWORK_PORT_BANDWIDTH_IN_FLOOR, ParamType::Uint),
    (VIR_NETWORK_PORT_BANDWIDTH_IN_PEAK, ParamType::Uint),
    (VIR_NETWORK_PORT_BANDWIDTH_OUT_AVERAGE, ParamType::Uint),
    (VIR_NETWORK_PORT_BANDWIDTH_OUT_BURST, ParamType::Uint),
    (VIR_NETWORK_PORT_BANDWIDTH_OUT_PEAK, ParamType::Uint),
];
