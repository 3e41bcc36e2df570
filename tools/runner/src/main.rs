//! `cargo run`: runs `make build`, then becomes `bin/run` with the same arguments. So `cargo run` is `make run`;
//! `cargo run -- --boot uefi` and `cargo run -- -- /bin/hello` have options and a program.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

/// Exit status of `bin/run` for failures that are not the program's.
const FAILED: i32 = 125;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).unwrap_or(here);
    let built = Command::new("make").args(["--no-print-directory", "-C"]).arg(root).arg("build").status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("cargo run: make build failed in {}", root.display());
        exit(FAILED);
    }
    let error = Command::new(root.join("bin/run")).args(env::args_os().skip(1)).exec();
    eprintln!("cargo run: cannot start bin/run: {error}");
    exit(FAILED);
}
