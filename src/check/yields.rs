//! Several rules on one cell: the most specific speaks, the others become its evidence.

use hashbrown::HashMap;

use super::Evidence;
use super::describe::Draft;
use crate::settings::Settings;
use crate::table::RecordRef;

/// Takes out the findings of rules that yield to another one found on the same record and column;
/// what they knew goes to the one that speaks. Keeps the order. O(drafts).
pub(super) fn yield_to_specific(settings: &Settings, drafts: Vec<Draft>) -> Vec<Draft> {
    let targets = targets(settings);
    let mut on_cell: HashMap<(RecordRef, String), Vec<usize>> = HashMap::new();
    let takes_part = |rule: u16| {
        let rule = usize::from(rule);
        !targets[rule].is_empty() || targets.iter().any(|targets| targets.contains(&(rule as u16)))
    };
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| takes_part(draft.finding.rule)) {
        let cell = (draft.finding.record, draft.finding.field.clone());
        on_cell.entry(cell).or_default().push(at);
    }
    let mut speaker: Vec<Option<usize>> = vec![None; drafts.len()];
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| takes_part(draft.finding.rule)) {
        let cell = (draft.finding.record, draft.finding.field.clone());
        let others = on_cell.get(&cell).map_or(&[][..], Vec::as_slice);
        speaker[at] = others
            .iter()
            .copied()
            .find(|&other| targets[usize::from(draft.finding.rule)].contains(&drafts[other].finding.rule));
    }
    hand_over(drafts, &speaker)
}

/// By rule: the rules it yields to.
fn targets(settings: &Settings) -> Vec<Vec<u16>> {
    let place = |id: &str| settings.checks.iter().position(|check| check.id == id).map(|at| at as u16);
    let of =
        |check: &crate::settings::Check| check.yields_to.iter().filter_map(|id| place(&id.value)).collect();
    settings.checks.iter().map(of).collect()
}

fn hand_over(drafts: Vec<Draft>, speaker: &[Option<usize>]) -> Vec<Draft> {
    let mut gifts: Vec<(usize, Evidence)> = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let Some(mut to) = speaker[at] else { continue };
        // The settings hold no circle, so this ends.
        while let Some(next) = speaker[to] {
            to = next;
        }
        gifts.extend(knowledge(draft).map(|evidence| (to, evidence)));
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    for (to, evidence) in gifts {
        if let Some(draft) = &mut drafts[to] {
            let known = |old: &Evidence| old.record == evidence.record && old.field == evidence.field;
            if !draft.evidence.iter().any(known) {
                draft.evidence.push(evidence);
            }
        }
    }
    let silent = |at: usize| speaker[at].is_some();
    drafts.into_iter().enumerate().filter(|(at, _)| !silent(*at)).filter_map(|(_, draft)| draft).collect()
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
