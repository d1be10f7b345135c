//! `[[contradictions]]` and their conditions on the levels of comparisons.

use toml::de::DeValue;

use super::comparison::{COMPARISONS_MAX, ComparisonRule};
use super::{Reader, unused};
use crate::settings::reader::{Located, TableReader, place_of};

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
    /// Bit `l` is set where declared level `l` is meant.
    pub levels: u16,
}

/// A comparison's levels under a name: `agrees`.
pub(super) struct Group {
    comparison: usize,
    name: String,
    levels: u16,
}

impl Reader<'_> {
    pub(super) fn read_contradiction(&self, table: &TableReader<'_>) -> Option<Contradiction> {
        let id = table.text("id");
        let condition = self.condition(table);
        let id = id?;
        unused(table, &id, self.matching.contradictions.iter().map(|rule| rule.id.as_str()));
        Some(Contradiction { id: id.value, condition })
    }

    /// The groups of the comparison that was read last.
    pub(super) fn read_groups(&mut self, table: &TableReader<'_>) {
        let Some(comparison) = self.matching.comparisons.len().checked_sub(1) else { return };
        for name in table.free_keys() {
            if self.matching.comparisons[comparison].levels.contains(&name.value) {
                table.problem(
                    name.place.clone(),
                    format!("`{}` is a level already", name.value),
                    "give the group a name of its own",
                );
            }
            let levels = self.levels(table, &name, comparison);
            self.groups.push(Group { comparison, name: name.value, levels });
        }
    }

    /// `when`, `any` and `at_least`; a rule that holds for every pair is a mistake.
    fn condition(&self, table: &TableReader<'_>) -> Condition {
        let when = table.table("when");
        let any = table.optional_table("any");
        let named = |table: &Option<TableReader<'_>>| table.as_ref().map_or(0, |t| t.free_keys().len());
        let at_least = table.number_or("at_least", 1.0, (1.0, COMPARISONS_MAX as f64)) as usize;
        if at_least > named(&any) && (table.has("at_least") || table.has("any")) {
            table.problem(
                table.place(),
                format!("`at_least = {at_least}`, but `any` names {} comparisons", named(&any)),
                "lower it, or name more under `any`",
            );
        }
        if when.is_some() && named(&when) + named(&any) == 0 {
            table.problem(table.place(), "a rule without conditions holds for every pair", "fill in `when`");
        }
        let all = when.map(|when| self.level_sets(&when)).unwrap_or_default();
        let any = any.map(|any| self.level_sets(&any)).unwrap_or_default();
        let at_least = if any.is_empty() { 0 } else { at_least };
        Condition { all, at_least, any }
    }

    pub(super) fn level_sets(&self, table: &TableReader<'_>) -> Vec<LevelSet> {
        let mut sets = Vec::new();
        for key in table.free_keys() {
            let comparisons = &self.matching.comparisons;
            match comparisons.iter().position(|comparison| comparison.id == key.value) {
                Some(comparison) => {
                    sets.push(LevelSet { comparison, levels: self.levels(table, &key, comparison) });
                }
                None if self.is_unread(&key.value) => {}
                None => table.unknown_word(&key, "comparison", comparisons.iter().map(|c| c.id.as_str())),
            }
        }
        sets
    }

    /// The declared levels that a list of words, levels or groups of them, stands for.
    fn levels(&self, table: &TableReader<'_>, key: &Located<String>, comparison: usize) -> u16 {
        let rule = &self.matching.comparisons[comparison];
        let groups = || self.groups.iter().filter(|group| group.comparison == comparison);
        let mut levels = 0;
        for typed in free_texts(table, key) {
            let group = groups().find(|group| group.name == typed.value).map(|group| group.levels);
            match rule.level(&typed.value).map(|level| 1 << level).or(group) {
                Some(found) => levels |= found,
                None if rule.comparator.levels.contains(&typed.value.as_str()) => {
                    undeclared(table, &typed, rule);
                }
                None => {
                    let names = groups().map(|group| group.name.as_str());
                    let valid = rule.levels.iter().map(String::as_str).chain(names);
                    table.unknown_word(&typed, "level", valid);
                }
            }
        }
        levels
    }
}

/// Says that a level of the comparator counts as `else`, for it is not declared.
fn undeclared(table: &TableReader<'_>, typed: &Located<String>, rule: &ComparisonRule) {
    table.problem(
        typed.place.clone(),
        format!("level `{}` is not in the `levels` of `{}` and counts as `else`", typed.value, rule.id),
        "write `else`, or list it there",
    );
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{PEOPLE, read_good, told_of_people};

    #[test]
    fn a_condition_names_declared_levels_and_groups_of_them() {
        let matching = read_good(PEOPLE);
        let condition = &matching.contradictions[0].condition;
        let set = |comparison, levels| LevelSet { comparison, levels };
        // Name: missing, exact, unaccented, given, else; `agrees` is exact and unaccented.
        assert_eq!(condition.all, [set(0, 0b1_0110), set(1, 0b100)]);
        assert_eq!((condition.at_least, condition.any.len()), (0, 0));
    }

    #[test]
    fn wrong_comparisons_levels_and_groups_are_told_at_once() {
        let people = PEOPLE
            .replace("agrees = [", "given = [")
            .replace("[\"agrees\", \"else\"]", "[\"slip\", \"unacented\"]")
            .replace("when.sex =", "when.sx =");
        assert_eq!(
            told_of_people(&people),
            [
                "error[SET-004]: rules/matching/people.toml:16:8: `given` is a level already\n  help: give the \
                 group a name of its own",
                "error[SET-004]: rules/matching/people.toml:26:19: level `slip` is not in the `levels` of \
                 `full_name` and counts as `else`\n  help: write `else`, or list it there",
                "error[SET-004]: rules/matching/people.toml:26:27: unknown level `unacented`\n  help: did you \
                 mean `unaccented`?",
                "error[SET-004]: rules/matching/people.toml:27:6: unknown comparison `sx`\n  help: did you mean \
                 `sex`?",
            ]
        );
    }

    #[test]
    fn a_condition_that_always_or_never_holds_is_told() {
        let conditions = "when.full_name = [\"agrees\", \"else\"]\nwhen.sex = [\"else\"]\n";
        let told = |text: &str| told_of_people(&PEOPLE.replace(conditions, text));
        let always = told("when = {}\n");
        assert!(always[0].contains("a rule without conditions holds for every pair"), "{always:?}");
        let never = told("when.sex = [\"else\"]\nany.full_name = [\"else\"]\nat_least = 2\n");
        assert!(never[0].contains("`at_least = 2`, but `any` names 1 comparisons"), "{never:?}");
        let empty = told("when.sex = []\n");
        assert!(empty[0].contains("people.toml:26:12: `sex` is not a list of levels"), "{empty:?}");
    }
}
