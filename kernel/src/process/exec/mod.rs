//! Starting a program from a file: execve(2).
//!
//! A new address space is built beside the old one, and nothing of the caller changes until it is complete: whatever is wrong with a
//! file, it is an error for the caller and no more. `segments` maps the file's parts, `interpreter` those of the program that loads its libraries, `stack` lays out what the program finds when it
//! starts.

mod alone;
mod arguments;
mod chance;
mod interpreter;
mod script;
mod segments;
mod stack;
mod vdso;

pub use arguments::read_strings;
pub(super) use chance::Randomisation;

use super::credentials::Credentials;
use super::limits::Limits;
use super::personality::Personality;
use super::process::Name;
use super::program::{Executable, Program};
use super::robust;
use super::signal;
use super::thread::{AlternateStack, Running};
use crate::fs::credentials::Want;
use crate::fs::file::File;
use crate::fs::inode::Kind;
use crate::fs::lookup::{Follow, Lookup};
use crate::fs::mount::{MountFlags, Path};
use crate::fs::open_file::OpenFlags;
use crate::memory::{AddressSpace, Sink};
use crate::task::TaskContext;
use alloc::sync::Arc;
use chance::Chance;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use logic::strings::Strings;
use machine::profile;
use machine::user::UserContext;
use script::Line;
use stack::Stack;

/// The bits of a mode that make a program act for its file's owner or group; the latter counts only if the group may run it.
const SET_USER: u16 = 0o4000;
const SET_GROUP: u16 = 0o2010;

/// What execve(2) is asked for.
pub struct Request<'a> {
    /// The file's name, as the program will find it.
    pub path: &'a [u8],
    /// The file itself, where the name is not what it is found by.
    pub place: Option<Path>,
    /// The arguments, of which the first is by custom the program's name.
    pub arguments: &'a Strings,
    /// The environment.
    pub environment: &'a Strings,
}

/// For whom a program is started.
pub(super) struct Starter<'a> {
    pub(super) lookup: &'a Lookup,
    pub(super) credentials: Credentials,
    pub(super) limits: &'a Limits,
    /// Nothing about addresses is left to chance: personality(2).
    pub(super) fixed_addresses: bool,
}

/// A program that is ready to run.
pub(super) struct Image {
    pub(super) program: Arc<Program>,
    pub(super) user: UserContext,
    pub(super) name: Name,
    pub(super) credentials: Credentials,
}

/// Has a process run another program in place of its own.
pub fn exec(ctx: &TaskContext, running: &mut Running, request: &Request) -> Result<()> {
    let process = running.thread.process.clone();
    let (lookup, limits) = (running.lookup(), process.limits());
    let fixed_addresses = process.wants(Personality::FIXED_ADDRESSES);
    let starter = Starter { lookup: &lookup, credentials: process.credentials(), limits: &limits, fixed_addresses };
    let image = build(ctx, &starter, request)?;
    alone::remain(ctx, running)?;
    alone::own_files(ctx, running)?;
    // From here on nothing fails.
    process.take_program_credentials(image.credentials);
    running.belongings.files.close_for_exec(ctx);
    robust::let_go(ctx, &running.space, &running.thread);
    process.actions.reset();
    running.thread.signals.lock().stack = AlternateStack::default();
    running.thread.clear_at_end.store(0, Ordering::Relaxed);
    running.thread.set_name(image.name);
    running.space = image.program.space.clone();
    running.user = image.user;
    let old = process.replace_program(Some(image.program));
    drop(old);
    process.executed.store(true, Ordering::Relaxed);
    process.forget_timers();
    process.set_end_signal(Some(Signal::CHLD));
    process.give_memory_back();
    Ok(())
}

/// A file that is to be run, and how it begins.
struct Opened {
    executable: Executable,
    credentials: Credentials,
    file: Arc<dyn File>,
    length: u64,
    head: [u8; script::HEAD],
}

/// Builds a program in a new address space.
pub(super) fn build(ctx: &TaskContext, starter: &Starter, request: &Request) -> Result<Image> {
    let (opened, arguments) = resolve(ctx, starter, request)?;
    let request = &Request { arguments: arguments.as_ref().unwrap_or(request.arguments), place: None, ..*request };
    let elf = segments::read(ctx, &*opened.file)?;
    let name = elf.interpreter.clone();
    let interpreter = name.map(|name| interpreter::read(ctx, starter, &opened, name)).transpose()?;
    let Opened { executable, credentials, file, .. } = opened;
    let starter = &Starter { credentials, ..*starter };
    let space = AddressSpace::new(starter.limits.memory())?;
    if profile::is_on()
        && let Ok(path) = executable.path().system_text()
    {
        profile::name(space.machine(), &path.text);
    }
    let chance = Chance::draw(starter);
    let base = segments::choose_base(&elf, chance.code.program);
    let loaded = segments::load(ctx, &space, &elf, executable.path().mapped(file.pager()?), base)?;
    let ceiling = stack::ceiling(starter.limits, &chance);
    space.arrange(ctx, ceiling, segments::heap_after(loaded.end, chance.heap)?);
    let linked = interpreter.map(|interpreter| interpreter.load(ctx, &space)).transpose()?;
    let (entry, base) = linked.map_or((loaded.entry, 0), |(linker, base)| (linker.entry, base));
    let mut user = UserContext::new(entry, 0)?;
    let library = vdso::map(ctx, &space)?;
    let auxiliary = stack::auxiliary(starter, &elf, &loaded, (base, library), signal::frame_size(&mut user));
    let stack = stack::lay_out(ctx, &space, starter.limits, request, &auxiliary, elf.stack_executable, &chance)?;
    user.registers_mut().rsp = stack.pointer;
    let Stack { arguments, environment, auxiliary, .. } = stack;
    let program = Program { space, file: executable, arguments, environment, auxiliary };
    Ok(Image { program: Arc::new(program), user, name: Name::of_path(request.path), credentials })
}

/// The file that really runs, and its arguments if they are others than were asked for: a script's are its interpreter's. `ELOOP` if
/// scripts run scripts without an end.
fn resolve(ctx: &TaskContext, starter: &Starter, request: &Request) -> Result<(Opened, Option<Strings>)> {
    let place = match &request.place {
        Some(place) => place.clone(),
        None => find(ctx, starter, request.path)?,
    };
    let mut opened = open(ctx, starter, place)?;
    let mut arguments: Option<Strings> = None;
    for _ in 0..=script::MOST {
        let length = opened.head.len().min(opened.length as usize);
        let Some(line) = Line::parse(&opened.head[..length])? else { return Ok((opened, arguments)) };
        let interpreter = open(ctx, starter, find(ctx, starter, line.interpreter)?)?;
        // An interpreter's first argument is its own path.
        let path = arguments.as_ref().and_then(|arguments| arguments.iter().next()).unwrap_or(request.path);
        arguments = Some(line.arguments(path, arguments.as_ref().unwrap_or(request.arguments))?);
        opened = interpreter;
    }
    Err(Errno::ELOOP)
}

fn find(ctx: &TaskContext, starter: &Starter, path: &[u8]) -> Result<Path> {
    starter.lookup.find(ctx, None, path, Follow::Yes)
}

fn open(ctx: &TaskContext, starter: &Starter, path: Path) -> Result<Opened> {
    check(starter.lookup, &path)?;
    let inode = path.dentry.inode().clone();
    let credentials = credentials_of(starter, &path);
    let executable = Executable::new(path)?;
    let length = inode.metadata(ctx)?.size;
    let file = inode.open(ctx, OpenFlags::empty())?;
    let mut head = [0; script::HEAD];
    file.read(ctx, 0, &mut Sink::kernel(&mut head))?;
    Ok(Opened { executable, credentials, file, length, head })
}

/// Whose a program of that file is.
fn credentials_of(starter: &Starter, path: &Path) -> Credentials {
    let permissions = path.dentry.inode().permissions();
    let bits = if path.mount.flags().contains(MountFlags::NO_SET_ID) { 0 } else { permissions.mode };
    let user = (bits & SET_USER != 0).then_some(permissions.user);
    let group = (bits & SET_GROUP == SET_GROUP).then_some(permissions.group);
    starter.credentials.of_program(user, group)
}

/// Whether a file may be run: `EACCES`.
fn check(lookup: &Lookup, path: &Path) -> Result<()> {
    let inode = &**path.dentry.inode();
    if inode.kind() != Kind::Regular || path.mount.flags().contains(MountFlags::NO_RUN) {
        return Err(Errno::EACCES);
    }
    lookup.credentials.check(inode, Want::EXECUTE)
}
