//! The keys of the files that linkage needs: sources, matching rules, the model.

use super::Shape::{Either, Free, ListOf, Number, Table, Tables, Text, Texts, Truth, Whole, Word};
use super::{Key, Shape};
use crate::settings::overlay::BASES;
use crate::settings::{ACROSS_PARTS, COMPARATORS, KIND_WORDS, PAIRINGS};

fn kinds() -> Vec<&'static str> {
    KIND_WORDS.iter().map(|(word, _)| *word).collect()
}

fn bases() -> Vec<&'static str> {
    BASES.iter().map(|(word, _)| *word).collect()
}

fn comparators() -> Vec<&'static str> {
    COMPARATORS.iter().map(|word| word.id).collect()
}

fn pairings() -> Vec<&'static str> {
    PAIRINGS.iter().map(|(word, _)| *word).collect()
}

fn across_parts() -> Vec<&'static str> {
    ACROSS_PARTS.iter().map(|(word, _)| *word).collect()
}

const SHARE: Shape = Number(0.0, 1.0);
const TEXT_OR_TEXTS: &[Shape] = &[Text, Texts];

const COLUMN: &[Key] = &[
    Key::needed("kind", Word(kinds), "How its texts are read."),
    Key::of("field", Text, "What rules call it; its header in lower case where left out."),
    Key::of("label", Text, "Its name for officers."),
    Key::of("aliases", Texts, "Other headers that it is delivered under."),
    Key::of("required", Truth, "Whether a table without it is refused."),
    Key::of("separator", Text, "What parts the values of a cell that has several."),
    Key::of("list", Text, "The closed list of a category, in reference/categories.tsv."),
];

const GATE: &[Key] = &[
    Key::of("set_aside_max", SHARE, "Largest share of rows set aside; above it the table is refused."),
    Key::of("rows_min", Whole(0.0, 1e12), "Fewest rows."),
];

const EVENTS: &[Key] = &[
    Key::needed("column", Text, "The column that says of what kind an event is."),
    Key::needed("kinds", Free(&Text), "Each kind's word in the table and its prefix in rules."),
];

pub(super) const OVERLAY: &[Key] = &[
    Key::needed("extends", Word(bases), "What the folder is laid over: the rules compiled in."),
    Key::of("without", Texts, "Default files that are left out, by their paths."),
];

pub(super) const SOURCE: &[Key] = &[
    Key::needed("id", Text, "Its id in outputs: lower-case ASCII letters, digits and _."),
    Key::needed("files", Texts, "File name patterns in order of preference; * stands for any characters."),
    Key::of("record_id", Text, "The column of record ids; rows are numbered where it is left out."),
    Key::needed("columns", Free(&Table(COLUMN)), "The columns that are read, by their headers."),
    Key::of("title", Text, "Its name for officers."),
    Key::of("owner", Text, "The office that owns its records, a key of wording/offices.toml."),
    Key::of("prefix", Text, "What its columns are called by in rules over another source's records."),
    Key::of("primary", Truth, "Whether it is the list to be cleaned; a night needs exactly one."),
    Key::of("stable_ids", Truth, "Whether an id names the same record in every delivery."),
    Key::of("events", Table(EVENTS), "Rows that are events of several kinds."),
    Key::of("gate", Table(GATE), "When the table is refused as a whole."),
];

const LINK: &[Key] = &[
    Key::of("mode", Word(pairings), "Whether records of one source, of two, or both are compared."),
    Key::of("dedupe", Texts, "Sources that are compared with themselves in mode link too."),
];

const THRESHOLDS: &[Key] = &[
    Key::needed("link", SHARE, "From this match probability a pair is one person."),
    Key::needed("review", SHARE, "From this match probability a pair is for a person to look at."),
    Key::of("keep", SHARE, "From this match probability a non-link is written down."),
];

const BLOCKING: &[Key] = &[
    Key::needed("id", Text, "Its id."),
    Key::needed(
        "keys",
        Texts,
        "Records meet that agree in all of them; field, field.facet, field[..6], a | b.",
    ),
    Key::of("finer", Texts, "Keys that split a block that is too large."),
    Key::of("block_size_max", Whole(2.0, 10_000.0), "Most records of a block."),
    Key::of("across_parts", Word(across_parts), "What equal keys say where a run is cut into parts."),
    Key::of(
        "follow_with",
        Texts,
        "What must agree beside the keys for a record to follow them into another part.",
    ),
];

const BOUNDED_LEVEL: &[Key] = &[
    Key::needed("id", Text, "The level's name."),
    Key::of("at_least", Number(0.0, 63.0), "A similarity, or characters."),
    Key::of("at_most", Number(0.0, 1e15), "Slips of the hand, or a difference."),
    Key::of("at_most_percent", Number(0.0, 100.0), "A difference in hundredths of the greater value."),
];

const COMPARISON: &[Key] = &[
    Key::needed("id", Text, "Its id, which names its column in links.parquet."),
    Key::needed("comparator", Word(comparators), "How its values are compared."),
    Key::needed(
        "value",
        Either(TEXT_OR_TEXTS),
        "What is compared: a | b for the first with a value, a & b for all.",
    ),
    Key::needed("levels", ListOf(&Either(&[Text, Table(BOUNDED_LEVEL)])), "missing first, else last."),
    Key::of("groups", Free(&Texts), "Names for several levels, used by contradictions."),
    Key::of("term_frequency", Either(&[Truth, Texts]), "Levels at which a rare value tells more."),
    Key::of(
        "given",
        Table(GIVEN),
        "An earlier comparison on which a model learnt from nothing lets it depend.",
    ),
];

const LEVELS_BY_COMPARISON: Shape = Free(&Texts);

const CONTRADICTION: &[Key] = &[
    Key::needed("id", Text, "The reason in links.parquet."),
    Key::needed("when", LEVELS_BY_COMPARISON, "Levels by comparison, all of which hold."),
    Key::of("any", LEVELS_BY_COMPARISON, "Levels by comparison, some of which hold."),
    Key::of("at_least", Whole(1.0, 16.0), "How many of `any`."),
];

const CALIBRATION: &[Key] = &[
    Key::needed("same", LEVELS_BY_COMPARISON, "The identifier's levels that only pairs of one person show."),
    Key::needed("different", LEVELS_BY_COMPARISON, "Its levels that only pairs of two people show."),
];

const RELATIVES: &[Key] = &[
    Key::needed("id", Text, "Its id."),
    Key::needed("named", Texts, "What a record says of its relatives: father_name.plain."),
    Key::needed("household", Text, "The household, of records that know theirs."),
    Key::needed("members", Text, "What of the household's members is named: full_name.plain."),
    Key::of("unless", Texts, "Comparisons that have said it already."),
];

pub(super) const MATCHING: &[Key] = &[
    Key::of("link", Table(LINK), "Which sources' records are compared with which."),
    Key::of("one_person_in", Texts, "Sources that have each person once."),
    Key::of(
        "one_part",
        Texts,
        "What a source's records share that stay in one part of a run cut into parts.",
    ),
    Key::of("thresholds", Table(THRESHOLDS), "What follows from a match probability."),
    Key::of("blocking", Tables(BLOCKING), "Which records meet."),
    Key::of("comparisons", Tables(COMPARISON), "How alike two records are."),
    Key::of("calibration", Table(CALIBRATION), "The identifier that match probabilities are tried against."),
    Key::of("relatives", Tables(RELATIVES), "Relatives that are named and live somewhere."),
    Key::of("contradictions", Tables(CONTRADICTION), "What no two records of a person show."),
];

const KIN: &[Key] = &[Key::needed("per_person", Number(0.0, 1e9), "How many a person has in the data.")];

const PRIOR: &[Key] = &[
    Key::needed("between", Texts, "Two sources."),
    Key::needed("factor", Number(0.0, 1e15), "How many times the common prior odds theirs are."),
];

const MODEL_LEVEL: &[Key] = &[
    Key::needed("level", Text, "The level."),
    Key::needed("m", SHARE, "Its share among pairs of one person."),
    Key::needed("u", SHARE, "Its share among pairs of strangers."),
    Key::of("u_given", SHARE, "Its share among strangers under the condition of `given`."),
    Key::of("siblings", SHARE, "Its share among pairs of brothers and sisters."),
    Key::of("relatives", SHARE, "Its share among pairs of other close relatives."),
];

const TERM_FREQUENCY: &[Key] = &[
    Key::needed("levels", Texts, "Levels at which a rare value tells more."),
    Key::needed("rarest", SHARE, "No value counts as rarer than this share."),
];

const TERMS: &[Key] = &[
    Key::of("of", Texts, "What is counted; nothing for what is compared."),
    Key::needed("levels", Texts, "Levels at which a rare value tells more."),
    Key::needed("rarest", SHARE, "No value counts as rarer than this share."),
    Key::of("unseen", Number(1e-6, 1e6), "Bearers expected of a value beside those met."),
];

const GIVEN: &[Key] =
    &[Key::needed("comparison", Text, "The other comparison."), Key::needed("levels", Texts, "Its levels.")];

const COMPARISON_MODEL: &[Key] = &[
    Key::needed("id", Text, "The comparison."),
    Key::of("term_frequency", Table(TERM_FREQUENCY), "Where a value's rarity counts."),
    Key::of("term_frequencies", Tables(TERMS), "What else is counted, or at which other levels."),
    Key::of("given", Table(GIVEN), "Where strangers depend on another comparison."),
    Key::needed("levels", Tables(MODEL_LEVEL), "A row a level but missing, in their order."),
];

const TRAINING: &[Key] = &[
    Key::of("program", Text, "The version that trained it."),
    Key::of("day", Text, "The day of the data."),
    Key::of("data_sha256", Text, "The hash of the data."),
    Key::of("records", Whole(0.0, 1e15), "Records."),
    Key::of("pairs", Whole(0.0, 1e15), "Pairs compared."),
    Key::of("passes", Whole(0.0, 1e6), "Blocking rules run alone."),
    Key::of("iterations", Whole(0.0, 1e9), "Rounds."),
    Key::of("converged", Truth, "Whether the last round changed next to nothing."),
];

pub(super) const MODEL: &[Key] = &[
    Key::needed("version", Whole(1.0, 1e3), "The version of the format."),
    Key::needed("origin", Text, "Where the numbers are from."),
    Key::of("training", Table(TRAINING), "What the numbers were learnt from."),
    Key::of("siblings", Table(KIN), "Brothers and sisters."),
    Key::of("relatives", Table(KIN), "Other close relatives."),
    Key::of("priors", Tables(PRIOR), "Pairs of sources whose prior odds differ from the rest."),
    Key::needed("comparisons", Tables(COMPARISON_MODEL), "What the levels tell."),
];
