//! Compiles the boot stub and hands the linker script to the linker, but only for the bare-metal target: on the host
//! this crate is an empty program, so that cargo and editors can look at the whole workspace.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SOURCES: [&str; 4] = ["header.S", "start.S", "boot.c", "cor.ld"];
const COMMON: [&str; 8] = [
    "-O2",
    "-g",
    "-ffreestanding",
    "-fno-pic",
    "-mgeneral-regs-only",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fcf-protection=none",
];

fn main() -> Result<()> {
    let boot = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../boot");
    println!("cargo::rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", boot.join(source).display());
    }
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("none") {
        return Ok(());
    }
    link_vdso()?;
    println!("cargo::rustc-link-arg-bins=-T{}", boot.join("cor.ld").display());
    println!("cargo::rustc-link-arg-bins=-zmax-page-size=4096");
    println!("cargo::rustc-link-arg-bins=--no-dynamic-linker");
    for source in ["header.S", "start.S"] {
        println!("cargo::rustc-link-arg-bins={}", compile(&boot.join(source), "-m64")?.display());
    }
    println!("cargo::rustc-link-arg-bins={}", widen(&compile(&boot.join("boot.c"), "-m32")?)?.display());
    Ok(())
}

/// Makes the library that is mapped into every program, which `process/exec/vdso.rs` includes.
fn link_vdso() -> Result<()> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("vdso");
    let (source, script) = (folder.join("vdso.c"), folder.join("vdso.ld"));
    for file in [&source, &script] {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let mut gcc = Command::new(env::var("CC").unwrap_or("gcc".into()));
    gcc.args([
        "-O2",
        "-fPIC",
        "-shared",
        "-nostdlib",
        "-ffreestanding",
        "-fno-stack-protector",
        "-fcf-protection=none",
    ]);
    gcc.args(["-Wall", "-Wextra", "-Werror", "-s", "-Wl,--hash-style=both,--build-id=none,-Bsymbolic,--eh-frame-hdr"]);
    gcc.args(["-Wl,-soname,linux-vdso.so.1,-z,max-page-size=4096,-z,noexecstack", "-T"]).arg(script);
    run(gcc.arg("-o").arg(PathBuf::from(env::var("OUT_DIR")?).join("vdso.so")).arg(source))
}

/// Compiles one file of the stub with gcc, for 32 or 64 bits.
fn compile(source: &Path, bits: &str) -> Result<PathBuf> {
    let name = source.file_stem().ok_or("a source has no name")?;
    let object = PathBuf::from(env::var("OUT_DIR")?).join(name).with_extension("o");
    let mut gcc = Command::new(env::var("CC").unwrap_or("gcc".into()));
    gcc.args(COMMON).args([bits, "-Wall", "-Wextra", "-Werror", "-c", "-o"]).arg(&object).arg(source);
    run(&mut gcc)?;
    Ok(object)
}

/// Turns the 32-bit object into a 64-bit one whose sections all go to the stub's place, since a linker takes only one kind.
fn widen(object: &Path) -> Result<PathBuf> {
    let wide = object.with_extension("64.o");
    let mut objcopy = Command::new("objcopy");
    objcopy.args(["-I", "elf32-i386", "-O", "elf64-x86-64", "--strip-debug", "--prefix-alloc-sections=.boot"]);
    run(objcopy.arg(object).arg(&wide))?;
    Ok(wide)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
