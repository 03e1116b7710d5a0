//! The names of what lib/Sys/Virt/Internal.pm defines: subs that the C module has for itself, and
//! that programs call all the same.

/// A package, and its subs with their packages.
pub type Declared = (&'static str, &'static [&'static str]);

macro_rules! declared {
    ($($package:literal: $($name:ident)*;)*) => {
        &[$(($package, &[$(concat!($package, "::", stringify!($name), "\0")),*])),*]
    };
}

/// All of them.
pub const DECLARED: &[Declared] = declared! {
    "Sys::Virt": _get_conn_version _get_conn_library_version _get_library_version;
    "Sys::Virt::Domain": _new _lookup_by_name _lookup_by_id _lookup_by_uuid _lookup_by_uuid_string _define_xml _create
        _create_with_files _migrate _migrate_to_uri;
    "Sys::Virt::DomainCheckpoint": _new _create_xml _lookup_by_name;
    "Sys::Virt::DomainSnapshot": _new _create_xml _lookup_by_name;
    "Sys::Virt::Event": _run_handle_callback_helper _run_timeout_callback_helper _free_callback_opaque_helper;
    "Sys::Virt::Interface": _new _lookup_by_name _lookup_by_mac _define_xml;
    "Sys::Virt::NWFilter": _new _lookup_by_name _lookup_by_uuid _lookup_by_uuid_string _define_xml;
    "Sys::Virt::NWFilterBinding": _new _lookup_by_port_dev _create_xml;
    "Sys::Virt::Network": _new _lookup_by_name _lookup_by_uuid _lookup_by_uuid_string _define_xml _create_xml;
    "Sys::Virt::NetworkPort": _new _lookup_by_uuid _lookup_by_uuid_string _create_xml;
    "Sys::Virt::NodeDevice": _new _lookup_by_name _lookup_scsihost_by_wwn _define_xml _create_xml;
    "Sys::Virt::Secret": _new _lookup_by_usage _lookup_by_uuid _lookup_by_uuid_string _define_xml;
    "Sys::Virt::StoragePool": _new _lookup_by_name _lookup_by_uuid _lookup_by_uuid_string _lookup_by_target_path _define_xml
        _create_xml;
    "Sys::Virt::StorageVol": _new _lookup_by_name _lookup_by_key _lookup_by_path _create_xml _create_xml_from;
    "Sys::Virt::Stream": _new _new_obj;
};
