//! The default matching rules on people who are easily mistaken for each other.
//!
//! Values are made here by a few plain readings of facets, so that only linkage is under test.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::column::{SourceValues, ValueColumn};
use super::compare::{Names, NamesBuilder, Reading, pack_date, pack_number};
use super::plan::{Columns, Wanted};
use super::space::RecordSpace;
use super::*;
use crate::settings::{Expression, FieldFacet, RulesFolder};
use crate::table::{RecordRef, SourceIndex};

const RESIDENCE: usize = 0;
const INSURANCE: usize = 1;
const CIVIL: usize = 2;
const TELECOM: usize = 3;

/// So many live in the province that the few rows of a test are of.
const PEOPLE: usize = 1_000_000;

/// A record: its source and its fields.
type Row = (usize, BTreeMap<&'static str, String>);

/// A record of a source: `name=… born=… sex=…` and so on, by field of the rules.
fn row(source: usize, fields: &[(&'static str, &str)]) -> Row {
    (source, fields.iter().map(|(field, text)| (*field, (*text).to_owned())).collect())
}

fn plain(text: &str) -> String {
    let folded = text.to_lowercase().replace('đ', "d");
    folded.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

fn sorted(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

/// A facet's value as text; `dd/mm/yyyy` dates count as whole days.
fn facet(row: &Row, part: &FieldFacet) -> Option<String> {
    let text = row.1.get(part.field.as_str())?;
    let digits = |length: usize| (text.len() == length).then(|| text.clone());
    match (part.field.as_str(), part.facet.value.as_str()) {
        ("full_name" | "father_name" | "mother_name", "plain" | "skeleton") | ("address", "hamlet") => {
            Some(plain(text))
        }
        ("full_name", "given") => Some(plain(text.split(' ').next_back()?)),
        ("full_name", "surname") => Some(plain(text.split(' ').next()?)),
        ("full_name", "words") => Some(sorted(&plain(text))),
        ("birth_date", "year") => Some(text[text.len() - 4..].to_owned()),
        ("birth_date", "day_month") => {
            (text.len() == 10 && !text.starts_with("01/01")).then(|| text[..5].to_owned())
        }
        ("birth_date" | "insurance_number", "") => digits(10),
        ("personal_id" | "old_id", "old") => digits(9),
        ("personal_id", "") | ("insurance_number", "personal_id") => digits(12),
        ("address", "ward") => None,
        (_, "") => Some(text.clone()),
        other => panic!("a facet this test does not know: {other:?}"),
    }
}

fn value(row: &Row, expression: &Expression) -> Option<String> {
    expression.alternatives.iter().find_map(|part| facet(row, part))
}

fn hash(text: &str) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::default().hash_one(text).max(1)
}

fn date(text: &str) -> u64 {
    let part =
        |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    if text.len() == 10 {
        pack_date(part(6..10), part(3..5), part(0..2))
    } else {
        pack_date(part(0..4), 0, 0)
    }
}

/// Columns of values out of rows.
struct OfRows<'r> {
    rows: &'r [Row],
}

impl Columns<'static> for OfRows<'_> {
    fn read(&self, wanted: &[Wanted<'_>]) -> (Names, Vec<ValueColumn<'static>>) {
        let mut builder = NamesBuilder::default();
        let mut numbered: BTreeMap<String, u64> = BTreeMap::new();
        let mut name = |text: &str| {
            let key = text.to_lowercase();
            *numbered.entry(key.clone()).or_insert_with(|| builder.push(&key))
        };
        let mut columns = Vec::new();
        for Wanted { expression, reading } in wanted {
            let raw = |row: &Row| row.1.get(expression.alternatives[0].field.as_str()).cloned();
            let mut one = |row: &Row| match reading {
                Reading::Name => raw(row).map(|text| name(&text)),
                // Among a few rows every name is common; what that does is for another test.
                Reading::Term => None,
                Reading::Date => raw(row).map(|text| date(&text)),
                Reading::Number => value(row, expression).and_then(|text| pack_number(&text)),
                Reading::Integer => value(row, expression).and_then(|text| text.parse().ok()),
                Reading::Hash => value(row, expression).map(|text| hash(&text)),
                other => panic!("a reading that the default rules do not ask for: {other:?}"),
            };
            let mut of = |source| {
                let rows = self.rows.iter().filter(|row| row.0 == source);
                rows.map(|row| one(row).unwrap_or(0)).collect()
            };
            let sources = (0..4).map(|source| SourceValues::Rows(of(source))).collect();
            columns.push(ValueColumn { sources, lists: None });
        }
        (builder.finish(), columns)
    }
}

/// Links rows, which must be given in the order of their sources.
fn run(rows: &[Row]) -> Linkage {
    run_of(rows, 1.0)
}

/// The same where their names are so many times as common as the average name.
fn run_of(rows: &[Row], times: f64) -> Linkage {
    static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings::read(&RulesFolder::embedded()).unwrap());
    let counts: Vec<usize> = (0..4).map(|source| rows.iter().filter(|row| row.0 == source).count()).collect();
    let space = RecordSpace::of_rows(&counts);
    let ids: Vec<String> = (0..rows.len()).map(|at| format!("{at:06}")).collect();
    let name = |record: u32| ("s", ids[record as usize].as_str());
    let mut matching = SETTINGS.matching.clone();
    let rules = matching.comparisons.iter().map(|rule| rule.comparator.id);
    let models = rules.zip(&mut matching.model.comparisons);
    let counted = models.filter(|(id, model)| *id == "person_name" && model.term_frequency.is_some());
    for level in counted.flat_map(|(_, model)| &mut model.levels[1..4]) {
        level.u *= times;
    }
    let columns = OfRows { rows };
    let (core, keyed) = Core::new(&matching, space, PEOPLE, &columns);
    let pairs = core.pairs(keyed, &Progress::silent());
    core.people(pairs, (ruled::Bound::default(), &[]), None, name)
}

/// The pairs of a crowd that are kept from a probability on, by their records, levels and weights.
fn kept_from(rows: &[Row], keep: f64) -> Vec<(u32, u32, Levels, Bits)> {
    let mut matching = Settings::read(&RulesFolder::embedded()).unwrap().matching;
    matching.thresholds.keep = keep;
    // Which pairs are kept hangs on weights as they add up.
    matching.calibration = None;
    let counts: Vec<usize> = (0..4).map(|source| rows.iter().filter(|row| row.0 == source).count()).collect();
    let (core, keyed) = Core::new(&matching, RecordSpace::of_rows(&counts), PEOPLE, &OfRows { rows });
    let found = core.pairs(keyed, &Progress::silent());
    let pairs = found.pairs.iter().chain(&found.non_links);
    let mut pairs: Vec<_> = pairs.map(|pair| (pair.left, pair.right, pair.levels, pair.weight)).collect();
    pairs.sort_unstable();
    pairs
}

/// What became of two rows that alone are in the world: `link`, `review: why`, or nothing.
fn between(left: Row, right: Row) -> String {
    let linkage = run(&[left, right]);
    assert_eq!(linkage.people.members.len(), if word(&linkage).starts_with("link") { 1 } else { 2 });
    word(&linkage)
}

fn word(linkage: &Linkage) -> String {
    linkage.links.iter().map(|link| described(&link)).collect::<Vec<_>>().join(", ")
}

fn described(link: &Link<'_>) -> String {
    match (link.decision, link.reason) {
        (Decision::Link, None) => "link".to_owned(),
        (Decision::Review, None) => "review".to_owned(),
        (Decision::Review, Some(reason)) => format!("review: {reason}"),
        other => panic!("a link without a reason to be so: {other:?}"),
    }
}

const NAME: (&str, &str) = ("full_name", "Trần Văn Bảy");
const BORN: (&str, &str) = ("birth_date", "17/03/1985");
const NUMBER: (&str, &str) = ("personal_id", "096085001234");
const MOTHER: (&str, &str) = ("mother_name", "Lê Thị Sáu");
const FATHER: (&str, &str) = ("father_name", "Trần Văn Tư");

#[test]
fn an_equal_number_links_unless_name_and_date_are_anothers() {
    let person = || row(RESIDENCE, &[NAME, BORN, NUMBER, ("sex", "Nam")]);
    let card = |name, born| row(INSURANCE, &[("full_name", name), ("birth_date", born), NUMBER]);
    assert_eq!(between(person(), card("TRAN VAN BAY", "17/03/1985")), "link");
    assert_eq!(between(person(), card("Trần Bảy", "1985")), "link");
    assert_eq!(between(person(), card("Trần Văn Bảy", "02/11/1983")), "link");
    assert_eq!(between(person(), card("Trần Văn Bẩy", "17/03/1985")), "link");
    assert_eq!(between(person(), card("Lê Thị Hoa", "02/11/1983")), "");
    let of_a_woman = row(INSURANCE, &[("full_name", "Lê Thị Hoa"), BORN, NUMBER, ("sex", "Nữ")]);
    assert_ne!(between(person(), of_a_woman), "link");
}

#[test]
fn a_child_with_the_fathers_number_is_not_the_father() {
    let father = || row(RESIDENCE, &[NAME, BORN, NUMBER]);
    let child = |name| row(INSURANCE, &[("full_name", name), ("birth_date", "04/09/2012"), NUMBER]);
    assert_eq!(between(father(), child("Trần Thị Mai")), "");
    assert_eq!(between(father(), child("Trần Văn Bình")), "");
}

#[test]
fn a_father_and_a_son_of_one_name_in_one_house_are_two() {
    let home = [("household_id", "H1"), ("address", "Ấp 3"), ("ward_code", "32002"), ("phone", "0912345678")];
    let with = |born| row(RESIDENCE, &[&[NAME, ("birth_date", born)], home.as_slice()].concat());
    assert_eq!(between(with("17/03/1985"), with("04/09/2012")), "");
}

#[test]
fn twins_and_siblings_are_two() {
    let with = |source, name, born| {
        row(
            source,
            &[
                ("full_name", name),
                ("birth_date", born),
                MOTHER,
                FATHER,
                ("ward_code", "32002"),
                ("sex", "Nam"),
            ],
        )
    };
    let first = || with(RESIDENCE, "Trần Văn Long", "17/03/2015");
    assert_eq!(between(first(), with(CIVIL, "Trần Văn Lân", "17/03/2015")), "");
    assert_eq!(between(first(), with(CIVIL, "Trần Văn Hùng", "17/03/2015")), "");
    assert_eq!(between(first(), with(RESIDENCE, "Trần Văn Phụng", "17/03/2015")), "");
    // Alike but for a tone mark: a slip of the pen more often than a twin.
    assert_eq!(between(first(), with(CIVIL, "Trần Văn Lòng", "17/03/2015")), "link");
    assert_eq!(between(first(), with(CIVIL, "Trần Văn Phước", "20/08/2013")), "");
    // Parents do not give two children one name: it is the year that is miswritten.
    assert_eq!(between(first(), with(CIVIL, "Trần Văn Long", "17/03/2013")), "link");
}

/// What becomes of two rows whose name is so many times as common as the average.
fn of_name(times: f64, left: Row, right: Row) -> String {
    word(&run_of(&[left, right], times))
}

#[test]
fn a_common_name_and_1_january_are_strangers() {
    let elder = |source| row(source, &[NAME, ("birth_date", "01/01/1950"), ("sex", "Nam")]);
    assert_eq!(of_name(20.0, elder(RESIDENCE), elder(INSURANCE)), "");
    assert_eq!(of_name(20.0, elder(RESIDENCE), elder(RESIDENCE)), "");
    assert_eq!(of_name(0.1, elder(RESIDENCE), elder(INSURANCE)), "link");
}

#[test]
fn a_common_name_and_a_whole_date_need_one_thing_more() {
    let with = |source, more: (&'static str, &str)| row(source, &[NAME, BORN, more]);
    let of = |source, more| of_name(60.0, with(source, more), with(TELECOM, more));
    assert_eq!(of(RESIDENCE, ("sex", "Nam")), "review");
    assert_eq!(of(RESIDENCE, ("phone", "0912345678")), "link");
    assert_eq!(of_name(60.0, with(RESIDENCE, MOTHER), with(CIVIL, MOTHER)), "link");
    // An uncommon name needs nothing more.
    let bare = |source| row(source, &[NAME, BORN]);
    assert_eq!(of_name(0.2, bare(RESIDENCE), bare(TELECOM)), "link");
    // Among residents, two records of one person are rare: more must agree.
    assert_eq!(of_name(2.0, bare(RESIDENCE), bare(TELECOM)), "link");
    assert_eq!(of_name(2.0, bare(RESIDENCE), bare(RESIDENCE)), "review");
}

#[test]
fn a_moved_person_is_one_and_keeps_both_records() {
    let at = |ward, status| {
        row(RESIDENCE, &[NAME, BORN, NUMBER, ("ward_code", ward), ("residence_status", status)])
    };
    assert_eq!(between(at("32002", "đã xoá"), at("31906", "thường trú")), "link");
}

#[test]
fn the_old_number_may_stand_in_the_new_ones_place() {
    let home = row(RESIDENCE, &[NAME, BORN, ("old_id", "381234567")]);
    let sim = row(TELECOM, &[NAME, BORN, ("personal_id", "381234567")]);
    assert_eq!(between(home, sim), "link");
    let home = row(RESIDENCE, &[NAME, BORN, NUMBER]);
    assert_eq!(between(home, row(INSURANCE, &[NAME, BORN, ("insurance_number", NUMBER.1)])), "link");
}

#[test]
fn two_valid_different_numbers_are_never_joined() {
    let with = |source, number| {
        row(
            source,
            &[NAME, BORN, ("personal_id", number), MOTHER, FATHER, ("insurance_number", "9520123456")],
        )
    };
    let (one, other) = ("096085001234", "096085777777");
    assert_eq!(between(with(RESIDENCE, one), with(RESIDENCE, other)), "review: cut_two_numbers");
    // Nor over a third record that has no number.
    let third = row(CIVIL, &[NAME, BORN, MOTHER, FATHER]);
    let linkage = run(&[with(RESIDENCE, one), with(INSURANCE, other), third]);
    assert_eq!(word(&linkage), "review: cut_two_numbers, review: tie, review: tie");
    assert_eq!(linkage.people.members.len(), 3);
}

#[test]
fn the_weaker_of_two_bridges_is_cut() {
    let one = row(RESIDENCE, &[NAME, BORN, ("personal_id", "096085001234"), MOTHER, FATHER]);
    let other = row(INSURANCE, &[NAME, BORN, ("personal_id", "096085777777"), ("phone", "0912345678")]);
    let third = row(CIVIL, &[NAME, BORN, MOTHER, FATHER, ("phone", "0912345678")]);
    let linkage = run(&[one, other, third]);
    // Brothers share parents, but seldom a telephone.
    assert_eq!(word(&linkage), "review: cut_two_numbers, link");
    assert_eq!(linkage.people.person_of, [vec![0], vec![1], vec![1], vec![]]);
}

#[test]
fn who_fits_two_residents_equally_well_is_left_to_a_clerk() {
    let home = |source, address, number: &[(&'static str, &str)]| {
        row(source, &[&[NAME, BORN, ("address", address), ("ward_code", "32002")], number].concat())
    };
    let first = || home(RESIDENCE, "Ấp 1", &[NUMBER]);
    let second = || home(RESIDENCE, "Ấp 2", &[("personal_id", "096085777777")]);
    let card = |address| home(INSURANCE, address, &[]);
    let equal = run(&[first(), second(), card("Ấp 3")]);
    let ties = equal.links.iter().filter(|link| link.reason == Some("tie")).count();
    assert_eq!((ties, equal.people.members.len()), (2, 3));
    let clear = run(&[first(), second(), card("Ấp 2")]);
    assert_eq!(clear.people.person_of[..2], [vec![0, 1], vec![1]]);
    assert!(clear.links.iter().any(|link| link.reason == Some("cut_two_numbers")));
}

#[test]
fn events_cards_and_subscriptions_of_one_person_are_one() {
    let rows = [
        row(RESIDENCE, &[NAME, BORN, NUMBER, MOTHER]),
        row(INSURANCE, &[NAME, BORN, NUMBER, ("insurance_number", "9520123456")]),
        row(INSURANCE, &[NAME, BORN, ("insurance_number", "9520123456")]),
        row(CIVIL, &[NAME, BORN, NUMBER, ("event_kind", "khai_sinh")]),
        row(CIVIL, &[NAME, BORN, MOTHER, ("event_kind", "ket_hon")]),
        row(TELECOM, &[NAME, BORN, NUMBER, ("phone", "0912345678")]),
        row(TELECOM, &[NAME, BORN, NUMBER, ("phone", "0912345679")]),
    ];
    let linkage = run(&rows);
    assert_eq!(linkage.people.person_of, [vec![0], vec![0, 0], vec![0, 0], vec![0, 0]]);
    let first = linkage.links.get(0);
    assert_eq!(first.left, RecordRef::new(SourceIndex(0), 0));
    assert_eq!(linkage.blocking_rules[usize::from(first.blocking_rule)], "personal_id");
    assert_eq!(linkage.comparisons.len(), 11);
}

/// Rows out of so few values that everything collides.
fn crowd() -> impl Strategy<Value = Vec<Row>> {
    const NAMES: [&str; 5] = ["Trần Văn An", "Trần Văn Ân", "Trần An", "Trần Thị An", "Lê Thị Hoa"];
    const DATES: [&str; 5] = ["17/03/1985", "11/03/1985", "01/01/1985", "1985", "04/09/2012"];
    const NUMBERS: [&str; 4] = ["096085001234", "096085777777", "096085001235", ""];
    const MORE: [&str; 3] = ["Lê Thị Sáu", "Lê Thị Bảy", ""];
    let picks = (0..4_usize, 0..5_usize, 0..5_usize, 0..4_usize, 0..3_usize, 0..3_usize);
    let one = picks.prop_map(|(source, name, born, number, mother, father)| {
        let fields = [
            ("full_name", NAMES[name]),
            ("birth_date", DATES[born]),
            ("personal_id", NUMBERS[number]),
            ("mother_name", MORE[mother]),
            ("father_name", MORE[father]),
        ];
        row(source, &fields.into_iter().filter(|field| !field.1.is_empty()).collect::<Vec<_>>())
    });
    prop::collection::vec(one, 0..30).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        rows
    })
}

fn numbers_of(rows: &[Row], linkage: &Linkage, person: usize) -> Vec<u64> {
    let at = |record: &RecordRef| {
        let of_source = |row: &&Row| row.0 == record.source.index();
        rows.iter().filter(of_source).nth(record.row as usize)
    };
    let number = |record| {
        let row = at(record)?;
        let year = row.1.get("birth_date").and_then(|text| text[text.len() - 4..].parse().ok());
        let number = pack_number(row.1.get("personal_id")?)?;
        Some((compare::comparator("identity_number").pack)(number, year.unwrap_or(0)))
    };
    linkage.people.members[person].iter().filter_map(number).collect()
}

proptest! {
    #[test]
    fn people_partition_the_records_and_links_are_the_edges_inside_them(rows in crowd()) {
        let linkage = run(&rows);
        let people = &linkage.people;
        let mut seen: Vec<RecordRef> = people.members.iter().flatten().copied().collect();
        prop_assert_eq!(seen.len(), rows.len());
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), rows.len());
        let person = |record: RecordRef| people.person_of[record.source.index()][record.row as usize];
        for link in linkage.links.iter() {
            prop_assert!(link.left < link.right);
            prop_assert_eq!(link.decision == Decision::Link, person(link.left) == person(link.right));
            prop_assert!(link.decision == Decision::Review || link.reason.is_none());
        }
        let links = linkage.links.iter().filter(|link| link.decision == Decision::Link).count();
        let inside = people.members.iter().map(|members| members.len() * (members.len() - 1) / 2);
        prop_assert_eq!(links, inside.sum::<usize>());
        for link in linkage.non_links.iter() {
            prop_assert_ne!(person(link.left), person(link.right));
        }
        for one in 0..people.members.len() {
            let numbers = numbers_of(&rows, &linkage, one);
            for pair in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b))) {
                let none = Names::default();
                let level = (compare::comparator("identity_number").level)(&none, *pair.0, *pair.1);
                prop_assert_ne!(compare::words("identity_number")[usize::from(level)], "different");
            }
        }
    }

    #[test]
    fn pairs_that_are_given_up_early_would_not_have_been_kept(rows in crowd()) {
        let mut all = kept_from(&rows, 1e-50);
        let least = Bits::of_probability(0.01);
        all.retain(|pair| pair.3 >= least);
        prop_assert_eq!(kept_from(&rows, 0.01), all);
    }

    #[test]
    fn the_number_of_threads_changes_nothing(rows in crowd()) {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let linkage = pool.install(|| run(&rows));
            let ids: Vec<String> = linkage.people.ids.iter().map(str::to_owned).collect();
            (linkage.people.person_of, ids, format!("{:?}", linkage.links), linkage.blocking_accounts)
        };
        let one = on(1);
        prop_assert_eq!(&one, &on(2));
        prop_assert_eq!(&one, &on(7));
    }
}
