//! Where a path leads to, as things are in memory now.

use super::inside::content_of_cell;
use super::path::{Path, Step};
use super::types::{Field, Fields, Id, Shape, Types};
use super::{Memory, Place};
use anyhow::{Context, Result, bail, ensure};

/// So many wrappers may lie around a value.
const DEEPEST: usize = 40;

/// Someone who looks into memory.
pub struct Look<'l, 't, M> {
    /// What types are.
    pub types: &'l Types<'t>,
    /// What is looked at.
    pub memory: &'l mut M,
}

impl<M: Memory> Look<'_, '_, M> {
    /// Where a path leads to from a static, which is at an address. Cells and locks stand for what is in them.
    pub fn find(&mut self, path: &Path, address: u64) -> Result<Place> {
        let id = self.types.of_static(address).with_context(|| format!("the type of {} is not known", path.name))?;
        let mut place = self.place(address, id, path.name.clone())?;
        for step in &path.steps {
            place = match step {
                Step::Field(name) => self.field(place, name)?,
                Step::Index(index) => self.element(place, *index)?,
            };
        }
        if path.behind {
            place = self.behind(place)?;
        }
        self.content(place)
    }

    /// What is in the cells and locks around a value.
    fn content(&mut self, mut place: Place) -> Result<Place> {
        while let Shape::Fields(fields) = &place.kind.shape
            && let Some(field) = content_of_cell(&place.kind.name, fields)
        {
            place = self.place(place.address + field.offset, field.kind, place.path.clone())?;
        }
        Ok(place)
    }

    /// What a pointer points to.
    fn behind(&mut self, mut place: Place) -> Result<Place> {
        for _ in 0..DEEPEST {
            let is_pointer = matches!(place.kind.shape, Shape::Pointer(_));
            let Some(inside) = self.inside(&place)? else { break };
            place = inside;
            if is_pointer {
                return Ok(place);
            }
        }
        bail!("{} is no pointer, but a {}", place.path, place.kind.name)
    }

    /// A field of a value, or of what is behind its wrappers: the first that has one of this name.
    fn field(&mut self, place: Place, name: &str) -> Result<Place> {
        let mut at = place;
        for _ in 0..DEEPEST {
            if let Some(field) = self.own_field(&at, name)? {
                return Ok(field);
            }
            let Some(inside) = self.inside(&at)? else { break };
            at = inside;
        }
        let names = match &at.kind.shape {
            Shape::Fields(fields) => {
                fields.always.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        };
        let names = if names.is_empty() { "no fields".to_string() } else { format!("the fields {names}") };
        bail!("{} has no field {name}: it is {} with {names}", at.path, at.kind.name)
    }

    pub(super) fn own_field(&mut self, place: &Place, name: &str) -> Result<Option<Place>> {
        let Shape::Fields(fields) = &place.kind.shape else { return Ok(None) };
        if let Some(field) = fields.always.iter().find(|field| field.name == name) {
            return self.field_at(place, field).map(Some);
        }
        if fields.cases.iter().any(|(_, case)| case.name == name) {
            let case = self.field_of_case(place, fields)?;
            ensure!(case.name == name, "{} is {} now", place.path, case.name);
            return self.field_at(place, &case).map(Some);
        }
        Ok(None)
    }

    /// An element of a list, or of what is behind its wrappers.
    fn element(&mut self, place: Place, index: u64) -> Result<Place> {
        let mut at = place;
        for _ in 0..DEEPEST {
            let path = format!("{}[{index}]", at.path);
            if let Shape::Array(of, count) = at.kind.shape {
                ensure!(index < count, "{} has only {count} elements", at.path);
                return self.nth(at.address, of, index, path);
            }
            if let Shape::Fields(fields) = at.kind.shape.clone()
                && let Some((address, id)) = self.element_of(&at, &fields, index)?
            {
                return self.place(address, id, path);
            }
            let Some(inside) = self.inside(&at)? else { break };
            at = inside;
        }
        bail!("{} is no list, but a {}", at.path, at.kind.name)
    }

    /// The address and type of an element, if this is one of the library's lists.
    fn element_of(&mut self, place: &Place, fields: &Fields, index: u64) -> Result<Option<(u64, Id)>> {
        let name = place.kind.name.split('<').next().unwrap_or_default().to_string();
        let parameter = |wanted: &str| fields.parameters.iter().find(|(name, _)| name == wanted).map(|found| found.1);
        if name == "BTreeMap" {
            return self.entry_of_map(place, fields, index).map(Some);
        }
        let (start, length, of, first) = match name.as_str() {
            "Vec" | "VecDeque" => {
                let buffer = self.field(place.clone(), "buf")?;
                let start = self.field(buffer.clone(), "ptr").and_then(|pointer| self.first_pointer(pointer))?;
                let capacity = self.field(buffer, "cap")?;
                let (length, capacity) = (self.field(place.clone(), "len")?, self.number(&capacity)?.max(1));
                let head = self.own_field(place, "head")?.map_or(Ok(0), |head| self.number(&head))?;
                (start, self.number(&length)?, parameter("T"), (head + index) % capacity)
            }
            _ => match (self.own_field(place, "data_ptr")?, self.own_field(place, "length")?) {
                (Some(pointer), Some(length)) => {
                    let Shape::Pointer(of) = pointer.kind.shape else { return Ok(None) };
                    (self.pointer(&pointer)?, self.number(&length)?, of, index)
                }
                _ => return Ok(None),
            },
        };
        ensure!(index < length, "{} has only {length} elements now", place.path);
        let of = of.with_context(|| format!("what is in {} is not known", place.path))?;
        Ok(Some((start + first * self.types.get(of)?.size, of)))
    }

    /// The address in a pointer that is wrapped.
    pub(super) fn first_pointer(&mut self, mut place: Place) -> Result<u64> {
        while !matches!(place.kind.shape, Shape::Pointer(_)) {
            place = self.inside(&place)?.with_context(|| format!("{} has no pointer", place.path))?;
        }
        self.pointer(&place)
    }

    pub(super) fn nth(&mut self, start: u64, of: Id, index: u64, path: String) -> Result<Place> {
        let size = self.types.get(of)?.size;
        self.place(start + index * size, of, path)
    }

    pub(super) fn field_at(&mut self, place: &Place, field: &Field) -> Result<Place> {
        self.place(place.address + field.offset, field.kind, format!("{}.{}", place.path, field.name))
    }

    pub(super) fn place(&mut self, address: u64, id: Id, path: String) -> Result<Place> {
        Ok(Place { address, id, kind: self.types.get(id)?, path })
    }

    /// The address in a pointer, which leads somewhere.
    pub(super) fn pointer(&mut self, place: &Place) -> Result<u64> {
        let address = self.word(place.address)?;
        ensure!(address != 0, "{} is null now", place.path);
        Ok(address)
    }

    /// A number, also one that is wrapped.
    pub(super) fn number(&mut self, place: &Place) -> Result<u64> {
        let size = usize::try_from(place.kind.size)?;
        ensure!((1..=8).contains(&size), "{} is no number", place.path);
        let bytes = self.memory.read(place.address, size)?;
        let bytes = bytes.with_context(|| format!("{} is not mapped, at {:#x}", place.path, place.address))?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    pub(super) fn word(&mut self, address: u64) -> Result<u64> {
        let bytes = self.memory.read(address, 8)?.with_context(|| format!("{address:#x} is not mapped now"))?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }
}
