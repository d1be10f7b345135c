//! `[[comparisons]]` of the model: m, u and what kin show, a row for each level.

use super::comparison::{ComparisonRule, MISSING};
use super::terms::Term;
use super::within_one;
use crate::settings::reader::{Located, TableReader};

/// What the levels of a comparison tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparisonModel {
    /// By declared level. The first, `missing`, tells nothing: all of it is 1.
    pub levels: Vec<LevelModel>,
    /// At which levels a rare value tells more than a common one.
    pub term_frequency: Option<TermFrequency>,
    /// What else is counted, at other levels or of other values.
    pub terms: Vec<Term>,
    /// Where what strangers show depends on what another comparison shows.
    pub given: Option<Given>,
}

/// What strangers show of one comparison where another one shows certain levels: people of one name
/// are of one sex, and more often of one generation, than strangers are.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The other comparison, by place.
    pub comparison: usize,
    /// Bit `l` is set where its declared level `l` is meant.
    pub levels: u16,
    /// By declared level of this comparison, in place of `u`; 1 for `missing`.
    pub u: Vec<f64>,
}

/// How often a level is seen, each above 0 and below 1, and 1 in all over the levels but `missing`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelModel {
    /// Among pairs of records of one person.
    pub m: f64,
    /// Among pairs of records of strangers.
    pub u: f64,
    /// Among pairs of records of kin, by kind of [`KIN`]; `u` where the model does not tell them
    /// from strangers.
    pub kin: [f64; KIN.len()],
}

/// Kinds of pairs of two people who are no strangers: of one family, they share what families share.
pub const KIN: [&str; 2] = ["siblings", "relatives"];

/// Levels at which `u` is taken from how common the value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TermFrequency {
    /// Bit `l` is set where declared level `l` is meant.
    pub levels: u16,
    /// No value counts as rarer than this share of the records that have one, above 0 and below 1.
    pub rarest: f64,
}

/// How far from 1 probabilities may add up to: what is lost by writing them with 7 digits.
const SUM_TOLERANCE: f64 = 1e-6;

/// One row of the file. Numbers out of range are left out, but not that they stood there.
struct Row {
    level: Option<Located<String>>,
    m: Option<f64>,
    u: Option<f64>,
    u_given: Option<Located<Option<f64>>>,
    kin: [Option<Located<Option<f64>>>; KIN.len()],
}

impl ComparisonRule {
    /// This comparison's part of the model, none where its levels have mistakes.
    /// `rules` are all comparisons.
    pub(super) fn model(
        &self,
        table: &TableReader<'_>,
        known: [bool; KIN.len()],
        rules: &[Self],
    ) -> Option<ComparisonModel> {
        let term_frequency =
            table.optional_table("term_frequency").and_then(|inner| self.term_frequency(&inner));
        let condition = table.optional_table("given").map(|inner| self.condition(&inner, rules));
        let rows: Vec<Row> = table.tables("levels").iter().map(read_row).collect();
        let complete = self.has_each_level_once(table, &rows);
        let agree = (0..KIN.len()).filter(|&kind| self.rows_agree(table, &rows, kind, known[kind]));
        if agree.count() < KIN.len() || !complete || !self.given_agrees(table, &rows, condition.is_some()) {
            return None;
        }
        let levels: Vec<LevelModel> = rows.iter().filter_map(Row::numbers).collect();
        if levels.len() < rows.len() {
            return None;
        }
        self.check_sums(table, &levels, &rows);
        let given = match condition {
            Some(condition) => Some(self.given(table, condition?, &rows)?),
            None => None,
        };
        let missing = LevelModel { m: 1.0, u: 1.0, kin: [1.0; KIN.len()] };
        let levels = [missing].into_iter().chain(levels).collect();
        Some(ComparisonModel { levels, term_frequency, terms: Vec::new(), given })
    }

    fn term_frequency(&self, table: &TableReader<'_>) -> Option<TermFrequency> {
        let levels = self.levels_of(table, "term_frequency");
        let rarest = table.number("rarest").and_then(|number| within_one(table, "rarest", number));
        table.finish();
        if self.comparator.values > 1 {
            let message = format!("comparator `{}` has no term frequencies", self.comparator.id);
            let help = "leave `term_frequency` out; comparators of one value have them";
            table.problem(table.place(), message, help);
        }
        Some(TermFrequency { levels, rarest: rarest?.value })
    }

    /// The levels, a bit each, at which something is counted.
    pub(super) fn levels_of(&self, table: &TableReader<'_>, key: &str) -> u16 {
        let typed = table.texts("levels");
        if typed.is_empty() {
            let help = format!("add `levels = [\"exact\"]`, or leave `{key}` out");
            table.problem(table.place_of_value("levels"), "term frequencies without levels", help);
        }
        let levels = typed.iter().filter_map(|level| self.weighted(table, level));
        levels.fold(0, |levels, level| levels | 1 << level)
    }

    /// The comparison that `given` names, and its levels.
    pub(super) fn condition(&self, table: &TableReader<'_>, rules: &[Self]) -> Option<(usize, u16)> {
        let (named, typed) = (table.text("comparison"), table.texts("levels"));
        table.finish();
        let named = named?;
        let others = || rules.iter().filter(|rule| rule.id != self.id);
        let Some(place) = rules.iter().position(|rule| rule.id == named.value && rule.id != self.id) else {
            table.unknown_word(&named, "comparison", others().map(|rule| rule.id.as_str()));
            return None;
        };
        if typed.is_empty() {
            let help = "add `levels = [\"exact\"]`, or leave `given` out";
            table.problem(table.place_of_value("levels"), "a condition without levels", help);
        }
        let levels = typed.iter().filter_map(|level| rules.get(place)?.weighted(table, level));
        let levels = levels.fold(0, |levels, level| levels | 1 << level);
        (levels != 0).then_some((place, levels))
    }

    /// Whether all rows say what strangers show under a condition, or none and there is none.
    fn given_agrees(&self, table: &TableReader<'_>, rows: &[Row], is_given: bool) -> bool {
        let help = "give it in all rows of a comparison that has `given`, and in no others";
        let told = |row: &Row| row.u_given.is_some();
        let Some(row) = rows.iter().find(|row| told(row) != is_given) else { return true };
        let level = row.level.as_ref();
        let place = level.map_or_else(|| table.place_of_value("levels"), |level| level.place.clone());
        let level = level.map_or("?", |level| level.value.as_str());
        let message = if is_given {
            format!("level `{level}` has no `u_given`, but `{}` has `given`", self.id)
        } else {
            format!("level `{level}` has `u_given`, but `{}` has no `given`", self.id)
        };
        table.problem(place, message, help);
        false
    }

    fn given(
        &self,
        table: &TableReader<'_>,
        (comparison, levels): (usize, u16),
        rows: &[Row],
    ) -> Option<Given> {
        let told = rows.iter().map(|row| row.u_given.as_ref().and_then(|number| number.value));
        let told: Vec<f64> = told.collect::<Option<_>>()?;
        self.check_sum(table, "u_given", told.iter().sum());
        Some(Given { comparison, levels, u: [1.0].into_iter().chain(told).collect() })
    }

    /// A declared level that can have a weight, which `missing` cannot.
    fn weighted(&self, table: &TableReader<'_>, typed: &Located<String>) -> Option<usize> {
        if typed.value == MISSING {
            let message = "`missing` has no numbers: a side without a value tells nothing";
            table.problem(typed.place.clone(), message, "leave it out");
            return None;
        }
        let level = self.level(&typed.value);
        if level.is_none() {
            table.unknown_word(typed, "level", self.levels.iter().skip(1).map(String::as_str));
        }
        level
    }

    /// Whether the rows are the declared levels but `missing`, each once and in order.
    fn has_each_level_once(&self, table: &TableReader<'_>, rows: &[Row]) -> bool {
        let mut seen: Vec<usize> = Vec::new();
        for typed in rows.iter().filter_map(|row| row.level.as_ref()) {
            let Some(level) = self.weighted(table, typed) else { continue };
            let before = seen.iter().max().filter(|before| **before > level);
            if seen.contains(&level) {
                let message = format!("level `{}` has a row already", typed.value);
                table.problem(typed.place.clone(), message, "leave one of the two out");
            } else if let Some(before) = before.and_then(|before| self.levels.get(*before)) {
                let message = format!("level `{}` stands behind `{before}`", typed.value);
                let help =
                    format!("keep the order in which `{}` declares its levels: {}", self.id, self.rows());
                table.problem(typed.place.clone(), message, help);
            }
            seen.push(level);
        }
        let lacking: Vec<&str> = (1..self.levels.len())
            .filter(|level| !seen.contains(level))
            .filter_map(|level| Some(self.levels.get(level)?.as_str()))
            .collect();
        self.tell_lacking(table, &lacking);
        rows.len() == seen.len() && seen.is_sorted_by(|a, b| a < b) && lacking.is_empty()
    }

    fn tell_lacking(&self, table: &TableReader<'_>, lacking: &[&str]) {
        let Some(first) = lacking.first() else { return };
        let message = match lacking.len() {
            1 => format!("`{}` lacks numbers for level {first}", self.id),
            _ => format!("`{}` lacks numbers for levels {}", self.id, lacking.join(", ")),
        };
        let help = format!("add a row {{ level = \"{first}\", m = …, u = … }}");
        table.problem(table.place_of_value("levels"), message, help);
    }

    /// The levels that have rows, for messages.
    fn rows(&self) -> String {
        self.levels.get(1..).unwrap_or_default().join(", ")
    }

    /// Whether all rows or none say what a kind of kin shows, and only where the model knows it.
    fn rows_agree(&self, table: &TableReader<'_>, rows: &[Row], kind: usize, known: bool) -> bool {
        let name = KIN[kind];
        let Some(first) = rows.iter().find_map(|row| row.kin[kind].as_ref()) else { return true };
        if !known {
            let message = format!("`{name}` in a model without a table [{name}]");
            let help = format!("add [{name}] with per_person = 2.5, or leave `{name}` out of all rows");
            table.problem(first.place.clone(), message, help);
        }
        let without = rows.iter().filter(|row| row.kin[kind].is_none()).find_map(|row| row.level.as_ref());
        if let Some(level) = without {
            let message =
                format!("level `{}` has no `{name}`, but others of `{}` have", level.value, self.id);
            table.problem(level.place.clone(), message, "give it in all rows of the comparison, or in none");
        }
        known && without.is_none()
    }

    fn check_sums(&self, table: &TableReader<'_>, levels: &[LevelModel], rows: &[Row]) {
        self.check_sum(table, "m", levels.iter().map(|level| level.m).sum());
        self.check_sum(table, "u", levels.iter().map(|level| level.u).sum());
        for (kind, name) in KIN.into_iter().enumerate() {
            if rows.iter().any(|row| row.kin[kind].is_some()) {
                self.check_sum(table, name, levels.iter().map(|level| level.kin[kind]).sum());
            }
        }
    }

    fn check_sum(&self, table: &TableReader<'_>, name: &str, sum: f64) {
        if (sum - 1.0).abs() <= SUM_TOLERANCE {
            return;
        }
        let sum = (sum * 1e9).round() / 1e9;
        table.problem(
            table.place_of_value("levels"),
            format!("`{name}` of `{}` adds up to {sum} over its levels, not to 1", self.id),
            format!("a pair shows one of them, so mend a number, or divide each by {sum}"),
        );
    }
}

fn read_row(table: &TableReader<'_>) -> Row {
    let within = |key| table.number(key).and_then(|number| within_one(table, key, number));
    let optional = |name| {
        let number = table.optional_number(name)?;
        let place = number.place.clone();
        Some(Located { value: within_one(table, name, number).map(|number| number.value), place })
    };
    let row = Row {
        level: table.text("level"),
        m: within("m").map(|number| number.value),
        u: within("u").map(|number| number.value),
        u_given: optional("u_given"),
        kin: KIN.map(optional),
    };
    table.finish();
    row
}

impl Row {
    fn numbers(&self) -> Option<LevelModel> {
        let (m, u) = (self.m?, self.u?);
        let mut kin = [u; KIN.len()];
        for (kin, number) in kin.iter_mut().zip(&self.kin) {
            *kin = number.as_ref().map_or(Some(u), |number| number.value)?;
        }
        Some(LevelModel { m, u, kin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{MODEL, read_model, told_of_model};

    fn one(mut told: Vec<String>) -> String {
        assert_eq!(told.len(), 1, "{told:?}");
        told.remove(0)
    }

    #[test]
    fn levels_are_read_in_the_order_of_their_declaration() {
        let (model, told) = read_model(Some(MODEL));
        assert_eq!(told, [""; 0]);
        let level = |m, u, relatives| LevelModel { m, u, kin: [u, relatives] };
        let name = &model.comparisons[0];
        assert_eq!(name.levels[..2], [level(1.0, 1.0, 1.0), level(0.9, 0.1, 0.2)]);
        assert_eq!(name.levels.len(), 5);
        assert_eq!(name.term_frequency, Some(TermFrequency { levels: 0b110, rarest: 1e-6 }));
        // Without `relatives` they show what strangers show.
        let sex = ComparisonModel {
            levels: vec![level(1.0, 1.0, 1.0), level(0.99, 0.5, 0.5), level(0.01, 0.5, 0.5)],
            ..ComparisonModel::default()
        };
        assert_eq!(model.comparisons[1], sex);
    }

    #[test]
    fn an_unknown_level_is_told_and_the_one_meant_is_lacking() {
        assert_eq!(
            told_of_model("\"given\"", "\"gven\""),
            [
                "error[SET-004]: rules/matching/model.toml:14:10: `full_name` lacks numbers for level given\n  help: \
                 add a row { level = \"given\", m = …, u = … }",
                "error[SET-004]: rules/matching/model.toml:17:15: unknown level `gven`\n  help: did you mean `given`?",
            ]
        );
    }

    #[test]
    fn lacking_levels_are_told_together() {
        let told = one(told_of_model(
            "{ level = \"exact\", m = 0.99, u = 0.5 },\n    { level = \"else\", m = 0.01, u = 0.5 },",
            "",
        ));
        assert!(told.contains("model.toml:23:10: `sex` lacks numbers for levels exact, else"), "{told}");
    }

    #[test]
    fn a_level_given_twice_is_told() {
        let row = "{ level = \"else\", m = 0.01, u = 0.5 },";
        let told = one(told_of_model(row, &format!("{row}\n    {row}")));
        assert!(told.contains("model.toml:26:15: level `else` has a row already"), "{told}");
    }

    #[test]
    fn levels_out_of_order_are_told() {
        let mut lines: Vec<&str> = MODEL.lines().collect();
        lines.swap(14, 15);
        let told = one(read_model(Some(&lines.join("\n"))).1);
        assert_eq!(
            told,
            "error[SET-004]: rules/matching/model.toml:16:15: level `exact` stands behind `unaccented`\n  help: keep \
             the order in which `full_name` declares its levels: exact, unaccented, given, else"
        );
    }

    #[test]
    fn missing_has_no_row() {
        let row = "{ level = \"exact\", m = 0.99, u = 0.5 },";
        let told =
            one(told_of_model(row, &format!("{{ level = \"missing\", m = 0.5, u = 0.5 }},\n    {row}")));
        assert!(told.contains("model.toml:24:15: `missing` has no numbers"), "{told}");
    }

    #[test]
    fn probabilities_are_above_zero_and_below_one() {
        let told = told_of_model("m = 0.99, u = 0.5 }", "m = 1, u = 0.0 }");
        assert!(told[0].contains("model.toml:24:28: `m = 1` is not between 0 and 1"), "{told:?}");
        assert!(told[1].contains("model.toml:24:35: `u = 0` is not between 0 and 1"), "{told:?}");
        assert_eq!(told.len(), 2);
        let told = one(told_of_model(
            "u = 0.1, relatives = 0.2 },\n    { level = \"given\"",
            "u = 0.1, relatives = 1.2 },\n    { level = \"given\"",
        ));
        assert!(told.contains("model.toml:16:60: `relatives = 1.2` is not between 0 and 1"), "{told}");
        let told = one(told_of_model("u = 0.5 },\n]", "u = \"half\" },\n]"));
        assert!(told.contains("`u` is of type string\n  help: expected a number"), "{told}");
    }

    #[test]
    fn each_column_adds_up_to_one() {
        assert_eq!(
            one(told_of_model("m = 0.99", "m = 0.97")),
            "error[SET-004]: rules/matching/model.toml:23:10: `m` of `sex` adds up to 0.98 over its levels, not to \
             1\n  help: a pair shows one of them, so mend a number, or divide each by 0.98"
        );
        let told = one(told_of_model("u = 0.3, relatives = 0.2", "u = 0.300002, relatives = 0.2"));
        assert!(told.contains("`u` of `full_name` adds up to 1.000002"), "{told}");
        let told = one(told_of_model("relatives = 0.4", "relatives = 0.3"));
        assert!(told.contains("`relatives` of `full_name` adds up to 0.9 "), "{told}");
        assert_eq!(told_of_model("u = 0.3, relatives = 0.2", "u = 0.3000009, relatives = 0.2"), [""; 0]);
    }

    /// The model of the tests, its sexes depending on names.
    fn with_given(of_sex: &str) -> Vec<String> {
        let given = "id = \"sex\"\ngiven = { comparison = \"full_name\", levels = [\"exact\"] }";
        let model = MODEL.replace("id = \"sex\"", given);
        let model = model.replace("m = 0.99, u = 0.5", "m = 0.99, u = 0.5, u_given = 0.98");
        read_model(Some(&model.replace("m = 0.01, u = 0.5", of_sex))).1
    }

    #[test]
    fn what_strangers_show_may_depend_on_another_comparison() {
        assert_eq!(with_given("m = 0.01, u = 0.5, u_given = 0.02"), [""; 0]);
        let told = one(with_given("m = 0.01, u = 0.5"));
        assert!(told.contains("level `else` has no `u_given`, but `sex` has `given`"), "{told}");
        let told = one(with_given("m = 0.01, u = 0.5, u_given = 0.03"));
        assert!(told.contains("`u_given` of `sex` adds up to 1.01"), "{told}");
        let told = one(told_of_model("m = 0.99, u = 0.5", "m = 0.99, u = 0.5, u_given = 0.5"));
        assert!(told.contains("level `exact` has `u_given`, but `sex` has no `given`"), "{told}");
    }

    #[test]
    fn a_condition_is_on_another_comparison_and_its_levels() {
        let given = |comparison: &str, level: &str| {
            let given =
                format!("id = \"sex\"\ngiven = {{ comparison = \"{comparison}\", levels = [\"{level}\"] }}");
            let model = MODEL.replace("id = \"sex\"", &given);
            let model = model.replace("m = 0.99, u = 0.5", "m = 0.99, u = 0.5, u_given = 0.98");
            read_model(Some(&model.replace("m = 0.01, u = 0.5", "m = 0.01, u = 0.5, u_given = 0.02"))).1
        };
        assert!(one(given("sex", "exact")).contains("unknown comparison `sex`"));
        assert!(one(given("full_nam", "exact")).contains("did you mean `full_name`?"));
        assert!(one(given("full_name", "exat")).contains("did you mean `exact`?"));
        assert!(one(given("full_name", "missing")).contains("`missing` has no numbers"));
    }

    #[test]
    fn relatives_stand_in_all_rows_or_in_none() {
        let told = one(told_of_model("u = 0.5, relatives = 0.4", "u = 0.5"));
        assert!(
            told.contains("model.toml:18:15: level `else` has no `relatives`, but others of `full_name`"),
            "{told}"
        );
    }

    #[test]
    fn relatives_need_their_table() {
        let told = one(told_of_model("[relatives]\nper_person = 5.0\n", ""));
        assert!(
            told.contains("model.toml:13:54: `relatives` in a model without a table [relatives]"),
            "{told}"
        );
    }

    #[test]
    fn term_frequencies_are_of_names_and_of_levels_with_numbers() {
        let told = told_of_model(
            "[\"exact\", \"unaccented\"], rarest = 1e-6",
            "[\"exakt\", \"missing\"], rarest = 0",
        );
        assert!(
            told[0].contains("model.toml:13:30: unknown level `exakt`\n  help: did you mean `exact`?"),
            "{told:?}"
        );
        assert!(told[1].contains("model.toml:13:39: `missing` has no numbers"), "{told:?}");
        assert!(told[2].contains("model.toml:13:60: `rarest = 0` is not between 0 and 1"), "{told:?}");
        let told = one(told_of_model(
            "id = \"sex\"",
            "id = \"sex\"\nterm_frequency = { levels = [\"exact\"], rarest = 2 }",
        ));
        assert!(told.contains("model.toml:23:49: `rarest = 2` is not between 0 and 1"), "{told}");
        let told = one(told_of_model("levels = [\"exact\", \"unaccented\"], rarest", "rarest"));
        assert!(told.contains("model.toml:13:1: term frequencies without levels"), "{told}");
    }
}
