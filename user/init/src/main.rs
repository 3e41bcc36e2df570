//! The first program. With `/.cor/program` it runs that one and prints nothing of its own, for then the console carries
//! the program's bytes; without, it greets and runs a shell, or the tour where there is none. It reaps what is orphaned
//! meanwhile, and powers off with the program's status, or does before what poweroff(8), reboot(8) or halt(8) asks for.
#![no_std]
#![no_main]

extern crate alloc;

mod event;
mod host_name;
mod screen;
mod shutdown;
mod start;

use alloc::ffi::CString;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::time::Duration;

use cor_rt::gate::{self, Fd, Open, Pid, Status};
use cor_rt::linux::{self, End};
use cor_rt::{Arguments, Errno, File, println};

use event::Event;
use program::{Program, printable};
use screen::Screen;
use start::{Failure, start};

cor_rt::main!(main);

/// The exit statuses by which shells say that a program was not found, or cannot be run.
const NOT_FOUND: Status = Status::exited(127);
const CANNOT: Status = Status::exited(126);

/// The superuser's directory; without it the shell's is the root.
const HOME: &CStr = c"/root";

/// What init says of itself when it cannot do its work.
const FAILED: Status = Status::exited(125);

/// Delay between looks for orphans when the machine cannot be ended.
const PAUSE: Duration = Duration::from_secs(1);

/// Reason for the end of the machine.
enum Outcome {
    /// The program that all is about has ended, or did not start.
    Ended(Status),
    /// Somebody asked for it.
    Asked(End),
}

fn main(arguments: &Arguments) -> i32 {
    let prepared = event::start().and_then(|()| host_name::set());
    let outcome = match File::read(program::FILE) {
        Ok(file) => run_told(&file),
        Err(Errno::ENOENT) => {
            println!("Welcome to Cor. This is init, process 1.");
            if let Err(errno) = prepared {
                println!("init: cannot take signals, or set the host name: {errno}");
            }
            run_default(arguments)
        }
        Err(errno) => Outcome::Ended(fail(&format!("failed /.cor/program: {errno}"), FAILED)),
    };
    let errno = match outcome {
        Outcome::Ended(status) => gate::power_off(status),
        Outcome::Asked(end) => linux::reboot(end),
    };
    println!("init: cannot end the machine: {errno}");
    loop {
        let _ = event::next(None);
        event::wait_for_child(PAUSE);
    }
}

/// Runs the program that the file names, without a word.
fn run_told(file: &[u8]) -> Outcome {
    let Some(program) = Program::parse(file) else {
        return Outcome::Ended(fail("failed /.cor/program is not in order", FAILED));
    };
    match start(&program) {
        Ok(child) => {
            let outcome = wait_for(child, None);
            if let Outcome::Asked(_) = outcome {
                shutdown::end_processes(&[child], || ());
            }
            outcome
        }
        Err(failure) => Outcome::Ended(explain(&program, &failure)),
    }
}

/// Greets and runs what there is for a person: a shell, else the tour.
fn run_default(arguments: &Arguments) -> Outcome {
    use_terminal(arguments);
    let missing = missing_variables(arguments);
    let mut environment: Vec<&CStr> = missing.iter().map(CString::as_c_str).collect();
    let home = File::open(HOME, Open::FOLDER).map_or(c"HOME=/", |_| c"HOME=/root");
    environment.push(home);
    let kept = |entry: &&CStr| !["CONSOLE=", "HOME="].iter().any(|name| entry.to_bytes().starts_with(name.as_bytes()));
    environment.extend(arguments.environment().map(|given| -> &CStr { given }).filter(kept));
    let choices = [("The shell", vec![c"/bin/sh", c"-l"]), ("The tour", vec![c"/bin/tour"])];
    for (what, words) in choices {
        let program = Program { cwd: c"/", arguments: words, environment: environment.clone() };
        match start(&program) {
            Ok(child) => {
                let mut screen = Screen::start(arguments, &environment);
                let outcome = wait_for(child, Some(&mut screen));
                let alive = matches!(outcome, Outcome::Asked(_)).then_some(child);
                shut_down(arguments, what, &outcome, &[alive, screen.running()]);
                return outcome;
            }
            Err(Failure::NotFound(_)) => {}
            Err(failure) => return Outcome::Ended(explain(&program, &failure)),
        }
    }
    println!("init: there is neither /bin/sh nor /bin/tour.");
    Outcome::Ended(fail("notfound /bin/sh: there is nothing to run", NOT_FOUND))
}

/// Says what happens, and ends all processes.
fn shut_down(arguments: &Arguments, what: &str, outcome: &Outcome, started: &[Option<Pid>]) {
    match outcome {
        Outcome::Ended(status) => {
            // The end of the shell, which led the session, has hung the terminal up.
            use_terminal(arguments);
            println!("{what} {status}. Powering off.");
        }
        // Perhaps behind a prompt.
        Outcome::Asked(end) => println!("\n{}: ending all processes.", shutdown::describe(*end)),
    }
    let started: Vec<Pid> = started.iter().flatten().copied().collect();
    shutdown::end_processes(&started, || {
        use_terminal(arguments);
        println!("Some processes have not ended by SIGTERM: killing them.");
    });
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
    [path.as_str(), "TERM=linux"].iter().copied().filter(missing).flat_map(CString::new).collect()
}

/// Waits until this child has ended or the machine is to end. Reaps whatever else ends, and keeps the shell at the
/// screen running.
fn wait_for(child: Pid, mut screen: Option<&mut Screen<'_>>) -> Outcome {
    loop {
        match event::next(screen.as_ref().and_then(|screen| screen.pause())) {
            Ok(Event::Ended(pid, status)) if pid == child => return Outcome::Ended(status),
            Ok(Event::Asked(end)) => return Outcome::Asked(end),
            Ok(event) => screen.iter_mut().for_each(|screen| screen.note(&event)),
            Err(errno) => return Outcome::Ended(fail(&format!("failed init lost its program: {errno}"), FAILED)),
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
