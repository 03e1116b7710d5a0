//! A domain's XML, and the metadata in it.

use crate::convert::*;
use crate::method::methods;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    get_xml_description(dom: Domain, flags: u32 = 0) => owned_str(virDomainGetXMLDesc(dom, flags));
    get_metadata(dom: Domain, r#type: i32, uri: OptStr, flags: u32 = 0) => owned_str(virDomainGetMetadata(dom, r#type, uri, flags));
    set_metadata(dom: Domain, r#type: i32, metadata: OptStr, key: OptStr, uri: OptStr, flags: u32 = 0) =>
        void(virDomainSetMetadata(dom, r#type, metadata, key, uri, flags));
}
