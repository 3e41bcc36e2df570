//! Boot order.
use crate::log::{self, info};
use logic::boot_info::BootInfo;
use crate::task;
use alloc::sync::Arc;
/// Main.
pub fn main(info: &'static BootInfo) -> ! {
    log::start();
    info!("hello from {} {:?} free {}", info.loader, info.command_line, machine::frame::free_frames());
    if let Err(e) = task::start() { panic!("{e}") }
    let m = Arc::new(task::Mutex::new(0u64));
    let mut v = alloc::vec![];
    for i in 0..3 {
        let m = m.clone();
        v.push(task::spawn("hello", move |ctx| {
            for j in 0..5 { ctx.sleep_until(task::Instant(machine::clock::now().0 + 50_000_000), false); info!("task {i} {j}");
               for _ in 0..10000 { *m.lock(ctx) += 1; } }
        }));
    }
    let _ = task::spawn("joiner", move |ctx| {
        for t in v.into_iter().flatten() { t.join(ctx); }
        info!("sum {} free {}", *m.lock(ctx), machine::frame::free_frames());
        let n = Arc::new(task::Mutex::new(0));
        for i in 0..2 { let n = n.clone(); let _ = task::spawn("spin", move |ctx| { let mut x=0u64; for _ in 0..400_000_000u64 { x = core::hint::black_box(x + 1); } info!("spin {i} done {:?}", ctx.task().run_time()); *n.lock(ctx) += 1; if *n.lock(ctx) == 2 { core::hint::black_box(deep(1)); } }); }
    });
    task::idle()
}
fn deep(n: u64) -> u64 { let a = core::hint::black_box([n; 100]); deep(a[5] + 1) + core::hint::black_box(a[7]) }
