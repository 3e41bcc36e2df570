//! Boot order, from the machine's hand-over to the first process.
//!
//! [`main`] is called on the boot stack by machine::boot, which has brought up memory, interrupts and the clock. It starts
//! tasks, gives the rest of boot to one, and becomes the idle task.

mod facts;
mod hardware;
mod magic_key;
mod resources;

use crate::{
    block, driver,
    fs::{
        dev,
        lookup::Lookup,
        mount::Path,
        proc, random,
        root::{self, RootError},
        sys,
    },
    ipc,
    log::{self, debug, error, info, warn},
    net,
    process::{Request, procfs, watch::parse_plan},
    selftest, syscall,
    task::{self, TaskContext},
    tty::console::{self, Choice},
};
use alloc::{format, string::String};
use logic::{boot_info::BootInfo, command_line, errno::Errno, log_filter::Filter, strings::Strings};
use machine::{acpi, boot, debug_port, early_console, frame, kernel_space::Window, power, profile};

/// Where the first process's program is looked for, unless the command line names it.
const PROGRAMS: [&str; 2] = ["/sbin/init", "/init"];
const ENVIRONMENT: [&str; 2] = ["HOME=/", "TERM=linux"];
/// Words of the command line that mean something.
const WORDS: [&str; 11] =
    ["root", "init", "quiet", "console", "log", "verbose", "selftest", "trace", "profile", "fail", "sched_seed"];
/// The console that is QEMU's debug port: it takes the log beside whatever /dev/console is.
const DEBUG_CONSOLE: &str = "debug";

/// How many samples a second `profile` takes if it says no number.
const SAMPLES: u32 = 512;

/// Why boot does not go on, in words for a person.
struct Failure(String);

impl From<RootError> for Failure {
    fn from(error: RootError) -> Failure {
        Failure(error.0)
    }
}

/// Where the kernel proper begins.
pub fn main(info: &'static BootInfo) -> ! {
    log::start();
    prepare_log(&info.command_line);
    boot::steps().for_each(|(what, done)| log::write_step(what, done));
    greet(info);
    let platform = acpi::start(info.acpi_root);
    debug!("ACPI tables are read");
    hardware::describe(info, platform);
    if let Some(seed) = command_line::get(&info.command_line, "sched_seed").and_then(|seed| seed.parse().ok()) {
        task::perturb(seed);
    }
    let started = task::start().and_then(|()| task::spawn("boot", move |ctx| go_on(ctx, info))).map(drop);
    if let Err(error) = started {
        fail(&Failure(format!("cannot start the first task: {error}")));
    }
    task::idle()
}

/// Sets the log up as the command line says.
fn prepare_log(line: &'static str) {
    if command_line::has(line, "quiet") {
        log::be_quiet();
    }
    let mut filter = Filter::new();
    if command_line::has(line, "verbose") {
        filter.be_verbose();
    }
    let damage = command_line::values(line, "log").find_map(|list| filter.add(list).err());
    log::set_filter(filter);
    let debug_console = command_line::values(line, "console").any(|word| word == DEBUG_CONSOLE);
    let opened = if debug_console { debug_port::start_text() } else { Ok(()) };
    if let Some(part) = damage {
        warn!(
            "log={part} means nothing: a level or SUBSYSTEM=LEVEL is wanted, with off, error, warning, info, debug or verbose"
        );
    }
    if opened.is_err() {
        warn!("there is no debug console: the machine has no debug port (QEMU: -debugcon)");
    }
}

fn greet(info: &BootInfo) {
    info!("Cor {}, loaded by {}", env!("CARGO_PKG_VERSION"), info.loader);
    info!("command line: {}", info.command_line);
    let mib = |frames: usize| frames >> 8;
    info!(target: "cor::memory", "{} MiB, {} MiB free", mib(frame::total_frames()), mib(frame::free_frames()));
    if let Some(why) = info.framebuffer_refused {
        warn!(target: "cor::screen", "the loader's screen is not used: {why}");
    }
    if info.memory.overflowed() {
        warn!(target: "cor::memory", "the loader's map has so many areas that some memory is not used");
    }
    for word in command_line::words(&info.command_line).filter(|word| !WORDS.contains(&word.key)) {
        info!("the word \"{}\" on the command line means nothing to the kernel", word.key);
    }
}

fn go_on(ctx: &TaskContext, info: &'static BootInfo) {
    if let Err(failure) = boot(ctx, info) {
        fail(&failure);
    }
}

/// The rest of boot, in order.
fn boot(ctx: &TaskContext, info: &'static BootInfo) -> Result<(), Failure> {
    let line = &info.command_line;
    let choice = console(line);
    let lines = driver::start_console(choice == Choice::Stream)
        .map_err(|error| Failure(format!("the console does not start: {error}")))?;
    debug!("the console has started");
    if let Err(error) = driver::start_devices() {
        warn!("no devices: {error}");
    }
    random::start();
    magic_key::start();
    debug!("random numbers are ready");
    if command_line::has(line, "profile") {
        let rate = command_line::get(line, "profile").and_then(|rate| rate.parse().ok()).unwrap_or(SAMPLES);
        if let Err(error) = profile::start(rate) {
            warn!("no profile: {error}");
        }
    }
    selftest::run_if_asked(ctx, line);
    let root = mount_root(ctx, info)?;
    let devices = dev::mount(ctx, &root)
        .map(done("/dev is filled"))
        .and_then(|()| console::start(ctx, &root, lines, choice))
        .map(done("the console is open"));
    devices.map_err(|error| Failure(format!("cannot fill /dev: {error}")))?;
    let facts = facts::register(info)
        .and_then(|()| resources::register())
        .and_then(|()| procfs::register())
        .map(done("what processes show is ready"))
        .and_then(|()| ipc::start())
        .and_then(|()| net::start())
        .map(done("messages and sockets are ready"))
        .and_then(|()| syscall::register())
        .map(done("system calls are ready"))
        .and_then(|()| proc::mount(ctx, &root))
        .map(done("/proc is filled"))
        .and_then(|()| sys::mount(ctx, &root))
        .map(done("/sys is filled"));
    facts.map_err(|error| Failure(format!("cannot fill /proc and /sys: {error}")))?;
    start_first(ctx, line, root)
}

/// Chooses /dev/console: the last that is named.
fn console(line: &str) -> Choice {
    Choice::new(command_line::values(line, "console").filter(|word| *word != DEBUG_CONSOLE).last())
}

/// Tells the log, and so bin/bootchart, that a step is done.
fn done<T>(what: &'static str) -> impl FnOnce(T) -> T {
    move |result| {
        debug!("{what}");
        result
    }
}

/// The root file system: the archive that came with the kernel, or the one on a disk.
fn mount_root(ctx: &TaskContext, info: &BootInfo) -> Result<Path, Failure> {
    let wanted = command_line::get(&info.command_line, "root");
    let module = info.modules.first().filter(|_| wanted.is_none_or(|root| root == "initrd"));
    if let Some(module) = module {
        let frames = boot::take_module(module).and_then(Window::new);
        let archive = frames.map_err(|error| Failure(format!("cannot take the boot module: {error}")))?;
        debug!("the boot module is taken over as the root");
        return Ok(root::mount(ctx, archive, "initrd")?);
    }
    let name = wanted.map(|root| root.strip_prefix("/dev/").unwrap_or(root));
    let disk = match name {
        Some(name) => block::find(name),
        None => block::disks().first().cloned(),
    };
    let Some(disk) = disk else {
        return Err(Failure(match name {
            Some(name) => format!("there is no disk {name} to take the root from"),
            None => String::from("there is no root: no boot module and no virtio disk"),
        }));
    };
    let archive = root::read_disk(ctx, &*disk)?;
    debug!("the root is read from {}", disk.name());
    Ok(root::mount(ctx, archive, disk.name())?)
}

/// Starts the first program that can be, of those that may be meant.
fn start_first(ctx: &TaskContext, line: &str, root: Path) -> Result<(), Failure> {
    let named = command_line::get(line, "init").filter(|path| !path.is_empty());
    let mut reason = None;
    for path in named.into_iter().chain(PROGRAMS.into_iter().filter(|_| named.is_none())) {
        match start(ctx, line, path, &root) {
            Ok(()) => return Ok(()),
            Err(Errno::ENOENT) if named.is_none() => {}
            Err(error) => reason = reason.or(Some(format!("cannot start {path}: {error}"))),
        }
    }
    let nothing = || format!("there is no first program in the root: neither {}", PROGRAMS.join(" nor "));
    Err(Failure(reason.unwrap_or_else(nothing)))
}

fn start(ctx: &TaskContext, line: &str, path: &str, root: &Path) -> logic::errno::Result<()> {
    let (mut arguments, mut environment) = (Strings::new(), Strings::new());
    arguments.push(path.as_bytes())?;
    ENVIRONMENT.iter().try_for_each(|entry| environment.push(entry.as_bytes()))?;
    if let Some(console) = console(line).path() {
        environment.push(format!("CONSOLE={console}").as_bytes())?;
    }
    let request = Request { path: path.as_bytes(), place: None, arguments: &arguments, environment: &environment };
    let traced = command_line::get(line, "trace") == Some("syscall");
    let plan = command_line::get(line, "fail").and_then(parse_plan);
    let pid = syscall::start_first(ctx, Lookup::new(root.clone()), &request, traced, plan)?;
    info!("{path} runs as process {pid}");
    Ok(())
}

/// Says why there is no going on, on the console and on the status line, and stops the machine.
fn fail(failure: &Failure) -> ! {
    error!("{}", failure.0);
    early_console::write_status(&format!("failed {}", failure.0.replace('\n', " ")));
    driver::finish();
    power::fail()
}
