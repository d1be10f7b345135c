//! Several rules on one cell: the most specific speaks, the others become its evidence.

use rayon::prelude::*;

use super::Evidence;
use super::describe::Draft;
use crate::settings::Settings;
use crate::table::RecordRef;

/// A record and a column of it.
type Cell = (RecordRef, u16);

/// Takes out the findings of rules that yield to another one found on the same record and column;
/// what they knew goes to the one that speaks. Keeps the order. O(n log n) of the drafts that take part.
pub(super) fn yield_to_specific(settings: &Settings, mut drafts: Vec<Draft>) -> Vec<Draft> {
    let speakers = speakers(&targets(settings), &drafts);
    hand_over(&mut drafts, &speakers);
    let mut silent = speakers.iter().map(|(at, _)| *at as usize).peekable();
    let mut place = 0..;
    drafts.retain(|_| {
        let at = place.next();
        silent.next_if(|silent| Some(*silent) == at).is_none()
    });
    drafts
}

/// By rule: the rules it yields to.
fn targets(settings: &Settings) -> Vec<Vec<u16>> {
    let place = |id: &str| settings.checks.iter().position(|check| check.id == id).map(|at| at as u16);
    let of =
        |check: &crate::settings::Check| check.yields_to.iter().filter_map(|id| place(&id.value)).collect();
    settings.checks.iter().map(of).collect()
}

/// The drafts that yield, rising, each with the one it yields to.
fn speakers(targets: &[Vec<u16>], drafts: &[Draft]) -> Vec<(u32, u32)> {
    let takes_part: Vec<bool> = (0..targets.len() as u16)
        .map(|rule| {
            !targets[usize::from(rule)].is_empty() || targets.iter().any(|targets| targets.contains(&rule))
        })
        .collect();
    let taking =
        drafts.par_iter().enumerate().filter(|(_, draft)| takes_part[usize::from(draft.finding.rule)]);
    let mut on_cells: Vec<(Cell, u32)> =
        taking.map(|(at, draft)| ((draft.finding.record, draft.column), at as u32)).collect();
    on_cells.par_sort_unstable();
    let rule = |at: u32| drafts[at as usize].finding.rule;
    let of_cell = |cell: &[(Cell, u32)]| -> Vec<(u32, u32)> {
        let speaker = |at: u32| {
            let targets = &targets[usize::from(rule(at))];
            cell.iter().map(|(_, other)| *other).find(|&other| targets.contains(&rule(other)))
        };
        cell.iter().filter_map(|&(_, at)| Some((at, speaker(at)?))).collect()
    };
    let mut speakers: Vec<(u32, u32)> =
        on_cells.chunk_by(|a, b| a.0 == b.0).filter(|cell| cell.len() > 1).flat_map(of_cell).collect();
    speakers.sort_unstable();
    speakers
}

/// Gives what the silent ones know to the last one that speaks: the settings hold no circle, so there is one.
fn hand_over(drafts: &mut [Draft], speakers: &[(u32, u32)]) {
    let next =
        |at: u32| speakers.binary_search_by_key(&at, |pair| pair.0).ok().map(|found| speakers[found].1);
    let last = |first: u32| std::iter::successors(Some(first), |&at| next(at)).last().unwrap_or(first);
    let gifts: Vec<(u32, Evidence)> = speakers
        .iter()
        .flat_map(|&(from, to)| knowledge(&drafts[from as usize]).map(move |gift| (to, gift)))
        .map(|(to, gift)| (last(to), gift))
        .collect();
    for (to, gift) in gifts {
        let draft = &mut drafts[to as usize];
        let known = |old: &Evidence| old.record == gift.record && old.field == gift.field;
        if !draft.evidence.iter().any(known) {
            draft.evidence.push(gift);
        }
    }
}

/// What a silenced finding knew: its evidence, and the record's own value.
fn knowledge(draft: &Draft) -> impl Iterator<Item = Evidence> {
    let finding = &draft.finding;
    let own = Evidence {
        finding: 0,
        record: finding.record,
        field: finding.field.clone(),
        value: finding.current_value.clone(),
        speaks_for: true,
        weight: finding.match_probability,
    };
    draft.evidence.iter().cloned().chain(std::iter::once(own))
}
