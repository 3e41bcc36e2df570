//! What the kernel's debugging information (DWARF 5, sections 4.1 and 5) says of statics and of types.

use anyhow::{Context, Result, anyhow};
use gimli::{
    AttributeValue, DebugInfoOffset, Dwarf, EndianSlice, Expression, LittleEndian, Operation, Unit, UnitOffset,
};
use object::{Object, ObjectSection};
use std::collections::BTreeMap;

type Slice<'a> = EndianSlice<'a, LittleEndian>;
type Entry<'a> = gimli::DebuggingInformationEntry<Slice<'a>>;

/// The debugging information of a linked program.
pub struct Types<'a> {
    dwarf: Dwarf<Slice<'a>>,
    /// Where each unit begins, and it.
    units: Vec<(usize, Unit<Slice<'a>>)>,
    /// The types of statics, by address.
    statics: BTreeMap<u64, Id>,
}

/// A type: where it stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Id(usize);

/// What a type is.
#[derive(Clone, Debug)]
pub struct Type {
    /// Without its path, with its parameters.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// What it consists of.
    pub shape: Shape,
}

/// What a type consists of.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A number, a letter or a truth.
    Scalar(Scalar),
    /// An address of something, or of we do not know what.
    Pointer(Option<Id>),
    /// So many of the same.
    Array(Id, u64),
    /// One of some names, each with its number.
    Names(Vec<(String, u64)>),
    /// Fields side by side, or, in a union, in one place.
    Fields(Fields),
    /// Anything else.
    Other,
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// A number.
    Unsigned,
    /// A number with a sign.
    Signed,
    /// True or false.
    Truth,
    /// A letter.
    Letter,
}

/// The fields of a type.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Those that are always there.
    pub always: Vec<Field>,
    /// Where the number is that tells which case it is; nothing if there is one case.
    pub tag: Option<Field>,
    /// The cases of an enumeration: a number, or nothing for all that have none, and what is there then.
    pub cases: Vec<(Option<u64>, Field)>,
    /// The parameters of the type.
    pub parameters: Vec<(String, Id)>,
}

/// Something in something else.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// Its type.
    pub kind: Id,
}

impl<'a> Types<'a> {
    /// Reads a linked program.
    pub fn of(program: &object::File<'a>) -> Result<Types<'a>> {
        let dwarf = Dwarf::load(|id| -> Result<Slice<'a>> {
            let data = program.section_by_name(id.name()).map_or(Ok(&[][..]), |section| section.data())?;
            Ok(EndianSlice::new(data, LittleEndian))
        })?;
        let mut units = Vec::new();
        let mut headers = dwarf.units();
        while let Some(header) = headers.next()? {
            let start = header.offset().0;
            units.push((start, dwarf.unit(header)?));
        }
        let mut types = Types { dwarf, units, statics: BTreeMap::new() };
        for number in 0..types.units.len() {
            types.find_statics(number)?;
        }
        Ok(types)
    }

    /// The type of the static at an address.
    pub fn of_static(&self, address: u64) -> Option<Id> {
        self.statics.get(&address).copied()
    }

    /// What a type is.
    pub fn get(&self, id: Id) -> Result<Type> {
        let (unit, offset) = self.place(id)?;
        let mut tree = unit.entries_tree(Some(offset))?;
        let root = tree.root()?;
        let entry = root.entry();
        let size = number(entry, gimli::DW_AT_byte_size).unwrap_or(0);
        let name = self.name(unit, entry)?;
        let shape = match entry.tag() {
            gimli::DW_TAG_base_type => Shape::Scalar(scalar(entry)),
            gimli::DW_TAG_pointer_type => {
                let target = kind(unit, entry).filter(|&to| self.is_known(to));
                return Ok(Type { name, size: 8, shape: Shape::Pointer(target) });
            }
            gimli::DW_TAG_enumeration_type => Shape::Names(self.names(unit, root)?),
            gimli::DW_TAG_array_type => return self.array(unit, root),
            gimli::DW_TAG_structure_type | gimli::DW_TAG_union_type => Shape::Fields(self.fields(unit, root)?),
            gimli::DW_TAG_typedef => return self.get(kind(unit, entry).context("a name for no type")?),
            _ => Shape::Other,
        };
        Ok(Type { name, size, shape })
    }

    /// Whether more than nothing is known of what a pointer points to: `*const ()` is the address of anything.
    fn is_known(&self, id: Id) -> bool {
        self.get(id).is_ok_and(|to| to.size > 0 || matches!(to.shape, Shape::Fields(_)))
    }

    /// What a trait's object is whose table of methods is at an address, if the compiler has told.
    pub fn of_methods(&self, address: u64) -> Option<Id> {
        let (unit, offset) = self.place(self.of_static(address)?).ok()?;
        id(unit, unit.entry(offset).ok()?.attr_value(gimli::DW_AT_containing_type)?)
    }

    fn place(&self, id: Id) -> Result<(&Unit<Slice<'a>>, UnitOffset)> {
        let number = self.units.partition_point(|&(start, _)| start <= id.0);
        let (_, unit) = number.checked_sub(1).and_then(|n| self.units.get(n)).context("a type of no unit")?;
        let offset = DebugInfoOffset(id.0).to_unit_offset(&unit.header).context("a type outside of its unit")?;
        Ok((unit, offset))
    }

    /// Notes the statics of a unit. All else in it is skipped: there are a million entries.
    fn find_statics(&mut self, number: usize) -> Result<()> {
        let Types { units, statics, .. } = self;
        let unit = &units[number].1;
        let mut entries = unit.entries_raw(None)?;
        while !entries.is_empty() {
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            if abbreviation.tag() != gimli::DW_TAG_variable {
                entries.skip_attributes(abbreviation.attributes())?;
                continue;
            }
            let (mut place, mut kind) = (None, None);
            for &attribute in abbreviation.attributes() {
                let attribute = entries.read_attribute(attribute)?;
                match (attribute.name(), attribute.value()) {
                    (gimli::DW_AT_location, AttributeValue::Exprloc(place_of)) => place = address(unit, place_of),
                    (gimli::DW_AT_type, value) => kind = id(unit, value),
                    _ => {}
                }
            }
            statics.extend(place.zip(kind));
        }
        Ok(())
    }

    fn name(&self, unit: &Unit<Slice<'a>>, entry: &Entry<'a>) -> Result<String> {
        let Some(value) = entry.attr_value(gimli::DW_AT_name) else { return Ok(String::new()) };
        let name = self.dwarf.attr_string(unit, value).map_err(|error| anyhow!("a type's name: {error}"))?;
        Ok(name.to_string_lossy().into_owned())
    }

    fn names(
        &self,
        unit: &Unit<Slice<'a>>,
        node: gimli::EntriesTreeNode<'_, '_, Slice<'a>>,
    ) -> Result<Vec<(String, u64)>> {
        let mut names = Vec::new();
        let mut children = node.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            if let Some(value) = number(entry, gimli::DW_AT_const_value) {
                names.push((self.name(unit, entry)?, value));
            }
        }
        Ok(names)
    }

    fn array(&self, unit: &Unit<Slice<'a>>, node: gimli::EntriesTreeNode<'_, '_, Slice<'a>>) -> Result<Type> {
        let of = kind(unit, node.entry()).context("an array of nothing")?;
        let mut count = 0;
        let mut children = node.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            count = number(entry, gimli::DW_AT_count)
                .or_else(|| number(entry, gimli::DW_AT_upper_bound).map(|last| last + 1))
                .unwrap_or(0);
        }
        let element = self.get(of)?;
        let name = format!("[{}; {count}]", element.name);
        Ok(Type { name, size: element.size * count, shape: Shape::Array(of, count) })
    }

    fn fields(&self, unit: &Unit<Slice<'a>>, node: gimli::EntriesTreeNode<'_, '_, Slice<'a>>) -> Result<Fields> {
        let mut fields = Fields::default();
        let mut children = node.children();
        while let Some(child) = children.next()? {
            let entry = child.entry();
            match entry.tag() {
                gimli::DW_TAG_member => fields.always.extend(self.field(unit, entry)?),
                gimli::DW_TAG_template_type_parameter => {
                    let name = self.name(unit, entry)?;
                    fields.parameters.extend(kind(unit, entry).map(|kind| (name, kind)));
                }
                gimli::DW_TAG_variant_part => self.cases(unit, child, &mut fields)?,
                _ => {}
            }
        }
        Ok(fields)
    }

    fn cases(
        &self,
        unit: &Unit<Slice<'a>>,
        node: gimli::EntriesTreeNode<'_, '_, Slice<'a>>,
        into: &mut Fields,
    ) -> Result<()> {
        let mut variants = node.children();
        while let Some(variant) = variants.next()? {
            let entry = variant.entry();
            if entry.tag() == gimli::DW_TAG_member {
                into.tag = self.field(unit, entry)?;
                continue;
            }
            let value = number(entry, gimli::DW_AT_discr_value);
            let mut members = variant.children();
            while let Some(member) = members.next()? {
                into.cases.extend(self.field(unit, member.entry())?.map(|field| (value, field)));
            }
        }
        Ok(())
    }

    fn field(&self, unit: &Unit<Slice<'a>>, entry: &Entry<'a>) -> Result<Option<Field>> {
        let name = self.name(unit, entry)?;
        let offset = number(entry, gimli::DW_AT_data_member_location).unwrap_or(0);
        // A tuple's fields are called __0, __1; in Rust one writes 0, 1.
        let name = name.strip_prefix("__").filter(|rest| rest.parse::<u32>().is_ok()).unwrap_or(&name).to_string();
        Ok(kind(unit, entry).map(|kind| Field { name, offset, kind }))
    }
}

/// The address that a place is, if it is one and does not change.
fn address(unit: &Unit<Slice<'_>>, place: Expression<Slice<'_>>) -> Option<u64> {
    let mut operations = place.operations(unit.encoding());
    match (operations.next(), operations.next()) {
        (Ok(Some(Operation::Address { address })), Ok(None)) => Some(address),
        _ => None,
    }
}

fn kind(unit: &Unit<Slice<'_>>, entry: &Entry<'_>) -> Option<Id> {
    id(unit, entry.attr_value(gimli::DW_AT_type)?)
}

fn id(unit: &Unit<Slice<'_>>, value: AttributeValue<Slice<'_>>) -> Option<Id> {
    match value {
        AttributeValue::UnitRef(offset) => Some(Id(offset.to_debug_info_offset(&unit.header)?.0)),
        AttributeValue::DebugInfoRef(offset) => Some(Id(offset.0)),
        _ => None,
    }
}

fn number(entry: &Entry<'_>, name: gimli::DwAt) -> Option<u64> {
    let value = entry.attr_value(name)?;
    value.udata_value().or_else(|| value.sdata_value().map(|value| value as u64))
}

fn scalar(entry: &Entry<'_>) -> Scalar {
    match entry.attr_value(gimli::DW_AT_encoding) {
        Some(AttributeValue::Encoding(gimli::DW_ATE_boolean)) => Scalar::Truth,
        Some(AttributeValue::Encoding(gimli::DW_ATE_UTF)) => Scalar::Letter,
        Some(AttributeValue::Encoding(gimli::DW_ATE_signed | gimli::DW_ATE_signed_char)) => Scalar::Signed,
        _ => Scalar::Unsigned,
    }
}
