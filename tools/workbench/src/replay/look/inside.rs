//! What is behind a wrapper: a lock, a cell, a pointer that owns, an `Option`, a type of one field.

use super::find::Look;
use super::types::{Field, Fields, Shape};
use super::{Memory, Place};
use anyhow::{Context, Result, bail};

/// Types that stand for what is in them, by their names before `<`, without the digits at the end, and the field with that.
const CELLS: [(&str, &str); 20] = [
    ("SpinLock", "value"),
    ("SpinMutex", "data"),
    ("Mutex", "value"),
    ("Latch", "value"),
    ("Once", "data"),
    ("OnceCell", "inner"),
    ("OnceLock", "value"),
    ("RefCell", "value"),
    ("Cell", "value"),
    ("UnsafeCell", "value"),
    ("ManuallyDrop", "value"),
    ("MaybeUninit", "value"),
    ("MaybeDangling", "0"),
    ("Atomic", "v"),
    ("Align", "0"),
    ("NonZero", "0"),
    ("NonZeroInner", "0"),
    ("Pin", "pointer"),
    ("ArcInner", "data"),
    ("RcInner", "data"),
];
/// Types with more in them, one part of which is what people mean.
const HANDLES: [(&str, &str); 10] = [
    ("Arc", "ptr"),
    ("Rc", "ptr"),
    ("Weak", "ptr"),
    ("Box", "0"),
    ("Unique", "pointer"),
    ("NonNull", "pointer"),
    ("CpuLocal", "0"),
    ("ArrayVec", "xs"),
    ("ArrayString", "xs"),
    ("Node", "value"),
];
/// The counts before the data of an `Arc`.
const COUNTS: u64 = 16;

/// The field of a wrapper that has what it wraps.
fn wrapped<'f>(wrappers: &[(&str, &str)], name: &str, fields: &'f Fields) -> Option<&'f Field> {
    let name = name.split('<').next().unwrap_or(name);
    let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let name = if name.starts_with("Atomic") { "Atomic" } else { name };
    let (_, content) = wrappers.iter().find(|(wrapper, _)| *wrapper == name)?;
    fields.always.iter().find(|field| field.name == *content)
}

/// What a cell or a lock holds: it is what people mean by it.
pub(super) fn content_of_cell<'f>(name: &str, fields: &'f Fields) -> Option<&'f Field> {
    wrapped(&CELLS, name, fields)
}

/// The pointer in what owns or borrows something.
pub(super) fn pointer_of_handle<'f>(name: &str, fields: &'f Fields) -> Option<&'f Field> {
    wrapped(&HANDLES[..6], name, fields)
}

impl<M: Memory> Look<'_, '_, M> {
    /// What is behind a value that wraps another; nothing if it does not.
    pub(super) fn inside(&mut self, place: &Place) -> Result<Option<Place>> {
        match &place.kind.shape {
            Shape::Pointer(Some(target)) => {
                let address = self.pointer(place)?;
                self.place(address, *target, place.path.clone()).map(Some)
            }
            Shape::Fields(fields) if !fields.cases.is_empty() => self.case(place, fields).map(Some),
            Shape::Fields(fields) if self.is_object(fields) => self.object(place).map(Some),
            Shape::Fields(fields) => {
                let name = &place.kind.name;
                let field = content_of_cell(name, fields).or_else(|| wrapped(&HANDLES, name, fields));
                match field.or(self.only_field(fields)?) {
                    Some(field) => self.place(place.address + field.offset, field.kind, place.path.clone()).map(Some),
                    None => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// The case that an enumeration is in.
    pub(super) fn case(&mut self, place: &Place, fields: &Fields) -> Result<Place> {
        let field = self.field_of_case(place, fields)?;
        if field.name == "None" {
            bail!("{} is None now", place.path);
        }
        self.place(place.address + field.offset, field.kind, place.path.clone())
    }

    /// Where the case is that an enumeration is in.
    pub(super) fn field_of_case(&mut self, place: &Place, fields: &Fields) -> Result<Field> {
        let tag = match &fields.tag {
            Some(tag) => {
                let tag = self.field_at(place, tag)?;
                Some(self.number(&tag)?)
            }
            None => None,
        };
        let is_it = |value: Option<u64>| value == tag;
        let exact = fields.cases.iter().find(|(value, _)| is_it(*value));
        let (_, field) = exact
            .or_else(|| fields.cases.iter().find(|(value, _)| value.is_none()))
            .with_context(|| format!("{} is in no case of its type", place.path))?;
        Ok(field.clone())
    }

    /// The field of a type that has only one with anything in it.
    fn only_field<'f>(&self, fields: &'f Fields) -> Result<Option<&'f Field>> {
        let mut only = None;
        for field in &fields.always {
            if self.types.get(field.kind)?.size > 0 && only.replace(field).is_some() {
                return Ok(None);
            }
        }
        Ok(only)
    }

    /// Whether it is a pointer to something of which only the methods are known.
    fn is_object(&self, fields: &Fields) -> bool {
        matches!(&fields.always[..], [pointer, methods] if pointer.name == "pointer" && methods.name == "vtable")
    }

    fn object(&mut self, place: &Place) -> Result<Place> {
        let (pointer, methods) = (self.own_field(place, "pointer")?, self.own_field(place, "vtable")?);
        let (Some(pointer), Some(methods)) = (pointer, methods) else { bail!("{} is no object", place.path) };
        let (mut address, table) = (self.pointer(&pointer)?, self.pointer(&methods)?);
        let Some(id) = self.types.of_methods(table) else {
            bail!("what {} is the compiler does not tell: it is at {address:#x}", place.path)
        };
        if pointer.kind.name.contains("Inner<dyn ") {
            let alignment = self.word(table + 16)?.max(1);
            address += COUNTS.next_multiple_of(alignment);
        }
        self.place(address, id, place.path.clone())
    }
}
