//! Reading and writing any number of segments: several requests at once, then waiting for all of them. What the disk fails to do stands in
//! the log, with its sectors.

use super::{Disk, Operation, Request, SECTOR, Segment};
use crate::log::error;
use crate::task::TaskContext;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use machine::clock;
use machine::frame::Frame;
use machine::transfer::IDENTITY_LENGTH;

/// How many failures are told of in so many seconds: a program that tries again and again would fill the log.
const REPORTS: u64 = 10;
const REPORT_SECONDS: u64 = 5;

/// Reads from a sector on into the segments, in their order. On an error, some may have been filled.
pub fn read(ctx: &TaskContext, disk: &dyn Disk, sector: u64, segments: Vec<Segment>) -> Result<()> {
    transfer(ctx, disk, Operation::Read, sector, segments)
}

/// Writes the segments, in their order, from a sector on. On an error, some may have been written.
pub fn write(ctx: &TaskContext, disk: &dyn Disk, sector: u64, segments: Vec<Segment>) -> Result<()> {
    transfer(ctx, disk, Operation::Write, sector, segments)
}

/// Waits until everything that was written before is durable.
pub fn flush(ctx: &TaskContext, disk: &dyn Disk) -> Result<()> {
    let request = Request::new(Operation::Flush, 0, Vec::new());
    disk.submit(ctx, request.clone())?;
    finish(ctx, disk, &request)
}

/// The disk's serial number; empty if it has none.
pub fn identity(ctx: &TaskContext, disk: &dyn Disk) -> Result<String> {
    let frame = Frame::zeroed()?;
    let segment = Segment { frame: frame.clone(), offset: 0, length: IDENTITY_LENGTH };
    let request = Request::new(Operation::Identify, 0, one(segment)?);
    disk.submit(ctx, request.clone())?;
    request.wait(ctx)?;
    let mut bytes = [0; IDENTITY_LENGTH as usize];
    frame.copy_out(0, &mut bytes);
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(text).into_owned())
}

fn one(segment: Segment) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    segments.try_reserve_exact(1).map_err(|_| Errno::ENOMEM)?;
    segments.push(segment);
    Ok(segments)
}

/// Starts all requests that it takes, then waits for each. The first error counts.
fn transfer(
    ctx: &TaskContext,
    disk: &dyn Disk,
    operation: Operation,
    sector: u64,
    segments: Vec<Segment>,
) -> Result<()> {
    let mut started = Vec::new();
    started.try_reserve_exact(segments.len().div_ceil(disk.segments())).map_err(|_| Errno::ENOMEM)?;
    let outcome = start_all(ctx, disk, operation, sector, segments, &mut started);
    // What has been started is waited for in any case: nobody may think that it is over while the disk still writes.
    started.iter().map(|request| finish(ctx, disk, request)).fold(outcome, Result::and)
}

fn start_all(
    ctx: &TaskContext,
    disk: &dyn Disk,
    operation: Operation,
    mut sector: u64,
    segments: Vec<Segment>,
    started: &mut Vec<Arc<Request>>,
) -> Result<()> {
    let mut segments = segments.into_iter();
    while segments.len() > 0 {
        let count = segments.len().min(disk.segments());
        let mut part = Vec::new();
        part.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
        part.extend(segments.by_ref().take(count));
        let request = Request::new(operation, sector, part);
        sector = sector.checked_add(request.length() / SECTOR).ok_or(Errno::ENXIO)?;
        disk.submit(ctx, request.clone())?;
        started.push(request);
    }
    Ok(())
}

/// Waits for a request, and tells the log if the disk failed.
fn finish(ctx: &TaskContext, disk: &dyn Disk, request: &Request) -> Result<()> {
    request.wait(ctx).inspect_err(|errno| {
        if may_report() {
            let (name, sector, length) = (disk.name(), request.sector(), request.length());
            match request.operation() {
                Operation::Read => error!("{name}: cannot read {length} bytes at sector {sector}: {errno}"),
                Operation::Write => error!("{name}: cannot write {length} bytes at sector {sector}: {errno}"),
                Operation::Flush => error!("{name}: cannot make durable what was written: {errno}"),
                Operation::Identify => {}
            }
        }
    })
}

/// Whether the log has not been told of too many failures lately.
fn may_report() -> bool {
    static SINCE: AtomicU64 = AtomicU64::new(0);
    static REPORTED: AtomicU64 = AtomicU64::new(0);
    let now = clock::now().0 / 1_000_000_000;
    if now.saturating_sub(SINCE.load(Ordering::Relaxed)) >= REPORT_SECONDS {
        SINCE.store(now, Ordering::Relaxed);
        REPORTED.store(0, Ordering::Relaxed);
    }
    REPORTED.fetch_add(1, Ordering::Relaxed) < REPORTS
}
