//! Tests of `bin/setup` on hosts that lack something: a copy of it, with a PATH of stand-ins for apt-get and for the
//! programs that it installs.
//!
//! The files that bin/setup looks for by absolute paths (GRUB's modules, OVMF, busybox) have to be on this host, as they
//! are wherever the tests run.

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use tempfile::TempDir;

    /// The host's programs that the script itself uses.
    const SHELL: &[&str] = &[
        "cat", "cut", "dirname", "env", "grep", "head", "id", "mktemp", "paste", "rm", "sed", "sh", "sleep", "sort",
        "stat", "touch", "tr", "wc",
    ];
    /// The stand-ins for programs, each with the first line of its `--version`.
    const TOOLS: &[(&str, &str)] = &[
        ("qemu-system-x86_64", "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)"),
        ("grub-mkrescue", "grub-mkrescue (GRUB) 2.06-13"),
        ("gdb", "GNU gdb (Debian 13.1-3) 13.1"),
        ("xorriso", ""),
        ("mformat", ""),
        ("qemu-img", ""),
        ("gcc", ""),
        ("musl-gcc", ""),
        ("make", ""),
        ("cargo", ""),
        ("sudo", ""),
    ];
    /// The start of every stand-in for apt-get: `$here` is the directory of programs.
    const APT: &str = "#!/bin/sh\nhere=${0%/*}; echo \"$*\" >>$here/../asked\n\
        comes() { printf '#!/bin/sh\\necho \"%s\"\\n' \"$2\" >$here/$1; /bin/chmod +x $here/$1; }\n\
        locked() { echo \"E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (apt-get)\" >&2; exit 100; }\n";

    /// A project with this bin/setup, on a host that has everything.
    struct Host(TempDir);

    impl Host {
        fn new() -> Host {
            let host = Host(tempfile::tempdir().unwrap());
            let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            for directory in ["bin", "target", "programs", "rustup/toolchains/x/lib/rustlib/x86_64-unknown-none/lib"] {
                fs::create_dir_all(host.0.path().join(directory)).unwrap();
            }
            for file in ["bin/setup", "Cargo.toml"] {
                fs::copy(project.join(file), host.0.path().join(file)).unwrap();
            }
            for program in SHELL {
                let found = ["/usr/bin", "/bin"].map(|directory| Path::new(directory).join(program));
                let found = found.iter().find(|path| path.exists()).expect(program);
                symlink(found, host.0.path().join("programs").join(program)).unwrap();
            }
            for (tool, version) in TOOLS {
                host.program(tool, &format!("#!/bin/sh\necho '{version}'\n"));
            }
            // Where the tests do not run as root: `sudo -n true` succeeds, and otherwise it runs its arguments.
            host.program("sudo", "#!/bin/sh\n[ \"$1\" = -n ] || exec \"$@\"\n");
            host
        }

        fn program(&self, name: &str, script: &str) {
            let path = self.0.path().join("programs").join(name);
            fs::write(&path, script).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }

        fn without(self, program: &str) -> Host {
            fs::remove_file(self.0.path().join("programs").join(program)).unwrap();
            self
        }

        /// Adds an apt-get that runs this script.
        fn with_apt(self, script: &str) -> Host {
            self.program("apt-get", &format!("{APT}{script}"));
            self
        }

        /// Returns bin/setup's exit status and output, with `patience` seconds for locks.
        fn set_up(&self, patience: u32) -> (i32, String) {
            let mut setup = Command::new(self.0.path().join("bin/setup"));
            setup.env_clear().env("PATH", self.0.path().join("programs")).env("HOME", self.0.path());
            setup.env("RUSTUP_HOME", self.0.path().join("rustup")).env("COR_SETUP_WAIT", patience.to_string());
            let output = setup.stdin(Stdio::null()).output().unwrap();
            let told = [output.stdout, output.stderr].concat();
            (output.status.code().unwrap(), String::from_utf8(told).unwrap())
        }

        /// Returns the arguments of each call of apt-get.
        fn asked(&self) -> Vec<String> {
            let asked = fs::read_to_string(self.0.path().join("asked")).unwrap_or_default();
            asked.lines().map(str::to_string).collect()
        }
    }

    #[test]
    fn a_complete_host_gets_no_output() {
        let host = Host::new().with_apt("exit 1");
        for _ in 0..2 {
            assert_eq!(host.set_up(0), (0, String::new()));
        }
        assert!(host.asked().is_empty());
    }

    #[test]
    fn missing_packages_are_installed_and_reported() {
        let install = "[ $1 = update ] && exit 0\necho '0 upgraded, 2 newly installed, 0 to remove'\necho 'Need to get 9 MB of archives.'\n\
            echo 'Setting up libgdb:amd64 (1) ...'; echo 'Setting up gdb (13.1-3) ...'; comes gdb 'GNU gdb (Debian 13.1-3) 13.1'";
        let host = Host::new().without("gdb").with_apt(install);
        let (status, told) = host.set_up(0);
        let expected = "bin/setup: installing gdb\nbin/setup: 9 MB to download\n\
            bin/setup: installed gdb 13.1-3, and 1 dependencies\n";
        assert_eq!((status, told.as_str()), (0, expected));
        assert_eq!(host.asked(), ["update -qq", "install -q -y --no-install-recommends gdb"]);
    }

    #[test]
    fn a_package_that_another_one_removed_is_installed_again() {
        let install =
            "case $* in *x86*) comes qemu-system-x86_64 'QEMU emulator version 7.2.22'; /bin/rm $here/qemu-img
            echo 'Removing qemu-utils (1:9.2) ...'; echo 'Setting up qemu-system-x86 (7.2) ...';;
            *utils*) comes qemu-img ''; echo 'Setting up qemu-utils (7.2) ...';; esac";
        let host = Host::new().without("qemu-system-x86_64").with_apt(install);
        let (status, told) = host.set_up(0);
        assert_eq!(status, 0, "{told}");
        assert!(told.contains("removed qemu-utils") && told.contains("still missing: qemu-utils"), "{told}");
        assert!(told.ends_with("installed qemu-utils 7.2\n"), "{told}");
    }

    #[test]
    fn a_lock_is_waited_for_and_reported_once() {
        let install = "[ -e $here/../tried ] || { touch $here/../tried; locked; }\n\
            [ $1 = update ] || { comes gdb 'GNU gdb 13.1'; echo 'Setting up gdb (13.1-3) ...'; }";
        let host = Host::new().without("gdb").with_apt(install);
        let (status, told) = host.set_up(9);
        assert_eq!(status, 0, "{told}");
        let waiting = "bin/setup: waiting for another program that installs packages: process 12, apt-get\n";
        assert_eq!(told.matches(waiting).count(), 1, "{told}");
        assert_eq!(host.asked().len(), 3);
    }

    #[test]
    fn a_lock_that_stays_ends_it() {
        let host = Host::new().without("gdb").with_apt("locked");
        let (status, told) = host.set_up(1);
        assert_eq!(status, 1);
        assert!(told.contains("gave up after 1 s") && told.contains("sudo apt-get install gdb"), "{told}");
    }

    #[test]
    fn another_failure_is_reported_and_not_retried() {
        let host = Host::new().without("gdb").with_apt("[ $1 = update ] || { echo 'E: No space left' >&2; exit 100; }");
        let (status, told) = host.set_up(9);
        assert_eq!(status, 1);
        assert!(told.contains("E: No space left"), "{told}");
        assert_eq!(host.asked().len(), 2);
    }

    #[test]
    fn a_version_that_is_too_old_is_refused() {
        let old = "#!/bin/sh\necho 'QEMU emulator version 5.2.0 (Debian 1:5.2+dfsg-11)'\n";
        let host = Host::new().with_apt("exit 0");
        host.program("qemu-system-x86_64", old);
        let (status, told) = host.set_up(0);
        assert_eq!(status, 1);
        assert!(told.contains("qemu-system-x86_64 is version 5.2.0; Cor needs at least 7.2\n"), "{told}");
        let host = Host::new().with_apt("comes qemu-system-x86_64 'QEMU emulator version 10.0.2'");
        host.program("qemu-system-x86_64", old);
        assert_eq!(host.set_up(0).0, 0);
    }

    #[test]
    fn a_changed_program_is_checked_again() {
        let host = Host::new().with_apt("exit 0");
        assert_eq!(host.set_up(0).0, 0);
        host.program("gdb", "#!/bin/sh\necho 'GNU gdb (Debian 10.1-1.7) 10.1 of old'\n");
        assert!(host.set_up(0).1.contains("gdb is version 10.1"));
    }

    #[test]
    fn without_apt_get_it_prints_the_command() {
        let (status, told) = Host::new().without("gdb").set_up(0);
        assert_eq!(status, 1);
        assert!(told.contains("To build Cor, install: gdb\n") && told.contains("dnf install"), "{told}");
    }
}
