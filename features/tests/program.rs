//! Programs: compiled from what stands in the story, statically, into its root.

use crate::command::finish;
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::given;
use std::fs;
use tokio::process::Command;

#[given(regex = r#"^the C program (\S+):$"#)]
async fn c_program(world: &mut World, step: &Step, path: String) {
    compile_c(world, "gcc", &path, text(step), "").await;
}

#[given(regex = r#"^the C program (\S+), built with "(.*)":$"#)]
async fn c_program_with_options(world: &mut World, step: &Step, path: String, options: String) {
    compile_c(world, "gcc", &path, text(step), &options).await;
}

#[given(regex = r#"^the C program (\S+), built with musl:$"#)]
async fn musl_program(world: &mut World, step: &Step, path: String) {
    compile_c(world, "musl-gcc", &path, text(step), "").await;
}

/// Compiles without warnings: a story's program is short, not perfect.
async fn compile_c(world: &World, compiler: &str, path: &str, source: &str, options: &str) {
    let mut command = Command::new(compiler);
    let kind = if options.contains("-static-pie") { "-fPIE" } else { "-static" };
    command.args([kind, "-O1", "-w", "-I", env!("CARGO_MANIFEST_DIR")]);
    command.args(options.split_whitespace());
    command.arg("-o").arg(world.in_root(path)).args(["-x", "c", "-", "-lm"]);
    compile(command, source).await;
}

#[given(regex = r#"^the Rust program (\S+):$"#)]
async fn rust_program(world: &mut World, step: &Step, path: String) {
    let mut command = Command::new("rustc");
    command.args([
        "--edition=2024",
        "-Ctarget-feature=+crt-static",
        "-Copt-level=1",
        "-Cstrip=symbols",
        "--crate-name=story",
    ]);
    command.arg("-o").arg(world.in_root(&path)).arg("-");
    compile(command, text(step)).await;
}

async fn compile(command: Command, source: &str) {
    let outcome = finish(command, Some(source.as_bytes())).await;
    assert_eq!(outcome.status, 0, "the compiler does not take this program{outcome}");
}

#[given(regex = r"^this computer's (\S+) as (\S+)$")]
fn program_of_this_computer(world: &mut World, from: String, path: String) {
    fs::copy(&from, world.in_root(&path)).unwrap_or_else(|error| panic!("cannot copy {from}: {error}"));
}
