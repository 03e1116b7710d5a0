//! The mirror of `bridge/bridge.h`, where everything is explained.

use super::wipe;
use libperl_sys::{CV, HV, PerlInterpreter, SV};
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;

/// How C reads an argument: `enum bridge_kind`.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub enum Kind {
    Object = 0,
    Integer = 1,
    String = 2,
    Bytes = 3,
    Hash = 4,
    Array = 5,
    Any = 6,
    Code = 7,
    Kept = 8,
    Output = 9,
    Handle = 10,
}

/// What a [`RawValue`] holds: `enum bridge_tag`.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
#[allow(dead_code, reason = "made in C")]
pub enum Tag {
    Undef = 0,
    Int = 1,
    Uint = 2,
    Number = 3,
    String = 4,
    Wide = 5,
    Object = 6,
    Array = 7,
    Hash = 8,
    Endless = 9,
    Reference = 10,
    Foreign = 11,
    Scalar = 12,
    Constant = 13,
    Glob = 14,
    Closed = 15,
    Tied = 16,
    Unfiled = 17,
    Filled = 18,
}

/// `struct bridge_value`: one scalar as native data. Only C makes them, so the tag is true, and
/// what is pointed at lives as long as what the value was read from: an argument to the end of its
/// call, which is as long as a reference to the value can be.
#[repr(C)]
pub struct RawValue {
    tag: Tag,
    class: u8,
    /// Or `owner`, of an object.
    len: usize,
    u: RawUnion,
}

/// What a value is, by its tag.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub union RawUnion {
    pub iv: i64,
    pub uv: u64,
    pub nv: f64,
    pub pv: *const c_char,
    pub ptr: *mut c_void,
    pub sv: *mut SV,
    pub items: *const RawValue,
}

impl RawValue {
    /// Reads a scalar that no Perl code can be behind.
    ///
    /// # Safety
    /// The interpreter that the thread runs, and a live scalar of it; what is read is used only
    /// as long as that stays alive and unchanged.
    pub unsafe fn of_scalar(perl: *mut PerlInterpreter, sv: *mut SV) -> Self {
        let mut value = RawValue { tag: Tag::Undef, class: 0, len: 0, u: RawUnion { iv: 0 } };
        // SAFETY: the caller's promise.
        unsafe { sv_bridge_read(perl, sv, &mut value) };
        value
    }

    /// What the value is.
    #[inline(always)]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// The number of the class of an object.
    #[inline(always)]
    pub fn class(&self) -> u8 {
        self.class
    }

    /// Whether it is an object of the class with this number: one comparison.
    #[inline(always)]
    pub fn is_of_class(&self, class: u8) -> bool {
        [self.tag as u8, self.class] == [Tag::Object as u8, class]
    }

    /// The scalar that owns an object.
    #[inline(always)]
    pub fn owner(&self) -> *mut SV {
        self.len as *mut SV
    }

    /// The length of a string, array or hash.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The value, if it is an integer between those, as most are.
    #[inline(always)]
    pub fn integer_between(&self, min: i64, max: u64) -> Option<i64> {
        if self.tag != Tag::Int {
            return None;
        }
        // SAFETY: the tag says so.
        let number = unsafe { self.u.iv };
        (number >= min && (number < 0 || number as u64 <= max)).then_some(number)
    }

    /// The value itself.
    #[inline(always)]
    pub fn content(&self) -> RawUnion {
        self.u
    }
}

/// An object in a value: what owns it, and libvirt's; or of no class, another scalar.
#[allow(clippy::missing_docs_in_private_items, reason = "as of a value")]
pub struct Object {
    pub owner: *mut SV,
    pub class: u8,
    pub ptr: *mut c_void,
}

/// What copies of values point at.
#[derive(Default)]
pub struct Arena {
    /// Whether one of them is a secret.
    secret: bool,
    texts: Vec<Box<[u8]>>,
    lists: Vec<Box<[RawValue]>>,
    /// The values that are objects, or variables.
    pub objects: Vec<Object>,
}

impl Drop for Arena {
    fn drop(&mut self) {
        if self.secret {
            self.texts.iter_mut().for_each(|text| wipe(text));
        }
    }
}

impl RawValue {
    /// A copy that lives as long as the arena, and the objects and scalars in it.
    fn copied(&self, arena: &mut Arena) -> RawValue {
        let mut copy = RawValue { tag: self.tag, class: self.class, len: self.len, u: self.u };
        // SAFETY: the tag says which field of the union C has set, and the lengths are true.
        unsafe {
            match self.tag {
                Tag::String => {
                    // With the NUL that follows.
                    let text: Box<[u8]> = std::slice::from_raw_parts(self.u.pv.cast::<u8>(), self.len + 1).into();
                    copy.u.pv = text.as_ptr().cast();
                    arena.texts.push(text);
                }
                Tag::Reference | Tag::Foreign => {
                    let name: Box<[u8]> = std::ffi::CStr::from_ptr(self.u.pv).to_bytes_with_nul().into();
                    copy.u.pv = name.as_ptr().cast();
                    arena.texts.push(name);
                }
                Tag::Array | Tag::Hash => {
                    let items = std::slice::from_raw_parts(self.u.items, self.len);
                    let items: Box<[RawValue]> = items.iter().map(|item| item.copied(arena)).collect();
                    copy.u.items = items.as_ptr();
                    arena.lists.push(items);
                }
                Tag::Object if !self.u.ptr.is_null() => {
                    arena.objects.push(Object { owner: self.len as *mut SV, class: self.class, ptr: self.u.ptr });
                }
                Tag::Scalar => arena.objects.push(Object { owner: self.u.sv, class: 0, ptr: std::ptr::null_mut() }),
                _ => {}
            }
        }
        copy
    }
}

impl Call {
    /// Whether it is to run on another thread later.
    #[inline(always)]
    pub fn is_deferred(&self) -> bool {
        self.returned.get() == RETURNED_DEFERRED
    }

    /// A call of the same method with copies of the arguments, to run on another thread later. The
    /// objects in them are for the caller to keep.
    ///
    /// # Safety
    /// Before anything else is done with it, it becomes the first field of a
    /// [`Deferred`](crate::deferred::Deferred), which it is taken for from then on.
    pub unsafe fn deferred(&self) -> (Call, Arena) {
        let mut arena = Arena::default();
        let mut values = [const { MaybeUninit::uninit() }; MAX_PARAMS];
        // SAFETY: a row has so many parameters.
        let params = unsafe { std::slice::from_raw_parts(self.method.params, self.method.most.into()) };
        arena.secret = params.iter().any(|param| param.secret);
        for (copy, value) in values.iter_mut().zip(&self.values).take(params.len()) {
            // SAFETY: the bridge fills one value for each parameter of the row.
            copy.write(unsafe { value.assume_init_ref() }.copied(&mut arena));
        }
        let nothing = || Cell::new(ptr::null_mut());
        let call = Call {
            perl: self.perl,
            method: self.method,
            ax: self.ax,
            returned: Cell::new(RETURNED_DEFERRED),
            surplus: Cell::new(false),
            left: Cell::new(false),
            single: Cell::new(Single { iv: 0 }),
            error: nothing(),
            warning: nothing(),
            output: nothing(),
            content: nothing(),
            values,
        };
        (call, arena)
    }
}

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

/// `struct bridge_param`: one parameter of a method.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Parameter {
    pub name: *const c_char,
    pub preset: *const c_char,
    pub preset_value: i64,
    pub kind: Kind,
    pub optional: bool,
    pub secret: bool,
}

/// `struct bridge_method`: one method, a static row.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Method {
    pub name: *const c_char,
    pub params: *const Parameter,
    pub run: unsafe extern "C" fn(&Call),
    pub least: u8,
    pub most: u8,
    pub calls_back: bool,
    pub surplus: bool,
    pub here: bool,
    pub alone: bool,
    pub elsewhere: bool,
    pub at_once: bool,
    pub lasts: bool,
}

impl Method {
    /// With its package, for C.
    pub fn c_name(&self) -> &'static CStr {
        // SAFETY: rows have constant names.
        unsafe { CStr::from_ptr(self.name) }
    }

    /// With its package.
    pub fn full_name(&self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    /// The package alone.
    pub fn package(&self) -> &'static str {
        self.full_name().rsplit_once("::").map_or("", |(package, _)| package)
    }

    /// Whether its caller has to wait for it: it assigns to a variable, or calls code while it works.
    pub fn needs_caller(&self) -> bool {
        // SAFETY: a row's own parameters.
        let params = unsafe { std::slice::from_raw_parts(self.params, usize::from(self.most)) };
        params.iter().any(|param| param.kind == Kind::Output || (self.lasts && param.kind == Kind::Code))
    }
}

// SAFETY: rows are constant data; what they point at is static.
unsafe impl Sync for Method {}
// SAFETY: as above.
unsafe impl Sync for Parameter {}

/// `struct bridge_call`: one call, which only C makes. Its methods are in [`crate::call`]. What Rust
/// leaves in it is in cells, for it is shared with what borrows the arguments.
#[repr(C)]
#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what they are")]
pub struct Call {
    pub(crate) perl: *mut PerlInterpreter,
    pub(crate) method: &'static Method,
    ax: isize,
    returned: Cell<i32>,
    surplus: Cell<bool>,
    left: Cell<bool>,
    single: Cell<Single>,
    error: Cell<*mut SV>,
    warning: Cell<*mut SV>,
    output: Cell<*mut SV>,
    content: Cell<*mut SV>,
    /// Filled as far as the method has parameters.
    pub(crate) values: [MaybeUninit<RawValue>; MAX_PARAMS],
}

/// The only value that a call returns.
#[derive(Clone, Copy)]
#[repr(C)]
union Single {
    sv: *mut SV,
    iv: i64,
}

impl Call {
    /// C dies with an error.
    ///
    /// # Safety
    /// It is a mortal scalar.
    pub(crate) unsafe fn leave_error(&self, error: *mut SV) {
        self.error.set(error);
        self.left.set(true);
        self.returned.set(0);
    }

    /// C warns of a text.
    ///
    /// # Safety
    /// It is a mortal scalar.
    pub(crate) unsafe fn leave_warning(&self, text: *mut SV) {
        self.warning.set(text);
        self.left.set(true);
    }

    /// C gives a variable bytes, which are its own from here on.
    ///
    /// # Safety
    /// An argument of the call, and a string scalar that is given up.
    pub(crate) unsafe fn leave_output(&self, variable: *mut SV, content: *mut SV) {
        self.output.set(variable);
        self.content.set(content);
        self.left.set(true);
    }

    /// A scalar is the only value.
    ///
    /// # Safety
    /// It is mortal.
    #[inline(always)]
    pub(crate) unsafe fn leave_single(&self, value: *mut SV) {
        self.single.set(Single { sv: value });
        self.returned.set(RETURNED_SINGLE);
    }

    /// So many values are on the stack.
    ///
    /// # Safety
    /// They are, and all are mortal.
    pub(crate) unsafe fn leave_list(&self, count: usize) {
        self.returned.set(count as i32);
    }

    /// A number is the only value.
    #[inline(always)]
    pub(crate) fn leave_integer(&self, value: i64) {
        self.single.set(Single { iv: value });
        self.returned.set(RETURNED_INTEGER);
    }
}

/// The most parameters that a method can have.
pub const MAX_PARAMS: usize = 8;
/// `Call::returned` when `Call::single` has the only value.
const RETURNED_SINGLE: i32 = -1;
/// The same for a number.
const RETURNED_INTEGER: i32 = -3;
/// `Call::returned` when the call is one of Rust's own, to run on another thread later.
const RETURNED_DEFERRED: i32 = -2;
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

    fn sv_bridge_read(perl: *mut PerlInterpreter, sv: *mut SV, value: &mut RawValue);

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
}

#[allow(clippy::missing_docs_in_private_items, reason = "bridge.h says what it does")]
unsafe extern "C-unwind" {
    #[cfg(perl_useithreads)]
    pub fn sv_bridge_boot(perl: *mut PerlInterpreter, cv: *mut CV);
    #[cfg(not(perl_useithreads))]
    pub fn sv_bridge_boot(cv: *mut CV);
}
