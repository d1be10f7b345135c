//! What is shown of a pair, in no language: for the terminal, the page and JSON alike.

mod parts;

use serde::Serialize;

use super::find::RecordName;
use super::past::Past;
use super::waterfall::{Step, steps};
use crate::link::{Explanation, KINDS};
use crate::settings::Settings;

/// Everything about a pair.
#[derive(Clone, Debug, Serialize)]
pub(super) struct View {
    /// SHA-256 of the rules folder, in hex.
    pub(super) rules_sha256: String,
    pub(super) records: [Record; 2],
    pub(super) decision: Decision,
    pub(super) fields: Vec<FieldView>,
    pub(super) comparisons: Vec<ComparisonView>,
    pub(super) waterfall: Vec<Step>,
    /// How many people the records are taken to be of.
    pub(super) people: usize,
    /// How many times likelier than elsewhere one person is between these two sources.
    pub(super) prior_factor: f64,
    pub(super) kinds: Vec<KindView>,
    /// What took most, most first; of a pair that is not linked.
    pub(super) costs: Vec<Cost>,
    pub(super) blocking: Vec<RuleView>,
    pub(super) run: Option<Past>,
}

/// One of the two records.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Record {
    #[serde(flatten)]
    pub(super) name: RecordName,
    /// The source's name for officers.
    pub(super) title: String,
}

/// What follows for the pair by itself.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Decision {
    pub(super) match_weight: f64,
    pub(super) match_probability: f64,
    /// `link`, `review` or `no_link`, if they met.
    pub(super) verdict: &'static str,
    /// The first blocking rule that meets them.
    pub(super) met_by: Option<String>,
    /// Ids of the contradictions that hold.
    pub(super) contradictions: Vec<String>,
    /// Match probabilities and weights from which a pair is linked, and from which it is looked at.
    pub(super) link_from: f64,
    pub(super) review_from: f64,
    pub(super) link_from_bits: f64,
    pub(super) review_from_bits: f64,
}

/// A field or a facet of it, side by side.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FieldView {
    pub(super) field: String,
    pub(super) facet: String,
    /// The column's name for officers.
    pub(super) label: String,
    pub(super) sides: [Option<Cell>; 2],
}

/// A cell as delivered and in standard form.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Cell {
    pub(super) delivered: String,
    pub(super) standard: Option<String>,
}

/// One comparison.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ComparisonView {
    pub(super) comparison: String,
    pub(super) level: String,
    pub(super) values: Vec<Compared>,
    /// Shares of the level; nothing for `missing`.
    pub(super) m: Option<f64>,
    /// By kind of pair, as in `kinds`.
    pub(super) u: Option<Vec<f64>>,
    pub(super) bits: Vec<f64>,
    pub(super) rarity: Option<f64>,
}

/// A compared expression and its values.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Compared {
    pub(super) value: String,
    pub(super) sides: [Option<String>; 2],
}

/// The sums against one kind of pair.
#[derive(Clone, Debug, Serialize)]
pub(super) struct KindView {
    pub(super) kind: &'static str,
    pub(super) prior: f64,
    pub(super) evidence: f64,
    pub(super) total: f64,
}

/// What a comparison took.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Cost {
    /// By place.
    pub(super) comparison: usize,
    pub(super) taken: f64,
    /// What would follow had it agreed exactly.
    pub(super) if_exact: Option<IfExact>,
}

/// What would follow.
#[derive(Clone, Debug, Serialize)]
pub(super) struct IfExact {
    pub(super) match_weight: f64,
    pub(super) match_probability: f64,
    pub(super) verdict: &'static str,
}

/// How one blocking rule treats the pair.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RuleView {
    pub(super) rule: String,
    pub(super) meets: bool,
    pub(super) keys: Vec<KeyView>,
    pub(super) finer: Vec<KeyView>,
    pub(super) block_size_max: usize,
    /// Records of the block, where the keys agree.
    pub(super) records: Option<usize>,
    /// Records of its part, where the block is over its cap and the finer keys agree.
    pub(super) finer_records: Option<usize>,
}

/// A blocking key.
#[derive(Clone, Debug, Serialize)]
pub(super) struct KeyView {
    pub(super) key: String,
    pub(super) agrees: bool,
    pub(super) sides: [Option<String>; 2],
}

impl View {
    pub(super) fn new(
        settings: &Settings,
        names: [&RecordName; 2],
        told: &Explanation,
        run: Option<Past>,
    ) -> Self {
        let matching = &settings.matching;
        let kinds: Vec<usize> = (0..KINDS).filter(|&kind| told.known[kind]).collect();
        let comparisons = matching.comparisons.iter().zip(&told.comparisons);
        let blocking = matching.blocking.iter().zip(&told.meetings);
        Self {
            rules_sha256: settings.rules_sha256.clone(),
            records: names.map(|name| parts::record(settings, name)),
            decision: parts::decision(settings, told),
            fields: told.fields.iter().map(|field| parts::field(settings, names, field)).collect(),
            comparisons: comparisons.map(|(rule, told)| parts::comparison(rule, told, &kinds)).collect(),
            waterfall: steps(told),
            people: told.people,
            prior_factor: told.prior_factor,
            kinds: kinds.iter().map(|&kind| parts::kind(told, kind)).collect(),
            costs: parts::costs(told),
            blocking: blocking.map(|(rule, told)| parts::rule(rule, told)).collect(),
            run,
        }
    }
}
