//! Stands in for the translator of this name, with which libperl-sys makes Rust functions of perl's
//! macros and inline functions. Here these are called in C, where they are at home, and what of perl
//! is called in Rust is declared by bindgen. Where `char` is unsigned, as on arm64, those functions do
//! not compile, and the translator does not know types of gcc that the headers have there. With it
//! come an HTTP client, for a build script that could download, and sixty crates. This one
//! translates nothing, and says that perl has no variables.

use std::convert::Infallible;
use std::io::Write;
use std::path::Path;

pub mod apidoc_data {
    pub const APIDOC_DATA_VERSION: &str = "none";
}

pub enum PerlvarKind {
    Const {},
}

pub struct Perlvar {
    pub name: String,
    pub prefix: char,
    pub kind: PerlvarKind,
}

pub type PerlvarDict = Vec<Perlvar>;

pub struct BuildMode;

impl BuildMode {
    /// How the macros for variables would be written.
    pub fn is_threaded(&self) -> bool {
        false
    }
}

/// All stages of the work in one.
pub struct Pipeline {
    pub perlvar_dict: PerlvarDict,
    pub perl_build_mode: BuildMode,
}

type Next = Result<Pipeline, Infallible>;

impl Pipeline {
    pub fn builder(_header: &str) -> Pipeline {
        Pipeline { perlvar_dict: Vec::new(), perl_build_mode: BuildMode }
    }

    pub fn with_auto_perl_config(self) -> Next {
        Ok(self)
    }

    pub fn with_bindings(self, _file: &Path) -> Pipeline {
        self
    }

    pub fn with_codegen_defaults(self) -> Pipeline {
        self
    }

    pub fn with_skip_codegen_list(self, _file: &Path) -> Pipeline {
        self
    }

    pub fn with_require_codegen_list(self, _file: &Path) -> Pipeline {
        self
    }

    pub fn with_include<P>(self, _directory: P) -> Pipeline {
        self
    }

    pub fn build(self) -> Next {
        Ok(self)
    }

    pub fn generate(self, _to: &mut impl Write) -> Next {
        Ok(self)
    }

    pub fn result(&self) -> &Pipeline {
        self
    }
}
