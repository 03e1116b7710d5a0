//! What a user of the machine has: console, screen, keyboard.

use crate::convert::*;
use crate::method::methods;
use crate::objects::stream::{Flow, connected};
use crate::since;
use std::ffi::c_int;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    open_console(dom: Domain, st: IdleStream, devname: OptStr, flags: u32 = 0) =>
        connected(st, Flow::Both, void(virDomainOpenConsole(dom, devname, st, flags)));
    open_channel(dom: Domain, st: IdleStream, devname: OptStr, flags: u32 = 0) =>
        connected(st, Flow::Both, void(virDomainOpenChannel(dom, devname, st, flags)));
    open_graphics(dom: Domain, idx: u32, fd: i32, flags: u32 = 0) => void(virDomainOpenGraphics(dom, idx, fd, flags));
    open_graphics_fd(dom: Domain, idx: u32, flags: u32 = 0) => int(virDomainOpenGraphicsFD(dom, idx, flags));
    graphics_reload(dom: Domain, r#type: u32, flags: u32 = 0) => void(since::virDomainGraphicsReload()?(dom, r#type, flags));
    screenshot(dom: Domain, st: IdleStream, screen: u32, flags: u32 = 0) =>
        connected(st, Flow::Reads, owned_str(virDomainScreenshot(dom, st, screen, flags)));
    send_key(dom: Domain, codeset: u32, holdtime: u32, keycodesSV: ArrayRef, flags: u32 = 0) => {
        let mut keys = Ints::unsigned(&keycodesSV)?;
        void(virDomainSendKey(dom, codeset, holdtime, keys.as_mut_ptr(), keys.len() as c_int, flags))
    };
}
