//! Everything the page and the summary count, in one pass over the night's values.

use std::collections::BTreeMap;

use crate::check::Findings;
use crate::link::{Decision, Linkage};
use crate::settings::{Dimension, Route, Settings, Severity};
use crate::table::SourceIndex;

/// The list of findings whose ward is not known.
pub(crate) const WARD_UNKNOWN: &str = "00000";

/// The night in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// People found.
    pub people: u64,
    /// By pair of sources, in order; a source with itself means duplicates.
    pub pairs: Vec<PairTally>,
    /// By source: records kept, and how many of them are of a person that the primary source knows.
    pub sources: Vec<SourceTally>,
    /// Findings in all.
    pub findings: u64,
    /// Findings by rule, in the order of the settings' checks.
    pub rules: Vec<u64>,
    /// Findings by dimension, then severity.
    pub matrix: [[u64; 4]; 4],
    /// Findings by route.
    pub routes: [u64; 5],
    /// Findings by ward code, `00000` among them.
    pub wards: BTreeMap<String, WardTally>,
}

/// Links and review pairs between two sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairTally {
    /// The source of the lesser record.
    pub left: SourceIndex,
    /// The source of the greater record.
    pub right: SourceIndex,
    /// Pairs held to be one person.
    pub links: u64,
    /// Pairs for clerical review.
    pub reviews: u64,
}

/// One source's records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceTally {
    /// Kept records.
    pub records: u64,
    /// Of these, of a person with a record in the primary source too.
    pub known: u64,
}

/// One ward's findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WardTally {
    /// For its officers: at a door or at a desk.
    pub to_do: u64,
    /// Of these, urgent.
    pub urgent: u64,
    /// By route.
    pub routes: [u64; 5],
}

impl Tally {
    /// Counts. O(links + records + findings).
    pub fn new(settings: &Settings, linkage: &Linkage, findings: &Findings) -> Self {
        let mut tally = Self {
            people: linkage.people.ids.len() as u64,
            pairs: pairs(settings, linkage),
            sources: sources(settings, linkage),
            rules: vec![0; settings.checks.len()],
            ..Self::default()
        };
        for finding in &findings.findings {
            let Some(check) = settings.checks.get(usize::from(finding.rule)) else { continue };
            tally.findings += 1;
            tally.rules[usize::from(finding.rule)] += 1;
            tally.matrix[check.dimension as usize][check.severity as usize] += 1;
            tally.routes[check.route as usize] += 1;
            tally.add_to_ward(&finding.ward_code, |ward| ward.observe(check.route, check.severity));
        }
        tally.observe_figures(settings, findings);
        tally
    }

    /// Rules of the route `statistic` give counts by ward and no findings: they are counted with their
    /// rule, their route and their wards, and are no part of [`Tally::findings`] or of the matrix.
    fn observe_figures(&mut self, settings: &Settings, findings: &Findings) {
        for (at, (check, count)) in settings.checks.iter().zip(&findings.rules).enumerate() {
            for (ward, rows) in &count.by_ward {
                self.rules[at] += rows;
                self.routes[check.route as usize] += rows;
                self.add_to_ward(ward, |ward| ward.routes[check.route as usize] += rows);
            }
        }
    }

    /// Adds to a ward's findings; its code is copied the first time only.
    fn add_to_ward(&mut self, code: &str, add: impl FnOnce(&mut WardTally)) {
        match self.wards.get_mut(code) {
            Some(ward) => add(ward),
            None => add(self.wards.entry(code.to_owned()).or_default()),
        }
    }

    /// Adds what was found among other records.
    pub fn merge(&mut self, other: &Self) {
        self.people += other.people;
        self.findings += other.findings;
        for pair in &other.pairs {
            let place = |one: &PairTally| (one.left, one.right).cmp(&(pair.left, pair.right));
            match self.pairs.binary_search_by(place) {
                Ok(at) => {
                    self.pairs[at].links += pair.links;
                    self.pairs[at].reviews += pair.reviews;
                }
                Err(at) => self.pairs.insert(at, *pair),
            }
        }
        self.sources.resize(self.sources.len().max(other.sources.len()), SourceTally::default());
        for (source, more) in self.sources.iter_mut().zip(&other.sources) {
            source.records += more.records;
            source.known += more.known;
        }
        add(&mut self.rules, &other.rules);
        self.matrix.iter_mut().zip(&other.matrix).for_each(|(row, more)| add(row, more));
        add(&mut self.routes, &other.routes);
        for (code, more) in &other.wards {
            self.add_to_ward(code, |ward| {
                ward.to_do += more.to_do;
                ward.urgent += more.urgent;
                add(&mut ward.routes, &more.routes);
            });
        }
    }

    /// Findings of a rule, by its place in the settings.
    pub fn of_rule(&self, rule: usize) -> u64 {
        self.rules.get(rule).copied().unwrap_or(0)
    }

    /// Findings of a dimension.
    pub fn of_dimension(&self, dimension: Dimension) -> u64 {
        self.matrix[dimension as usize].iter().sum()
    }

    /// Findings of a severity.
    pub fn of_severity(&self, severity: Severity) -> u64 {
        self.matrix.iter().map(|row| row[severity as usize]).sum()
    }

    /// Findings of a route.
    pub fn of_route(&self, route: Route) -> u64 {
        self.routes[route as usize]
    }

    /// Findings for the officers of wards: at a door or at a desk.
    pub fn to_do(&self) -> u64 {
        self.of_route(Route::Door) + self.of_route(Route::Desk)
    }

    /// The wards with most to do, the most first; equal ones by code. The unknown ward is none.
    pub fn busiest(&self, number: usize) -> Vec<(&str, WardTally)> {
        let mut wards: Vec<(&str, WardTally)> = self
            .wards
            .iter()
            .filter(|(code, ward)| *code != WARD_UNKNOWN && ward.to_do > 0)
            .map(|(code, ward)| (code.as_str(), *ward))
            .collect();
        wards.sort_by_key(|(code, ward)| (std::cmp::Reverse(ward.to_do), *code));
        wards.truncate(number);
        wards
    }
}

impl WardTally {
    fn observe(&mut self, route: Route, severity: Severity) {
        self.routes[route as usize] += 1;
        if matches!(route, Route::Door | Route::Desk) {
            self.to_do += 1;
            self.urgent += u64::from(severity == Severity::Urgent);
        }
    }
}

fn add(counts: &mut [u64], more: &[u64]) {
    counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
}

fn pairs(settings: &Settings, linkage: &Linkage) -> Vec<PairTally> {
    let sources = settings.sources.len();
    let mut counts = vec![[0_u64; 2]; sources * sources];
    let links = &linkage.links;
    for link in 0..links.len() {
        let at = links.left(link).source.index() * sources + links.right(link).source.index();
        if let Some(count) = counts.get_mut(at) {
            count[usize::from(links.decision(link) == Decision::Review)] += 1;
        }
    }
    let tally = |(at, [links, reviews]): (usize, [u64; 2])| PairTally {
        left: SourceIndex((at / sources) as u8),
        right: SourceIndex((at % sources) as u8),
        links,
        reviews,
    };
    let some = |pair: &PairTally| pair.links + pair.reviews > 0;
    counts.into_iter().enumerate().map(tally).filter(some).collect()
}

fn sources(settings: &Settings, linkage: &Linkage) -> Vec<SourceTally> {
    let person_of = &linkage.people.person_of;
    let mut known = vec![false; linkage.people.ids.len()];
    for person in person_of.get(settings.primary().index()).into_iter().flatten() {
        if let Some(known) = known.get_mut(*person as usize) {
            *known = true;
        }
    }
    let is_known = |person: &&u32| known.get(**person as usize).copied().unwrap_or(false);
    let tally = |records: &Vec<u32>| SourceTally {
        records: records.len() as u64,
        known: records.iter().filter(is_known).count() as u64,
    };
    let mut tallies: Vec<SourceTally> = person_of.iter().map(tally).collect();
    tallies.resize(settings.sources.len(), SourceTally::default());
    tallies
}
