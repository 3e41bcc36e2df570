//! The symbol that the boot stub jumps to.
#![cfg_attr(target_os = "none", no_std, no_main)]

/// Called by boot/start.S in 64-bit mode, at the kernel's own addresses, on the boot stack, with interrupts off.
#[cfg(target_os = "none")]
#[unsafe(no_mangle)]
extern "C" fn kernel_main(protocol: u32, information: u32) -> ! {
    machine::boot::start(protocol, information, cor::init::main)
}

#[cfg(not(target_os = "none"))]
fn main() {
    eprintln!("the kernel runs on its own: build it with `make`, start it with `make run`");
}
