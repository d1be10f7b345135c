//! The distinct names of all columns and sources, each read once.
//!
//! The offices hold the same people: a name stands in the columns of several sources, and
//! written in several ways. Names that are equal but for the way they are written have one rank,
//! and what is asked of a name (its value for comparing, its blocking keys) is worked out once a
//! rank.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::blocking::partition::for_each_equal;
use super::cells::{Cells, cells_of, cut, hash};
use super::column::facet_of;
use super::compare::{Names, NamesBuilder, Reading};
use crate::normalise::{FacetValue, Records};
use crate::settings::{Expression, FieldFacet, Part, Settings};

/// Names that are taken apart as one piece.
const PIECE: usize = 1 << 15;

/// The columns of names and what equal names have in common.
#[derive(Default)]
pub(super) struct NameTable<'a> {
    columns: Vec<NameColumn<'a>>,
    /// By rank less 1: the first column and code that bear the name. Ranks rise with them, so that
    /// what is asked of all names is read in the order in which it stands in memory.
    bearers: Vec<(u32, u32)>,
    /// By rank less 1: the name's value in [`Names`].
    values: Vec<u64>,
    /// What has been asked before.
    known: Vec<Known>,
}

struct NameColumn<'a> {
    cells: Cells<'a>,
    /// By code; 0 for no name.
    ranks: Vec<u32>,
}

/// What a facet says of names.
struct Known {
    facet: String,
    part: Part,
    /// By rank less 1: its hash; 0 where it has not been asked, or says nothing.
    by_rank: Vec<u64>,
}

impl<'a> NameTable<'a> {
    /// The names of several expressions. Names are told apart by a 64-bit hash of their keys;
    /// O(distinct texts), in parallel.
    pub(super) fn read(
        settings: &'a Settings,
        records: &'a [Records],
        expressions: &[&Expression],
    ) -> (Names, Self) {
        let mut columns: Vec<NameColumn<'a>> = Vec::new();
        let mut hashes = Vec::new();
        for (cells, _) in expressions.iter().flat_map(|expression| cells_of(settings, records, expression)) {
            if !columns.iter().any(|column| column.is_of(&cells)) {
                hashes.extend(cells.hashes("key", Part::Whole));
                let codes = cells.column.dictionary().len();
                columns.push(NameColumn { cells, ranks: Vec::with_capacity(codes) });
            }
        }
        let mut table = Self { columns, ..Self::default() };
        table.rank(&hashes);
        let names = table.take_apart();
        (names, table)
    }

    /// Numbers the names of all columns, equal hashes alike, in the order of their first bearers.
    fn rank(&mut self, hashes: &[u64]) {
        let first_of = first_equals(hashes);
        let mut ranks: Vec<u32> = Vec::with_capacity(hashes.len());
        let (mut slot, mut next) = (0, 0);
        for (at, column) in self.columns.iter_mut().enumerate() {
            let start = slot;
            for code in 0..column.cells.column.dictionary().len() as u32 {
                let first = first_of[slot] as usize;
                let rank = match (hashes[slot], first == slot) {
                    (0, _) => 0,
                    (_, false) => ranks[first],
                    (_, true) => {
                        self.bearers.push((at as u32, code));
                        next += 1;
                        next
                    }
                };
                ranks.push(rank);
                slot += 1;
            }
            column.ranks.extend_from_slice(&ranks[start..]);
        }
    }

    /// Builds the names of all ranks and keeps their values.
    fn take_apart(&mut self) -> Names {
        let piece = |bearers: &[(u32, u32)]| {
            let mut names = NamesBuilder::default();
            let push = |bearer: &(u32, u32)| names.push(&self.key(*bearer));
            let values: Vec<u64> = bearers.iter().map(push).collect();
            (names, values)
        };
        let pieces: Vec<(NamesBuilder, Vec<u64>)> = self.bearers.par_chunks(PIECE).map(piece).collect();
        let mut names = NamesBuilder::default();
        let mut all = Vec::with_capacity(self.bearers.len());
        for (piece, values) in pieces {
            let first = names.append(piece);
            all.extend(values.into_iter().map(|value| first + value));
        }
        self.values = all;
        names.finish()
    }

    fn key(&self, (at, code): (u32, u32)) -> Cow<'a, str> {
        let cells = self.columns[at as usize].cells;
        match cells.read(cells.facet("key"), code) {
            FacetValue::Text(text) => text,
            _ => Cow::Borrowed(""),
        }
    }

    fn column(&self, cells: &Cells<'_>) -> Option<&NameColumn<'a>> {
        self.columns.iter().find(|column| column.is_of(cells))
    }

    /// The values of a column's names by code. O(codes).
    pub(super) fn values(&self, cells: Cells<'_>) -> Vec<u64> {
        self.column(&cells).map_or_else(Vec::new, |column| column.by_code(&self.values))
    }

    /// By cells: the hashes of what is asked of them by code, where they are columns of names and
    /// equal names have equal answers. O(distinct names) and O(codes), in parallel; nothing is read
    /// of a name twice.
    pub(super) fn hashes(
        &mut self,
        all: &[(Cells<'_>, &FieldFacet)],
        reading: Reading,
    ) -> Vec<Option<Vec<u64>>> {
        if !matches!(reading, Reading::Hash | Reading::Term) {
            return Vec::new();
        }
        let mut of_cells = |(cells, asked): &(Cells<'_>, &FieldFacet)| {
            let facet = facet_of(cells, asked, reading);
            OF_EQUAL_NAMES.contains(&facet).then_some(())?;
            let column = self.columns.iter().position(|column| column.is_of(cells))?;
            let known = self.ask(column, facet, asked.part);
            Some(self.columns[column].by_code(&self.known[known].by_rank))
        };
        all.iter().map(&mut of_cells).collect()
    }

    /// Asks a facet of every name of a column of which it has not been asked; the answer's place.
    fn ask(&mut self, column: usize, facet: &str, part: Part) -> usize {
        let known = self.known.iter().position(|known| known.facet == facet && known.part == part);
        let known = known.unwrap_or_else(|| {
            let by_rank = vec![0; self.bearers.len()];
            self.known.push(Known { facet: facet.to_owned(), part, by_rank });
            self.known.len() - 1
        });
        let mut is_borne = vec![false; self.bearers.len()];
        for rank in self.columns[column].ranks.iter().filter(|rank| **rank != 0) {
            is_borne[*rank as usize - 1] = true;
        }
        let columns = &self.columns;
        let facets: Vec<_> = columns.iter().map(|column| column.cells.facet(facet)).collect();
        let read = |((hash_of, &(at, code)), is_borne): ((&mut u64, &(u32, u32)), &bool)| {
            if *is_borne && *hash_of == 0 {
                let cells = &columns[at as usize].cells;
                *hash_of = hash(&cut(cells.read(facets[at as usize], code), part));
            }
        };
        let by_rank = self.known[known].by_rank.par_iter_mut();
        by_rank.zip(&self.bearers).zip(&is_borne).with_min_len(1024).for_each(read);
        known
    }
}

/// The facets that names of one key share.
const OF_EQUAL_NAMES: [&str; 6] = ["key", "plain", "given", "surname", "words", "skeleton"];

impl NameColumn<'_> {
    fn is_of(&self, cells: &Cells<'_>) -> bool {
        std::ptr::eq(self.cells.column, cells.column)
    }

    fn by_code(&self, by_rank: &[u64]) -> Vec<u64> {
        let value = |&rank: &u32| (rank as usize).checked_sub(1).map_or(0, |at| by_rank[at]);
        self.ranks.par_iter().with_min_len(4096).map(value).collect()
    }
}

/// By place: the first place of an equal hash. O(n), in parallel.
fn first_equals(hashes: &[u64]) -> Vec<u32> {
    // Atomic because equal hashes are found on all threads; every place is written at most once.
    let first_of: Vec<AtomicU32> = (0..hashes.len() as u32).into_par_iter().map(AtomicU32::new).collect();
    for_each_equal(hashes, |places| {
        for &place in &places[1..] {
            first_of[place as usize].store(places[0], Ordering::Relaxed);
        }
    });
    first_of.into_iter().map(AtomicU32::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_names_rank_is_that_of_the_first_equal_one(hashes in prop::collection::vec(1_u64..9, 0..60)) {
            let first = |hash: &u64| hashes.iter().position(|other| other == hash).unwrap() as u32;
            prop_assert_eq!(first_equals(&hashes), hashes.iter().map(first).collect::<Vec<_>>());
        }
    }
}
