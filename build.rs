//! Compiles the C bridge with the flags of the perl that drives the build, and keeps libperl
//! out of the module.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The values of `names` in the configuration of the perl in `$PERL`.
fn perl_config(names: &[&str]) -> Vec<String> {
    let perl = env::var("PERL").unwrap_or_else(|_| "perl".into());
    let script = "use Config; print map { ($Config{$_} // '') . qq(\\n) } @ARGV";
    let output = Command::new(&perl)
        .arg("-e")
        .arg(script)
        .args(names)
        .output()
        .unwrap_or_else(|error| panic!("cannot run {perl}: {error}"));
    assert!(output.status.success(), "{perl} could not print its configuration");
    String::from_utf8_lossy(&output.stdout).lines().map(String::from).collect()
}

/// libperl-sys asks the linker for libperl. On a shared perl the module would load a second
/// copy of it, on a static perl it would contain a second interpreter. The linker finds this
/// empty library first, needs nothing of it, and leaves it out.
fn shut_out_libperl(out: &Path) {
    let dir = out.join("no-libperl");
    fs::create_dir_all(&dir).expect("OUT_DIR is writable");
    let empty = dir.join("empty.c");
    fs::write(&empty, "").expect("OUT_DIR is writable");
    let compiler = cc::Build::new().get_compiler();
    let status = compiler.to_command().args(["-shared", "-o"]).arg(dir.join("libperl.so")).arg(&empty).status();
    assert!(status.is_ok_and(|status| status.success()), "cannot link an empty library");
    println!("cargo:rustc-link-search=native={}", dir.display());
    println!("cargo:rustc-cdylib-link-arg=-L{}", dir.display());
    println!("cargo:rustc-cdylib-link-arg=-Wl,--as-needed");
    // Its threads run until the process ends.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    // Unit tests are a program without a perl in it, and call none of its functions.
    println!("cargo:rustc-link-arg=-Wl,--unresolved-symbols=ignore-all");
}

fn main() {
    println!("cargo:rerun-if-env-changed=PERL");
    println!("cargo:rerun-if-changed=src/bridge");
    println!("cargo:rerun-if-changed=build.rs");

    let config = perl_config(&["archlibexp", "ccflags", "usethreads"]);
    let [archlib, ccflags, threads] = &config[..] else {
        panic!("perl printed {config:?} for its configuration");
    };
    if threads == "define" {
        println!("cargo:rustc-cfg=perl_useithreads");
    }
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    let mut bridge = cc::Build::new();
    bridge
        .files(
            [
                "async", "boot", "call", "callback", "file", "future", "handle", "internal", "layout", "object",
                "origin", "pending", "read", "scalar", "settle", "template", "waiting",
            ]
            .map(|name| format!("src/bridge/{name}.c")),
        )
        .flag("-isystem")
        .flag(format!("{archlib}/CORE"))
        .define("XS_VERSION", format!("\"{version}\"").as_str())
        .flag_if_supported("-fvisibility=hidden")
        .warnings(true)
        .extra_warnings(true);
    for flag in ccflags.split_whitespace() {
        bridge.flag(flag);
    }
    bridge.compile("sys_virt_bridge");

    shut_out_libperl(&PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")));
}
