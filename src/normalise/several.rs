//! Cells that hold several values: `Bob; Rob`.
//!
//! The distinct items of a column are read like the texts of a column of their own, each once; a cell is a
//! list of them.

use super::Values;
use crate::table::{Dictionary, TextColumn, TextColumnBuilder};

/// The items of a column's cells and their values.
#[derive(Debug)]
pub struct Several {
    items: TextColumn,
    values: Values,
    /// The items of all cells, by their codes.
    lists: Vec<u32>,
    /// By dictionary code of the cell: where its items end in `lists`.
    ends: Vec<u32>,
}

/// Most items of a cell that are read.
const ITEMS_MAX: usize = 64;

impl Several {
    /// Takes the cells of a column apart at a separator. O(length of all distinct cells).
    pub(super) fn read(cells: &Dictionary, separator: &str, read: impl Fn(&Dictionary) -> Values) -> Self {
        let mut builder = TextColumnBuilder::default();
        let mut ends = Vec::with_capacity(cells.len());
        for cell in cells.texts() {
            let items = cell.split(separator).map(str::trim).filter(|item| !item.is_empty());
            items.take(ITEMS_MAX).for_each(|item| builder.push(item));
            ends.push(builder.len() as u32);
        }
        // A row of the column is one item of one cell, so that its codes are the lists.
        let items = builder.finish();
        let values = read(items.dictionary());
        let lists = items.codes().to_vec();
        Self { items, values, lists, ends }
    }

    /// The distinct items.
    pub fn items(&self) -> &TextColumn {
        &self.items
    }

    /// A value for each distinct item.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The items of a cell by its dictionary code, in their order. O(1).
    pub fn of(&self, code: u32) -> &[u32] {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0) as usize;
        let at = code as usize;
        self.lists.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::DictionaryBuilder;

    #[test]
    fn a_cell_is_the_list_of_its_items() {
        let mut cells = DictionaryBuilder::default();
        let codes: Vec<u32> = ["Bob; Rob ;;", "Rob", ";"].iter().map(|cell| cells.code(cell)).collect();
        let several = Several::read(&cells.finish(), ";", |items| {
            assert_eq!(items.texts().collect::<Vec<_>>(), ["", "Bob", "Rob"]);
            Values::Text(crate::normalise::CleanTexts::default())
        });
        let items = |code| several.of(code).iter().map(|&item| several.items().dictionary().text(item));
        let shown: Vec<Vec<&str>> = codes.iter().map(|&code| items(code).collect()).collect();
        assert_eq!(shown, [vec!["Bob", "Rob"], vec!["Rob"], vec![]]);
        assert_eq!(several.of(0), [0_u32; 0]);
    }
}
