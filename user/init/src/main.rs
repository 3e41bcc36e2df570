//! The first program. With `/.cor/program` it runs that one and prints nothing of its own, for then the console carries
//! the program's bytes; without, it greets and runs a shell, or the tour where there is none. It reaps what is orphaned
//! meanwhile, and powers off with the program's status.
#![no_std]
#![no_main]

extern crate alloc;

mod screen;
mod start;

use alloc::ffi::CString;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::CStr;

use cor_rt::gate::{self, Fd, Open, Pid, Status};
use cor_rt::{Arguments, Errno, File, println};

use program::{Program, printable};
use screen::Screen;
use start::{Failure, start};

cor_rt::main!(main);

/// The exit statuses by which shells say that a program was not found, or cannot be run.
const NOT_FOUND: Status = Status::exited(127);
const CANNOT: Status = Status::exited(126);

/// What init says of itself when it cannot do its work.
const FAILED: Status = Status::exited(125);

fn main(arguments: &Arguments) -> i32 {
    let status = match File::read(program::FILE) {
        Ok(file) => run_told(&file),
        Err(Errno::ENOENT) => run_default(arguments),
        Err(errno) => fail(&format!("failed /.cor/program: {errno}"), FAILED),
    };
    let errno = gate::power_off(status);
    println!("init: cannot power off: {errno}");
    loop {
        if gate::wait(None).is_err() {
            gate::yield_now();
        }
    }
}

/// Runs the program that the file names, without a word.
fn run_told(file: &[u8]) -> Status {
    let Some(program) = Program::parse(file) else {
        return fail("failed /.cor/program is not in order", FAILED);
    };
    match start(&program) {
        Ok(child) => wait_for(child, |_| ()),
        Err(failure) => explain(&program, &failure),
    }
}

/// Greets and runs what there is for a person: a shell, else the tour.
fn run_default(arguments: &Arguments) -> Status {
    println!("Welcome to Cor. This is init, process 1.");
    use_terminal(arguments);
    let missing = missing_variables(arguments);
    let mut environment: Vec<&CStr> = missing.iter().map(CString::as_c_str).collect();
    let own = |entry: &&CStr| !entry.to_bytes().starts_with(b"CONSOLE=");
    environment.extend(arguments.environment().map(|given| -> &CStr { given }).filter(own));
    let choices = [("The shell", vec![c"/bin/sh", c"-l"]), ("The tour", vec![c"/bin/tour"])];
    for (what, words) in choices {
        let program = Program { cwd: c"/", arguments: words, environment: environment.clone() };
        match start(&program) {
            Ok(child) => {
                let mut screen = Screen::start(arguments, &environment);
                let status = wait_for(child, |pid| screen.ended(pid));
                // The end of the shell, which led the session, has hung the terminal up.
                use_terminal(arguments);
                println!("{what} has ended with {status}. Powering off.");
                return status;
            }
            Err(Failure::NotFound(_)) => {}
            Err(failure) => return explain(&program, &failure),
        }
    }
    println!("init: there is neither /bin/sh nor /bin/tour.");
    fail("notfound /bin/sh: there is nothing to run", NOT_FOUND)
}

/// Has the terminal itself as standard input, output and error, rather than the console, which knows no job control.
fn use_terminal(arguments: &Arguments) {
    let named = arguments.environment().find_map(|entry| entry.to_bytes().strip_prefix(b"CONSOLE="));
    let Some(path) = named.and_then(|path| CString::new(path).ok()) else { return };
    // Whoever has the lowest three descriptors free gets them in order.
    let Ok(probe) = gate::open(&path, Open::BOTH, 0) else { return };
    let _ = gate::close(probe);
    for descriptor in 0..3 {
        let _ = gate::close(Fd(descriptor));
        let _ = gate::open(&path, Open::BOTH, 0);
    }
}

/// What an environment should have and the kernel did not give.
fn missing_variables(arguments: &Arguments) -> Vec<CString> {
    let path = format!("PATH={}", program::PATH);
    let missing = |entry: &&str| {
        let name = entry.split_inclusive('=').next().unwrap_or(entry).as_bytes();
        !arguments.environment().any(|given| given.to_bytes().starts_with(name))
    };
    [path.as_str(), "HOME=/", "TERM=linux"].iter().copied().filter(missing).flat_map(CString::new).collect()
}

/// Waits until this child has ended, and reaps whatever else ends, of which somebody is told.
fn wait_for(child: Pid, mut ended: impl FnMut(Pid)) -> Status {
    loop {
        match gate::wait(None) {
            Ok((pid, status)) if pid == child => return status,
            Ok((pid, _)) => ended(pid),
            Err(Errno::EINTR) => {}
            Err(errno) => return fail(&format!("failed init lost its program: {errno}"), FAILED),
        }
    }
}

/// Tells the machine's owner why a program did not start.
fn explain(program: &Program<'_>, failure: &Failure) -> Status {
    let name = printable(program.name());
    match failure {
        Failure::NotFound(errno) => fail(&format!("notfound {name}: {errno}"), NOT_FOUND),
        Failure::Cannot(errno) => fail(&format!("cannot {name}: {errno}"), CANNOT),
        Failure::Folder(errno) => fail(&format!("cannot {}: {errno}", printable(program.cwd)), CANNOT),
    }
}

/// Reports a line, and gives the status that says the same.
fn fail(line: &str, status: Status) -> Status {
    let _ = gate::report(line.as_bytes());
    status
}
