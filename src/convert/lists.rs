//! Arrays of integers, strings and objects, for C.

use super::{Data, Object};
use crate::error::Failure;
use crate::ffi::bridge::RawValue;
use std::ffi::{CStr, CString, c_char, c_int};
use std::marker::PhantomData;
use std::ptr;

/// An integer type of C.
pub trait Integer: Copy + Default {
    /// The value of that type with those bits, which is in its range.
    fn of_bits(bits: i64) -> Self;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Integer for $type {
            fn of_bits(bits: i64) -> Self {
                bits as $type
            }
        }
    )*};
}

integers! { i32 u32 u64 }

/// The elements of an array argument, with the argument's name for errors.
#[derive(Clone, Copy)]
pub struct Items<'a> {
    name: &'a CStr,
    raw: &'a [RawValue],
}

impl<'a> Items<'a> {
    /// The elements of an argument of that name.
    pub fn new(name: &'a CStr, raw: &'a [RawValue]) -> Self {
        Items { name, raw }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Data<'a>> + use<'a> {
        self.raw.iter().map(Data::of)
    }

    /// The error for one element.
    pub fn bad_element(&self, index: usize, problem: &str) -> Failure {
        Failure::invalid(format!("argument '{}', element {index}: {problem}", self.name.to_string_lossy()))
    }

    /// The elements as integers between `min` and `max`, which are in the range of the type.
    pub fn integers<T: Integer>(&self, min: i64, max: u64) -> Result<Vec<T>, Failure> {
        let mut numbers = vec![T::default(); self.len()];
        self.fill(min, max, &mut numbers)?;
        Ok(numbers)
    }

    /// The same, as many as there are places.
    #[inline(always)]
    pub fn fill<T: Integer>(&self, min: i64, max: u64, places: &mut [T]) -> Result<(), Failure> {
        for (index, (raw, place)) in self.raw.iter().zip(places).enumerate() {
            *place = T::of_bits(match raw.integer_between(min, max) {
                Some(number) => number,
                None => self.unusual_integer(index, raw, min, max)?,
            });
        }
        Ok(())
    }

    #[cold]
    fn unusual_integer(&self, index: usize, raw: &RawValue, min: i64, max: u64) -> Result<i64, Failure> {
        Data::of(raw).integer(min, max).map_err(|problem| self.bad_element(index, &problem))
    }

    /// The elements as strings for C, which `owned` keeps where they were numbers.
    pub fn strings(&self, owned: &mut Vec<CString>) -> Result<Vec<*const c_char>, Failure> {
        self.iter()
            .enumerate()
            .map(|(index, data)| data.c_str(owned).map_err(|problem| self.bad_element(index, &problem)))
            .collect()
    }
}

impl Items<'_> {
    /// The elements as objects of one class, for an array that libvirt wants NULL-terminated.
    pub fn objects<T: Object>(&self) -> Result<Vec<*mut T::Target>, Failure> {
        let mut objects = Vec::with_capacity(self.len() + 1);
        for (index, data) in self.iter().enumerate() {
            match data {
                Data::Object(class, object) if class == T::CLASS && !object.is_null() => objects.push(object.cast()),
                _ => {
                    let package = T::class().package.to_string_lossy();
                    return Err(self.bad_element(index, &format!("not a live {package} object")));
                }
            }
        }
        objects.push(ptr::null_mut());
        Ok(objects)
    }
}

/// As many integers as most lists have, which are no reason to ask for memory.
const FEW: usize = 16;

/// A list of integers for C.
pub struct Ints<T> {
    few: [T; FEW],
    /// In place of those, if there are more.
    many: Vec<T>,
    len: usize,
}

impl<T: Integer> Ints<T> {
    #[inline(always)]
    fn between(min: i64, max: u64, items: &Items) -> Result<Self, Failure> {
        let mut ints = Ints { few: [T::default(); FEW], many: Vec::new(), len: items.len() };
        match ints.few.get_mut(..ints.len) {
            Some(places) => items.fill(min, max, places)?,
            None => ints.many = items.integers(min, max)?,
        }
        Ok(ints)
    }

    /// The first of them.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        if self.len > FEW { self.many.as_mut_ptr() } else { self.few.as_mut_ptr() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }
}

impl Ints<c_int> {
    /// The elements as file descriptors.
    pub fn descriptors(items: &Items) -> Result<Self, Failure> {
        Ints::between(0, c_int::MAX as u64, items)
    }
}

impl Ints<u32> {
    /// The elements as unsigned ints.
    pub fn unsigned(items: &Items) -> Result<Self, Failure> {
        Ints::between(0, u32::MAX.into(), items)
    }
}

/// A list of strings for C.
pub struct Strings<'a> {
    pointers: Vec<*const c_char>,
    /// Strings that were numbers in Perl.
    _from_numbers: Vec<CString>,
    texts: PhantomData<&'a [u8]>,
}

impl<'a> Strings<'a> {
    /// The elements as strings.
    pub fn of(items: &Items<'a>) -> Result<Self, Failure> {
        let mut from_numbers = Vec::new();
        let pointers = items.strings(&mut from_numbers)?;
        Ok(Strings { pointers, _from_numbers: from_numbers, texts: PhantomData })
    }

    /// The first of them, NULL when there are none.
    pub fn as_mut_ptr(&mut self) -> *mut *const c_char {
        if self.pointers.is_empty() { ptr::null_mut() } else { self.pointers.as_mut_ptr() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pointers.len()
    }
}
