//! The Rust programs under `user/`, as their manifests ask:
//!
//! ```toml
//! [package.metadata.cor]
//! target = "none"           # for Cor's own gate, by tools/kcargo; or "host-static": a static Linux program
//! install = "/bin/NAME"     # where its one program goes; or a table { program = "/bin/NAME", … }
//! ```
//! Without `install` a package is built and goes nowhere by itself.

use super::kernel;
use crate::project::{Project, TARGET};
use crate::{command, files};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Linux's target for static programs.
const HOST: &str = "x86_64-unknown-linux-gnu";

/// A program and where it belongs in the root.
pub struct Program {
    /// The built file.
    pub file: PathBuf,
    /// Its path in the root folder, without a leading slash.
    pub install: PathBuf,
}

/// Builds all packages under `user/` that say how; gives their programs. `init` and `linux-init` also go beside the kernel, since
/// `bin/run` brings them along.
pub fn build(project: &Project) -> Result<Vec<Program>> {
    let packages = packages(project)?;
    let named = |target: &str| -> Vec<&str> {
        packages.iter().filter(|package| package.target == target).flat_map(|package| ["-p", &package.name]).collect()
    };
    if !named("none").is_empty() {
        command::run(stripped(&mut kernel::kcargo(project, "release")).args(named("none")))?;
    }
    if !named("host-static").is_empty() {
        command::run(stripped(&mut host_cargo(project)).args(named("host-static")))?;
    }
    let mut programs = Vec::new();
    for package in packages {
        let folder = if package.target == "none" { TARGET } else { HOST };
        let built = |name: &str| project.path("target").join(folder).join("release").join(name);
        if ["init", "linux-init"].contains(&package.name.as_str()) {
            files::install(&built(&package.name), &project.image(&package.name))?;
        }
        programs.extend(
            package.install.into_iter().map(|(name, install)| Program { file: built(&name), install: install.into() }),
        );
    }
    Ok(programs)
}

/// The names of the packages for Cor's own gate.
pub fn built_for_cor(project: &Project) -> Result<Vec<String>> {
    Ok(packages(project)?.into_iter().filter(|package| package.target == "none").map(|package| package.name).collect())
}

/// A package under `user/` that says how it is to be built.
struct Package {
    name: String,
    target: String,
    /// Its programs' names and paths in the root.
    install: Vec<(String, String)>,
}

fn packages(project: &Project) -> Result<Vec<Package>> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(project.root()).args(["metadata", "--quiet", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_slice(&command::capture(&mut cargo)?.stdout)?;
    // Cargo tells folders with links resolved.
    let user = fs::canonicalize(project.path("user")).unwrap_or_default();
    let ours = |package: &&Value| {
        package["manifest_path"].as_str().is_some_and(|path| PathBuf::from(path).starts_with(&user))
            && package["metadata"]["cor"].is_object()
    };
    metadata["packages"].as_array().into_iter().flatten().filter(ours).map(parse).collect()
}

/// What a package's manifest says, from `cargo metadata`.
fn parse(package: &Value) -> Result<Package> {
    let name = package["name"].as_str().context("a package without a name")?.to_string();
    let cor = &package["metadata"]["cor"];
    let target = match cor["target"].as_str() {
        Some(target @ ("none" | "host-static")) => target.to_string(),
        other => bail!("{name}: [package.metadata.cor] target must be \"none\" or \"host-static\", not {other:?}"),
    };
    let path = |value: &Value| -> Result<String> {
        let path = value.as_str().with_context(|| format!("{name}: install must be a path or a table of paths"))?;
        Ok(path.trim_start_matches('/').to_string())
    };
    let install = match &cor["install"] {
        Value::Null => Vec::new(),
        Value::Object(table) => {
            table.iter().map(|(program, value)| Ok((program.clone(), path(value)?))).collect::<Result<_>>()?
        }
        one => vec![(program_name(package).unwrap_or_else(|| name.clone()), path(one)?)],
    };
    Ok(Package { name, target, install })
}

/// The name of a package's one program.
fn program_name(package: &Value) -> Option<String> {
    let targets = package["targets"].as_array()?;
    let is_program = |target: &&Value| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == "bin"));
    Some(targets.iter().find(is_program)?["name"].as_str()?.to_string())
}

/// Leaves out what only a debugger reads, which is most of a Rust program's file: roots are to be small.
fn stripped(cargo: &mut Command) -> &mut Command {
    // They are measured against themselves on another kernel: how they are compiled matters little, how long that takes does.
    cargo.env("CARGO_PROFILE_RELEASE_STRIP", "symbols").env("CARGO_PROFILE_RELEASE_LTO", "off")
}

/// Plain cargo, for static Linux programs.
fn host_cargo(project: &Project) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(project.root())
        .args(["build", "--quiet", "--release", "--target", HOST])
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Ctarget-feature=+crt-static");
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(cor: Value) -> Value {
        json!({"name": "p", "metadata": {"cor": cor}, "targets": [{"kind": ["lib"], "name": "x"}, {"kind": ["bin"], "name": "prog"}]})
    }

    #[test]
    fn manifests_say_where_programs_go() {
        let one = parse(&package(json!({"target": "none", "install": "/bin/one"}))).unwrap();
        assert_eq!((one.target.as_str(), one.install), ("none", vec![("prog".into(), "bin/one".into())]));
        let two = parse(&package(json!({"target": "host-static", "install": {"a": "/bin/a", "b": "/b"}}))).unwrap();
        assert_eq!(two.install, [("a".into(), "bin/a".into()), ("b".into(), "b".into())]);
        assert!(parse(&package(json!({"target": "none"}))).unwrap().install.is_empty());
        assert!(parse(&package(json!({"target": "windows"}))).is_err());
        assert!(parse(&package(json!({"target": "none", "install": 5}))).is_err());
    }
}
