//! Where a program begins: the stack as execve(2) lays it out, and how `main` gets it.

use core::arch::naked_asm;
use core::ffi::{CStr, c_char};

use crate::gate;

/// Names the program's main function, `fn(&Arguments) -> i32`; what it returns is the exit status.
#[macro_export]
macro_rules! main {
    ($main:path) => {
        #[unsafe(no_mangle)]
        fn cor_main(arguments: &$crate::Arguments) -> i32 {
            $main(arguments)
        }
    };
}

unsafe extern "Rust" {
    /// The program's main function, by [`main!`].
    safe fn cor_main(arguments: &Arguments) -> i32;
}

/// What the program was started with. Lives as long as the program, on its first stack page.
pub struct Arguments {
    argv: *const *const c_char,
    envp: *const *const c_char,
}

impl Arguments {
    /// The arguments; the first is the program's name.
    pub fn arguments(&self) -> impl Iterator<Item = &'static CStr> {
        strings(self.argv)
    }

    /// The environment's entries, `NAME=VALUE`.
    pub fn environment(&self) -> impl Iterator<Item = &'static CStr> {
        strings(self.envp)
    }
}

/// The strings of a NULL-ended list that the kernel laid out.
fn strings(mut list: *const *const c_char) -> impl Iterator<Item = &'static CStr> {
    core::iter::from_fn(move || {
        // SAFETY: `list` has not passed the NULL that ends it.
        let string = unsafe { *list };
        if string.is_null() {
            return None;
        }
        list = list.wrapping_add(1);
        // SAFETY: the kernel ends every string by a NUL, and nothing changes them.
        Some(unsafe { CStr::from_ptr(string) })
    })
}

/// The first instruction. The stack holds argc, argv and NULL, envp and NULL, and the auxiliary vector.
#[unsafe(naked)]
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    naked_asm!("xor ebp, ebp", "mov rdi, rsp", "and rsp, -16", "call {start}", "ud2", start = sym start)
}

extern "C" fn start(stack: *const usize) -> ! {
    // SAFETY: `_start` passes the address of argc.
    let count = unsafe { *stack };
    let argv = stack.wrapping_add(1).cast();
    let arguments = Arguments { argv, envp: argv.wrapping_add(count + 1) };
    gate::exit(cor_main(&arguments))
}
