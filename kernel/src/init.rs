//! Boot order.
use crate::{
    block, driver,
    log::{self, info},
    task,
};
use logic::boot_info::BootInfo;
/// Main.
pub fn main(info: &'static BootInfo) -> ! {
    log::start();
    info!("hello from {} {:?} free {}", info.loader, info.command_line, machine::frame::free_frames());
    if let Err(e) = task::start() {
        panic!("{e}")
    }
    let _ = driver::start_console(false);
    let _ = task::spawn("init", move |ctx| {
        let _ = driver::start_devices();
        for disk in block::disks() {
            let mut segments = alloc::vec![];
            for _ in 0..40 {
                if let Ok(f) = machine::frame::Frame::new() {
                    segments.push(machine::transfer::Segment { frame: f, offset: 0, length: 4096 });
                }
            }
            let f = segments[0].frame.clone();
            info!("{:?}", block::read(ctx, &*disk, 0, segments));
            let mut b = [0u8; 16];
            f.copy_out(0, &mut b);
            info!("{:?}", core::str::from_utf8(&b));
        }
        driver::finish();
        machine::power::off();
    });
    task::idle()
}
