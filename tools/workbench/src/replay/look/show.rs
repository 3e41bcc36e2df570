//! Bytes as a value, in the words of Rust.

use super::inside::{content_of_cell, pointer_of_handle};
use super::types::{Fields, Id, Scalar, Shape, Types};
use anyhow::{Context, Result};

/// Numbers from here on are told in hexadecimal, too.
const LARGE: u64 = 10;
/// How many elements of an array are told.
const ELEMENTS: usize = 16;
/// How deep it is gone into.
const DEEPEST: usize = 8;

/// The value of this type that is in some bytes.
pub fn show(types: &Types<'_>, id: Id, bytes: &[u8]) -> Result<String> {
    let kind = types.get(id)?;
    let text = value(types, id, bytes, DEEPEST)?;
    let number = matches!(kind.shape, Shape::Scalar(Scalar::Unsigned)).then(|| number(bytes));
    Ok(match number {
        Some(number) if number >= LARGE => format!("{text} ({number:#x})"),
        _ => text,
    })
}

fn value(types: &Types<'_>, id: Id, bytes: &[u8], deep: usize) -> Result<String> {
    let kind = types.get(id)?;
    // The last bytes of what is too long to be watched may be missing.
    let Some(bytes) = bytes.get(..usize::try_from(kind.size)?) else { return Ok("…".to_string()) };
    Ok(match &kind.shape {
        _ if deep == 0 => "…".to_string(),
        Shape::Scalar(_) if kind.size == 0 => "()".to_string(),
        Shape::Scalar(scalar) => shown_scalar(*scalar, bytes),
        Shape::Pointer(_) => format!("{:#x}", number(bytes)),
        Shape::Names(names) => {
            let number = number(bytes);
            let name = names.iter().find(|(_, value)| value & mask(bytes) == number);
            name.map_or_else(|| format!("{} ({number:#x})", kind.name), |(name, _)| name.clone())
        }
        Shape::Array(of, count) => elements(types, *of, *count, bytes, deep)?,
        Shape::Fields(fields) => structure(types, &kind.name, fields, bytes, deep)?,
        Shape::Other => "…".to_string(),
    })
}

fn shown_scalar(scalar: Scalar, bytes: &[u8]) -> String {
    let number = number(bytes);
    match scalar {
        Scalar::Unsigned if bytes.len() > 8 => {
            format!("{:#x}", bytes.iter().rev().fold(0_u128, |n, &b| n << 8 | u128::from(b)))
        }
        Scalar::Unsigned => number.to_string(),
        Scalar::Signed => {
            let unused = 64 - 8 * bytes.len().min(8) as u32;
            ((number << unused) as i64 >> unused).to_string()
        }
        Scalar::Truth => match number {
            0 => "false".to_string(),
            1 => "true".to_string(),
            other => format!("neither false nor true, but {other}"),
        },
        Scalar::Letter => {
            u32::try_from(number).ok().and_then(char::from_u32).map_or("no letter".to_string(), |c| format!("{c:?}"))
        }
    }
}

fn elements(types: &Types<'_>, of: Id, count: u64, bytes: &[u8], deep: usize) -> Result<String> {
    let size = usize::try_from(types.get(of)?.size)?;
    let shown = usize::try_from(count)?.min(ELEMENTS);
    let parts = (0..shown).map(|n| value(types, of, bytes.get(n * size..).unwrap_or_default(), deep - 1));
    let more = if count as usize > shown { ", …" } else { "" };
    Ok(format!("[{}{more}]", parts.collect::<Result<Vec<_>>>()?.join(", ")))
}

fn structure(types: &Types<'_>, name: &str, fields: &Fields, bytes: &[u8], deep: usize) -> Result<String> {
    let of = |offset: u64| bytes.get(offset as usize..).unwrap_or_default();
    if let Some(content) = content_of_cell(name, fields).or_else(|| pointer_of_handle(name, fields)) {
        return value(types, content.kind, of(content.offset), deep);
    }
    if !fields.cases.is_empty() {
        let tag = fields.tag.as_ref().map(|tag| -> Result<u64> {
            let size = types.get(tag.kind)?.size as usize;
            Ok(number(of(tag.offset).get(..size).unwrap_or_default()))
        });
        let tag = tag.transpose()?;
        let case = fields.cases.iter().find(|(value, _)| *value == tag);
        let case = case.or_else(|| fields.cases.iter().find(|(value, _)| value.is_none()));
        let (_, case) = match case {
            Some(case) => case,
            None => return Ok(format!("no {name}, but its tag is {:#x}", tag.unwrap_or(0))),
        };
        return value(types, case.kind, of(case.offset), deep);
    }
    let short = name.split('<').next().unwrap_or(name);
    let mut parts = Vec::new();
    let mut is_tuple = true;
    for field in &fields.always {
        let kind = types.get(field.kind).context("a field's type")?;
        if kind.size > 0 {
            let number = field.name.parse::<u32>().is_ok();
            is_tuple &= number;
            let shown = value(types, field.kind, of(field.offset), deep - 1)?;
            parts.push(if number { shown } else { format!("{}: {shown}", field.name) });
        }
    }
    let short = if short.starts_with('(') { "" } else { short };
    Ok(match parts.join(", ") {
        none if none.is_empty() => short.to_string(),
        parts if is_tuple => format!("{short}({parts})"),
        parts => format!("{short} {{{parts}}}"),
    })
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The bits that so many bytes have.
fn mask(bytes: &[u8]) -> u64 {
    if bytes.len() >= 8 { u64::MAX } else { (1 << (8 * bytes.len())) - 1 }
}
