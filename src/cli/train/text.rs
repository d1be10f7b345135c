//! What training found, for a terminal or a log.

use std::fmt;

use super::remarks::why;
use crate::evaluate::grid::{Grid, number, percent};
use crate::link::{TrainedComparison, TrainedLevel, Training};
use crate::settings::Settings;

/// Training, to be told.
pub(super) struct Text<'a> {
    pub(super) settings: &'a Settings,
    pub(super) training: &'a Training,
}

/// Movements that are told in words.
const MOVEMENTS: usize = 6;

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n", self.sources(), self.course())?;
        writeln!(f, "what moved most, by what it changes in the weight of the average pair of one person")?;
        movements(self.training).iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        for comparison in &self.training.comparisons {
            let Some(untrained) = comparison.untrained else { continue };
            writeln!(f, "  {} is not trained: {}", comparison.id, why(untrained))?;
        }
        write!(f, "\n{}\n{}\n{}", levels(self.training), passes(self.training), self.priors())?;
        writeln!(f, "* seen too seldom to be told from these data: rests on the model before")
    }
}

impl Text<'_> {
    fn sources(&self) -> String {
        let Training { records, random_pairs, passes, .. } = self.training;
        format!(
            "trained on {} records: {} pairs that met in {} passes, {} drawn by lot",
            number(*records),
            number(passes.iter().map(|pass| pass.compared).sum()),
            passes.len(),
            number(*random_pairs),
        )
    }

    /// How expectation and maximisation ended.
    fn course(&self) -> String {
        let Training { iterations, last_change, .. } = self.training;
        if self.training.converged {
            return format!("converged after {iterations} iterations");
        }
        format!(
            "not converged after {iterations} iterations: m of `{}` at level `{}` still moved by {:.6} in the last one.\n  \
             The passes do not yet agree on it. Allow more with --iterations; if it keeps moving, a rule that meets\n  \
             nearly nobody of one person, or two levels that hardly differ in what they tell, are likely causes",
            last_change.comparison, last_change.level, last_change.by
        )
    }

    fn priors(&self) -> Grid {
        let header = ["left", "right", "factor before", "after", "pairs of one person"];
        Grid::new(
            "priors: how many times the common prior odds",
            2,
            &header,
            &self.training.priors,
            |prior| {
                let [left, right] = prior.between.map(|source| self.settings.source(source).id.clone());
                let pairs = number(prior.expected_pairs.round() as u64);
                vec![left, right, short(prior.before), short(prior.after), pairs]
            },
        )
    }
}

/// The largest movements in words.
fn movements(training: &Training) -> Vec<String> {
    let trained = training.comparisons.iter().filter(|comparison| comparison.untrained.is_none());
    let mut all: Vec<(&TrainedComparison, &TrainedLevel)> = trained
        .flat_map(|comparison| comparison.levels.iter().map(move |level| (comparison, level)))
        .collect();
    all.sort_by(|a, b| weight_moved(b.1).total_cmp(&weight_moved(a.1)));
    all.truncate(MOVEMENTS);
    all.iter().map(|(comparison, level)| movement(comparison, level)).collect()
}

fn movement(comparison: &TrainedComparison, level: &TrainedLevel) -> String {
    let (before, after) = (bits(level.before.m, level.before.u), bits(level.after.m, level.after.u));
    format!(
        "{} {}: seen in {} % of pairs of one person, not {} %, and in {} % of strangers, not {} %; tells {after:+.2} bits, not {before:+.2}",
        comparison.id,
        level.name,
        short(level.after.m * 100.0),
        short(level.before.m * 100.0),
        short(level.after.u * 100.0),
        short(level.before.u * 100.0),
    )
}

/// What a level's change does to the weights of pairs of one person, on average.
fn weight_moved(level: &TrainedLevel) -> f64 {
    let moved = bits(level.after.m, level.after.u) - bits(level.before.m, level.before.u);
    level.after.m * moved.abs()
}

fn bits(m: f64, u: f64) -> f64 {
    (m / u).log2()
}

fn levels(training: &Training) -> Grid {
    let rows = training
        .comparisons
        .iter()
        .flat_map(|comparison| comparison.levels.iter().map(move |level| (comparison, level)));
    let header =
        ["comparison", "level", "m before", "after", "", "u before", "after", "", "bits before", "after"];
    Grid::new(
        "levels: shares of pairs of one person (m) and of strangers (u)",
        2,
        &header,
        rows,
        |(comparison, level)| {
            let TrainedLevel { before, after, .. } = level;
            let star = |rests: bool| if rests { "*".to_owned() } else { String::new() };
            vec![
                comparison.id.clone(),
                level.name.clone(),
                short(before.m),
                short(after.m),
                star(level.m_rests_on_the_prior()),
                short(before.u),
                short(after.u),
                star(level.u_rests_on_the_prior()),
                format!("{:+.2}", bits(before.m, before.u)),
                format!("{:+.2}", bits(after.m, after.u)),
            ]
        },
    )
}

fn passes(training: &Training) -> Grid {
    let header = [
        "pass",
        "trains all but",
        "pairs",
        "compared",
        "one person %",
        "strangers %",
        "siblings %",
        "relatives %",
    ];
    Grid::new(
        "passes: each blocking rule by itself, and who it meets",
        2,
        &header,
        &training.passes,
        |pass| {
            let mut row =
                vec![pass.rule.clone(), pass.left_out.join(", "), number(pass.pairs), number(pass.compared)];
            row.extend(pass.kinds.map(|share| percent(Some(share))));
            row
        },
    )
}

/// Four digits that count.
fn short(number: f64) -> String {
    if number <= 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let decimals = (3 - number.log10().floor() as i64).clamp(0, 12) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_told_with_four_digits_that_count() {
        let told = [0.123_456, 0.5, 99.951, 12_345.6, 0.000_000_098_76, 0.0].map(short);
        assert_eq!(told, ["0.1235", "0.5", "99.95", "12346", "0.00000009876", "0"]);
    }
}
