//! A panic runs its hook with message and place, on a stack that can be walked.

use std::backtrace::Backtrace;
use std::panic;
use std::process::exit;

fn main() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload().downcast_ref::<String>().map(String::as_str);
        let location = info.location().map(|place| place.file().ends_with("panics.rs"));
        let frames = Backtrace::force_capture().to_string().lines().count();
        let right = message == Some("number 7") && location == Some(true) && frames > 4;
        exit(if right { 0 } else { 1 });
    }));
    let number = std::env::args().count() + 6;
    panic!("number {number}");
}
