//! `rules/matching/*.toml`: which records are held to be one person.
//!
//! Blocking rules say which records meet, comparisons how alike they are (a
//! small level each), acceptance rules what follows from the levels, and
//! contradictions what no person may hold together. Names of fields, levels
//! and sources are resolved here; facets, which belong to normalisation, are
//! resolved by the link stage.

use toml::de::DeValue;

use super::folder::RulesFolder;
use super::reader::{Located, Problems, TableReader, place_of, read_file};
use super::sources::{Source, index_of};
use crate::table::SourceIndex;

/// How records are linked.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    /// Which records meet, in order: a pair belongs to the first rule that meets it.
    pub blocking: Vec<BlockingRule>,
    /// How records are compared; at most [`COMPARISONS_MAX`].
    pub comparisons: Vec<ComparisonRule>,
    /// What follows from a comparison vector: the first rule that holds decides.
    pub acceptance: Vec<AcceptanceRule>,
    /// What two records of one person can never show: links are cut until none is left.
    pub contradictions: Vec<Contradiction>,
    /// Sources in which two records that are not linked to each other are two people.
    pub one_person_in: Vec<SourceIndex>,
}

/// Records with equal keys meet.
#[derive(Clone, Debug)]
pub struct BlockingRule {
    /// Its id in `links.parquet`.
    pub id: String,
    /// All of them must have a value and be equal.
    pub keys: Vec<Expression>,
    /// Keys that split a block that is too large; empty: it is left out.
    pub finer: Vec<Expression>,
    /// Most records of a block.
    pub block_size_max: usize,
}

/// The first of some facets that has a value: `old_id.old | personal_id.old`.
#[derive(Clone, Debug)]
pub struct Expression {
    /// In order of preference; never empty.
    pub alternatives: Vec<FieldFacet>,
}

/// A facet of a field; the facet is empty for the standard value.
#[derive(Clone, Debug)]
pub struct FieldFacet {
    /// The field: `full_name`.
    pub field: String,
    /// The facet: `plain`.
    pub facet: Located<String>,
}

/// One comparison of two records.
#[derive(Clone, Debug)]
pub struct ComparisonRule {
    /// Its id, which names its column in `links.parquet`.
    pub id: String,
    /// How its values are compared.
    pub comparator: ComparatorWord,
    /// What is compared.
    pub value: Expression,
}

/// How values are compared: its word in rules and the words of its levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparatorWord {
    /// The word of `comparator = "…"`.
    pub id: &'static str,
    /// Its levels; the first is always `missing`.
    pub levels: &'static [&'static str],
}

/// Most comparisons: a comparison vector is one `u64` of 4 bits each.
pub const COMPARISONS_MAX: usize = 16;

/// The comparators there are; the link stage has one file for each.
pub const COMPARATORS: [ComparatorWord; 4] = [
    ComparatorWord {
        id: "person_name",
        levels: &[
            "missing",
            "exact",
            "unaccented",
            "accents",
            "omitted",
            "similar",
            "given_similar",
            "middle",
            "given",
            "different",
        ],
    },
    ComparatorWord {
        id: "date",
        levels: &["missing", "exact", "placeholder", "year", "near", "different", "generation"],
    },
    ComparatorWord { id: "number", levels: &["missing", "exact", "one_digit", "different"] },
    ComparatorWord { id: "equal", levels: &["missing", "exact", "different"] },
];

/// What follows where its condition holds.
#[derive(Clone, Debug)]
pub struct AcceptanceRule {
    /// Its id.
    pub id: String,
    /// Whether the pair is one person without further ado.
    pub links: bool,
    /// Stated probability that such a pair is one person, between 0 and 1.
    pub probability: f64,
    /// Why a pair is under review.
    pub reason: Option<String>,
    /// Holds only where neither record has another pair with the other's source.
    pub only_if_unique: bool,
    /// Does not hold for two records of one of these sources.
    pub not_within: Vec<SourceIndex>,
    /// What the levels must be.
    pub condition: Condition,
}

/// What no two records of a person can show.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// Its id, the reason of the links that are cut for it.
    pub id: String,
    /// What the levels are.
    pub condition: Condition,
}

/// A condition on a comparison vector.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// All of these hold.
    pub all: Vec<LevelSet>,
    /// At least so many of `any` hold.
    pub at_least: usize,
    /// See `at_least`.
    pub any: Vec<LevelSet>,
}

/// A comparison and the levels at which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelSet {
    /// The comparison, by place.
    pub comparison: usize,
    /// Bit `l` is set where level `l` is meant.
    pub levels: u16,
}

/// A comparison's levels under a name: `agrees`.
struct Group {
    comparison: usize,
    name: String,
    levels: u16,
}

/// What is known while files are read one after the other.
struct Reader<'a> {
    sources: &'a [Source],
    matching: Matching,
    groups: Vec<Group>,
}

pub(super) fn read(folder: &RulesFolder, sources: &[Source], problems: &Problems) -> Matching {
    let mut reader = Reader { sources, matching: Matching::default(), groups: Vec::new() };
    for file in folder.below("matching/").filter(|file| file.is(".toml")) {
        read_file(file, problems, |table| {
            reader.read(table);
            Some(())
        });
    }
    reader.matching
}

impl Reader<'_> {
    fn read(&mut self, table: &TableReader<'_>) {
        self.read_sources(table);
        for entry in table.tables("comparisons") {
            self.read_comparison(&entry);
            entry.finish();
        }
        for entry in table.tables("blocking") {
            let rule = self.read_blocking(&entry);
            self.matching.blocking.extend(rule);
            entry.finish();
        }
        for entry in table.tables("acceptance") {
            let rule = self.read_acceptance(&entry);
            self.matching.acceptance.extend(rule);
            entry.finish();
        }
        for entry in table.tables("contradictions") {
            let rule = self.read_contradiction(&entry);
            self.matching.contradictions.extend(rule);
            entry.finish();
        }
    }

    fn read_sources(&mut self, table: &TableReader<'_>) {
        let found = self.sources_of(table, "one_person_in");
        self.matching.one_person_in.extend(found);
    }

    /// The sources of a list of ids.
    fn sources_of(&self, table: &TableReader<'_>, key: &'static str) -> Vec<SourceIndex> {
        let mut found = Vec::new();
        for id in table.texts(key) {
            match index_of(self.sources, &id.value) {
                Some(index) => found.push(index),
                None => table.unknown_word(&id, "source", self.sources.iter().map(|s| s.id.as_str())),
            }
        }
        found
    }

    fn read_comparison(&mut self, table: &TableReader<'_>) {
        let id = table.text("id");
        let words: Vec<_> = COMPARATORS.iter().map(|word| (word.id, *word)).collect();
        let comparator = table.word("comparator", &words);
        let value = table.text("value").and_then(|text| self.expression(table, &text));
        let groups = table.optional_table("groups");
        let (Some(id), Some(comparator), Some(value)) = (id, comparator, value) else { return };
        unused(table, &id, self.matching.comparisons.iter().map(|c| c.id.as_str()));
        let comparison = self.matching.comparisons.len();
        if comparison == COMPARISONS_MAX {
            table.problem(
                id.place,
                format!("more than {COMPARISONS_MAX} comparisons"),
                "leave the least telling out",
            );
            return;
        }
        self.matching.comparisons.push(ComparisonRule { id: id.value, comparator, value });
        for name in groups.iter().flat_map(TableReader::free_keys) {
            if comparator.levels.contains(&name.value.as_str()) {
                table.problem(
                    name.place.clone(),
                    format!("`{}` is a level already", name.value),
                    "give the group a name of its own",
                );
            }
            let levels = groups.as_ref().map_or(0, |groups| self.levels(groups, &name, comparison));
            self.groups.push(Group { comparison, name: name.value, levels });
        }
    }

    fn read_blocking(&self, table: &TableReader<'_>) -> Option<BlockingRule> {
        let id = table.text("id");
        let expressions = |key| {
            let texts: Vec<_> = table.texts(key);
            texts.iter().filter_map(|text| self.expression(table, text)).collect::<Vec<_>>()
        };
        let keys = expressions("keys");
        let finer = expressions("finer");
        let block_size_max = table.number_or("block_size_max", 100.0, (2.0, 10_000.0)) as usize;
        if keys.is_empty() && (!table.has("keys") || table.texts("keys").is_empty()) {
            table.problem(
                table.place(),
                "a blocking rule without keys puts all records into one block",
                "add `keys = [\"…\"]`",
            );
        }
        let id = id?;
        unused(table, &id, self.matching.blocking.iter().map(|rule| rule.id.as_str()));
        Some(BlockingRule { id: id.value, keys, finer, block_size_max })
    }

    fn read_acceptance(&self, table: &TableReader<'_>) -> Option<AcceptanceRule> {
        let id = table.text("id");
        let links = table.word("decision", &[("link", true), ("review", false)]);
        if !table.has("probability") {
            table.problem(table.place(), "key `probability` is missing", "add `probability = …`");
        }
        let probability = table.number_or("probability", 0.5, (1e-9, 1.0 - 1e-9));
        let reason = table.optional_text("reason");
        let only_if_unique = table.bool_or("only_if_unique", false);
        let not_within = self.sources_of(table, "not_within");
        let condition = self.condition(table);
        if let (Some(reason), Some(true)) = (&reason, links) {
            table.problem(
                reason.place.clone(),
                "`reason` tells why a pair is under review, but this rule links",
                "leave it out, or write decision = \"review\"",
            );
        }
        let id = id?;
        unused(table, &id, self.matching.acceptance.iter().map(|rule| rule.id.as_str()));
        Some(AcceptanceRule {
            id: id.value,
            links: links?,
            probability,
            reason: reason.map(|reason| reason.value),
            only_if_unique,
            not_within,
            condition,
        })
    }

    fn read_contradiction(&self, table: &TableReader<'_>) -> Option<Contradiction> {
        let id = table.text("id");
        let condition = self.condition(table);
        let id = id?;
        unused(table, &id, self.matching.contradictions.iter().map(|rule| rule.id.as_str()));
        Some(Contradiction { id: id.value, condition })
    }

    /// `when`, `any` and `at_least`; a rule that holds for every pair is a mistake.
    fn condition(&self, table: &TableReader<'_>) -> Condition {
        let all = table.table("when").map(|when| self.level_sets(&when)).unwrap_or_default();
        let any = table.optional_table("any").map(|any| self.level_sets(&any)).unwrap_or_default();
        let at_least = table.number_or("at_least", 1.0, (1.0, COMPARISONS_MAX as f64)) as usize;
        if at_least > any.len() && (table.has("at_least") || table.has("any")) {
            table.problem(
                table.place(),
                format!("`at_least = {at_least}`, but `any` names {} comparisons", any.len()),
                "lower it, or name more under `any`",
            );
        }
        if all.is_empty() && any.is_empty() && table.has("when") {
            table.problem(table.place(), "a rule without conditions holds for every pair", "fill in `when`");
        }
        let at_least = if any.is_empty() { 0 } else { at_least };
        Condition { all, at_least, any }
    }

    fn level_sets(&self, table: &TableReader<'_>) -> Vec<LevelSet> {
        let mut sets = Vec::new();
        for key in table.free_keys() {
            let comparisons = &self.matching.comparisons;
            match comparisons.iter().position(|comparison| comparison.id == key.value) {
                Some(comparison) => {
                    sets.push(LevelSet { comparison, levels: self.levels(table, &key, comparison) });
                }
                None => table.unknown_word(&key, "comparison", comparisons.iter().map(|c| c.id.as_str())),
            }
        }
        sets
    }

    /// The levels that a list of words, levels or groups of them, stands for.
    fn levels(&self, table: &TableReader<'_>, key: &Located<String>, comparison: usize) -> u16 {
        let words = self.matching.comparisons[comparison].comparator.levels;
        let groups = || self.groups.iter().filter(|group| group.comparison == comparison);
        let mut levels = 0;
        for typed in free_texts(table, key) {
            let level = words.iter().position(|word| *word == typed.value).map(|level| 1 << level);
            let group = groups().find(|group| group.name == typed.value).map(|group| group.levels);
            if level.or(group).is_none() {
                let valid = words.iter().copied().chain(groups().map(|group| group.name.as_str()));
                table.unknown_word(&typed, "level", valid);
            }
            levels |= level.or(group).unwrap_or(0);
        }
        levels
    }

    /// `field`, `field.facet`, or several of them between bars.
    fn expression(&self, table: &TableReader<'_>, text: &Located<String>) -> Option<Expression> {
        let mut alternatives = Vec::new();
        for part in text.value.split('|') {
            let (field, facet) = part.trim().split_once('.').unwrap_or((part.trim(), ""));
            let at = |value: &str| Located { value: value.to_owned(), place: text.place.clone() };
            if self.sources.iter().any(|source| source.column_of(field).is_some()) {
                alternatives.push(FieldFacet { field: field.to_owned(), facet: at(facet) });
            } else {
                let columns = self.sources.iter().flat_map(|source| &source.columns);
                table.unknown_word(&at(field), "field", columns.map(|column| column.field.as_str()));
            }
        }
        (!alternatives.is_empty()).then_some(Expression { alternatives })
    }
}

/// An id that another entry of the same list has already is a mistake.
fn unused<'a>(table: &TableReader<'_>, id: &Located<String>, mut others: impl Iterator<Item = &'a str>) {
    if others.any(|other| other == id.value) {
        table.problem(
            id.place.clone(),
            format!("id `{}` is used twice", id.value),
            "give each entry an id of its own",
        );
    }
}

/// The list of texts under a free key; an empty one is a mistake, for it never holds.
fn free_texts(table: &TableReader<'_>, key: &Located<String>) -> Vec<Located<String>> {
    let Some(found) = table.free_value(key) else { return Vec::new() };
    let items: &[toml::Spanned<DeValue<'_>>] = match found.value {
        DeValue::Array(items) => items,
        _ => &[],
    };
    let text = |item: &toml::Spanned<DeValue<'_>>| {
        let value = item.get_ref().as_str()?.to_owned();
        Some(Located { value, place: place_of(table.file(), &item.span()) })
    };
    let texts: Vec<_> = items.iter().filter_map(text).collect();
    if texts.is_empty() || texts.len() < items.len() {
        let message = format!("`{}` is not a list of levels", key.value);
        table.problem(found.place, message, "write it as [\"exact\", \"missing\"]");
    }
    texts
}
