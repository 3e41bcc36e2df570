//! What an argument of a call can be, to be shown.

use super::calls::CALLS;
use super::flags::Names;
use super::records::Record;

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Argument {
    /// A signed number.
    Number,
    /// A signed number of 64 bits.
    Long,
    /// An unsigned number.
    Size,
    /// A number in hexadecimal, or an address.
    Hex,
    /// A mode in octal.
    Mode,
    /// The mode of a file that is made, if the flags before it say so.
    NewMode,
    /// A device's numbers.
    Device,
    /// A user or group, or -1.
    Id,
    /// A descriptor.
    Descriptor,
    /// A descriptor of a directory, or AT_FDCWD.
    Directory,
    /// A NUL-terminated text.
    Text,
    /// Bytes to be read; their number is the next argument.
    Bytes,
    /// Bytes that the call fills; how many is its result.
    Filled,
    /// A text that the call fills.
    FilledText,
    /// A list of texts that ends with a null.
    Texts,
    /// The same, of which only the number matters.
    Count,
    /// Two descriptors that the call fills.
    Pair,
    /// A number that the call reads, of so many bytes.
    Word(usize),
    /// One that it fills.
    FilledWord(usize),
    /// A status as wait(2) knows it, that the call fills.
    Status,
    /// A list of places to be read, as many as the next argument says.
    Places,
    /// The same, to be filled.
    FilledPlaces,
    /// A structure.
    Record(&'static Record),
    /// One that the call fills.
    FilledRecord(&'static Record),
    /// A list of structures, as many as the argument of that number says, that the call fills or changes.
    Records(&'static Record, usize),
    /// A list of them, as many as the call's result says.
    FilledRecords(&'static Record),
    /// Numbers of 4 bytes, as many as the argument of that number says.
    Numbers(usize),
    /// The same, as many as the result says.
    FilledNumbers,
    /// A set of descriptors, select(2); the call changes it.
    Descriptors,
    /// Entries of a directory, as many bytes as the result says.
    Entries,
    /// A socket's address; its length is the next argument.
    Address,
    /// One that the call fills; the next argument points to its length.
    FilledAddress,
    /// `struct msghdr`.
    Message,
    /// The same, filled.
    FilledMessage,
    /// What ioctl(2) gets, as the argument before says.
    Request,
    /// What fcntl(2) gets, as the argument before says.
    Control,
    /// Seconds and nanoseconds.
    Time,
    /// The same, filled.
    FilledTime,
    /// Seconds and microseconds.
    OldTime,
    /// The same, filled.
    FilledOldTime,
    /// A set of signals.
    Signals,
    /// The same, filled.
    FilledSignals,
    /// A signal.
    Signal,
    /// One of a list of names.
    One(Names),
    /// Flags by their names.
    Flags(Names),
    /// The lowest byte one of a list, above it flags.
    OneAndFlags(Names, Names),
    /// The flags of open(2), with its access mode.
    Open,
    /// Those of clone(2), with a signal.
    CloneFlags,
}

/// What a call gives back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// A number.
    Number,
    /// An address.
    Address,
    /// It does not come back.
    Nothing,
}

/// How a call is shown.
pub(super) struct Shape {
    pub(super) arguments: &'static [Argument],
    pub(super) result: Outcome,
}

impl Argument {
    /// Whether it means something only after the call.
    pub(super) fn is_filled(self) -> bool {
        use Argument::*;
        matches!(
            self,
            Filled
                | FilledText
                | Pair
                | FilledWord(_)
                | Status
                | FilledPlaces
                | FilledRecord(_)
                | Records(..)
                | FilledRecords(_)
                | FilledNumbers
                | Descriptors
                | Entries
                | FilledAddress
                | FilledMessage
                | Request
                | Control
                | FilledTime
                | FilledOldTime
                | FilledSignals
        )
    }

    /// Of those, whether it also means something to the call, so that it is shown when the call fails too.
    pub(super) fn is_changed(self) -> bool {
        matches!(self, Argument::Records(..) | Argument::Descriptors | Argument::Request | Argument::Control)
    }
}

/// Of a call that nothing is known of.
static UNKNOWN: Shape = Shape { arguments: &[Argument::Hex; 6], result: Outcome::Number };

/// How a call of that name is shown.
pub(super) fn of(name: &str) -> &'static Shape {
    CALLS.iter().find(|(other, _)| *other == name).map_or(&UNKNOWN, |(_, shape)| shape)
}
