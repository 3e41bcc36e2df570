//! What the magic key does: a break on the console's line (Ctrl-A b in QEMU's console), then a letter.
//!
//! All of it runs in an interrupt handler and waits for nobody, so it answers when no program does. It is not served while a spin lock
//! is held; a lock that never comes free ends in a panic that names it.

use crate::{
    fs::tmpfs,
    log,
    process::{self, INIT, Pid, Process, signal},
    task,
    tty::magic,
};
use alloc::sync::Arc;
use core::fmt::{self, Write};
use logic::{address::PAGE_SIZE, signal::Signal};
use machine::{clock, early_console, frame, heap, irq::IrqContext, lock, panic, power};

/// The letters, and what each does.
const HELP: [(u8, &str); 8] = [
    (b'b', "reboot"),
    (b'c', "registers of what was interrupted"),
    (b'h', "this help"),
    (b'k', "kill the programs in the foreground, or all but the first if there is no foreground"),
    (b'l', "locks"),
    (b'm', "memory"),
    (b'o', "power off"),
    (b't', "tasks, and where in the kernel they wait"),
];

/// The console, past the log.
struct Console;

/// Makes the key work.
pub(super) fn start() {
    magic::set_answer(answer);
}

fn answer(context: &IrqContext, key: u8) {
    serve(Some(context), key);
}

/// Does what a key does, for a program that asks for it.
pub(super) fn do_key(key: u8) {
    serve(None, key);
}

fn serve(context: Option<&IrqContext>, key: u8) {
    let key = key.to_ascii_lowercase();
    let what = HELP.iter().find(|(letter, _)| *letter == key).map_or("no such key; h helps", |(_, what)| what);
    // The console takes whatever is written; there is nobody to tell of an error.
    let _ = writeln!(Console, "\nmagic key {}: {what}", key.escape_ascii());
    let _ = match key {
        b'b' => power::restart(),
        b'c' => registers(context),
        b'h' => help(),
        b'k' => kill(),
        b'l' => locks(),
        b'm' => memory(),
        b'o' => off(),
        b't' => tasks(),
        _ => Ok(()),
    };
}

fn help() -> fmt::Result {
    HELP.iter().try_for_each(|(letter, what)| writeln!(Console, "  {} {what}", letter.escape_ascii()))
}

fn registers(context: Option<&IrqContext>) -> fmt::Result {
    let Some(context) = context else { return writeln!(Console, "  a program asked") };
    match context.registers() {
        Some(registers) => {
            let whose = if context.found_program() { "a program's" } else { "the kernel's" };
            writeln!(Console, "  {whose}:")?;
            panic::write_registers(&mut Console, registers)?;
            if context.found_program() { Ok(()) } else { panic::write_backtrace(&mut Console, registers.rbp) }
        }
        None => writeln!(Console, "  the kernel held interrupts back when the key came"),
    }
}

fn tasks() -> fmt::Result {
    let tasks = task::all().map_err(|_| fmt::Error)?;
    for task in tasks {
        let usage = task.usage();
        let (user, system) = (usage.user / 1_000_000, usage.system / 1_000_000);
        let deaf = if task.waits_deaf() { ", and no signal wakes it" } else { "" };
        writeln!(
            Console,
            "{} {} {}{deaf}; ran {user} ms itself, {system} ms in the kernel",
            task.id(),
            task.name(),
            task.state()
        )?;
        panic::write_backtrace(&mut Console, task.frame_pointer())?;
    }
    Ok(())
}

fn memory() -> fmt::Result {
    let kilobytes = |frames: usize| frames * (PAGE_SIZE / 1024);
    let (total, free) = (kilobytes(frame::total_frames()), kilobytes(frame::free_frames()));
    writeln!(Console, "  {total} KiB, {free} KiB free, {} KiB in files", kilobytes(tmpfs::pages() as usize))?;
    write!(Console, "  free blocks of 1, 2, 4 and more pages:")?;
    frame::free_blocks().iter().try_for_each(|blocks| write!(Console, " {blocks}"))?;
    writeln!(Console, "\n  the kernel's heap:")?;
    for class in heap::statistics() {
        let all = kilobytes(class.slabs * class.frames_each);
        writeln!(Console, "  {:6} bytes: {all:5} KiB, {} in use", class.size, class.used)?;
    }
    Ok(())
}

/// An interrupt is served only when no spin lock is held, so there is one name to tell; who waits for a mutex is among the tasks.
fn locks() -> fmt::Result {
    writeln!(Console, "  no spin lock is held on this CPU; the one taken last is \"{}\"", lock::last_taken())
}

/// SIGKILL to the foreground's group of each terminal, or, without any, to all but the first process.
fn kill() -> fmt::Result {
    let mut killed = 0;
    let foreground = |process: &Process| process.terminal().and_then(|terminal| terminal.foreground());
    let some = processes().any(|process| process.pid() != INIT && foreground(&process) == Some(process.group()));
    for process in processes() {
        let is_meant = if some { foreground(&process) == Some(process.group()) } else { true };
        if process.pid() != INIT && is_meant {
            signal::send_to_process(&process, signal::Info::kernel(Signal::KILL));
            killed += 1;
        }
    }
    writeln!(Console, "  {killed} processes")
}

fn processes() -> impl Iterator<Item = Arc<Process>> {
    let mut last = Pid(0);
    core::iter::from_fn(move || {
        let next = process::next_after(last)?;
        last = next.pid();
        Some(next)
    })
}

/// A person at the console may do what poweroff(8) does; the status line says how it came.
fn off() -> ! {
    writeln!(Console, "  after {} seconds", clock::now().0 / 1_000_000_000).unwrap_or(());
    early_console::write_status("exit 0");
    process::off()
}

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        log::write_console(text.as_bytes());
        Ok(())
    }
}
