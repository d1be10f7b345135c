//! The end of a linkage, for the terminal.

use std::fmt::Write as _;
use std::path::Path;

use crate::diagnostic::printable;
use crate::evaluate::grid::number;
use crate::link::{BlockingAccount, Decision, Linkage, Training};
use crate::report::{RunFacts, SourceFacts, SourceStatus, StageFacts};
use crate::settings::Settings;

/// What came of a linkage.
pub(super) struct Summary<'a> {
    pub(super) settings: &'a Settings,
    pub(super) facts: &'a RunFacts,
    pub(super) linkage: &'a Linkage,
    pub(super) training: Option<&'a Training>,
}

impl Summary<'_> {
    /// Some twenty lines, without colours; the last ones name what to open in the run's folder.
    pub(super) fn text(&self, folder: &Path) -> String {
        let mut out = format!("Run {}\n\nTables\n", self.facts.run_id);
        self.facts.sources.iter().for_each(|source| table(source, &mut out));
        self.model(&mut out);
        self.found(&mut out);
        self.left_out(&mut out);
        let seconds = |stage: &StageFacts| format!("{} {:.1}", stage.name, stage.seconds);
        let stages: Vec<String> = self.facts.stages.iter().map(seconds).collect();
        let _ = writeln!(out, "\nSeconds  {}", stages.join(", "));
        let _ = writeln!(out, "Open     {}", printable(&folder.display().to_string()));
        out
    }

    fn model(&self, out: &mut String) {
        let Some(training) = self.training else { return };
        let how = if training.converged { "" } else { ", which did not converge" };
        let _ = writeln!(
            out,
            "\nThe rules have no model: it was learnt from these tables, nobody labelling a pair{how}.\n\
             It stands in the run's folder as model.toml; copy it to matching/model.toml to keep it."
        );
        let idle = training.comparisons.iter().filter(|one| one.untrained.is_some());
        let idle: Vec<&str> = idle.map(|one| one.id.as_str()).collect();
        if !idle.is_empty() {
            let _ = writeln!(out, "Not learnt, for want of pairs that show it: {}.", idle.join(", "));
        }
    }

    fn found(&self, out: &mut String) {
        let links = &self.linkage.links;
        let linked = (0..links.len()).filter(|&row| links.decision(row) == Decision::Link).count();
        let compared: u64 = self.linkage.blocking_accounts.iter().map(|account| account.pairs_new).sum();
        let rows = [
            ("pairs compared", compared),
            ("links", linked as u64),
            ("pairs for review", (links.len() - linked) as u64),
            ("people", self.linkage.people.ids.len() as u64),
        ];
        out.push_str("\nFound\n");
        for (name, count) in rows {
            let _ = writeln!(out, "  {name:<18} {:>14}", number(count));
        }
    }

    fn left_out(&self, out: &mut String) {
        let left_out = |account: &&BlockingAccount| account.pairs_left_out > 0;
        for account in self.linkage.blocking_accounts.iter().filter(left_out) {
            let _ = writeln!(
                out,
                "  rule {} left out {} pairs in blocks over its block_size_max; `finer` keys would split them",
                account.rule,
                number(account.pairs_left_out)
            );
        }
        let idle = self.linkage.blocking_accounts.iter().filter(|account| account.records == 0);
        let idle: Vec<&str> = idle.map(|account| account.rule.as_str()).collect();
        if !idle.is_empty() && !self.settings.sources.is_empty() {
            let _ = writeln!(out, "  no record has a key of: {}", idle.join(", "));
        }
    }
}

fn table(source: &SourceFacts, out: &mut String) {
    let account = &source.account;
    let status = if source.status == SourceStatus::Refused { "  refused" } else { "" };
    let _ = writeln!(
        out,
        "  {:<18} {:>14} rows, {} set aside{status}",
        source.id,
        number(account.rows_kept),
        number(account.rows_set_aside)
    );
}
