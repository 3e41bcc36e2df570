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

/// The profile of Cargo.toml by which they are compiled: small files, without what only a debugger reads.
const PROFILE: &str = "program";

/// A program and where it belongs in the root.
pub struct Program {
    /// The built file.
    pub file: PathBuf,
    /// Its path in the root folder, without a leading slash.
    pub install: PathBuf,
}

/// Where a package's programs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// On Cor, by its own gate: the default root has them.
    Cor,
    /// On Linux too: the tests' root has them.
    Linux,
}

impl Target {
    /// Cargo's name.
    fn triple(self) -> &'static str {
        match self {
            Target::Cor => TARGET,
            Target::Linux => "x86_64-unknown-linux-gnu",
        }
    }

    fn cargo(self, project: &Project) -> Command {
        match self {
            Target::Cor => kernel::kcargo(project, PROFILE),
            Target::Linux => host_cargo(project),
        }
    }
}

/// The first program of a Linux kernel: `bin/run --kernel` brings it along.
pub const LINUX_INIT: &str = "linux-init";

/// Builds the packages under `user/` that are for this target; returns their programs.
pub fn build(project: &Project, target: Target) -> Result<Vec<Program>> {
    let mut packages = packages(project)?;
    packages.retain(|package| package.target == target && package.name != LINUX_INIT);
    build_packages(project, target, packages)
}

/// Builds the first program of a Linux kernel.
pub fn build_linux_init(project: &Project) -> Result<()> {
    let mut packages = packages(project)?;
    packages.retain(|package| package.name == LINUX_INIT);
    build_packages(project, Target::Linux, packages)?;
    Ok(())
}

/// Builds packages for a target; returns their programs. `init` and `linux-init` also go beside the kernels, since `bin/run` brings
/// them along.
fn build_packages(project: &Project, target: Target, packages: Vec<Package>) -> Result<Vec<Program>> {
    let mut cargo = target.cargo(project);
    command::run(cargo.arg("--quiet").args(packages.iter().flat_map(|package| ["-p", &package.name])))?;
    let mut programs = Vec::new();
    for package in packages {
        let built = |name: &str| project.path("target").join(target.triple()).join(PROFILE).join(name);
        if ["init", LINUX_INIT].contains(&package.name.as_str()) {
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
    Ok(packages(project)?
        .into_iter()
        .filter(|package| package.target == Target::Cor)
        .map(|package| package.name)
        .collect())
}

/// A package under `user/` that says how it is to be built.
struct Package {
    name: String,
    target: Target,
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
        Some("none") => Target::Cor,
        Some("host-static") => Target::Linux,
        _ => bail!("{name}: [package.metadata.cor] target must be \"none\" or \"host-static\""),
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

/// Plain cargo, for static Linux programs.
fn host_cargo(project: &Project) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(project.root())
        .args(["build", "--profile", PROFILE, "--target", Target::Linux.triple()])
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
        assert_eq!((one.target, one.install), (Target::Cor, vec![("prog".into(), "bin/one".into())]));
        let two = parse(&package(json!({"target": "host-static", "install": {"a": "/bin/a", "b": "/b"}}))).unwrap();
        assert_eq!(two.install, [("a".into(), "bin/a".into()), ("b".into(), "b".into())]);
        assert!(parse(&package(json!({"target": "none"}))).unwrap().install.is_empty());
        assert!(parse(&package(json!({"target": "windows"}))).is_err());
        assert!(parse(&package(json!({"target": "none", "install": 5}))).is_err());
    }
}
