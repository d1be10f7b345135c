//! The slow, plainly right twin: every pair of records written down in a set.
//!
//! Random small provinces must give the same counts here and in the fast code.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::figures::RuleCounts;
use super::finding_figures::finding_figures;
use super::groups::PairCounts;
use super::link_figures::{hard_pair_figures, link_figures, sort_links};
use super::look_alikes::{HardPeople, look_alikes};
use super::people_figures::{Population, people_figures};
use super::records::NONE;
use super::reliability::Reliability;
use super::run::{FoundFinding, LinkRow};
use super::truth::{HardPair, HardPairs, TrueFinding};
use crate::table::DictionaryBuilder;

const SOURCES: usize = 3;
const KINDS: usize = 3;

/// A pair of records, the lesser first.
type Pair = (u32, u32);

/// A province of a few records, by record: source, person, cluster, kinds of error.
#[derive(Clone, Debug)]
struct Province {
    source_of: Vec<u8>,
    person_of: Vec<u32>,
    cluster_of: Vec<u32>,
    mask_of: Vec<u128>,
    counted: Vec<bool>,
    links: Vec<LinkRow>,
    hard: Vec<HardPair>,
}

impl Province {
    fn population(&self) -> Population<'_> {
        Population {
            source_of: &self.source_of,
            person_of: &self.person_of,
            cluster_of: &self.cluster_of,
            counted: &self.counted,
        }
    }

    fn counts(&self, record: u32) -> bool {
        self.counted[self.source_of[record as usize] as usize]
    }

    /// All pairs of counted records.
    fn pairs(&self) -> BTreeSet<Pair> {
        let records = self.source_of.len() as u32;
        let all = (0..records).flat_map(|a| (a + 1..records).map(move |b| (a, b)));
        all.filter(|&(a, b)| self.counts(a) && self.counts(b)).collect()
    }

    fn one_person(&self, (a, b): Pair) -> bool {
        self.person_of[a as usize] == self.person_of[b as usize]
    }

    fn one_cluster(&self, (a, b): Pair) -> bool {
        let cluster = self.cluster_of[a as usize];
        cluster != NONE && cluster == self.cluster_of[b as usize]
    }

    fn carries(&self, (a, b): Pair, kind: usize) -> bool {
        (self.mask_of[a as usize] | self.mask_of[b as usize]) >> kind & 1 == 1
    }

    /// Pairs written down, and those of them that are linked.
    fn written(&self) -> [BTreeSet<Pair>; 2] {
        let pairs = self.pairs();
        let pair = |link: &LinkRow| (link.left, link.right);
        let written = self.links.iter().map(pair).filter(|pair| pairs.contains(pair));
        let linked = self.links.iter().filter(|l| l.linked).map(pair).filter(|pair| pairs.contains(pair));
        [written.collect(), linked.collect()]
    }

    fn tally(&self, pairs: impl IntoIterator<Item = Pair>) -> PairCounts {
        let mut counts = PairCounts::none(SOURCES);
        for (a, b) in pairs {
            counts.add(self.source_of[a as usize], self.source_of[b as usize], 1);
        }
        counts
    }

    /// B³ by its definition: every counted record against every other.
    fn b_cubed(&self) -> (f64, f64) {
        let records: Vec<u32> = (0..self.source_of.len() as u32).filter(|&r| self.counts(r)).collect();
        let (mut precision, mut recall) = (0.0, 0.0);
        for &a in &records {
            let count =
                |test: &dyn Fn(Pair) -> bool| records.iter().filter(|&&b| a == b || test((a, b))).count();
            let both = count(&|pair| self.one_cluster(pair) && self.one_person(pair)) as f64;
            precision += both / count(&|pair| self.one_cluster(pair)) as f64;
            recall += both / count(&|pair| self.one_person(pair)) as f64;
        }
        (precision / records.len() as f64, recall / records.len() as f64)
    }
}

fn province() -> impl Strategy<Value = Province> {
    let record = (0..SOURCES as u8, 0..6u32, prop_oneof![1 => Just(NONE), 6 => 1..7u32], 0..1u64 << KINDS);
    let counted = prop_oneof![3 => Just(vec![true; SOURCES]), 1 => Just(vec![true, false, true])];
    (prop::collection::vec(record, 1..26), counted).prop_flat_map(|(records, counted)| {
        let n = records.len() as u32;
        let pair = (0..n, 0..n).prop_map(|(a, b)| (a.min(b), a.max(b)));
        let link = (pair.clone(), any::<bool>(), 0.0..1.0f32);
        let links = prop::collection::vec(link, 0..30);
        let hard = prop::collection::vec((pair, 1..3u32), 0..10);
        (Just(records), Just(counted), links, hard).prop_map(|(records, counted, links, hard)| {
            let person_of: Vec<u32> = records.iter().map(|record| record.1).collect();
            let links = links
                .into_iter()
                .filter(|((a, b), ..)| a != b)
                .map(|((left, right), linked, probability)| LinkRow { left, right, probability, linked });
            // One kind a pair of people, as a generator plants them.
            let kind = |(a, b): Pair| 1 + (person_of[a as usize] + person_of[b as usize]) % 2;
            let mut hard: Vec<HardPair> = hard
                .into_iter()
                .filter(|((a, b), _)| person_of[*a as usize] != person_of[*b as usize])
                .map(|(pair, _)| HardPair { left: pair.0, right: pair.1, kind: kind(pair) })
                .collect();
            hard.sort_unstable();
            hard.dedup();
            Province {
                source_of: records.iter().map(|record| record.0).collect(),
                cluster_of: records.iter().map(|record| record.2).collect(),
                mask_of: records.iter().map(|record| u128::from(record.3)).collect(),
                links: links.collect(),
                person_of,
                counted,
                hard,
            }
        })
    })
}

fn hard_pairs(pairs: &[HardPair]) -> HardPairs {
    let mut kinds = DictionaryBuilder::default();
    for kind in ["twin", "namesake"] {
        kinds.code(kind);
    }
    HardPairs { pairs: pairs.to_vec(), kinds: kinds.finish() }
}

fn close(a: Option<f64>, b: f64) -> bool {
    a.map_or(b.is_nan(), |a| (a - b).abs() < 1e-12)
}

proptest! {
    #[test]
    fn counting_people_agrees_with_writing_every_pair_down(province in province()) {
        let fast = people_figures(province.population(), &province.mask_of);
        let pairs = province.pairs();
        let actual: Vec<Pair> = pairs.iter().copied().filter(|&p| province.one_person(p)).collect();
        let predicted: Vec<Pair> = pairs.iter().copied().filter(|&p| province.one_cluster(p)).collect();
        let right: Vec<Pair> = actual.iter().copied().filter(|&p| province.one_cluster(p)).collect();
        prop_assert_eq!(&fast.actual, &province.tally(actual.iter().copied()));
        prop_assert_eq!(&fast.predicted, &province.tally(predicted));
        prop_assert_eq!(&fast.right, &province.tally(right.iter().copied()));
        for kind in 0..KINDS {
            let with = |pairs: &[Pair]| pairs.iter().filter(|&&p| province.carries(p, kind)).count() as u64;
            prop_assert_eq!(fast.actual_with_kind[kind], with(&actual));
            prop_assert_eq!(fast.right_with_kind[kind], with(&right));
        }
        let (precision, recall) = province.b_cubed();
        prop_assert!(close(fast.b_cubed.precision, precision) && close(fast.b_cubed.recall, recall));
        let records = (0..province.source_of.len() as u32).filter(|&r| province.counts(r)).count() as u64;
        let sized = |count: fn(&super::ClusterSize) -> u64| fast.cluster_sizes.iter().map(|s| s.size * count(s)).sum::<u64>();
        prop_assert_eq!([sized(|s| s.in_run), sized(|s| s.in_truth)], [records; 2]);
    }

    #[test]
    fn judging_links_agrees_with_sets_of_pairs(province in province()) {
        let mut links = province.links.clone();
        sort_links(&mut links);
        let hard = hard_pairs(&province.hard);
        let hard_people = HardPeople::of(&province.person_of, &hard);
        let fast = link_figures(province.population(), &links, &province.mask_of, &hard_people);
        let [written, linked] = province.written();
        let pairs = province.pairs();
        let right = |pairs: &BTreeSet<Pair>| pairs.iter().copied().filter(|&p| province.one_person(p)).collect::<Vec<_>>();
        prop_assert_eq!(&fast.predicted, &province.tally(linked.iter().copied()));
        prop_assert_eq!(&fast.right, &province.tally(right(&linked)));
        prop_assert_eq!(&fast.written_right, &province.tally(right(&written)));
        for kind in 0..KINDS {
            let slow = right(&linked).iter().filter(|&&p| province.carries(p, kind)).count() as u64;
            prop_assert_eq!(fast.right_with_kind[kind], slow);
        }
        let reliability = Reliability::of(province.population(), &links, &[]);
        let calibrated: u64 = reliability.written().iter().map(|bin| bin.cases).sum();
        prop_assert_eq!(calibrated, written.len() as u64);

        let false_links: Vec<Pair> = linked.iter().copied().filter(|&p| !province.one_person(p)).collect();
        let people = |(a, b): Pair| {
            let (p, q) = (province.person_of[a as usize], province.person_of[b as usize]);
            (p.min(q), p.max(q))
        };
        let is_kind = |pair: Pair, kind: u32| {
            province.hard.iter().any(|h| h.kind == kind && people((h.left, h.right)) == people(pair))
        };
        let of_kind = |kind| false_links.iter().filter(|&&pair| is_kind(pair, kind)).count() as u64;
        let slow = [of_kind(2), of_kind(1), false_links.len() as u64 - of_kind(1) - of_kind(2)];
        let rows = fast.false_links(&hard_people);
        prop_assert_eq!(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["namesake", "twin", "other"]);
        prop_assert_eq!(rows.iter().map(|row| row.links).collect::<Vec<_>>(), slow);

        for row in look_alikes(province.population(), &hard_people, Some(&fast.false_by_people), None) {
            let kind = 1 + u32::from(row.kind == "namesake");
            let candidates: Vec<Pair> = pairs.iter().copied().filter(|&p| !province.one_person(p) && is_kind(p, kind)).collect();
            let count = |test: &dyn Fn(Pair) -> bool| candidates.iter().filter(|&&pair| test(pair)).count() as u64;
            let slow = (candidates.len() as u64, Some(count(&|p| linked.contains(&p))), count(&|p| province.one_cluster(p)));
            prop_assert_eq!((row.all.record_pairs, row.all.false_links, row.all.in_one_person), slow);
            let joined: BTreeSet<_> = candidates.iter().copied().filter(|&p| province.one_cluster(p)).map(people).collect();
            let all: BTreeSet<_> = candidates.iter().copied().map(people).collect();
            prop_assert_eq!((row.all.people_pairs, row.all.people_joined), (all.len() as u64, joined.len() as u64));
        }

        for row in hard_pair_figures(province.population(), &hard, Some(&links)) {
            let kind = 1 + u32::from(row.kind == "namesake");
            let pairs: Vec<Pair> = province.hard.iter().filter(|h| h.kind == kind).map(|h| (h.left, h.right))
                .filter(|&(a, b)| province.counts(a) && province.counts(b)).collect();
            let count = |test: &dyn Fn(Pair) -> bool| pairs.iter().filter(|&&pair| test(pair)).count() as u64;
            let slow = (pairs.len() as u64, Some(count(&|p| linked.contains(&p))), count(&|p| province.one_cluster(p)));
            prop_assert_eq!((row.pairs, row.linked, row.in_one_person), slow);
        }
    }
}

const RULES: [&str; 4] = ["", "a", "b", "pairs"];

/// Rule 3 is about pairs: `other` always stands, in any order.
fn other(rule: u32, record: u32, other: u32) -> u32 {
    if rule == 3 { 10 + (record + other) % 3 } else { NONE }
}

fn true_findings() -> impl Strategy<Value = Vec<TrueFinding>> {
    let row = (1..4u32, 0..6u32, 0..3u32, 1..3u32, any::<[bool; 2]>(), prop::option::of("[xy]"));
    let row = row.prop_map(|(rule, record, with, field, [detectable, mendable], correct)| TrueFinding {
        rule,
        record,
        other: other(rule, record, with),
        field,
        correct: correct.map(Into::into),
        detectable,
        mendable,
    });
    prop::collection::vec(row, 0..14)
}

fn found_findings() -> impl Strategy<Value = Vec<FoundFinding>> {
    let row = (1..4u32, 0..6u32, 0..3u32, 1..3u32, any::<bool>(), prop::option::of("[xy]"));
    let row = row.prop_map(|(rule, record, with, field, turned, suggestion)| {
        let other = other(rule, record, with);
        let (record, other) = if turned && other != NONE { (other, record) } else { (record, other) };
        FoundFinding {
            rule,
            record,
            other,
            field,
            suggestion: suggestion.map(Into::into),
            confidence: Some(0.5),
        }
    });
    prop::collection::vec(row, 0..14).prop_map(|rows| {
        // The first of several rows on one (rule, records, field) counts: keep only such.
        let mut seen = BTreeSet::new();
        let id =
            |row: &FoundFinding| (row.rule, row.record.min(row.other), row.record.max(row.other), row.field);
        rows.into_iter().filter(|row| seen.insert(id(row))).collect()
    })
}

/// Each count by its definition, row against row.
fn slow_counts(rule: u32, truth: &[TrueFinding], found: &[FoundFinding]) -> RuleCounts {
    let same = |t: &TrueFinding, f: &FoundFinding| {
        let records = BTreeSet::from([t.record, t.other]) == BTreeSet::from([f.record, f.other]);
        t.rule == f.rule && records
    };
    let cell = |t: &TrueFinding, f: &FoundFinding| {
        let meets = [t.record, t.other].iter().any(|&r| r != NONE && (r == f.record || r == f.other));
        t.field == f.field && meets
    };
    let mut c = RuleCounts::default();
    for t in truth.iter().filter(|t| t.rule == rule) {
        let hit = found.iter().any(|f| same(t, f));
        let near = hit || found.iter().any(|f| cell(t, f));
        c.truth += 1;
        c.detectable += u64::from(t.detectable);
        c.mendable += u64::from(t.mendable);
        c.found += u64::from(hit);
        c.found_by_cell += u64::from(near);
        c.detectable_found += u64::from(t.detectable && hit);
        c.detectable_found_by_cell += u64::from(t.detectable && near);
        c.mendable_found += u64::from(t.mendable && hit);
        c.mendable_suggested +=
            u64::from(t.mendable && found.iter().any(|f| same(t, f) && f.suggestion.is_some()));
    }
    for f in found.iter().filter(|f| f.rule == rule) {
        let rows: Vec<_> = truth.iter().filter(|t| same(t, f)).collect();
        c.findings += 1;
        c.findings_true += u64::from(!rows.is_empty());
        c.findings_true_by_cell += u64::from(!rows.is_empty() || truth.iter().any(|t| cell(t, f)));
        let judged = f.other == NONE && f.suggestion.is_some() && rows.iter().any(|t| t.correct.is_some());
        c.suggestions += u64::from(judged);
        c.suggestions_right += u64::from(judged && rows.iter().any(|t| t.correct == f.suggestion));
    }
    c
}

proptest! {
    #[test]
    fn judging_findings_agrees_with_comparing_row_with_row(truth in true_findings(), found in found_findings()) {
        let mut rules = DictionaryBuilder::default();
        for rule in RULES {
            rules.code(rule);
        }
        let fast = finding_figures(&truth, found.clone(), &rules.finish());
        for (rule, name) in RULES.iter().enumerate().skip(1) {
            let counts = fast.rules.iter().find(|row| row.rule == *name).map(|row| row.counts);
            prop_assert_eq!(counts.unwrap_or_default(), slow_counts(rule as u32, &truth, &found));
        }
        let findings: u64 = fast.rules.iter().map(|row| row.counts.findings).sum();
        prop_assert_eq!(fast.all.counts.findings, findings);
    }
}
