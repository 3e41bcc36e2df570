//! Sockets: socket(7). What they have in common is here; what a family of addresses means is its own folder's.
//!
//! [`socket`] is a socket as a file and what a family must be able to do, [`options`] what getsockopt(2) knows of every socket,
//! [`message`] what travels, [`transfer`] the waiting of send(2) and receive(2). [`unix`] is the one family that there is. A family
//! with devices would stand beside it and own the trait that its devices implement; [`family`] is where it would be entered.
//!
//! Lock order: a listening socket's state before that of one that connects to it; the mutex of an inbox before any state.

pub mod family;
pub mod message;
pub mod options;
pub mod socket;
pub mod transfer;
mod unix;

pub use socket::{How, Socket, open, socket_of};
pub use unix::start;
