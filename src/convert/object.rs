//! Objects as arguments.

use super::{Data, FromArg, Spec};
use crate::error::Failure;
use crate::ffi::bridge::{Call, Kind, RawValue, Tag};
use crate::objects::{Class, Object};
use std::marker::PhantomData;
use std::ptr;

/// A required object as a parameter: its pointer, never NULL.
impl<T: Object> FromArg for T {
    type Native<'a> = *mut T::Target;
    const SPEC: Spec = Spec::of(Kind::Object);

    #[inline(always)]
    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Self::Native<'a>, Failure> {
        if value.is_of_class(T::CLASS) {
            // SAFETY: the tag says so.
            let object = unsafe { value.content().ptr };
            if !object.is_null() {
                return Ok(object.cast());
            }
        }
        Err(no_object::<T>(call, index, value))
    }
}

#[cold]
fn no_object<T: Object>(call: &Call, index: usize, value: &RawValue) -> Failure {
    let package = T::class().package.to_string_lossy();
    let data = Data::of(value);
    match data {
        Data::Object(class, object) if class == T::CLASS && object.is_null() => call.destroyed::<T>(index),
        Data::Foreign(class) if class == T::class().package => {
            let whence = "made or copied by other code, such as threads::shared";
            call.bad_argument(index, &format!("is {} by name only: {whence}", data.describe()))
        }
        Data::Object(class, _) => {
            call.bad_argument(index, &format!("is a {} object, not a {package} object", Class::name(class)))
        }
        _ => call.bad_argument(index, &data.is_not(&format!("a {package} object"))),
    }
}

/// An object that may be left out or undef: NULL then.
pub struct Opt<T>(PhantomData<T>);

impl<T: Object> FromArg for Opt<T> {
    type Native<'a> = *mut T::Target;
    const SPEC: Spec = Spec { undef: true, omissible: true, ..T::SPEC };

    fn from_arg<'a>(call: &'a Call, index: usize, value: &'a RawValue) -> Result<Self::Native<'a>, Failure> {
        if value.tag() == Tag::Undef { Ok(ptr::null_mut()) } else { T::from_arg(call, index, value) }
    }
}
