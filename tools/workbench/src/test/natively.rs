//! The programs of user/tests on this host's Linux, and whether what fails there is the test's fault.
//!
//! The tests want a Linux that is no older than the one whose calls Cor follows, and the superuser's rights. A host that has less, such as
//! an ordinary user's or a container, still runs what it can; what fails there is then judged on Cor alone.

use super::stage::{Printed, run_logged};
use anyhow::{Context, Result};
use nix::unistd::Uid;
use std::fs;
use std::process::Command;
use xtask::project::Project;

/// The release of Linux whose calls Cor follows (uname(2) there says so, too).
const FOLLOWED: (u32, u32) = (6, 1);

/// Goes into the root directory $1, with /dev and /proc, and runs the tests there that the other arguments name, with the limits that
/// a login has. What a test leaves running is killed, where the process namespace is really one of our own.
const SCRIPT: &str = r#"
    cd "$1" && mkdir -p dev proc tmp && mount --rbind /dev dev && mount -t proc proc proc || exit 125
    chroot=$(PATH=$PATH:/usr/sbin command -v chroot)
    umask 022
    ulimit -S -s 8192
    ulimit -S -n 1024
    ulimit -S -c 0
    shift
    for name; do
        timeout 300 env -i HOME=/ PATH=/bin:/sbin:/usr/bin:/usr/sbin "$chroot" . "/tests/$name" </dev/null >printed 2>&1
        status=$?
        [ $$ != 1 ] || kill -9 -1 2>/dev/null
        case $status in
            0) echo "ok $name" ;;
            77) echo "skip $name $(cat printed)" ;;
            *) echo "not ok $name status $status"; sed 's/^/    /' printed ;;
        esac
    done
"#;
/// How long all tests may take, in seconds: many times what they take, for a host that others use too.
const PATIENCE: &str = "1800";

/// The namespaces that tests have for themselves: they mount, make objects of System V and rename the host.
fn namespaces() -> Vec<&'static str> {
    let mut options = vec!["--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"];
    if !Uid::current().is_root() {
        options.extend(["--user", "--map-root-user"]);
    }
    options
}

/// Runs tests.
pub fn run(project: &Project, names: &[String]) -> Result<Printed> {
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let root = scratch.path().join("root");
    let mut copy = Command::new("cp");
    xtask::command::capture(copy.arg("-a").arg(project.image("tests/root")).arg(&root))?;
    let mut command = Command::new("timeout");
    command.args([PATIENCE, "unshare"]).args(namespaces()).args(["sh", "-c", SCRIPT, "sh"]).arg(&root).args(names);
    run_logged(project, "programs-on-linux", &mut command)
}

/// Why a failure on this host may be the host's; `None` where it is the test's.
pub fn reservation() -> Option<String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (release, users) = (read("/proc/sys/kernel/osrelease"), read("/proc/self/uid_map"));
    let allowed = Command::new("unshare").args(namespaces()).arg("true").output();
    if !allowed.is_ok_and(|ended| ended.status.success()) {
        Some("it grants no namespaces".to_string())
    } else if !Uid::current().is_root() {
        Some("an ordinary user may do little of what they test".to_string())
    } else if !has_all_users(&users) {
        Some("the superuser of a container may do little of what they test".to_string())
    } else if is_older(&release) {
        Some(format!("Linux {} is older than {}.{}, which Cor follows", release.trim(), FOLLOWED.0, FOLLOWED.1))
    } else {
        None
    }
}

/// Whether these are all users there are: uid_map of the first user namespace (user_namespaces(7)).
fn has_all_users(map: &str) -> bool {
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

/// Whether a release of Linux is older than the one that Cor follows; one of an unknown form is not.
fn is_older(release: &str) -> bool {
    let mut numbers = release.trim().split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < FOLLOWED,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_their_numbers() {
        for older in ["5.10.0-32-cloud-amd64\n", "5.15.167.4-microsoft-standard-WSL2", "6.0.1"] {
            assert!(is_older(older), "{older}");
        }
        for newer in ["6.1.0-cor", "6.1", "6.12.117+deb13-cloud-amd64", "6.1\n", "7.0-rc1", "unknown", ""] {
            assert!(!is_older(newer), "{newer}");
        }
    }

    #[test]
    fn only_the_first_namespace_has_all_users() {
        assert!(has_all_users("         0          0 4294967295\n"));
        assert!(!has_all_users("         0       1000          1\n"));
        assert!(!has_all_users("         0          0      65536\n"));
        assert!(!has_all_users(""));
    }
}
