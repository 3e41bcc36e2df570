//! How a function with parameters of its own becomes a line of the table.

use super::arg::{Argument, Registers, Returned};
use super::caller::Caller;
use logic::errno::Result;

/// A function whose parameters, after the caller, come out of the registers.
pub(super) trait Handler<Arguments> {
    fn call(self, caller: &mut Caller, registers: &[u64; 6]) -> Result<u64>;
}

macro_rules! handler {
    ($($argument:ident)*) => {
        impl<F, R, $($argument),*> Handler<($($argument,)*)> for F
        where
            F: FnOnce(&mut Caller, $($argument),*) -> Result<R>,
            R: Returned,
            $($argument: Argument,)*
        {
            #[inline]
            #[allow(non_snake_case, unused_mut, unused_variables, reason = "written for any number of arguments")]
            fn call(self, caller: &mut Caller, registers: &[u64; 6]) -> Result<u64> {
                let mut registers = Registers::new(registers);
                $(let $argument = Argument::take(&mut registers)?;)*
                self(caller, $($argument),*).map(Returned::to_register)
            }
        }
    };
}

handler! {}
handler! { A }
handler! { A B }
handler! { A B C }
handler! { A B C D }
handler! { A B C D E }
handler! { A B C D E G }
