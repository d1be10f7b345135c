//! Lists that are put together from the parts of a night.
//!
//! A ward's items may come from several parts, and its list is one. Each part leaves here what may be
//! written of its lists in the end: of a ward the week's package, of an office the first rows for the workbook,
//! cells and all, and on disk the rows for the CSV file, sorted. In the end lists are merged by the keys that
//! they are ordered by: within a part in the part's order, over parts by what does not depend on
//! numbers that only a part knows. Memory: what is written into workbooks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use hashbrown::HashSet;
use rayon::prelude::*;

use super::cell::Cell;
use super::columns::Layout;
use super::community;
use super::group::{self, Plan, workbook_rows};
use super::item::{Context, Item};
use super::rank::{self, Rank};
use super::{Days, List, ListKind, Lists, csv, unwritable, write_plans};
use crate::check::{Explanation, Finding, FindingId, Findings};
use crate::diagnostic::Outcome;
use crate::link::Linkage;
use crate::normalise::Records;
use crate::progress::Progress;
use crate::settings::{Check, Settings, Severity};

/// What the parts so far have left.
#[derive(Debug)]
pub struct Shelf {
    /// A private folder that is thrown away afterwards.
    scratch: PathBuf,
    parts: usize,
    lists: BTreeMap<(ListKind, String), Kept>,
}

/// One list so far.
struct Kept {
    list: List,
    stem: String,
    unit: String,
    addressed: String,
    layout: &'static Layout,
    of_severity: [u64; Severity::WORDS.len()],
    of_rule: BTreeMap<u16, u64>,
    rows: Vec<Row>,
    runs: Vec<PathBuf>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept")
            .field("list", &self.list)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

/// An item that may be written.
struct Row {
    key: Key,
    /// What lists look at beside its cells: its id, its rule, its ward.
    finding: Finding,
    severity: Severity,
    cells: Vec<Cell<'static>>,
}

/// What items of several parts are ordered by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Rank(Rank),
    Bytes(Vec<u8>),
}

impl Shelf {
    /// Nothing yet; `scratch` is a private folder.
    pub fn new(scratch: &Path) -> Self {
        Self { scratch: scratch.to_owned(), parts: 0, lists: BTreeMap::new() }
    }

    /// Takes what a part has for the lists. As [`super::write`] in cost.
    ///
    /// # Errors
    /// `WKL-001` where rows cannot be left on disk.
    pub fn add(
        &mut self,
        settings: &Settings,
        records: &[Records],
        linkage: &Linkage,
        findings: &Findings,
        days: &Days,
    ) -> Outcome<()> {
        let context = Context::new(settings, records, linkage, findings, days);
        let plans = group::plans(&context);
        let left: Vec<Outcome<Kept>> =
            plans.into_par_iter().with_max_len(1).map(|plan| self.leave(&context, plan)).collect();
        for kept in left {
            let kept = kept?;
            let key = (kept.list.kind, kept.list.key.clone());
            match self.lists.get_mut(&key) {
                Some(list) => list.merge(&context, kept),
                None => {
                    self.lists.insert(key, kept);
                }
            }
        }
        self.parts += 1;
        Ok(())
    }

    fn leave<'a>(&self, context: &Context<'a>, plan: Plan<'a>) -> Outcome<Kept> {
        let kind = plan.list.kind;
        let mut runs = Vec::new();
        if !kind.is_of_ward() {
            let name = format!("{}-{}-{}.run", kind.word(), super::slug(&plan.list.key), self.parts);
            let file = self.scratch.join(&name);
            let left = csv::leave(context, plan.layout, &plan.items, |item| office_key(kind, item), &file);
            left.map_err(|error| unwritable(&name, &error.to_string()))?;
            runs.push(file);
        }
        let shown = workbook_rows(context, kind, plan.items.len());
        let row = |(at, item): (usize, &Item<'a>)| Row {
            key: match plan.ranks.get(at) {
                Some(rank) => Key::Rank(rank.clone()),
                None => Key::Bytes(key_bytes(context, kind, item)),
            },
            finding: light(item.finding),
            severity: item.check.severity,
            cells: plan.layout.cells(context, item, 0).into_iter().map(Cell::owned).collect(),
        };
        let rows = plan.items[..shown].iter().enumerate().map(row).collect();
        let Plan { list, stem, unit, addressed, layout, of_severity, of_rule, .. } = plan;
        Ok(Kept { list, stem, unit, addressed, layout, of_severity, of_rule, rows, runs })
    }

    /// Writes all lists below a folder that is there already and holds none yet.
    ///
    /// # Errors
    /// As [`super::write`].
    pub fn write(
        mut self,
        settings: &Settings,
        as_of: NaiveDate,
        folder: &Path,
        progress: &Progress,
    ) -> Outcome<Lists> {
        let (linkage, findings) = (Linkage::default(), Findings::default());
        let context = Context::new(settings, &[], &linkage, &findings, &as_of.into());
        self.drop_strangers();
        let lists = self.lists.values().filter(|kept| !kept.rows.is_empty() || !kept.runs.is_empty());
        let plans: Vec<Plan<'_>> = lists.map(|kept| kept.plan(settings)).collect();
        write_plans(&context, plans, folder, progress)
    }

    /// A community team is told of those only who stand on its ward's list.
    fn drop_strangers(&mut self) {
        let of_ward = |kept: &Kept| kept.rows.iter().map(|row| row.finding.finding_id).collect();
        let wards: BTreeMap<String, HashSet<FindingId>> = self
            .lists
            .iter()
            .filter(|((kind, _), _)| *kind == ListKind::Ward)
            .map(|((_, ward), kept)| (ward.clone(), of_ward(kept)))
            .collect();
        for ((kind, ward), kept) in &mut self.lists {
            if *kind == ListKind::Community {
                let on_list =
                    |row: &Row| wards.get(ward).is_some_and(|ids| ids.contains(&row.finding.finding_id));
                kept.rows.retain(on_list);
            }
        }
    }
}

impl Kept {
    /// Takes in the same list of another part.
    fn merge(&mut self, context: &Context<'_>, other: Self) {
        self.list.items += other.list.items;
        let counts = [
            (&mut self.list.by_severity, other.list.by_severity),
            (&mut self.of_severity, other.of_severity),
        ];
        for (counts, more) in counts {
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
        other.of_rule.into_iter().for_each(|(rule, more)| *self.of_rule.entry(rule).or_default() += more);
        self.runs.extend(other.runs);
        self.rows.extend(other.rows);
        // Stable: of equal keys the rows of earlier parts stand first, and a part's keep their order.
        self.rows.sort_by(|a, b| a.key.cmp(&b.key));
        let kept = match self.list.kind {
            ListKind::Ward | ListKind::OtherProvince => {
                let package_max = context.settings.wording.worklist.package_max;
                rank::package(&self.rows, |row| row.severity, package_max)
            }
            kind => workbook_rows(context, kind, self.rows.len()),
        };
        self.rows.truncate(kept);
    }

    fn plan<'a>(&'a self, settings: &'a Settings) -> Plan<'a> {
        let item = |(at, row): (usize, &'a Row)| {
            let check: &Check = settings.checks.get(usize::from(row.finding.rule))?;
            let (finding, shown) = (&row.finding, row.finding.record);
            Some(Item { index: at as u32, finding, check, shown, made: Some(&row.cells) })
        };
        let items: Vec<Item<'a>> = self.rows.iter().enumerate().filter_map(item).collect();
        let mut list = List { in_workbook: items.len() as u64, ..self.list.clone() };
        let (mut of_severity, mut of_rule) = (self.of_severity, self.of_rule.clone());
        if list.kind.is_of_ward() {
            (of_severity, of_rule) = group::counted(&items);
            list.written = items.len() as u64;
        } else {
            list.written = list.items;
        }
        if list.kind == ListKind::Community {
            list.items = list.written;
        }
        Plan {
            list,
            stem: self.stem.clone(),
            unit: self.unit.clone(),
            addressed: self.addressed.clone(),
            layout: self.layout,
            items,
            ranks: Vec::new(),
            of_severity,
            of_rule,
            runs: self.runs.clone(),
        }
    }
}

/// What an office's list is ordered by, over parts.
fn office_key(kind: ListKind, item: &Item<'_>) -> Vec<u8> {
    if kind == ListKind::Auto {
        return vec![item.finding.record.source.0];
    }
    let mut key = vec![item.check.severity as u8];
    key.extend(item.finding.rule.to_be_bytes());
    key.extend_from_slice(item.finding.ward_code.as_bytes());
    key
}

fn key_bytes(context: &Context<'_>, kind: ListKind, item: &Item<'_>) -> Vec<u8> {
    if kind != ListKind::Community {
        return office_key(kind, item);
    }
    let (hamlet, alone) = community::place(context, item);
    let mut key = hamlet.into_bytes();
    key.extend([0, u8::from(alone)]);
    key
}

/// A finding without what stands in its cells.
fn light(finding: &Finding) -> Finding {
    Finding {
        current_value: Box::default(),
        suggested_value: None,
        explanation: Explanation::default(),
        ..finding.clone()
    }
}
