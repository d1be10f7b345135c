//! Several rules on one cell: the most specific speaks, the others become its evidence.

use rayon::prelude::*;

use super::Evidence;
use super::describe::Draft;
use crate::settings::Settings;
use crate::table::RecordRef;

/// A record and a column of it.
type Cell = (RecordRef, u16);

/// Drafts by rule, numbered through all rules.
struct Numbered<'a> {
    drafts: &'a mut [Vec<Draft>],
    /// By rule: the number of its first draft.
    starts: Vec<u32>,
}

impl<'a> Numbered<'a> {
    fn new(drafts: &'a mut [Vec<Draft>]) -> Self {
        let next = |next: &mut u32, drafts: &Vec<Draft>| {
            let start = *next;
            *next += drafts.len() as u32;
            Some(start)
        };
        let starts = drafts.iter().scan(0, next).collect();
        Self { drafts, starts }
    }

    /// The rule and the place there of a draft's number.
    fn place(&self, at: u32) -> (usize, usize) {
        let rule = self.starts.partition_point(|&start| start <= at) - 1;
        (rule, (at - self.starts[rule]) as usize)
    }

    fn get(&self, at: u32) -> &Draft {
        let (rule, place) = self.place(at);
        &self.drafts[rule][place]
    }

    fn get_mut(&mut self, at: u32) -> &mut Draft {
        let (rule, place) = self.place(at);
        &mut self.drafts[rule][place]
    }
}

/// Takes out the findings of rules that yield to another one found on the same record and column;
/// what they knew goes to the one that speaks. Keeps the order. O(n log n) of the drafts that take part.
pub(super) fn yield_to_specific(settings: &Settings, drafts: &mut [Vec<Draft>]) {
    let mut numbered = Numbered::new(drafts);
    let speakers = speakers(&targets(settings), &numbered);
    hand_over(&mut numbered, &speakers);
    let mut silent = speakers.iter().map(|(at, _)| *at).peekable();
    let mut numbers = 0..;
    for of_rule in drafts {
        of_rule.retain(|_| {
            let at = numbers.next();
            silent.next_if(|silent| Some(*silent) == at).is_none()
        });
    }
}

/// By rule: the rules it yields to.
fn targets(settings: &Settings) -> Vec<Vec<u16>> {
    let place = |id: &str| settings.checks.iter().position(|check| check.id == id).map(|at| at as u16);
    let of =
        |check: &crate::settings::Check| check.yields_to.iter().filter_map(|id| place(&id.value)).collect();
    settings.checks.iter().map(of).collect()
}

/// The drafts that yield, rising, each with the one it yields to.
fn speakers(targets: &[Vec<u16>], numbered: &Numbered<'_>) -> Vec<(u32, u32)> {
    let takes_part = |rule: u16| {
        !targets[usize::from(rule)].is_empty() || targets.iter().any(|targets| targets.contains(&rule))
    };
    let of_rule = |(rule, drafts): (usize, &'_ Vec<Draft>)| {
        let first = numbered.starts[rule];
        let cell =
            move |(at, draft): (usize, &Draft)| ((draft.finding.record, draft.column), first + at as u32);
        drafts.iter().enumerate().map(cell).collect::<Vec<(Cell, u32)>>()
    };
    let taking = numbered.drafts.iter().enumerate().filter(|(rule, _)| takes_part(*rule as u16));
    let mut on_cells: Vec<(Cell, u32)> = taking.flat_map(of_rule).collect();
    on_cells.par_sort_unstable();
    let rule = |at: u32| numbered.place(at).0 as u16;
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
fn hand_over(numbered: &mut Numbered<'_>, speakers: &[(u32, u32)]) {
    let next =
        |at: u32| speakers.binary_search_by_key(&at, |pair| pair.0).ok().map(|found| speakers[found].1);
    let last = |first: u32| std::iter::successors(Some(first), |&at| next(at)).last().unwrap_or(first);
    let gifts: Vec<(u32, Evidence)> = speakers
        .iter()
        .flat_map(|&(from, to)| knowledge(numbered.get(from)).map(move |gift| (to, gift)))
        .map(|(to, gift)| (last(to), gift))
        .collect();
    for (to, gift) in gifts {
        let draft = numbered.get_mut(to);
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
