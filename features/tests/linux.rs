//! Other kernels: what `--kernel` makes of a file.

use crate::command::finish;
use crate::machine::bin_run;
use crate::world::World;
use cucumber::{given, when};
use std::fs;
use std::path::{Path, PathBuf};

/// A Linux kernel, unpacked with `dpkg -x linux-image-…-cloud-amd64….deb target/linux`.
pub fn kernel() -> Option<PathBuf> {
    let boot = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/linux/boot");
    let files = fs::read_dir(boot).ok()?.flatten().map(|entry| entry.path());
    files.into_iter().find(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz")))
}

#[given("the kernel of a Debian for clouds")]
fn debian(world: &mut World) {
    let kernel = kernel().expect("a kernel in target/linux/boot");
    world.machine.add(&[&"--kernel", &kernel]);
}

#[when(regex = r"^bin/run is given (.*) as kernel$")]
async fn given_as_kernel(world: &mut World, what: String) {
    let file = world.path("kernel");
    fs::write(&file, contents(&what)).expect("a file");
    let mut command = bin_run();
    command.arg("--kernel").arg(&file).args(["--timeout", "30", "--", "/bin/true"]);
    let outcome = finish(command, Some(&[])).await;
    world.outcomes.push(outcome);
}

/// The beginnings by which such files are known.
fn contents(what: &str) -> Vec<u8> {
    let mut file = vec![0; 4096];
    let parts: &[(usize, &[u8])] = match what {
        "an arm64 Image" => &[(0, b"MZ"), (56, b"ARM\x64"), (60, &[64]), (64, b"PE\0\0")],
        "an ELF program" => &[(0, b"\x7fELF\x02\x01\x01"), (16, &[2, 0, 62, 0])],
        "a PE program" => &[(0, b"MZ"), (60, &[128]), (128, b"PE\0\0\x64\x86")],
        "a packed kernel" => &[(0, b"\x1f\x8b\x08")],
        "a text" => &[(0, b"I am no kernel.\n")],
        "an empty file" => return Vec::new(),
        _ => panic!("unknown: {what}"),
    };
    for (at, bytes) in parts {
        file[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    file
}
