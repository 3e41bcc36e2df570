//! The entries of a BTreeMap, by keys that are numbers: nodes of sorted keys and values, and, but for the lowest, of edges behind them
//! (the library's alloc/src/collections/btree/node.rs).

use super::find::Look;
use super::types::{Fields, Id, Shape};
use super::{Memory, Place};
use anyhow::{Context, Result, bail};

/// How many keys are told of a map that does not have the one that was asked for.
const TOLD: usize = 24;

impl<M: Memory> Look<'_, '_, M> {
    /// Where the value of a key is, or, in a set, the key, and its type.
    pub(super) fn entry_of_map(&mut self, place: &Place, fields: &Fields, key: u64) -> Result<(u64, Id)> {
        let parameter = |wanted: &str| fields.parameters.iter().find(|(name, _)| name == wanted).map(|found| found.1);
        let (keys, values) = parameter("K").zip(parameter("V")).context("a map of unknown types")?;
        let root = self.own_field(place, "root")?.with_context(|| format!("{} has no root", place.path))?;
        let Shape::Fields(option) = root.kind.shape.clone() else { bail!("{} is no map", place.path) };
        let case = self.case(&root, &option)?;
        let root = self.inside(&case)?.with_context(|| format!("{} has no root", place.path))?;
        let (height, node) = (self.own_field(&root, "height")?, self.own_field(&root, "node")?);
        let (height, mut node) = height.zip(node).with_context(|| format!("{} is no map", place.path))?;
        let height = self.number(&height)?;
        while !matches!(node.kind.shape, Shape::Pointer(_)) {
            node = self.inside(&node)?.with_context(|| format!("{} is no map", place.path))?;
        }
        let Some(leaf) = self.inside(&node)? else { bail!("{} has no nodes", place.path) };
        let mut seen = Vec::new();
        let found = self.search(&leaf, height, [keys, values], key, &mut seen)?;
        seen.truncate(TOLD);
        found.with_context(|| format!("{} has no {key} now, but {seen:?}", place.path))
    }

    fn search(
        &mut self,
        node: &Place,
        height: u64,
        [keys, values]: [Id; 2],
        key: u64,
        seen: &mut Vec<u64>,
    ) -> Result<Option<(u64, Id)>> {
        let (in_keys, in_values) = (self.types.get(keys)?.size, self.types.get(values)?.size);
        let part =
            |look: &mut Self, name| look.own_field(node, name)?.with_context(|| format!("a node without {name}"));
        let (length, all_keys, all_values) = (part(self, "len")?, part(self, "keys")?, part(self, "vals")?);
        let length = self.number(&length)?;
        for index in 0..=length {
            if height > 0 {
                let edge = self.word(node.address + node.kind.size + 8 * index)?;
                let below = self.place(edge, node.id, node.path.clone())?;
                let found = self.search(&below, height - 1, [keys, values], key, seen)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            if index < length {
                let at = self.place(all_keys.address + index * in_keys, keys, node.path.clone())?;
                let this = self.number(&at).context("its keys are no numbers")?;
                seen.push(this);
                if this == key {
                    let is_set = in_values == 0;
                    let value = all_values.address + index * in_values;
                    return Ok(Some(if is_set { (at.address, keys) } else { (value, values) }));
                }
            }
        }
        Ok(None)
    }
}
