//! The distinct names of all columns and sources, each read once.
//!
//! The offices hold the same people: a name stands in the columns of several sources, and
//! written in several ways. Names that are equal but for the way they are written have one rank,
//! and what is asked of a name (its value for comparing, its blocking keys) is worked out once a
//! rank.

use std::borrow::Cow;

use rayon::prelude::*;

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
    /// By rank less 1: a column and a code of it that bear the name.
    bearers: Vec<(u32, u32)>,
    /// By rank less 1: the name's value in [`Names`].
    values: Vec<u64>,
}

struct NameColumn<'a> {
    cells: Cells<'a>,
    /// By code; 0 for no name.
    ranks: Vec<u32>,
}

impl<'a> NameTable<'a> {
    /// The names of several expressions. Names are told apart by a 64-bit hash of their keys;
    /// O(n log n) in distinct texts, in parallel.
    pub(super) fn read(
        settings: &'a Settings,
        records: &'a [Records],
        expressions: &[&Expression],
    ) -> (Names, Self) {
        let mut columns: Vec<NameColumn<'a>> = Vec::new();
        let mut hashes = Vec::new();
        for (cells, _) in expressions.iter().flat_map(|expression| cells_of(settings, records, expression)) {
            if !columns.iter().any(|column| column.is_of(&cells)) {
                let of_column = cells.hashes("key", Part::Whole);
                columns.push(NameColumn { cells, ranks: vec![0; of_column.len()] });
                hashes.push(of_column);
            }
        }
        let all = sorted(hashes);
        let runs: Vec<&[Entry]> = all.chunk_by(|a, b| a.0 == b.0).collect();
        for (rank, run) in runs.iter().enumerate() {
            run.iter().for_each(|&(_, at, code)| columns[at as usize].ranks[code as usize] = rank as u32 + 1);
        }
        let bearers: Vec<(u32, u32)> = runs.iter().map(|run| (run[0].1, run[0].2)).collect();
        let mut table = Self { columns, bearers, values: Vec::new() };
        let names = table.take_apart();
        (names, table)
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
    /// equal names have equal answers. O(distinct names) and O(codes), in parallel.
    pub(super) fn hashes(&self, all: &[(Cells<'_>, &FieldFacet)], reading: Reading) -> Vec<Option<Vec<u64>>> {
        if !matches!(reading, Reading::Hash | Reading::Term) {
            return Vec::new();
        }
        let mut known: Vec<(&str, Part, Vec<u64>)> = Vec::new();
        all.iter()
            .map(|(cells, asked)| {
                let column = self.column(cells)?;
                let facet = facet_of(cells, asked, reading);
                OF_EQUAL_NAMES.contains(&facet).then_some(())?;
                let at = known.iter().position(|(one, part, _)| *one == facet && *part == asked.part);
                let at = at.unwrap_or_else(|| {
                    known.push((facet, asked.part, self.by_rank(all, facet, asked.part)));
                    known.len() - 1
                });
                Some(column.by_code(&known[at].2))
            })
            .collect()
    }

    /// What a facet says of every name that some of the cells bear, as a hash by rank less 1.
    fn by_rank(&self, all: &[(Cells<'_>, &FieldFacet)], facet: &str, part: Part) -> Vec<u64> {
        let mut is_borne = vec![false; self.bearers.len()];
        let columns = all.iter().filter_map(|(cells, _)| self.column(cells));
        for rank in columns.flat_map(|column| &column.ranks).filter(|rank| **rank != 0) {
            is_borne[*rank as usize - 1] = true;
        }
        let read = |(&(at, code), is_borne): (&(u32, u32), &bool)| {
            let cells = self.columns[at as usize].cells;
            if *is_borne { hash(&cut(cells.read(cells.facet(facet), code), part)) } else { 0 }
        };
        self.bearers.par_iter().zip(&is_borne).with_min_len(1024).map(read).collect()
    }
}

/// The facets that names of one key share.
const OF_EQUAL_NAMES: [&str; 6] = ["key", "plain", "given", "surname", "words", "skeleton"];

impl NameColumn<'_> {
    fn is_of(&self, cells: &Cells<'_>) -> bool {
        std::ptr::eq(self.cells.texts, cells.texts)
    }

    fn by_code(&self, by_rank: &[u64]) -> Vec<u64> {
        let value = |&rank: &u32| (rank as usize).checked_sub(1).map_or(0, |at| by_rank[at]);
        self.ranks.par_iter().with_min_len(4096).map(value).collect()
    }
}

/// A name's hash, its column and its code there.
type Entry = (u64, u32, u32);

/// The names of all columns in order of hash, column and code.
fn sorted(hashes: Vec<Vec<u64>>) -> Vec<Entry> {
    let entries = |(at, hashes): (usize, Vec<u64>)| {
        let codes = hashes.into_iter().enumerate().filter(|(_, hash)| *hash != 0);
        codes.map(move |(code, hash)| (hash, at as u32, code as u32))
    };
    let mut all: Vec<Entry> = hashes.into_iter().enumerate().flat_map(entries).collect();
    all.par_sort_unstable();
    all
}
