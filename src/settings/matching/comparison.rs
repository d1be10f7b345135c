//! `[[comparisons]]`: how alike two records are, a level each.

use super::comparators::{COMPARATORS, ComparatorWord};
use super::declared_levels::{self, Declared, LevelTest};
use super::expression::Expression;
use super::{Reader, unused};
use crate::settings::reader::{BoolOrTexts, TableReader};

/// One comparison of two records.
#[derive(Clone, Debug)]
pub struct ComparisonRule {
    /// Its id, which names its column in `links.parquet`.
    pub id: String,
    /// How its values are compared.
    pub comparator: ComparatorWord,
    /// What is compared: as many expressions as the comparator takes.
    pub values: Vec<Expression>,
    /// The declared levels; the first is `missing`, the last `else`.
    pub levels: Vec<String>,
    /// By the comparator's level: the declared level. Itself where the levels are told by `tests`.
    pub level_of: [u8; LEVELS_MAX],
    /// By declared level what it asks for, where the comparator measures; empty where it tells levels by
    /// itself.
    pub tests: Vec<LevelTest>,
    /// The declared levels at which a rare value is to tell more than a common one, a bit each; nothing
    /// where the rules do not say. For a model that is learnt from nothing: one that is there says it itself.
    pub term_frequency: Option<u16>,
    /// An earlier comparison, by place, and its levels, a bit each, where strangers show others of this
    /// one's levels than elsewhere: people of one town have like postcodes. For a model that is learnt from
    /// nothing.
    pub given: Option<(usize, u16)>,
}

/// Most comparisons: a comparison vector is one `u64` of 4 bits each.
pub const COMPARISONS_MAX: usize = 16;

/// Most levels of a comparison: what 4 bits tell apart.
pub const LEVELS_MAX: usize = 16;

/// The first declared level: a side has no value.
pub(super) const MISSING: &str = "missing";

/// The last declared level: whatever level of the comparator is not declared.
pub(super) const ELSE: &str = "else";

impl ComparisonRule {
    /// The declared level of a name.
    pub(super) fn level(&self, name: &str) -> Option<usize> {
        self.levels.iter().position(|level| level == name)
    }
}

impl Reader<'_> {
    /// Reads one comparison and its groups. One with mistakes is kept in mind by its id, so
    /// that nothing that names it is told as a mistake too.
    pub(super) fn read_comparison(&mut self, table: &TableReader<'_>) {
        let id = table.text("id");
        let words: Vec<_> = COMPARATORS.iter().map(|word| (word.id, *word)).collect();
        let comparator = table.word("comparator", &words);
        let values = self.values(table, comparator);
        let declared = if let Some(comparator) = comparator {
            declared_levels::read(table, comparator)
        } else {
            // Which levels there are only the comparator says.
            table.texts_or_tables("levels");
            None
        };
        let term_frequency = term_frequency(table, comparator, declared.as_ref());
        let groups = table.optional_table("groups");
        let given = table.optional_table("given");
        let Some(id) = id else { return };
        let is_new = unused(table, &id, self.matching.comparisons.iter().map(|c| c.id.as_str()));
        if self.matching.comparisons.len() == COMPARISONS_MAX {
            table.problem(
                id.place,
                format!("more than {COMPARISONS_MAX} comparisons"),
                "leave the least telling out",
            );
            self.unread.push(id.value);
            return;
        }
        let (true, Some(comparator), Some(values), Some(declared)) = (is_new, comparator, values, declared)
        else {
            // What its groups name cannot be judged without its levels.
            if let Some(groups) = groups {
                groups.free_keys();
            }
            if let Some(given) = given {
                given.free_keys();
            }
            self.unread.push(id.value);
            return;
        };
        let Declared { levels, level_of, tests } = declared;
        let mut rule = ComparisonRule {
            id: id.value,
            comparator,
            values,
            levels,
            level_of,
            tests,
            term_frequency,
            given: None,
        };
        rule.given = given.and_then(|given| rule.condition(&given, &self.matching.comparisons));
        self.matching.comparisons.push(rule);
        if let Some(groups) = groups {
            self.read_groups(&groups);
        }
    }

    /// The expressions of `value`, as many as the comparator takes.
    fn values(&self, table: &TableReader<'_>, comparator: Option<ComparatorWord>) -> Option<Vec<Expression>> {
        let typed = table.text_or_texts("value");
        if !table.has("value") {
            table.problem(table.place(), "key `value` is missing", "add `value = …`");
            return None;
        }
        let values = self.expressions(table, &typed);
        let comparator = comparator?;
        if typed.len() != comparator.values {
            let (id, takes) = (comparator.id, comparator.values);
            let help = match takes {
                1 => "write one text; alternatives stand between bars: \"old_id.old | personal_id.old\"",
                _ if id == "nested" => "write two texts, the outer one first: [\"ward_code\", \"address\"]",
                _ => "write two texts, the number first: [\"personal_id\", \"birth_date.year\"]",
            };
            let message =
                format!("comparator `{id}` takes {takes} expressions, but `value` has {}", typed.len());
            table.problem(table.place_of_value("value"), message, help);
            return None;
        }
        let several = values.iter().find(|value| value.takes_all);
        if let (Some(several), true) = (several, comparator.values > 1) {
            let message =
                format!("`{several}` is several values, but `{}` compares two at a time", comparator.id);
            let help = "write `|` for the first that has a value, or use a comparator of one value";
            table.problem(table.place_of_value("value"), message, help);
            return None;
        }
        (values.len() == typed.len()).then_some(values)
    }
}

/// The levels of `term_frequency = true` (the first after `missing`) or `term_frequency = ["exact", …]`.
fn term_frequency(
    table: &TableReader<'_>,
    comparator: Option<ComparatorWord>,
    declared: Option<&Declared>,
) -> Option<u16> {
    const KEY: &str = "term_frequency";
    let wanted = match table.optional_bool_or_texts(KEY) {
        None => return None,
        Some(BoolOrTexts::Bool(false)) => return Some(0),
        Some(wanted) => wanted,
    };
    let (comparator, declared) = (comparator?, declared?);
    if comparator.values > 1 {
        let message = format!("comparator `{}` has no term frequencies", comparator.id);
        table.problem(table.place_of_value(KEY), message, "leave `term_frequency` out");
        return None;
    }
    let BoolOrTexts::Texts(typed) = wanted else { return Some(0b10) };
    let counted = |level: &String| level != MISSING && level != ELSE;
    let place = |name: &str| declared.levels.iter().position(|level| level == name && counted(level));
    Some(typed.iter().fold(0, |levels, one| {
        let found = place(&one.value);
        if found.is_none() {
            let valid = declared.levels.iter().filter(|level| counted(level));
            table.unknown_word(one, "level", valid.map(String::as_str));
        }
        levels | found.map_or(0, |level| 1 << level)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{PEOPLE, read_good, told_of_people};

    /// What is told when the levels of `sex` (`equal`: missing, exact, different) are these.
    fn told(levels: &str) -> Vec<String> {
        told_of_people(&PEOPLE.replace("[\"missing\", \"exact\", \"else\"]", levels))
    }

    #[test]
    fn levels_that_are_not_listed_fall_to_else() {
        let matching = read_good(PEOPLE);
        let [name, sex] = &matching.comparisons[..] else { panic!("{matching:?}") };
        assert_eq!(name.levels, ["missing", "exact", "unaccented", "given", "else"]);
        // missing exact unaccented, ten between, given different
        assert_eq!(name.level_of, [0, 1, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 4, 4]);
        assert_eq!(sex.level_of[..3], [0, 1, 2]);
    }

    #[test]
    fn the_last_word_may_be_listed_where_something_is_left_for_else() {
        let matching = read_good(&PEOPLE.replace("\"given\", \"else\"]", "\"different\", \"else\"]"));
        assert_eq!(matching.comparisons[0].level_of[13..15], [4, 3]);
    }

    #[test]
    fn an_unknown_level_is_told_with_the_nearest() {
        assert_eq!(
            told("[\"missing\", \"exakt\", \"else\"]"),
            [
                "error[SET-004]: rules/matching/people.toml:22:22: unknown level `exakt`\n  help: did you mean `exact`?"
            ]
        );
    }

    #[test]
    fn a_level_that_can_never_be_reached_is_told() {
        assert_eq!(
            told("[\"missing\", \"exact\", \"exact\", \"else\"]"),
            [
                "error[SET-004]: rules/matching/people.toml:22:31: level `exact` stands here twice: a level that can \
              never be reached\n  help: leave the second one out"
            ]
        );
        assert_eq!(
            told("[\"missing\", \"else\", \"exact\"]"),
            [
                "error[SET-004]: rules/matching/people.toml:22:22: `else` is not the last level: what stands behind \
              it can never be reached\n  help: move \"else\" to the end"
            ]
        );
        assert_eq!(
            told("[\"missing\", \"exact\", \"different\", \"else\"]"),
            [
                "error[SET-004]: rules/matching/people.toml:22:44: `else` can never be reached: all levels of `equal` \
              are listed\n  help: leave \"different\" out, which is then `else`"
            ]
        );
    }

    #[test]
    fn a_list_that_does_not_begin_with_missing_or_end_with_else_is_told() {
        assert_eq!(
            told("[\"exact\", \"missing\"]"),
            [
                "error[SET-004]: rules/matching/people.toml:22:20: `else` is not the last level\n  help: end the \
                 list with \"else\": what no other level of it is",
                "error[SET-004]: rules/matching/people.toml:22:20: `missing` is not the first level\n  help: put \
                 \"missing\" first: what a side without a value shows",
            ]
        );
        let all = told("[\"missing\", \"exact\", \"different\"]");
        assert!(all[0].contains("write \"else\" in place of \"different\""), "{all:?}");
    }

    #[test]
    fn too_many_levels_are_told() {
        let told = told(&format!("[\"missing\", {}\"else\"]", "\"exact\", ".repeat(15)));
        assert!(told.iter().any(|one| one.contains(":22:157: more than 16 levels")), "{told:?}");
    }

    #[test]
    fn no_levels_at_all_are_told_with_what_to_write() {
        let expected = "a comparison needs its levels\n  help: add `levels = [\"missing\", \"exact\", \"else\"]`, or fewer";
        assert!(told("[]")[0].ends_with(expected));
        let without = told_of_people(&PEOPLE.replace("levels = [\"missing\", \"exact\", \"else\"]", ""));
        assert!(without[0].contains("people.toml:18:1: ") && without[0].ends_with(expected), "{without:?}");
    }

    #[test]
    fn a_comparator_takes_its_number_of_expressions() {
        let two = told_of_people(&PEOPLE.replace("value = \"sex\"", "value = [\"sex\", \"phone\"]"));
        assert_eq!(
            two,
            [
                "error[SET-004]: rules/matching/people.toml:21:9: comparator `equal` takes 1 expressions, but `value` \
              has 2\n  help: write one text; alternatives stand between bars: \"old_id.old | personal_id.old\""
            ]
        );
        let one = told_of_people(&PEOPLE.replace("comparator = \"equal\"", "comparator = \"nested\""));
        assert_eq!(
            one,
            [
                "error[SET-004]: rules/matching/people.toml:21:9: comparator `nested` takes 2 expressions, but `value` \
              has 1\n  help: write two texts, the outer one first: [\"ward_code\", \"address\"]"
            ]
        );
    }

    #[test]
    fn nested_takes_the_outer_value_first() {
        let people = PEOPLE
            .replace("comparator = \"equal\"", "comparator = \"nested\"")
            .replace("value = \"sex\"", "value = [\"ward_code | address.ward\", \"address.hamlet\"]");
        let place = &read_good(&people).comparisons[1];
        assert_eq!(place.values[0].alternatives.len(), 2);
        assert_eq!(place.values[1].alternatives[0].facet.value, "hamlet");
        assert_eq!(place.level_of[..4], [0, 1, 2, 2]);
    }

    #[test]
    fn what_names_a_comparison_with_mistakes_is_not_told_too() {
        let told = told_of_people(&PEOPLE.replace("comparator = \"equal\"", "comparator = \"equals\""));
        assert_eq!(
            told,
            [
                "error[SET-004]: rules/matching/people.toml:20:14: unknown word `equals`\n  help: did you mean `equal`?"
            ]
        );
    }

    #[test]
    fn every_comparator_begins_with_missing_and_leaves_room_for_else() {
        for word in COMPARATORS {
            assert_eq!(word.levels[0], MISSING, "{}", word.id);
            assert!(word.levels.len() < LEVELS_MAX && !word.levels.contains(&ELSE), "{}", word.id);
        }
    }

    #[test]
    fn levels_whose_values_are_counted_are_named() {
        let with = |text: &str| {
            PEOPLE.replace("value = \"sex\"", &format!("value = \"sex\"\nterm_frequency = {text}"))
        };
        let counted = |text: &str| read_good(&with(text)).comparisons[1].term_frequency;
        assert_eq!(
            [counted("true"), counted("false"), counted("[\"exact\"]")],
            [Some(0b10), Some(0), Some(0b10)]
        );
        assert_eq!(read_good(PEOPLE).comparisons[1].term_frequency, None);
        let told = told_of_people(&with("[\"exakt\"]"));
        assert!(told[0].contains("did you mean `exact`?"), "{told:?}");
    }

    #[test]
    fn a_comparison_may_depend_on_an_earlier_one() {
        let given = |id: &str| {
            let line = format!(
                "value = \"sex\"\ngiven = {{ comparison = \"{id}\", levels = [\"exact\", \"given\"] }}"
            );
            PEOPLE.replace("value = \"sex\"", &line)
        };
        assert_eq!(read_good(&given("full_name")).comparisons[1].given, Some((0, 0b1010)));
        let told = told_of_people(&given("full_nam"));
        assert!(told[0].contains("did you mean `full_name`?"), "{told:?}");
        assert!(told_of_people(&given("sex"))[0].contains("unknown comparison `sex`"));
    }
}
