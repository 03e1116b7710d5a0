//! `Sys::Virt::LXC`: the namespaces of a container, and how a process gets there. Methods of domains,
//! made when a script loads the package. What changes the process has to be the script's own thread,
//! which is why those rows say `in call`.

use crate::convert::*;
use crate::error::{Failure, Report};
use crate::method::methods;
use crate::since::lxc;
use std::ffi::{CStr, c_char};
use std::ptr;
use virt::sys::*;

methods! {
    "Sys::Virt::Domain";
    lxc_open_namespace(dom: Domain, flags: u32 = 0) => open_namespace(dom, flags);
    lxc_enter_namespace(dom: Domain, files: ArrayRef, flags: u32 = 0) in call => enter_namespace(dom, files, flags);
    lxc_enter_security_label(dom: Domain, model: HashRef, label: HashRef, flags: u32 = 0) in call => enter_label(model, label, flags);
    lxc_enter_cgroup(dom: Domain, flags: u32 = 0) in call => {
        let enter = lxc::virDomainLxcEnterCGroup()?;
        container(dom)?;
        void(enter(dom, flags))
    };
    // What a process needs to know before it goes in: there it has no connection any more.
    _lxc_label(dom: Domain) => {
        container(dom)?;
        let model = filled(|model: *mut virSecurityModel| virNodeGetSecurityModel(virDomainGetConnect(dom), model))?;
        let label = filled(|label: *mut virSecurityLabel| virDomainGetSecurityLabel(dom, label))?;
        Ok((model.0, label.0))
    };
}

/// libvirt takes the id of any domain for that of a process, as that of a container is.
///
/// # Safety
/// A live domain.
unsafe fn container(dom: virDomainPtr) -> Result<(), Failure> {
    // SAFETY: the caller's promise; the type is a string of libvirt's, or NULL.
    let is_container = unsafe {
        let kind = virConnectGetType(virDomainGetConnect(dom));
        if kind.is_null() {
            return Err(Failure::last());
        }
        CStr::from_ptr(kind) == c"LXC"
    };
    let problem = "this domain is not a container of libvirt's LXC driver";
    if is_container { Ok(()) } else { Err(Failure::Libvirt(Report::new(VIR_ERR_OPERATION_UNSUPPORTED, problem))) }
}

/// # Safety
/// A live domain.
unsafe fn open_namespace(dom: virDomainPtr, flags: u32) -> Result<Descriptors, Failure> {
    let open = lxc::virDomainLxcOpenNamespace()?;
    let mut list = ptr::null_mut();
    // SAFETY: the caller's promise; libvirt allocates the list and gives its length.
    unsafe {
        let count = int(open(dom, &mut list, flags))?;
        Ok(Descriptors::assume_owned(list, count as usize))
    }
}

/// # Safety
/// A live domain.
unsafe fn enter_namespace(dom: virDomainPtr, files: Items, flags: u32) -> Result<Descriptors, Failure> {
    let enter = lxc::virDomainLxcEnterNamespace()?;
    let mut files = Ints::descriptors(&files)?;
    let (mut count, mut list) = (0, ptr::null_mut());
    // SAFETY: the caller's promise, and places for what libvirt allocates.
    unsafe {
        let given = files.len() as u32;
        let result = void(enter(dom, given, files.as_mut_ptr(), &mut count, &mut list, flags));
        let old = Descriptors::assume_owned(list, count as usize);
        result.map(|()| old)
    }
}

fn enter_label(model: HashArg, label: HashArg, flags: u32) -> Result<One<virSecurityLabel>, Failure> {
    let enter = lxc::virDomainLxcEnterSecurityLabel()?;
    let mut to_model = virSecurityModel { model: [0; 257], doi: [0; 257] };
    let mut to_label = virSecurityLabel { label: [0; 4097], enforcing: 0 };
    fill(&mut to_model.model, &model, b"model")?;
    fill(&mut to_model.doi, &model, b"doi")?;
    fill(&mut to_label.label, &label, b"label")?;
    // SAFETY: structs of ours, and one that libvirt fills in.
    unsafe { filled(|old: *mut virSecurityLabel| enter(&mut to_model, &mut to_label, old, flags)) }
}

/// Fills in a string of a struct with that under a key, where there is one.
fn fill(field: &mut [c_char], hash: &HashArg, key: &[u8]) -> Result<(), Failure> {
    let problem = match hash.pairs.get(key) {
        None | Some(Data::Undef) => return Ok(()),
        Some(value) => match value.bytes() {
            Some(text) if text.contains(&0) => HAS_NUL.to_string(),
            Some(text) if text.len() < field.len() => {
                field.iter_mut().zip(text.iter()).for_each(|(to, from)| *to = *from as c_char);
                return Ok(());
            }
            Some(_) => format!("is longer than {} bytes", field.len() - 1),
            None => value.is_not("a string"),
        },
    };
    Err(hash.bad_value(key, &problem))
}
