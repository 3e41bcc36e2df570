//! A short tour: what booted, and what it found. Everything that it tells it has read in the kernel's own files, through
//! Cor's own gate.
#![no_std]
#![no_main]

extern crate alloc;

mod page;

use alloc::format;
use alloc::string::String;
use core::ffi::CStr;

use cor_rt::{Arguments, File, println};

cor_rt::main!(main);

fn main(_: &Arguments) -> i32 {
    println!();
    println!("  Cor, a short tour");
    println!("  =================");
    page::paragraph(
        "You are looking at a program in ring 3. It was read from the first disk, and it talks to the kernel by \
         `int 0x14`, Cor's own gate. Here is what the kernel says of itself.",
    );
    booted();
    memory();
    listing("Devices", "on the PCI buses", c"/proc/cor/devices");
    listing("Tasks", "number, name, state, time on the CPU", c"/proc/cor/tasks");
    println!();
    page::paragraph(
        "That was all. Unmodified Linux programs run here too: put a static one into the root and name it.",
    );
    println!();
    0
}

fn booted() {
    page::heading("What booted", "");
    page::fact("kernel", &text(c"/proc/version"));
    page::fact("started with", &text(c"/proc/cmdline"));
    let uptime = text(c"/proc/uptime");
    match uptime.split_once(' ') {
        Some((seconds, _)) if !uptime.starts_with('(') => page::fact("running for", &format!("{seconds} seconds")),
        _ => page::fact("running for", &uptime),
    }
}

fn memory() {
    page::heading("Memory", "");
    let info = text(c"/proc/meminfo");
    let mut known = false;
    for line in info.lines() {
        let Some((name, size)) = line.split_once(':').and_then(|(name, rest)| Some((name, kibibytes(rest)?))) else {
            continue;
        };
        let label = match name {
            "MemTotal" => "in all",
            "MemFree" => "free",
            "MemAvailable" => "can be had",
            "Cached" => "files' pages",
            _ => continue,
        };
        page::fact(label, &format!("{:>7}.{} MiB", size / 1024, size % 1024 * 10 / 1024));
        known = true;
    }
    if !known {
        page::fact("/proc/meminfo", &info);
    }
}

/// The number in `  1234 kB`.
fn kibibytes(text: &str) -> Option<u64> {
    text.trim().strip_suffix(" kB")?.parse().ok()
}

fn listing(title: &str, what: &str, path: &CStr) {
    page::heading(title, what);
    for line in text(path).lines() {
        page::line(line);
    }
}

/// What a file of the kernel holds, or why it does not.
fn text(path: &CStr) -> String {
    match File::read(path) {
        Ok(bytes) => String::from(String::from_utf8_lossy(&bytes).trim_end()),
        Err(errno) => format!("({}: {errno})", path.to_string_lossy()),
    }
}
