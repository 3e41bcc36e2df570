//! Boot order.
use logic::boot_info::BootInfo;
use core::fmt::Write;
/// Main.
pub fn main(info: &'static BootInfo) -> ! {
    let _ = writeln!(machine::early_console::Text, "hello from {} {:?} free {}", info.loader, info.command_line, machine::frame::free_frames());
    panic!("the end");
}
