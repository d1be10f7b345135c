//! What a night comes to in figures, which add up over its parts.

use super::score::Scores;
use super::tally::Tally;
use crate::check::{Findings, RuleCount};
use crate::link::{BlockingAccount, Calibrated, Continuity, Linkage, Ruled};
use crate::settings::Settings;

/// All that the page, the summary and `run.json` tell beside the facts of the run.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Counts of links, people and findings.
    pub tally: Tally,
    /// One a quality rule, in the order of the settings' checks.
    pub rules: Vec<RuleCount>,
    /// One a blocking rule, in the order of the settings.
    pub blocking: Vec<BlockingAccount>,
    /// By pair of sources; over parts the mean, each part weighted by its pairs.
    pub calibrated: Vec<Calibrated>,
    /// What became of officers' rulings.
    pub ruled: Ruled,
    /// How people's ids went on from an earlier run.
    pub continuity: Option<Continuity>,
}

impl Figures {
    /// The figures of some records. O(links + records + findings).
    pub fn of(settings: &Settings, linkage: &Linkage, findings: &Findings) -> Self {
        Self {
            tally: Tally::new(settings, linkage, findings),
            rules: findings.rules.clone(),
            blocking: linkage.blocking_accounts.clone(),
            calibrated: linkage.calibrated.clone(),
            ruled: linkage.ruled.clone(),
            continuity: linkage.people.continuity,
        }
    }

    /// The scores that the rules' counts come to.
    pub fn scores(&self, settings: &Settings) -> Scores {
        Scores::of_rules(settings, &self.rules)
    }

    /// Adds the figures of another part of the night.
    pub fn merge(&mut self, other: Self) {
        if self.tally.rules.is_empty() && self.tally.people == 0 {
            *self = other;
            return;
        }
        self.tally.merge(&other.tally);
        self.rules.iter_mut().zip(&other.rules).for_each(|(rule, more)| rule.merge(more));
        self.blocking.iter_mut().zip(&other.blocking).for_each(|(rule, more)| rule.merge(more));
        other.calibrated.into_iter().for_each(|more| self.merge_calibrated(more));
        self.merge_ruled(other.ruled);
        if let (Some(ids), Some(more)) = (&mut self.continuity, other.continuity) {
            ids.kept += more.kept;
            ids.new += more.new;
            ids.merged += more.merged;
            ids.split += more.split;
        }
    }

    fn merge_calibrated(&mut self, more: Calibrated) {
        let Some(one) = self.calibrated.iter_mut().find(|one| one.between == more.between) else {
            self.calibrated.push(more);
            self.calibrated.sort_by_key(|one| one.between);
            return;
        };
        let (pairs, all) = (one.pairs as f64, (one.pairs + more.pairs).max(1) as f64);
        let mean = |a: f64, b: f64| (a * pairs + b * more.pairs as f64) / all;
        one.shift_bits = mean(one.shift_bits, more.shift_bits);
        one.slope = mean(one.slope, more.slope);
        one.pairs += more.pairs;
    }

    fn merge_ruled(&mut self, more: Ruled) {
        self.ruled.same += more.same;
        self.ruled.different += more.different;
        self.ruled.unknown.extend(more.unknown);
        self.ruled.unknown.sort_unstable();
        self.ruled.held_apart.extend(more.held_apart);
        self.ruled.held_apart.sort_unstable();
        self.ruled.links_made += more.links_made;
        self.ruled.pairs_dropped += more.pairs_dropped;
    }
}
