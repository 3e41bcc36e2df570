//! Structures of Linux's as bytes, written field by field so that what lies between the fields is zero.

use linux_raw_sys::general as linux;

/// A value as it lies in memory.
pub(super) trait Bytes {
    fn copy_to(self, to: &mut [u8]);
}

macro_rules! bytes {
    ($($type:ty)*) => {
        $(impl Bytes for $type {
            fn copy_to(self, to: &mut [u8]) {
                to[..size_of::<$type>()].copy_from_slice(&self.to_le_bytes());
            }
        })*
    };
}

bytes! { u16 i16 u32 i32 u64 i64 }

/// Writes a field; `_field` only ties the value's type to the field's.
pub(super) fn put<T, F: Bytes>(record: &mut [u8], offset: usize, _field: fn(&T) -> &F, value: F) {
    value.copy_to(&mut record[offset..]);
}

/// The bytes of a structure with these fields; the others are zero.
macro_rules! record {
    ($type:ty { $($field:ident: $value:expr),* $(,)? }) => {{
        let mut bytes = [0u8; size_of::<$type>()];
        $($crate::syscall::record::put(&mut bytes, core::mem::offset_of!($type, $field), |it: &$type| &it.$field, $value);)*
        bytes
    }};
}

pub(super) use record;

/// `struct timeval` and `struct timespec` are both two words.
pub(super) const TIME_SIZE: usize = size_of::<linux::__kernel_timespec>();
