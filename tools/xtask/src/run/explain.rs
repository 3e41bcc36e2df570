//! Translation of QEMU's refusals to start into the words of `bin/run`'s options.

use super::options::{Accel, Options};
use std::path::{Path, PathBuf};

/// Prefix of QEMU's messages.
const OWN_NAME: &str = "qemu-system-x86_64: ";

/// Explains why QEMU did not run; `None` if it did not say. Messages about options that a person gave to QEMU itself
/// (`--qemu`) stay as they are.
pub fn explain(options: &Options, messages: &str) -> Option<String> {
    let said = messages.lines().filter_map(plain).collect::<Vec<_>>().join("\n");
    let reason = if options.qemu.is_empty() { reason(options, &said) } else { None };
    let as_it_is = || (!said.is_empty()).then(|| format!("QEMU ended: {said}"));
    reason.or_else(as_it_is)
}

/// A line without QEMU's name; `None` for a warning, which tells of no failure.
fn plain(line: &str) -> Option<&str> {
    let line = line.strip_prefix(OWN_NAME).or_else(|| line.strip_prefix("xtask: ")).unwrap_or(line);
    (!line.starts_with("warning: ")).then_some(line)
}

/// Names the option that QEMU complains of, and the fault in it.
fn reason(options: &Options, said: &str) -> Option<String> {
    let has = |text: &str| said.contains(text);
    let after = |text: &str| said.split_once(text).map(|(_, rest)| rest);
    let word = |rest: &str| rest.split(['=', '\'', ']']).next().unwrap_or_default().to_string();
    if has("unable to find CPU model") {
        return Some(format!("--cpu {}: QEMU knows no such processor (-cpu help lists them)", options.cpu));
    }
    if let Some(feature) = after("-cpu.").filter(|_| has("Property")) {
        return Some(format!("--cpu {}: the processor has no feature {}", options.cpu, word(feature)));
    }
    if let (Some(feature), true) = (after("-machine."), has("Property")) {
        return Some(format!("--machine {}: the machine has no property {}", machine(options), word(feature)));
    }
    if has("unsupported machine type") {
        return Some(format!("--machine {}: QEMU knows no such machine (-machine help lists them)", machine(options)));
    }
    if has("cannot set up guest memory") || has("Address space limit") {
        return Some(format!("--memory {}: this host cannot give the machine so much", options.memory));
    }
    if has("Invalid SMP CPUs") {
        return Some(format!("--smp: the machine takes at most {} processors", after("is ")?));
    }
    if let Some(ports) = after("rule 'tcp:127.0.0.1:") {
        let (host, guest) = ports.split_once("-:")?;
        let guest = word(guest);
        return Some(format!("--forward {host}:{guest}: port {host} of this host is in use, or reserved"));
    }
    if let Some(file) = after("using the image [") {
        return Some(format!("--disk {}: another program, perhaps another machine, has it open", word(file)));
    }
    if has("blkdebug") || has("no group defined") {
        let rules = options.disk_faults.as_deref().unwrap_or(Path::new("")).display();
        return Some(format!("--disk-faults {rules}: these are no rules for QEMU's blkdebug"));
    }
    let of_disk = |disk: &&PathBuf| has(&format!("file={}: ", disk.display()));
    if let Some(disk) = options.disk.iter().find(of_disk) {
        return Some(format!("--disk {}: {}", disk.display(), said.rsplit(": ").next().unwrap_or_default()));
    }
    (options.accel == Accel::Kvm && (has("kvm") || has("KVM")))
        .then(|| format!("--accel kvm: {said} (software emulation is the default)"))
}

fn machine(options: &Options) -> &str {
    options.machine.as_deref().unwrap_or("pc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_by_option() {
        let options = Options {
            cpu: "i586".into(),
            machine: Some("pc-0.9".into()),
            disk: vec!["a.img".into()],
            disk_faults: Some("rules".into()),
            ..Options::default()
        };
        for (said, told) in [
            ("unable to find CPU model 'i586'", "--cpu i586: QEMU knows no such processor (-cpu help lists them)"),
            (
                "warning: x\nqemu-system-x86_64: can't apply global qemu64-x86_64-cpu.foo=on: Property 'qemu64-x86_64-cpu.foo' not found",
                "--cpu i586: the processor has no feature foo",
            ),
            ("Property 'pc-i440fx-7.2-machine.foo' not found", "--machine pc-0.9: the machine has no property foo"),
            (
                "unsupported machine type\nUse -machine help to list supported machines",
                "--machine pc-0.9: QEMU knows no such machine (-machine help lists them)",
            ),
            (
                "cannot set up guest memory 'pc.ram': Cannot allocate memory",
                "--memory 256M: this host cannot give the machine so much",
            ),
            (
                "-netdev user,id=net,hostfwd=tcp:127.0.0.1:80-:8080: Could not set up host forwarding rule 'tcp:127.0.0.1:80-:8080'",
                "--forward 80:8080: port 80 of this host is in use, or reserved",
            ),
            (
                "-drive x,file.config=rules: no group defined",
                "--disk-faults rules: these are no rules for QEMU's blkdebug",
            ),
            (
                "-device virtio-blk-pci,drive=disk1: Failed to get \"write\" lock\nIs another process using the image [d.img]?",
                "--disk d.img: another program, perhaps another machine, has it open",
            ),
            (
                "Invalid SMP CPUs 300. The max CPUs supported by machine 'pc' is 255",
                "--smp: the machine takes at most 255 processors",
            ),
            ("something else", "QEMU ended: something else"),
        ] {
            assert_eq!(explain(&options, &format!("qemu-system-x86_64: {said}")).as_deref(), Some(told));
        }
    }

    #[test]
    fn words_of_qemu_for_options_of_qemu_are_left() {
        let options = Options { qemu: vec!["-cpu x".parse().unwrap()], ..Options::default() };
        let said = "qemu-system-x86_64: unable to find CPU model 'x'";
        assert_eq!(explain(&options, said).as_deref(), Some("QEMU ended: unable to find CPU model 'x'"));
        assert_eq!(explain(&options, "qemu-system-x86_64: warning: host too old\n"), None);
    }
}
