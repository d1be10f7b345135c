//! Whether the pairs of a sheet are the run's pairs, each in its stratum.

use std::collections::HashMap;

use super::draw::pair_hash;
use super::labels::{LabelledPair, Labels};
use super::pairs::PairRow;
use super::stratum::{BANDS, Stratum, place_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::worklist::workbook_text;

/// Looks for a sheet's pairs among a run's, which pass by one after the other.
pub(super) struct Verifier {
    /// By hash of the four names: the place among the sheet's pairs.
    wanted: HashMap<u64, usize>,
    /// By pair of the sheet: its names and its place among the strata of its sources.
    pairs: Vec<([String; 4], usize)>,
    found: Vec<Found>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Not,
    Elsewhere,
    Here,
}

/// Any seed will do here.
const SEED: u64 = 0;

impl Verifier {
    pub(super) fn new(labels: &Labels) -> Self {
        let place = |stratum: &Stratum| stratum.band + BANDS * usize::from(stratum.linked);
        let named = |pair: &LabelledPair| {
            let stratum = labels.strata.get(pair.stratum);
            (pair.names.clone().map(|name| name.trim().to_owned()), stratum.map_or(usize::MAX, place))
        };
        let pairs: Vec<_> = labels.pairs.iter().map(named).collect();
        let hash = |(names, _): &([String; 4], usize)| pair_hash(SEED, names.each_ref().map(String::as_str));
        let wanted = pairs.iter().enumerate().map(|(at, pair)| (hash(pair), at)).collect();
        let found = vec![Found::Not; pairs.len()];
        Self { wanted, pairs, found }
    }

    /// One pair of the run.
    pub(super) fn meet(&mut self, pair: &PairRow<'_>) {
        let names = [pair.left_source, pair.left_id, pair.right_source, pair.right_id];
        // As the sheet has them: without what no cell can hold.
        let names = names.map(workbook_text);
        let names = names.each_ref().map(|name| name.trim());
        let Some(&at) = self.wanted.get(&pair_hash(SEED, names)) else { return };
        if let (Some((own, place)), Some(found)) = (self.pairs.get(at), self.found.get_mut(at))
            && own.each_ref().map(String::as_str) == names
        {
            *found = if *place == place_of(pair) { Found::Here } else { Found::Elsewhere };
        }
    }

    /// Takes the answers off the pairs that are not the run's, and says so.
    pub(super) fn finish(self, labels: &mut Labels) {
        for (pair, found) in labels.pairs.iter_mut().zip(self.found) {
            let what = match found {
                Found::Here => continue,
                Found::Not => "the run has no such pair; its record ids were changed",
                Found::Elsewhere => "the run decides this pair otherwise, or gives it another probability",
            };
            pair.answer = None;
            labels.complaints.push(not_drawn(&pair.place, what));
        }
    }
}

fn not_drawn(place: &Place, what: &str) -> Diagnostic {
    Diagnostic::warning(
        "EST-024",
        place.clone(),
        format!("{what}; the row is left out"),
        "copy the answers into the sheet as `doisoat sample` wrote it for this run",
    )
}
