//! Devices, and network interfaces.

use crate::convert::*;
use crate::method::methods;
use crate::since;
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    attach_device(dom: Domain, xml: Str, flags: u32 = 0) =>
        void(if flags == 0 { virDomainAttachDevice(dom, xml) } else { virDomainAttachDeviceFlags(dom, xml, flags) });
    detach_device(dom: Domain, xml: Str, flags: u32 = 0) =>
        void(if flags == 0 { virDomainDetachDevice(dom, xml) } else { virDomainDetachDeviceFlags(dom, xml, flags) });
    detach_device_alias(dom: Domain, alias: Str, flags: u32 = 0) => void(virDomainDetachDeviceAlias(dom, alias, flags));
    update_device(dom: Domain, xml: Str, flags: u32 = 0) => void(virDomainUpdateDeviceFlags(dom, xml, flags));

    interface_stats(dom: Domain, path: Str) => filled(|stats: *mut virDomainInterfaceStatsStruct|
        virDomainInterfaceStats(dom, path, stats, size_of::<virDomainInterfaceStatsStruct>()));
    announce_interface(dom: Domain, device: OptStr, newparams: OptHashRef, flags: u32 = 0) => {
        let announce = since::virDomainAnnounceInterface()?;
        let mut params = ParamSet::known(&newparams, ANNOUNCE_INTERFACE)?;
        // libvirt refuses a pointer to no parameters.
        let list = if params.len() == 0 { ptr::null_mut() } else { params.as_mut_ptr() };
        void(announce(dom, device, list, params.len(), flags))
    };
}

const ANNOUNCE_INTERFACE: &Known = &[
    (VIR_DOMAIN_ANNOUNCE_INTERFACE_INITIAL, ParamType::Uint),
    (VIR_DOMAIN_ANNOUNCE_INTERFACE_MAX, ParamType::Uint),
    (VIR_DOMAIN_ANNOUNCE_INTERFACE_ROUNDS, ParamType::Uint),
    (VIR_DOMAIN_ANNOUNCE_INTERFACE_STEP, ParamType::Uint),
];

record! {
    virDomainInterfaceStatsStruct as stats {
        "rx_bytes" => stats.rx_bytes,
        "rx_packets" => stats.rx_packets,
        "rx_errs" => stats.rx_errs,
        "rx_drop" => stats.rx_drop,
        "tx_bytes" => stats.tx_bytes,
        "tx_packets" => stats.tx_packets,
        "tx_errs" => stats.tx_errs,
        "tx_drop" => stats.tx_drop,
    }
}
