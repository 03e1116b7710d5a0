//! Opening a connection, with or without credentials, and what is known of it.

use crate::call::Arguments;
use crate::convert::*;
use crate::error::Failure;
use crate::events::guarded_in;
use crate::ffi::bridge::{self, Call, Kind, RawValue};
use crate::ffi::wipe;
use crate::method::methods;
use crate::objects::{Transfer, connection};
use crate::perl::{Array, Callback, Hash, Held, Perl, Scalar};
use crate::workers;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::Arc;
use std::{ptr, slice};
use virt::sys::*;

methods! {
    "Sys::Virt";
    // What Sys::Virt->new calls.
    _watch_signals() in call => { bridge::sv_bridge_watch_signals(call.perl().raw()); Ok(()) };
    _open(uri: OptStr, flags: u32 = 0) => open(uri, ptr::null_mut(), flags);
    _open_auth(uri: OptStr, credlist: OptArrayRef, callback: OptCode, flags: u32 = 0) with call =>
        open_auth(call, uri, credlist, callback, flags);

    get_type(con: Connect) => borrowed_str(virConnectGetType(con));
    get_uri(con: Connect) at once => owned_str(virConnectGetURI(con));
    get_hostname(con: Connect) => owned_str(virConnectGetHostname(con));
    get_version(con: ConnectOrClass) and more => version(con);
    get_major_version(con: ConnectOrClass) and more => version(con).map(|version| version / 1_000_000);
    get_minor_version(con: ConnectOrClass) and more => version(con).map(|version| version / 1_000 % 1_000);
    get_micro_version(con: ConnectOrClass) and more => version(con).map(|version| version % 1_000);
    get_library_version(con: ConnectOrClass) and more => library_version(con);
    is_alive(conn: Connect) at once => int(virConnectIsAlive(conn));
    is_encrypted(conn: Connect) => int(virConnectIsEncrypted(conn));
    is_secure(conn: Connect) => int(virConnectIsSecure(conn));
    set_keep_alive(conn: Connect, interval: i32, count: u32) at once => void(virConnectSetKeepAlive(conn, interval, count));
    set_identity(conn: Connect, newident: HashRef, flags: u32 = 0) => set_identity(conn, newident, flags);
}

/// Opens a connection.
///
/// # Safety
/// `uri` is NULL or a string, and `auth` NULL or what libvirt may ask while it opens.
unsafe fn open(uri: *const c_char, auth: virConnectAuthPtr, flags: u32) -> Result<Handle<Connect>, Failure> {
    // SAFETY: the caller's promise.
    let handle = unsafe { object::<Connect>(virConnectOpenAuth(uri, auth, flags)) }?;
    connection::opened(handle.as_ptr());
    Ok(handle)
}

/// The version of what the connection talks to; without one, that of libvirt itself.
///
/// # Safety
/// A live connection, if it is one.
unsafe fn version(con: Option<virConnectPtr>) -> Result<u64, Failure> {
    // SAFETY: the caller's promise, and a place for the version.
    stored(|version: *mut u64| unsafe {
        con.map_or_else(|| own_version(version), |con| virConnectGetVersion(con, version))
    })
}

/// The version of libvirt at the connection's other end, or here.
///
/// # Safety
/// As above.
unsafe fn library_version(con: Option<virConnectPtr>) -> Result<u64, Failure> {
    // SAFETY: the caller's promise, and a place for the version.
    stored(|version: *mut u64| unsafe {
        con.map_or_else(|| own_version(version), |con| virConnectGetLibVersion(con, version))
    })
}

/// # Safety
/// A place for the version.
unsafe fn own_version(version: *mut u64) -> c_int {
    // SAFETY: the caller's promise; NULL asks for no driver's.
    unsafe { virGetVersion(version, ptr::null(), ptr::null_mut()) }
}

/// A connection, or none where the method was called as a function or on a class.
pub enum ConnectOrClass {}

impl FromArg for ConnectOrClass {
    type Native<'a> = Option<virConnectPtr>;
    const SPEC: Spec = Spec::optional(Kind::Any);

    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Self::Native<'a>, Failure> {
        match Data::of(value) {
            Data::Object(Connect::CLASS, con) if !con.is_null() => Ok(Some(con.cast())),
            Data::Object(Connect::CLASS, _) => Err(call.destroyed::<Connect>(index)),
            Data::Undef => Ok(None),
            other => {
                // The text first: a class may have a method isa that changes the caller's variable.
                let problem = other.is_not("a Sys::Virt object");
                match other {
                    Data::Text(class) if is_connection_class(call.perl(), class) => Ok(None),
                    _ => Err(call.bad_argument(index, &problem)),
                }
            }
        }
    }
}

fn is_connection_class(perl: Perl, class: &[u8]) -> bool {
    // What is not the name of a class has no method isa, and is no class of ours.
    perl.call_method(c"isa", vec![perl.new_string(class), perl.new_string(b"Sys::Virt")])
        .is_ok_and(|answer| answer.read(perl, |data| Data::of(data).truth()))
}

/// # Safety
/// A live connection.
unsafe fn set_identity(conn: virConnectPtr, identity: HashArg, flags: u32) -> Result<(), Failure> {
    use ParamType::{String, Ullong};
    let mut params = ParamSet::known(
        &identity,
        &[
            (VIR_CONNECT_IDENTITY_USER_NAME, String),
            (VIR_CONNECT_IDENTITY_UNIX_USER_ID, Ullong),
            (VIR_CONNECT_IDENTITY_GROUP_NAME, String),
            (VIR_CONNECT_IDENTITY_UNIX_GROUP_ID, Ullong),
            (VIR_CONNECT_IDENTITY_PROCESS_ID, ParamType::Llong),
            (VIR_CONNECT_IDENTITY_PROCESS_TIME, Ullong),
            (VIR_CONNECT_IDENTITY_SASL_USER_NAME, String),
            (VIR_CONNECT_IDENTITY_X509_DISTINGUISHED_NAME, String),
            (VIR_CONNECT_IDENTITY_SELINUX_CONTEXT, String),
        ],
    )?;
    // SAFETY: a live connection and parameters that outlive the call.
    void(unsafe { virConnectSetIdentity(conn, params.as_mut_ptr(), params.len(), flags) })
}

/// What the authentication callback of libvirt gets and leaves.
struct Authentication {
    callback: Callback,
    transfer: Arc<Transfer>,
    failure: Option<Failure>,
}

/// # Safety
/// The URI is a string or NULL.
unsafe fn open_auth(
    call: Arguments,
    uri: *const c_char,
    credlist: Option<Items>,
    callback: Option<Callback>,
    flags: u32,
) -> Result<Handle<Connect>, Failure> {
    let Some(callback) = callback else {
        // SAFETY: libvirt's own way to ask, on the terminal.
        return unsafe { open(uri, virConnectAuthPtrDefault, flags) };
    };
    let mut types: Vec<c_int> = match credlist {
        Some(types) => types.integers(0, c_int::MAX as u64)?,
        None => (VIR_CRED_USERNAME as c_int..=VIR_CRED_EXTERNAL as c_int).collect(),
    };
    let mut authentication = Authentication { callback, transfer: call.transfer(), failure: None };
    let mut auth = virConnectAuth {
        credtype: types.as_mut_ptr(),
        ncredtype: types.len() as c_uint,
        cb: Some(authenticate),
        cbdata: (&raw mut authentication).cast(),
    };
    // SAFETY: all that libvirt gets outlives the call.
    let opened = unsafe { open(uri, &mut auth, flags) };
    authentication.failure.map_or(opened, Err)
}

/// libvirt asks for credentials: the Perl callback gets an arrayref of hashes and stores each
/// answer under the key `result`.
unsafe extern "C" fn authenticate(credentials: virConnectCredentialPtr, count: c_uint, data: *mut c_void) -> c_int {
    // SAFETY: what open_auth passed, which waits for the connection.
    let authentication = unsafe { &mut *data.cast::<Authentication>() };
    guarded_in(&mut authentication.failure, -1, || {
        // SAFETY: libvirt says how many there are.
        let credentials = Credentials(unsafe { slice::from_raw_parts_mut(credentials, count as usize) });
        let question = |callback: Held| ask(&callback, credentials);
        workers::ask(&authentication.callback, Some(&authentication.transfer), question).unwrap_or(Ok(-1))
    })
}

/// What libvirt asks for, and where it wants the answers.
struct Credentials<'a>(&'a mut [virConnectCredential]);

// SAFETY: texts that libvirt does not change meanwhile, and memory that any thread may allocate.
unsafe impl Send for Credentials<'_> {}

/// The key of a question's answer.
const RESULT: &CStr = c"result";

fn ask(callback: &Held, Credentials(credentials): Credentials) -> Result<c_int, Failure> {
    let perl = callback.perl();
    // SAFETY: libvirt's own strings.
    let questions: Vec<Scalar> = credentials.iter().map(|credential| unsafe { question(perl, credential) }).collect();
    let mut list = Array::with_capacity(perl, questions.len());
    questions.iter().for_each(|question| list.push(question.share()));

    let answer = callback.call(vec![list.into_ref()])?;
    let taken =
        credentials.iter_mut().zip(&questions).try_for_each(|(credential, question)| take(perl, credential, question));
    questions.iter().for_each(|question| perl.wipe_element(question, RESULT));
    taken?;
    let answer = answer.read(perl, |data| Data::of(data).integer(c_int::MIN.into(), c_int::MAX as u64));
    Ok(answer.unwrap_or(0) as c_int)
}

/// Takes what the callback has answered to a question.
fn take(perl: Perl, credential: &mut virConnectCredential, question: &Scalar) -> Result<(), Failure> {
    let text = match perl.plain_element(question, RESULT) {
        Some(text) => text,
        None => perl.call_sub(c"Sys::Virt::_credential_result", vec![question.share()])?,
    };
    if !text.read(perl, |data| matches!(Data::of(data), Data::Text(_))) {
        return Ok(());
    }
    let mut text = text.bytes(perl);
    // libvirt, which is told the length, would find fewer bytes.
    let problem = text.contains(&0).then(|| Failure::invalid("the callback's result has a NUL byte in it"));
    if problem.is_none() {
        // SAFETY: libvirt frees the copy.
        credential.result = unsafe { copied(&text) };
        credential.resultlen = text.len() as c_uint;
    }
    wipe(&mut text);
    problem.map_or(Ok(()), Err)
}

unsafe extern "C" {
    fn strndup(text: *const c_char, len: usize) -> *mut c_char;
}

/// # Safety
/// The caller frees the copy.
unsafe fn copied(text: &[u8]) -> *mut c_char {
    // SAFETY: reads no more than the length.
    unsafe { strndup(text.as_ptr().cast(), text.len()) }
}

/// The question as the hash that the Perl callback gets.
///
/// # Safety
/// libvirt has filled it in.
unsafe fn question(perl: Perl, credential: &virConnectCredential) -> Scalar {
    let mut hash = Hash::with_capacity(perl, 4);
    // SAFETY: the caller's promise.
    unsafe {
        hash.store(b"type", credential.type_.into_scalar(perl));
        hash.store(b"prompt", credential.prompt.into_scalar(perl));
        hash.store(b"challenge", credential.challenge.into_scalar(perl));
        hash.store(RESULT.to_bytes(), credential.defresult.into_scalar(perl));
    }
    hash.into_ref()
}
