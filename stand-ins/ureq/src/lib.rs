//! Stands in for the HTTP client of this name, which a build script of libperl-sys would use to
//! fetch what LIBPERL_APIDOC_URL names. With it come a TLS stack and forty crates, and a build
//! that can open connections. This one answers every request with an error, and a response
//! cannot exist.

use std::fmt;
use std::io::Read;

pub struct Request;
pub struct Error;
pub enum Response {}

pub fn get(_url: &str) -> Request {
    Request
}

impl Request {
    pub fn call(self) -> Result<Response, Error> {
        Err(Error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("the build of Sys::Virt downloads nothing; unset LIBPERL_APIDOC_URL")
    }
}

impl Response {
    pub fn status(&self) -> u16 {
        match *self {}
    }

    pub fn into_reader(self) -> Box<dyn Read> {
        match self {}
    }
}
