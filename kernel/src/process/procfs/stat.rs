//! How a process or thread is: `stat` for programs, `status` for people, `schedstat`, and the kernel's `stack`.

use super::{Subject, memory, pages};
use crate::fs::proc::Text;
use crate::process::signal::Handler;
use crate::process::{Capabilities, Program, Rules, Used, parent_of};
use crate::task::{State, TaskContext};
use core::fmt::{self, Write};
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::signal::{Signal, SignalSet};
use machine::panic::write_backtrace;

/// The unit of times in `stat`: a hundredth of a second (USER_HZ).
pub(super) const TICK: u64 = 10_000_000;

/// What ps(1) shows in its column STAT, and the word that `status` adds.
fn state(subject: &Subject) -> (char, &'static str) {
    if subject.process.ending().is_some() && subject.threads() == 0 {
        return ('Z', "zombie");
    }
    if subject.process.is_stopped() {
        return ('T', "stopped");
    }
    // Of a process, it is how the first thread is; that may have ended before others.
    let first = || subject.process.thread(subject.process.pid());
    let Some(thread) = subject.thread.clone().or_else(first) else { return ('Z', "zombie") };
    match thread.task() {
        Some(task) if task.waits_deaf() => ('D', "disk sleep"),
        Some(task) if task.state() == State::Waiting => ('S', "sleeping"),
        _ => ('R', "running"),
    }
}

fn used(subject: &Subject) -> Used {
    subject.thread.as_ref().map_or_else(|| subject.process.used(), |thread| thread.used())
}

/// Signals that are ignored, and that have handlers.
fn wanted(subject: &Subject) -> (SignalSet, SignalSet) {
    let (mut ignored, mut caught) = (SignalSet::EMPTY, SignalSet::EMPTY);
    for signal in SignalSet::ALL.iter() {
        match subject.process.actions.get(signal).handler {
            Handler::Ignore => _ = ignored.insert(signal),
            Handler::Default => {}
            _ => _ = caught.insert(signal),
        }
    }
    (ignored, caught)
}

/// Signals as Linux writes them: bit 0 is signal 1.
fn bits(set: SignalSet) -> u64 {
    set.iter().fold(0, |bits, signal| bits | 1 << (signal.number() - 1))
}

/// Pending for the thread, pending for the process, and blocked.
fn signals(subject: &Subject) -> [SignalSet; 3] {
    let shared = subject.process.pending.lock().set();
    let own = subject.first_thread().map(|thread| {
        let signals = thread.signals.lock();
        (signals.pending.set(), signals.blocked)
    });
    let (pending, blocked) = own.unwrap_or((SignalSet::EMPTY, SignalSet::EMPTY));
    [pending, shared, blocked]
}

/// Where the parts of a program are, for those who may know; else zeros.
#[derive(Default)]
struct Places {
    code: (u64, u64),
    writable: (u64, u64),
    stack: u64,
    heap: u64,
}

/// `stat`: one line of numbers. Addresses that would help an attacker, and what has no meaning here, are 0 as Linux shows them to
/// strangers.
pub(super) fn stat(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let process = &subject.process;
    let used = used(subject);
    let children = process.past().children;
    let program = process.program().ok();
    let sizes = program.as_ref().map(|program| memory::sum(ctx, program)).unwrap_or_default();
    let [pending, _, blocked] = signals(subject);
    let (ignored, caught) = wanted(subject);
    let rules = subject.first_thread().map_or(Rules::ORDINARY, |thread| thread.rules());
    let nice = i32::from(rules.nice);
    let urgency = if rules.is_real_time() { -1 - i32::from(rules.priority) } else { 20 + nice };
    let shown = program.as_ref().filter(|_| subject.check(ctx).is_ok());
    let places = shown.map_or_else(Places::default, |program| Places {
        code: sizes.code,
        writable: sizes.writable,
        stack: program.auxiliary,
        heap: program.space.heap_start(ctx),
    });
    let out = &mut *text;
    let write = |out: &mut Text| {
        write!(out, "{} (", subject.number())?;
        out.put(subject.name().bytes())?;
        let family = family(subject);
        write!(out, ") {} {} {} {} ", state(subject).0, parent_of(process.pid()), family.group, family.session)?;
        write!(out, "{} {} 0 ", family.terminal, family.foreground)?;
        write!(out, "{} {} 0 0 ", used.faults, children.faults)?;
        write!(out, "{} {} ", used.usage.user / TICK, used.usage.system / TICK)?;
        write!(out, "{} {} ", children.usage.user / TICK, children.usage.system / TICK)?;
        write!(out, "{} {nice} {} 0 {} ", urgency, subject.threads().max(1), process.born.0 / TICK)?;
        write!(out, "{} {} {} ", sizes.all * PAGE_SIZE as u64, sizes.resident, process.soft_limit(linux::RLIMIT_RSS))?;
        // start_code end_code start_stack, and stack pointer and instruction, which only one that is ending shows.
        let (code, writable) = (places.code, places.writable);
        write!(out, "{} {} {} 0 0 ", code.0, code.1, places.stack)?;
        let mask = |set| bits(set) & 0x7fff_ffff;
        write!(out, "{} {} {} {} ", mask(pending), mask(blocked), mask(ignored), mask(caught))?;
        let waits = u8::from(state(subject).0 != 'R');
        let end_signal = process.end_signal().map_or(0, Signal::number);
        // wchan nswap cnswap exit_signal processor rt_priority policy delays guest_time cguest_time.
        write!(out, "{waits} 0 0 {end_signal} 0 {} {} 0 0 0 ", rules.priority, rules.policy)?;
        // start_data end_data start_brk.
        write!(out, "{} {} {} ", writable.0, writable.1, places.heap)?;
        match shown {
            Some(program) => {
                let (arguments, environment) = (&program.arguments, &program.environment);
                write!(out, "{} {} ", arguments.start, arguments.end)?;
                write!(out, "{} {} ", environment.start, environment.end)?;
            }
            None => write!(out, "0 0 0 0 ")?,
        }
        let status = process.ending().map_or(0, |status| status.encode());
        writeln!(out, "{status}")
    };
    write(out).map_err(|_| Errno::ENOMEM)
}

/// Its group, session and terminal.
struct Family {
    group: u32,
    session: u32,
    terminal: u64,
    foreground: i64,
}

fn family(subject: &Subject) -> Family {
    let process = &subject.process;
    let terminal = process.terminal();
    let foreground =
        terminal.as_ref().map_or(-1, |terminal| terminal.foreground().map_or(0, |group| i64::from(group.0)));
    let number = terminal.map_or(0, |terminal| terminal.number().encode());
    Family { group: process.group().0, session: process.session().0, terminal: number, foreground }
}

/// `status`: a line each, with the names of proc(5). What is not counted has no line.
pub(super) fn status(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let process = &subject.process;
    let (letter, word) = state(subject);
    let credentials = process.credentials();
    let (user, group) = (credentials.user, credentials.group);
    let [own, shared, blocked] = signals(subject);
    let (ignored, caught) = wanted(subject);
    let usage = used(subject).usage;
    let lookup = subject.lookup().ok();
    let (file_user, file_group) = lookup
        .as_ref()
        .map_or((user.effective, group.effective), |lookup| (lookup.credentials.user, lookup.credentials.group));
    let program = process.program().ok();
    let queued = process.soft_limit(linux::RLIMIT_SIGPENDING);
    let write = |out: &mut Text| {
        out.put(b"Name:\t")?;
        out.put(subject.name().bytes())?;
        out.put(b"\n")?;
        if let Some(lookup) = &lookup {
            writeln!(out, "Umask:\t{:04o}", lookup.umask)?;
        }
        writeln!(out, "State:\t{letter} ({word})")?;
        writeln!(out, "Tgid:\t{}\nNgid:\t0\nPid:\t{}", process.pid(), subject.number())?;
        writeln!(out, "PPid:\t{}\nTracerPid:\t0", parent_of(process.pid()))?;
        writeln!(out, "Uid:\t{}\t{}\t{}\t{file_user}", user.real, user.effective, user.saved)?;
        writeln!(out, "Gid:\t{}\t{}\t{}\t{file_group}", group.real, group.effective, group.saved)?;
        writeln!(out, "FDSize:\t{}", room(subject))?;
        out.put(b"Groups:\t")?;
        for group in lookup.iter().flat_map(|lookup| lookup.credentials.groups.iter()) {
            write!(out, "{group} ")?;
        }
        out.put(b"\n")?;
        let (pid, group, session) = (process.pid(), process.group(), process.session());
        writeln!(out, "NStgid:\t{pid}\nNSpid:\t{}\nNSpgid:\t{group}\nNSsid:\t{session}", subject.number())?;
        if let Some(program) = &program {
            memory_lines(ctx, program, process.most_resident(false) as u64, out)?;
        }
        writeln!(out, "CoreDumping:\t0\nTHP_enabled:\t0")?;
        writeln!(out, "Threads:\t{}", subject.threads().max(1))?;
        writeln!(out, "SigQ:\t{}/{queued}", own.iter().count() + shared.iter().count())?;
        let sets = [("SigPnd", own), ("ShdPnd", shared), ("SigBlk", blocked), ("SigIgn", ignored), ("SigCgt", caught)];
        for (name, set) in sets {
            mask(out, name, bits(set))?;
        }
        let Capabilities { effective, permitted, inheritable, bounding, ambient } = credentials.capabilities;
        let sets = [
            ("CapInh", inheritable),
            ("CapPrm", permitted),
            ("CapEff", effective),
            ("CapBnd", bounding),
            ("CapAmb", ambient),
        ];
        for (name, set) in sets {
            mask(out, name, set)?;
        }
        writeln!(out, "NoNewPrivs:\t{}", u8::from(credentials.no_new_rights))?;
        writeln!(out, "Seccomp:\t0\nSeccomp_filters:\t0")?;
        writeln!(out, "Speculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled")?;
        writeln!(out, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t1\nMems_allowed_list:\t0")?;
        writeln!(out, "voluntary_ctxt_switches:\t{}", usage.waited)?;
        writeln!(out, "nonvoluntary_ctxt_switches:\t{}", usage.preempted)
    };
    write(text).map_err(|_| Errno::ENOMEM)
}

/// The lines of `status` about memory.
fn memory_lines(ctx: &TaskContext, program: &Program, most_resident: u64, out: &mut Text) -> fmt::Result {
    let (sizes, pages) = (memory::sum(ctx, program), pages::all(ctx, program));
    let resident = pages.resident();
    let lines = [
        ("VmPeak", sizes.most),
        ("VmSize", sizes.all),
        ("VmLck", sizes.locked),
        ("VmPin", 0),
        ("VmHWM", most_resident.max(resident)),
        ("VmRSS", resident),
        ("RssAnon", pages.anonymous),
        ("RssFile", pages.file),
        ("RssShmem", pages.shared_memory),
        ("VmData", sizes.data),
        ("VmStk", sizes.stack),
        ("VmExe", sizes.text),
        ("VmLib", 0),
        ("VmSwap", 0),
        ("HugetlbPages", 0),
    ];
    lines.iter().try_for_each(|(name, pages)| {
        out.put(name.as_bytes())?;
        out.put(b":\t")?;
        out.decimal(pages * (PAGE_SIZE as u64 / 1024), 8)?;
        out.put(b" kB\n")
    })
}

/// A line of `status` with a bit for each of many.
fn mask(out: &mut Text, name: &str, bits: u64) -> fmt::Result {
    out.put(name.as_bytes())?;
    out.put(b":\t")?;
    out.hexadecimal(bits, 16)?;
    out.put(b"\n")
}

/// For how many descriptors there is room: it grows by 64.
fn room(subject: &Subject) -> u32 {
    let Ok(files) = subject.files() else { return 0 };
    let (mut from, mut last) = (0, 0);
    while let Some((descriptor, _)) = files.next(from) {
        last = descriptor;
        from = descriptor + 1;
    }
    (last / 64 + 1) * 64
}

/// `schedstat`: nanoseconds on the CPU, nanoseconds in the queue (not counted: 0), turns.
pub(super) fn schedule(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let usage = used(subject).usage;
    let turns = usage.waited + usage.preempted;
    writeln!(text, "{} 0 {turns}", usage.user + usage.system).map_err(|_| Errno::ENOMEM)
}

/// `stack`: where in the kernel its first thread waits, innermost first.
pub(super) fn stack(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    subject.check(ctx)?;
    match subject.first_thread().and_then(|thread| thread.task()) {
        Some(task) => write_backtrace(text, task.frame_pointer()).map_err(|_| Errno::ENOMEM),
        None => Ok(()),
    }
}
