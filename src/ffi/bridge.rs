//! The mirror of `bridge/bridge.h`, where everything is explained.

pub use super::call::*;
pub use super::value::*;

use libperl_sys::{CV, HV, PerlInterpreter, SV};
use std::ffi::{c_char, c_void};

/// `struct bridge_entry`: one key of a new hash.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Entry {
    pub key: *const c_char,
    pub len: usize,
    pub value: *mut SV,
}

/// `struct bridge_place`: where code stands.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Place {
    pub file: *const c_char,
    pub len: usize,
    pub line: u32,
}

impl Default for Place {
    fn default() -> Self {
        Place { file: std::ptr::null(), len: 0, line: 0 }
    }
}

/// `struct bridge_loan`: an object that has no reference of its own, for a while.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Loan {
    pub object: *mut SV,
    pub below: *mut Loan,
}

/// What C looks at before calls: that Perl code may run inside any libvirt function.
pub const ATTENTION_HOLD: u8 = 1;
/// That a connection has a deadline.
pub const ATTENTION_DEADLINE: u8 = 4;
/// That libvirt has not returned from an abandoned call.
pub const ATTENTION_HUNG: u8 = 16;
/// What may be done with a descriptor.
pub const FILE_READABLE: u8 = 1;
/// As above.
pub const FILE_WRITABLE: u8 = 2;
/// Whatever is written goes to its end.
pub const FILE_APPENDS: u8 = 4;

/// The places that bridge/layout.c asserts of the same fields and names.
#[allow(dead_code, reason = "assertions are not counted as a use")]
mod layout {
    use super::{Call, Entry, Kind, Loan, MAX_PARAMS, Method, Parameter, Place, RawValue, Tag};
    use std::mem::offset_of;

    const fn words(count: usize) -> usize {
        count * size_of::<*const ()>()
    }

    macro_rules! layout {
        ($($type:ident: $($field:ident $place:expr),*;)*) => {$($(
            const _: () = assert!(offset_of!($type, $field) == $place);
        )*)*};
    }

    layout! {
        RawValue: tag 0, class 1, len words(1), u words(2);
        Entry: key 0, len words(1), value words(2);
        Place: file 0, len words(1), line words(2);
        Loan: object 0, below words(1);
        Parameter: name 0, preset words(1), preset_value words(2), kind words(2) + 8, optional words(2) + 9,
            secret words(2) + 10;
        Method: name 0, params words(1), run words(2), least words(3), most words(3) + 1,
            calls_back words(3) + 2, surplus words(3) + 3, here words(3) + 4, alone words(3) + 5,
            elsewhere words(3) + 6, at_once words(3) + 7, lasts words(4);
        Call: perl 0, method words(1), ax words(2), returned words(3), surplus words(3) + 4, left words(3) + 5,
            single words(3) + 8, error words(3) + 16, warning words(4) + 16, output words(5) + 16,
            content words(6) + 16, values words(7) + 16;
    }

    const _: () = assert!(size_of::<RawValue>() == words(2) + 8);
    const _: () = assert!(size_of::<Call>() == words(7) + 16 + MAX_PARAMS * size_of::<RawValue>());

    macro_rules! names {
        ($type:ident: $($name:ident)*) => {
            const _: () = {
                let mut value = 0;
                $(assert!($type::$name as u8 == value); value += 1;)*
                assert!(value > 0);
            };
        };
    }

    names! { Kind: Object Integer String Bytes Hash Array Any Code Kept Output Handle }
    names! {
        Tag: Undef Int Uint Number String Wide Object Array Hash Endless Reference Foreign Scalar Constant Glob Closed Tied
            Unfiled Filled
    }
}

#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they do")]
unsafe extern "C" {
    pub fn sv_bridge_reserve(perl: *mut PerlInterpreter, call: &Call, count: isize) -> *mut *mut SV;
    pub fn sv_bridge_wants_scalar(perl: *mut PerlInterpreter) -> bool;
    pub safe fn sv_bridge_give_of(argument: u8);
    pub fn sv_bridge_run_as(call: *const Call) -> *const Call;
    pub fn sv_bridge_argument(perl: *mut PerlInterpreter, call: &Call, index: isize) -> *mut SV;
    pub fn sv_bridge_install(perl: *mut PerlInterpreter, stash: *mut HV, name: *const c_char, method: &'static Method);
    pub fn sv_bridge_give_string(perl: *mut PerlInterpreter, call: &Call, pv: *const c_char, len: usize);

    pub fn sv_bridge_call(
        perl: *mut PerlInterpreter,
        code: *mut SV,
        method: *const c_char,
        argv: *const *mut SV,
        argc: isize,
        results: *mut *mut SV,
        wanted: isize,
    ) -> *mut SV;
    pub safe fn sv_bridge_exiting() -> bool;
    pub safe fn sv_bridge_forks() -> isize;
    pub fn sv_bridge_watch_signals(perl: *mut PerlInterpreter);

    pub safe fn sv_bridge_open_signal() -> i32;
    pub fn sv_bridge_raise_signal(fd: i32);
    pub fn sv_bridge_lower_signal(fd: i32) -> bool;
    pub fn sv_bridge_close_signal(fd: i32);
    pub fn sv_bridge_spawn(run: extern "C" fn(*mut c_void) -> *mut c_void, data: *mut c_void) -> bool;
    pub safe fn sv_bridge_enter_libvirt();
    pub safe fn sv_bridge_attend(attention: u8);

    pub safe fn sv_bridge_file_access(fd: i32) -> u8;
    pub safe fn sv_bridge_file_ready(fd: i32, to_write: bool) -> bool;
    pub safe fn sv_bridge_file_section(fd: i32, place: i64) -> i64;
    pub safe fn sv_bridge_file_punch(fd: i32, place: i64, length: i64) -> bool;

    pub fn sv_bridge_object(
        perl: *mut PerlInterpreter,
        stash: *mut HV,
        class: u8,
        ptr: *mut c_void,
        connection: *mut c_void,
        like: *mut SV,
    ) -> *mut SV;
    pub fn sv_bridge_connection(owner: *const SV) -> *mut c_void;
    pub fn sv_bridge_keep_object(owner: *mut SV);
    pub fn sv_bridge_let_object_go(perl: *mut PerlInterpreter, owner: *mut SV, class: u8, ptr: *mut c_void);
    pub fn sv_bridge_lend(loan: *mut Loan, reference: *const SV);
    pub fn sv_bridge_end_loan(loan: *const Loan);
    pub fn sv_bridge_install_destroy(perl: *mut PerlInterpreter, name: *const c_char);

    pub fn sv_bridge_handle(perl: *mut PerlInterpreter, fd: i32) -> *mut SV;

    pub fn sv_bridge_reference(perl: *mut PerlInterpreter, target: *mut SV) -> *mut SV;
    pub fn sv_bridge_plain_element(perl: *mut PerlInterpreter, hash: *mut SV, key: *const c_char) -> *mut SV;
    pub fn sv_bridge_wipe_element(perl: *mut PerlInterpreter, hash: *mut SV, key: *const c_char);
    pub fn sv_bridge_integer(perl: *mut PerlInterpreter, value: i64) -> *mut SV;
    pub safe fn sv_bridge_interpreter() -> *mut PerlInterpreter;
    pub fn sv_bridge_hold(sv: *mut SV);
    pub fn sv_bridge_free(perl: *mut PerlInterpreter, sv: *mut SV);
    pub fn sv_bridge_install_constant(
        perl: *mut PerlInterpreter,
        stash: *mut HV,
        name: *const c_char,
        len: i32,
        value: *mut SV,
    );
    pub fn sv_bridge_locate(perl: *mut PerlInterpreter, message: *mut SV);
    pub fn sv_bridge_place(perl: *mut PerlInterpreter, place: &mut Place);
    pub fn sv_bridge_set_origin(perl: *mut PerlInterpreter, error: *mut SV, method: *const c_char, place: &Place);
    pub fn sv_bridge_origin(perl: *mut PerlInterpreter, error: *mut SV, place: &mut Place) -> *const c_char;

    pub fn sv_bridge_declare(
        perl: *mut PerlInterpreter,
        stash: *mut HV,
        name: *const c_char,
        sub: *const c_char,
        len: i32,
    );
    pub fn sv_bridge_constants_done(perl: *mut PerlInterpreter, stash: *mut HV);

    pub fn sv_bridge_record(perl: *mut PerlInterpreter, shape: u32, values: *const *mut SV) -> *mut SV;
    pub fn sv_bridge_first_record(
        perl: *mut PerlInterpreter,
        shape: u32,
        entries: *const Entry,
        count: isize,
        class: *const c_char,
    ) -> *mut SV;
    pub fn sv_bridge_list(perl: *mut PerlInterpreter, entries: *const Entry, count: isize) -> *mut SV;
    pub fn sv_bridge_forget_templates(perl: *mut PerlInterpreter);
    pub fn sv_bridge_hold_templates();
    pub fn sv_bridge_let_templates_go();
}

#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what it does")]
unsafe extern "C-unwind" {
    #[cfg(perl_useithreads)]
    pub fn sv_bridge_boot(perl: *mut PerlInterpreter, cv: *mut CV);
    #[cfg(not(perl_useithreads))]
    pub fn sv_bridge_boot(cv: *mut CV);
}
