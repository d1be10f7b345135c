//! `levels = ["missing", "exact", { id = "close", at_least = 0.92 }, "else"]`: which levels are told apart.

use super::comparators::ComparatorWord;
use super::comparison::{ELSE, LEVELS_MAX, MISSING};
use crate::settings::reader::{Located, TableReader, TextOrTable};

/// What a bound is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A similarity: above 0, at most 1.
    Share,
    /// A whole number from 1 to 63.
    Count,
    /// A number that is not below 0.
    Amount,
    /// A number that is not below 0 and not above 100.
    Percent,
}

/// A bound that levels of a comparator may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Its key: `at_least`, `at_most`.
    pub key: &'static str,
    /// What it is measured in.
    pub scale: Scale,
}

/// What a declared level asks for, where a comparator measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LevelTest {
    /// A side without a value.
    Missing,
    /// A level of the comparator itself, by place.
    Word(u8),
    /// So much at least.
    AtLeast(f64),
    /// So much at most.
    AtMost(f64),
    /// So many hundredths of the greater value at most.
    AtMostPercent(f64),
    /// Anything.
    Else,
}

impl LevelTest {
    /// The test of a bound's key.
    fn of(key: &str, bound: f64) -> Self {
        match key {
            "at_least" => Self::AtLeast(bound),
            "at_most_percent" => Self::AtMostPercent(bound),
            _ => Self::AtMost(bound),
        }
    }

    /// Whether whatever shows the other level, which stands behind, shows this one.
    fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::AtLeast(first), Self::AtLeast(then)) => first <= then,
            (Self::AtMost(first), Self::AtMost(then))
            | (Self::AtMostPercent(first), Self::AtMostPercent(then)) => first >= then,
            // What is equal is as alike as can be.
            (Self::AtLeast(_) | Self::AtMost(_) | Self::AtMostPercent(_), Self::Word(1)) => true,
            _ => false,
        }
    }
}

/// The levels of a comparison.
pub(super) struct Declared {
    pub(super) levels: Vec<String>,
    pub(super) level_of: [u8; LEVELS_MAX],
    pub(super) tests: Vec<LevelTest>,
}

/// One declared level: its name, and its bound where it is one of the rules' own.
struct Typed {
    name: Located<String>,
    bound: Option<LevelTest>,
}

/// The declared levels, none where something is wrong with them.
pub(super) fn read(table: &TableReader<'_>, comparator: ComparatorWord) -> Option<Declared> {
    let items = table.texts_or_tables("levels");
    let all = items.len();
    let typed: Vec<Typed> = items.into_iter().filter_map(|item| read_one(table, comparator, item)).collect();
    let (Some(first), Some(last)) = (typed.first(), typed.last()) else {
        if all == 0 {
            let help = format!("add `levels = [{}]`, or fewer", quoted(&all_but_last(comparator)));
            table.problem(table.place_of_value("levels"), "a comparison needs its levels", help);
        }
        return None;
    };
    let mut mistakes = Mistakes { table, found: 0 };
    mistakes.of_number(&typed);
    mistakes.of_first(&first.name, &typed);
    mistakes.of_words(comparator, &typed);
    mistakes.of_last(comparator, &last.name, &typed);
    if mistakes.found == 0 && typed.len() == all {
        mistakes.of_order(comparator, &typed);
    }
    if mistakes.found > 0 || typed.len() < all {
        return None;
    }
    let tests = if comparator.bounds.is_empty() { Vec::new() } else { tests(comparator, &typed) };
    let levels: Vec<String> = typed.into_iter().map(|level| level.name.value).collect();
    let level_of = if tests.is_empty() { level_of(comparator, &levels) } else { ITSELF };
    Some(Declared { levels, level_of, tests })
}

/// Each level is itself.
const ITSELF: [u8; LEVELS_MAX] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// One item of the list; none where it is told as a mistake.
fn read_one(table: &TableReader<'_>, comparator: ComparatorWord, item: TextOrTable<'_>) -> Option<Typed> {
    let own = match item {
        TextOrTable::Text(name) => return Some(Typed { name, bound: None }),
        TextOrTable::Table(own) => own,
    };
    let name = own.text("id");
    let mut bounds = comparator.bounds.iter().filter(|bound| own.has(bound.key));
    let (bound, more) = (bounds.next(), bounds.next());
    let keys: Vec<&str> = comparator.bounds.iter().map(|bound| bound.key).collect();
    if keys.is_empty() {
        let message = format!("comparator `{}` has no levels of the rules' own", comparator.id);
        let help = format!("write one of its own: {}", quoted(&all_but_last(comparator)));
        own.problem(own.place(), message, help);
        own.free_keys();
        return None;
    }
    let number = bound.and_then(|bound| in_range(&own, *bound));
    if bound.is_none() || more.is_some() {
        let message = format!("a level of `{}` has one of `{}`", comparator.id, keys.join("`, `"));
        let help = format!("write {{ id = \"close\", {} = … }}", keys.first().copied().unwrap_or_default());
        own.problem(own.place(), message, help);
    }
    for bound in comparator.bounds {
        own.optional_number(bound.key);
    }
    own.finish();
    let name = name?;
    let is_taken = comparator.levels.contains(&name.value.as_str()) || name.value == ELSE;
    if is_taken {
        let message = format!("`{}` is a level of the comparator's own", name.value);
        table.problem(name.place.clone(), message, "give this one another id");
    } else if !is_word(&name.value) {
        let message = format!("`{}` cannot be a level", name.value);
        table.problem(
            name.place.clone(),
            message,
            "use lower-case ASCII letters, digits and `_`, a letter first",
        );
    }
    let bound = LevelTest::of(bound?.key, number?);
    (!is_taken && more.is_none() && is_word(&name.value)).then_some(Typed { name, bound: Some(bound) })
}

/// Levels' names become parts of reports and of the model's file.
fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A bound's number; one that nothing or everything reaches is told.
fn in_range(table: &TableReader<'_>, bound: Bound) -> Option<f64> {
    let Located { value, place } = table.number(bound.key)?;
    let (is_good, help) = match bound.scale {
        Scale::Share => (value > 0.0 && value <= 1.0, "give a similarity above 0 and up to 1, such as 0.9"),
        Scale::Count => {
            let is_whole = value.fract().abs() < f64::EPSILON;
            (is_whole && (1.0..=63.0).contains(&value), "give a whole number from 1 to 63")
        }
        Scale::Amount => (value >= 0.0 && value.is_finite(), "give a number from 0 on"),
        Scale::Percent => ((0.0..=100.0).contains(&value), "give a number from 0 to 100"),
    };
    if !is_good {
        table.problem(place, format!("`{} = {value}` is out of range", bound.key), help);
    }
    is_good.then_some(value)
}

/// By declared level what it asks for.
fn tests(comparator: ComparatorWord, typed: &[Typed]) -> Vec<LevelTest> {
    typed.iter().map(|level| level.test(comparator)).collect()
}

impl Typed {
    fn test(&self, comparator: ComparatorWord) -> LevelTest {
        match (self.bound, self.name.value.as_str()) {
            (Some(bound), _) => bound,
            (_, MISSING) => LevelTest::Missing,
            (_, ELSE) => LevelTest::Else,
            (_, name) => {
                let place = comparator.levels.iter().position(|word| *word == name);
                place.map_or(LevelTest::Else, |place| LevelTest::Word(place as u8))
            }
        }
    }
}

/// Levels that are not `else` where they are not declared: who does not tell stand-ins for an unknown
/// day apart holds 1 January for a day like any other.
const OTHERWISE: [(&str, &str); 1] = [("placeholder", "exact")];

/// The declared level of each of the comparator's levels.
fn level_of(comparator: ComparatorWord, levels: &[String]) -> [u8; LEVELS_MAX] {
    let other = levels.len().saturating_sub(1);
    let place = |word: &str| levels.iter().position(|declared| declared == word);
    let otherwise = |word: &str| OTHERWISE.iter().find(|(level, _)| *level == word).map(|(_, level)| *level);
    std::array::from_fn(|level| {
        let word = comparator.levels.get(level);
        let declared = word.and_then(|word| place(word).or_else(|| place(otherwise(word)?)));
        declared.unwrap_or(other) as u8
    })
}

/// The longest list of levels that is right: all of a comparator's, `else` for the last.
fn all_but_last(comparator: ComparatorWord) -> Vec<&'static str> {
    let kept = comparator.levels.len().saturating_sub(1);
    comparator.levels.iter().copied().take(kept).chain([ELSE]).collect()
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Tells and counts what is wrong with a list of levels.
struct Mistakes<'t, 'a> {
    table: &'t TableReader<'a>,
    found: usize,
}

impl Mistakes<'_, '_> {
    fn tell(&mut self, at: &Located<String>, message: String, help: impl Into<String>) {
        self.table.problem(at.place.clone(), message, help);
        self.found += 1;
    }

    fn of_number(&mut self, typed: &[Typed]) {
        if let Some(over) = typed.get(LEVELS_MAX) {
            self.tell(
                &over.name,
                format!("more than {LEVELS_MAX} levels"),
                "let some of them fall to `else`",
            );
        }
    }

    fn of_first(&mut self, first: &Located<String>, typed: &[Typed]) {
        let found = typed.iter().map(|level| &level.name).find(|level| level.value == MISSING);
        if first.value != MISSING {
            let help = "put \"missing\" first: what a side without a value shows";
            self.tell(found.unwrap_or(first), "`missing` is not the first level".to_owned(), help);
        }
    }

    fn of_words(&mut self, comparator: ComparatorWord, typed: &[Typed]) {
        for (at, Typed { name: level, bound }) in typed.iter().enumerate() {
            let is_own = bound.is_some() || level.value == ELSE;
            let known = is_own || comparator.levels.contains(&level.value.as_str());
            if !known {
                let valid = comparator.levels.iter().copied().chain([ELSE]);
                self.table.unknown_word(level, "level", valid);
                self.found += 1;
            } else if typed.iter().take(at).any(|before| before.name.value == level.value) {
                let message =
                    format!("level `{}` stands here twice: a level that can never be reached", level.value);
                self.tell(level, message, "leave the second one out");
            }
        }
    }

    /// `else` stands last, and something is left for it.
    fn of_last(&mut self, comparator: ComparatorWord, last: &Located<String>, typed: &[Typed]) {
        let listed = |word: &&str| typed.iter().any(|level| level.name.value == *word);
        let catch_all = comparator.levels.last().copied().unwrap_or_default();
        let all_listed = comparator.levels.iter().all(listed);
        match typed.iter().map(|level| &level.name).find(|level| level.value == ELSE) {
            None if all_listed => {
                let help = format!("write \"else\" in place of \"{catch_all}\"");
                self.tell(last, "`else` is not the last level".to_owned(), help);
            }
            None => {
                let help = "end the list with \"else\": what no other level of it is";
                self.tell(last, "`else` is not the last level".to_owned(), help);
            }
            Some(at) if last.value != ELSE => {
                let message = "`else` is not the last level: what stands behind it can never be reached";
                self.tell(at, message.to_owned(), "move \"else\" to the end");
            }
            Some(at) if all_listed => {
                let message =
                    format!("`else` can never be reached: all levels of `{}` are listed", comparator.id);
                self.tell(at, message, format!("leave \"{catch_all}\" out, which is then `else`"));
            }
            Some(_) => {}
        }
    }

    /// No level stands behind one that holds wherever it does.
    fn of_order(&mut self, comparator: ComparatorWord, typed: &[Typed]) {
        for (at, level) in typed.iter().enumerate() {
            let test = level.test(comparator);
            let before = typed.iter().take(at).find(|before| before.test(comparator).covers(test));
            if let Some(before) = before {
                let (before, late) = (&before.name.value, &level.name.value);
                let message =
                    format!("level `{late}` can never be reached: whatever shows it shows `{before}`");
                self.tell(
                    &level.name,
                    message,
                    format!("put \"{late}\" before \"{before}\", the stricter first"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{PEOPLE, read_good, told_of_people};

    /// The rules where `sex` is compared so.
    fn people(comparator: &str, levels: &str) -> String {
        PEOPLE
            .replace("comparator = \"equal\"", &format!("comparator = \"{comparator}\""))
            .replace("[\"missing\", \"exact\", \"else\"]", levels)
    }

    fn told(comparator: &str, levels: &str) -> Vec<String> {
        told_of_people(&people(comparator, levels))
    }

    #[test]
    fn the_first_of_january_is_a_day_like_any_other_where_placeholders_are_not_told_apart() {
        let date = crate::settings::COMPARATORS.into_iter().find(|word| word.id == "date").unwrap();
        let of = |levels: &[&str]| {
            let levels: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
            let place = date.levels.iter().position(|level| *level == "placeholder").unwrap();
            level_of(date, &levels)[place]
        };
        assert_eq!(of(&["missing", "exact", "else"]), 1);
        assert_eq!(of(&["missing", "exact", "placeholder", "else"]), 2);
        assert_eq!(of(&["missing", "swapped", "else"]), 2);
    }

    #[test]
    fn levels_of_the_rules_own_have_a_name_and_a_bound() {
        let levels = "[\"missing\", \"exact\", { id = \"close\", at_least = 0.9 }, \"else\"]";
        let sex = &read_good(&people("jaro_winkler", levels)).comparisons[1];
        assert_eq!(sex.levels, ["missing", "exact", "close", "else"]);
        let tests = [LevelTest::Missing, LevelTest::Word(1), LevelTest::AtLeast(0.9), LevelTest::Else];
        assert_eq!((&sex.tests[..], sex.level_of), (&tests[..], ITSELF));
    }

    #[test]
    fn bounds_out_of_range_are_told() {
        let of = |comparator: &str, bound: &str| {
            let levels = format!("[\"missing\", \"exact\", {{ id = \"close\", {bound} }}, \"else\"]");
            told(comparator, &levels).join("\n")
        };
        for (comparator, bound) in [
            ("jaro_winkler", "at_least = 1.5"),
            ("token_set", "at_least = 0"),
            ("place", "at_least = nan"),
            ("damerau_levenshtein", "at_most = 1.5"),
            ("prefix", "at_least = 64"),
            ("number", "at_most = -1"),
            ("number", "at_most_percent = 101"),
        ] {
            assert!(of(comparator, bound).contains("is out of range"), "{comparator} {bound}");
        }
        assert!(
            of("jaro_winkler", "at_most = 1").contains("a level of `jaro_winkler` has one of `at_least`")
        );
        assert!(
            of("number", "at_most = 1, at_most_percent = 1")
                .contains("has one of `at_most`, `at_most_percent`")
        );
        assert!(of("date", "at_least = 0.9").contains("comparator `date` has no levels of the rules' own"));
        assert!(of("prefix", "at_leest = 2").contains("did you mean `at_least`?"));
    }

    #[test]
    fn a_level_behind_a_wider_one_is_told() {
        let close = "{ id = \"close\", at_least = 0.9 }";
        let near = "{ id = \"near\", at_least = 0.8 }";
        let told =
            |order: &str| told("jaro_winkler", &format!("[\"missing\", {order}, \"else\"]")).join("\n");
        assert_eq!(told(&format!("\"exact\", {close}, {near}")), "");
        let late = told(&format!("\"exact\", {near}, {close}"));
        assert!(
            late.contains("level `close` can never be reached: whatever shows it shows `near`"),
            "{late}"
        );
        let late = told(&format!("{close}, \"exact\""));
        assert!(late.contains("level `exact` can never be reached"), "{late}");
        let twice = told(&format!("\"exact\", {close}, {close}"));
        assert!(twice.contains("level `close` stands here twice"), "{twice}");
    }

    #[test]
    fn a_level_of_the_rules_own_has_a_name_of_its_own() {
        let of = |id: &str| {
            let levels = format!("[\"missing\", \"exact\", {{ id = \"{id}\", at_least = 0.9 }}, \"else\"]");
            told("jaro_winkler", &levels).join("\n")
        };
        assert!(of("exact").contains("`exact` is a level of the comparator's own"));
        assert!(of("else").contains("`else` is a level of the comparator's own"));
        assert!(of("Gần").contains("`Gần` cannot be a level"));
    }

    #[test]
    fn an_unknown_comparator_names_the_nearest() {
        let told = told("jaro_winkeler", "[\"missing\", \"exact\", \"else\"]");
        assert!(told[0].contains("did you mean `jaro_winkler`?"), "{told:?}");
    }
}
