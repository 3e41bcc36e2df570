//! Clocks and sleeping.

use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

fn main() {
    let start = Instant::now();
    sleep(Duration::from_millis(50));
    let slept = start.elapsed();
    assert!(slept >= Duration::from_millis(50), "{slept:?}");
    assert!(slept < Duration::from_secs(3), "{slept:?}");
    let today = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    assert!(today > Duration::from_secs(1_704_067_200), "before 2024: {today:?}");
}
