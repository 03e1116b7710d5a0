//! Stands in for the command line parser of this name. libperl-macrogen's command uses it, and
//! its library, all that libperl-sys builds, does not: what would use this one does not compile.
