//! Names, pages, pipes and archives, as the layers above use them.

use super::{
    Outcome,
    check::{Failure, check, within},
};
use crate::fs::forget;
use crate::fs::mount::{self, MountFlags, Path};
use crate::fs::pipe::pipe;
use crate::fs::poll::{self, Watched};
use crate::fs::root;
use crate::fs::tmpfs::Tmpfs;
use crate::fs::{Credentials, Follow, Kind, Lookup, OpenFile, OpenFlags, Readiness, Taken, Volume, Writer};
use crate::memory::{Sink, Source};
use crate::task::{self, TaskContext};
use alloc::{format, sync::Arc, vec, vec::Vec};
use core::time::Duration;
use linux_raw_sys::general::{SEEK_DATA, SEEK_HOLE};
use logic::errno::{Errno, Result};
use machine::{clock, frame, frame::Frame, kernel_space::Window};

const PAGE: usize = 4096;

/// An empty file system, as the superuser sees it.
fn fresh(pages: Option<u64>) -> Result<Lookup> {
    mount::mount_root(Volume::new(Tmpfs::new(0o755, pages)), "test").map(Lookup::new)
}

fn open(ctx: &TaskContext, lookup: &Lookup, path: &str, flags: OpenFlags) -> Result<Arc<OpenFile>> {
    lookup.open(ctx, None, path.as_bytes(), flags, 0o666)
}

fn create(ctx: &TaskContext, lookup: &Lookup, path: &str) -> Result<Arc<OpenFile>> {
    open(ctx, lookup, path, OpenFlags::READ_WRITE | OpenFlags::CREATE)
}

fn write(ctx: &TaskContext, file: &OpenFile, bytes: &[u8]) -> Result<usize> {
    file.write(ctx, &mut Source::kernel(bytes), &Writer::FREE)
}

fn read(ctx: &TaskContext, file: &OpenFile, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let count = file.read(ctx, &mut Sink::kernel(&mut bytes))?;
    bytes.truncate(count);
    Ok(bytes)
}

fn error<T>(result: Result<T>) -> Option<Errno> {
    result.err()
}

/// What is there is found, what is not is refused for the right reason.
pub(super) fn names(ctx: &TaskContext) -> Outcome {
    let lookup = &fresh(None)?;
    lookup.mkdir(ctx, None, b"folder/", 0o777)?;
    create(ctx, lookup, "folder/file")?;
    lookup.symlink(ctx, None, b"link", b"folder/../folder")?;
    lookup.symlink(ctx, None, b"loop", b"/loop")?;
    lookup.symlink(ctx, None, b"nowhere", b"folder/made")?;
    let plain = OpenFlags::empty();
    for (path, flags, reason) in [
        ("missing", plain, Errno::ENOENT),
        ("folder/file/", plain, Errno::ENOTDIR),
        ("folder/file/deeper", plain, Errno::ENOTDIR),
        ("folder", OpenFlags::WRITE, Errno::EISDIR),
        ("loop", plain, Errno::ELOOP),
        ("link", OpenFlags::NO_FOLLOW, Errno::ELOOP),
        ("folder/file", OpenFlags::DIRECTORY, Errno::ENOTDIR),
        ("link/file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, Errno::EEXIST),
        ("new/", OpenFlags::CREATE, Errno::EISDIR),
        ("", plain, Errno::ENOENT),
    ] {
        check!((path, error(open(ctx, lookup, path, flags))), ==, (path, Some(reason)));
    }
    open(ctx, lookup, "link/./../folder//file", plain)?;
    create(ctx, lookup, "nowhere")?;
    check!(lookup.find(ctx, None, b"folder/made", Follow::No)?.dentry.kind(), ==, Kind::Regular);
    check!(error(lookup.rmdir(ctx, None, b"folder")), ==, Some(Errno::ENOTEMPTY));
    check!(error(lookup.unlink(ctx, None, b"folder")), ==, Some(Errno::EISDIR));
    check!(error(lookup.mkdir(ctx, None, b"link", 0)), ==, Some(Errno::EEXIST));
    permissions(ctx, lookup)
}

fn permissions(ctx: &TaskContext, lookup: &Lookup) -> Outcome {
    let other = Credentials { user: 7, group: 7, groups: Arc::default() };
    let other = Lookup { credentials: Arc::new(other), ..lookup.clone() };
    check!(error(create(ctx, &other, "theirs")), ==, Some(Errno::EACCES));
    check!(error(open(ctx, &other, "folder/file", OpenFlags::WRITE)), ==, Some(Errno::EACCES));
    open(ctx, &other, "folder/file", OpenFlags::empty())?;
    check!(error(other.unlink(ctx, None, b"folder/file")), ==, Some(Errno::EACCES));
    Ok(())
}

/// Renaming keeps what is open, replaces, exchanges, and never puts a folder into itself.
pub(super) fn renaming(ctx: &TaskContext) -> Outcome {
    let lookup = &fresh(None)?;
    let rename =
        |from: &str, to: &str, taken| lookup.rename(ctx, (None, from.as_bytes()), (None, to.as_bytes()), taken);
    for path in ["a", "a/b", "c"] {
        lookup.mkdir(ctx, None, path.as_bytes(), 0o755)?;
    }
    let file = create(ctx, lookup, "a/b/file")?;
    write(ctx, &file, b"moved")?;
    check!(error(rename("a", "a/b/a", Taken::Replace)), ==, Some(Errno::EINVAL));
    check!(error(rename("a/b", "a", Taken::Replace)), ==, Some(Errno::ENOTEMPTY));
    rename("a/b", "c/d", Taken::Replace)?;
    check!(file.path().text(&lookup.root)?.text, ==, b"/c/d/file");
    create(ctx, lookup, "other")?;
    check!(error(rename("c/d/file", "other", Taken::Refuse)), ==, Some(Errno::EEXIST));
    rename("c/d/file", "other", Taken::Exchange)?;
    check!(read(ctx, &*open(ctx, lookup, "other", OpenFlags::empty())?, 9)?, ==, b"moved");
    rename("c/d/file", "other", Taken::Replace)?;
    check!(file.path().dentry.is_removed());
    check!(file.inode().metadata(ctx)?.links, ==, 0);
    check!(lookup.find(ctx, None, b"a", Follow::No)?.dentry.inode().metadata(ctx)?.links, ==, 2);
    Ok(())
}

/// A file with a huge hole takes no more than its pages, and gives them back.
pub(super) fn sparse_files(ctx: &TaskContext) -> Outcome {
    let lookup = &fresh(None)?;
    let file = create(ctx, lookup, "sparse")?;
    let far = 1 << 40;
    file.write_at(ctx, far, &mut Source::kernel(b"far away"), &Writer::FREE)?;
    let metadata = file.inode().metadata(ctx)?;
    check!((metadata.size, metadata.blocks), ==, (far + 8, 8));
    check!(file.seek(ctx, 0, SEEK_DATA)?, ==, far);
    check!(file.seek(ctx, far as i64, SEEK_HOLE)?, ==, far + 8);
    check!(file.seek(ctx, 5, 0)?, ==, 5);
    check!(read(ctx, &file, 4)?, ==, [0; 4]);
    file.truncate(ctx, far + 3, &Writer::FREE)?;
    file.truncate(ctx, far + 8, &Writer::FREE)?;
    file.seek(ctx, far as i64, 0)?;
    check!(read(ctx, &file, 100)?, ==, b"far\0\0\0\0\0");
    file.truncate(ctx, 0, &Writer::FREE)?;
    check!(file.inode().metadata(ctx)?.blocks, ==, 0);
    Ok(())
}

/// Names that nobody uses are forgotten and found again; what is open, and what lies above it, stays what it is.
pub(super) fn forgetting(ctx: &TaskContext) -> Outcome {
    let lookup = &fresh(None)?;
    for folder in 0..4 {
        lookup.mkdir(ctx, None, format!("{folder}").as_bytes(), 0o755)?;
        (0..50).try_for_each(|file| create(ctx, lookup, &format!("{folder}/{file}")).map(drop))?;
    }
    let open = create(ctx, lookup, "2/7")?;
    check!(forget::forget_unused() >= 3 * 51 + 49);
    check!(Arc::ptr_eq(&lookup.find(ctx, None, b"2/7", Follow::No)?.dentry, &open.path().dentry));
    check!(lookup.find(ctx, None, b"3/49", Follow::No)?.dentry.kind(), ==, Kind::Regular);
    check!(open.path().text(&lookup.root)?.text, ==, b"/2/7");
    Ok(())
}

/// A full file system says so, and its memory comes back when it goes.
pub(super) fn no_space(ctx: &TaskContext) -> Outcome {
    let before = frame::free_frames();
    let lookup = fresh(None)?;
    lookup.mkdir(ctx, None, b"small", 0o755)?;
    let on = lookup.find(ctx, None, b"small", Follow::Yes)?;
    mount::mount(&on, Volume::new(Tmpfs::new(0o755, Some(50))), None, MountFlags::empty(), "small")?;
    let file = create(ctx, &lookup, "small/file")?;
    check!(write(ctx, &file, &vec![1; 60 * PAGE])?, ==, 50 * PAGE);
    check!(error(write(ctx, &file, b"more")), ==, Some(Errno::ENOSPC));
    check!(error(lookup.rmdir(ctx, None, b"small")), ==, Some(Errno::EBUSY));
    let top = || lookup.find(ctx, None, b"small", Follow::Yes);
    check!(error(mount::unmount(top()?, false)), ==, Some(Errno::EBUSY));
    drop(file);
    mount::unmount(top()?, false)?;
    lookup.rmdir(ctx, None, b"small")?;
    // The heap may have grown a little meanwhile.
    check!(frame::free_frames() + 40, >, before);
    Ok(())
}

/// Bytes come out of a pipe as they went in, whatever the sizes, and its ends tell of each other.
pub(super) fn pipes(ctx: &TaskContext) -> Outcome {
    const TOTAL: usize = 1 << 20;
    let byte = |position: usize| (position % 251) as u8;
    let (reader, writer) = pipe(&Credentials::root(), OpenFlags::empty());
    task::spawn("pipe", move |ctx| {
        let mut sent = 0;
        for size in [1, PAGE, 70_001, 5000, 65_536, 33].into_iter().cycle() {
            let piece: Vec<u8> = (sent..TOTAL.min(sent + size)).map(byte).collect();
            if piece.is_empty() || write(ctx, &writer, &piece) != Ok(piece.len()) {
                return;
            }
            sent += piece.len();
        }
    })?;
    let mut received = 0;
    loop {
        let piece = read(ctx, &reader, 50_000)?;
        if piece.is_empty() {
            break;
        }
        check!(piece.iter().enumerate().all(|(index, &found)| found == byte(received + index)));
        received += piece.len();
    }
    check!(received, ==, TOTAL);
    pipe_limits(ctx)
}

fn pipe_limits(ctx: &TaskContext) -> Outcome {
    let (reader, writer) = pipe(&Credentials::root(), OpenFlags::NONBLOCK);
    check!(error(read(ctx, &reader, 1)), ==, Some(Errno::EAGAIN));
    check!(write(ctx, &writer, &vec![0; 70_000])?, ==, 65_536);
    check!(error(write(ctx, &writer, b"x")), ==, Some(Errno::EAGAIN));
    read(ctx, &reader, PAGE - 1)?;
    check!(error(write(ctx, &writer, &[0; PAGE])), ==, Some(Errno::EAGAIN));
    drop(reader);
    check!(error(write(ctx, &writer, b"x")), ==, Some(Errno::EPIPE));
    check!(writer.readiness().contains(Readiness::ERR));
    Ok(())
}

/// A wait for many ends with the first of them, or with its deadline.
pub(super) fn polling(ctx: &TaskContext) -> Outcome {
    let (first, _keep) = pipe(&Credentials::root(), OpenFlags::empty());
    let (second, writer) = pipe(&Credentials::root(), OpenFlags::empty());
    let watch = |file| Watched { file: Some(file), wanted: Readiness::IN, found: Readiness::empty() };
    let mut watched = [watch(first), watch(second)];
    let start = clock::now();
    check!(poll::wait(ctx, &mut watched, Some(start + Duration::from_millis(20)))?, ==, 0);
    check!(clock::now().since(start), >=, Duration::from_millis(20));
    task::spawn("poll", move |ctx| {
        ctx.sleep_until(clock::now() + Duration::from_millis(5), false);
        let _ = write(ctx, &writer, b"x");
    })?;
    check!(poll::wait(ctx, &mut watched, None)?, ==, 1);
    check!(watched[1].found.contains(Readiness::IN));
    Ok(())
}

/// A FIFO's ends wait for each other.
pub(super) fn fifos(ctx: &TaskContext) -> Outcome {
    let lookup = fresh(None)?;
    lookup.mknod(ctx, None, b"fifo", Kind::Fifo, 0o666)?;
    let alone = open(ctx, &lookup, "fifo", OpenFlags::WRITE | OpenFlags::NONBLOCK);
    check!(error(alone), ==, Some(Errno::ENXIO));
    let theirs = lookup.clone();
    let writer = task::spawn("fifo", move |ctx| {
        if let Ok(file) = open(ctx, &theirs, "fifo", OpenFlags::WRITE) {
            let _ = write(ctx, &file, b"through");
        }
    })?;
    let reader = open(ctx, &lookup, "fifo", OpenFlags::empty())?;
    check!(read(ctx, &reader, 20)?, ==, b"through");
    check!(read(ctx, &reader, 20)?, ==, b"");
    within(ctx, Duration::from_secs(5), || writer.state() == task::State::Ended)
}

/// An archive's files are what it says, whether their data are pages of it or not; a later archive wins.
pub(super) fn archives(ctx: &TaskContext) -> Outcome {
    let large: Vec<u8> = (0..3 * PAGE + 100).map(|index| index as u8).collect();
    let mut bytes = Vec::new();
    entry(&mut bytes, "x/y/small", 0o100_600, b"small");
    entry(&mut bytes, "again", 0o100_644, b"first");
    let padding = PAGE - (bytes.len() + 110 + "large\0".len()) % PAGE;
    entry(&mut bytes, &format!("large{}", "\0".repeat(padding)), 0o100_755, &large);
    entry(&mut bytes, "link", 0o120_777, b"x/y");
    entry(&mut bytes, "TRAILER!!!", 0, b"");
    bytes.resize(bytes.len() + 512, 0);
    entry(&mut bytes, "again", 0o100_644, b"second");
    entry(&mut bytes, "TRAILER!!!", 0, b"");
    let lookup = Lookup::new(unpack(ctx, &bytes)?);
    let content = |path: &str| open(ctx, &lookup, path, OpenFlags::empty()).and_then(|file| read(ctx, &file, 5 * PAGE));
    check!(content("link/small")?, ==, b"small");
    check!(content("again")?, ==, b"second");
    check!(content("large")? == large);
    let mode = lookup.find(ctx, None, b"large", Follow::No)?.dentry.inode().permissions().mode;
    check!(mode, ==, 0o755);
    let cut = bytes.len() / 2;
    check!(unpack(ctx, &bytes[..cut]).is_err_and(|failure| format!("{failure}").contains("truncated")));
    check!(unpack(ctx, b"no archive").is_err());
    Ok(())
}

fn unpack(ctx: &TaskContext, bytes: &[u8]) -> core::result::Result<Path, Failure> {
    let mut frames = Vec::new();
    for piece in bytes.chunks(PAGE) {
        let frame = Frame::zeroed()?;
        frame.copy_in(0, piece);
        frames.push(frame);
    }
    root::mount(ctx, Window::new(frames)?, "test").map_err(|error| Failure::new(format!("{error}")))
}

/// Adds a newc entry.
fn entry(archive: &mut Vec<u8>, name: &str, mode: u32, data: &[u8]) {
    let fields = [1, mode, 0, 0, 1, 0, data.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
    archive.extend(b"070701");
    fields.iter().for_each(|field| archive.extend(format!("{field:08x}").bytes()));
    archive.extend(name.bytes());
    archive.push(0);
    archive.resize(archive.len().next_multiple_of(4), 0);
    archive.extend(data);
    archive.resize(archive.len().next_multiple_of(4), 0);
}
