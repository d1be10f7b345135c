//! A model as the text of `model.toml`: for people to read and for tools to compare line by line.
//!
//! The order is that of the rules, a level a line, and a number is written the same
//! way whatever computed it: four digits that count, and the largest of a column
//! as what is left of 1, so that each column adds up to 1 to the last digit.

use std::fmt::{self, Write};

use super::model::WITH_TRAINING;
use super::{ComparisonModel, ComparisonRule, Given, KIN, LevelModel, Matching, Model, Term, TrainedOn};
use crate::settings::sources::Source;

/// A model to be written for some rules.
#[derive(Clone, Copy, Debug)]
pub struct ModelText<'a> {
    /// The rules that the model is for.
    pub matching: &'a Matching,
    /// The sources that its priors name.
    pub sources: &'a [Source],
    /// The numbers; each level's columns add up to 1.
    pub model: &'a Model,
    /// In a few words where the numbers are from.
    pub origin: &'a str,
    /// By comparison: what is to be known of its numbers, a line of comment each.
    pub remarks: &'a [Vec<String>],
}

/// Parts of 1 in which probabilities are written: no level tells more than 40 bits.
const UNIT: f64 = 1e12;
/// The same as a whole number.
const UNITS: u64 = 1_000_000_000_000;

const HEAD: &str = "\
# What the levels of the comparisons in people.toml tell: how often each is seen among pairs of
# records of one person (m), of two strangers (u), of brothers and sisters (siblings) and of other
# close relatives (relatives); each column adds up to 1. Written by doisoat train; docs/training.md
# says how the numbers come about, docs/linkage.md what is done with them.
";

/// The text of the file. It reads back to the same model as [`rounded`] gives.
impl fmt::Display for ModelText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.model;
        write!(f, "{HEAD}\nversion = {WITH_TRAINING}\norigin = {}\n", quoted(self.origin))?;
        if let Some(trained_on) = &model.trained_on {
            write!(f, "\n{}", Training(trained_on))?;
        }
        for (kind, each) in KIN.iter().zip(model.kin_per_person) {
            each.map_or(Ok(()), |each| write!(f, "\n[{kind}]\nper_person = {}\n", number(each)))?;
        }
        for prior in &model.priors {
            let id = |at: usize| self.sources.get(prior.between[at].index()).map_or("", |source| &source.id);
            let (a, b) = (quoted(id(0)), quoted(id(1)));
            write!(f, "\n[[priors]]\nbetween = [{a}, {b}]\nfactor = {}\n", number(prior.factor))?;
        }
        for (at, (rule, one)) in self.matching.comparisons.iter().zip(&model.comparisons).enumerate() {
            f.write_char('\n')?;
            let remarks = self.remarks.get(at).map(Vec::as_slice).unwrap_or_default();
            remarks.iter().try_for_each(|line| writeln!(f, "# {}", line.replace('\n', " ")))?;
            self.comparison(f, rule, one)?;
        }
        Ok(())
    }
}

/// The names of some levels, a bit each, as a list.
fn levels(rule: &ComparisonRule, set: u16) -> String {
    let meant = rule.levels.iter().enumerate().filter(|(level, _)| set >> level & 1 == 1);
    meant.map(|(_, level)| quoted(level)).collect::<Vec<_>>().join(", ")
}

impl ModelText<'_> {
    /// One of the further term frequencies.
    fn term(rule: &ComparisonRule, term: &Term) -> String {
        let of: Vec<String> = term.of.iter().map(|one| quoted(&one.to_string())).collect();
        let of = if of.is_empty() { String::new() } else { format!("of = [{}], ", of.join(", ")) };
        let (levels, rarest, unseen) = (levels(rule, term.levels), number(term.rarest), number(term.unseen));
        format!("{{ {of}levels = [{levels}], rarest = {rarest}, unseen = {unseen} }}")
    }

    /// The line that names the comparison on which another one depends.
    fn condition(&self, given: &Given) -> String {
        let rule = self.matching.comparisons.get(given.comparison);
        let levels = rule.map_or_else(String::new, |rule| levels(rule, given.levels));
        let named = quoted(rule.map_or("", |rule| &rule.id));
        format!("given = {{ comparison = {named}, levels = [{levels}] }}\n")
    }

    fn comparison(
        &self,
        f: &mut fmt::Formatter<'_>,
        rule: &ComparisonRule,
        one: &ComparisonModel,
    ) -> fmt::Result {
        write!(f, "[[comparisons]]\nid = {}\n", quoted(&rule.id))?;
        if let Some(term) = one.term_frequency {
            let (levels, rarest) = (levels(rule, term.levels), number(term.rarest));
            writeln!(f, "term_frequency = {{ levels = [{levels}], rarest = {rarest} }}")?;
        }
        if !one.terms.is_empty() {
            let terms: Vec<String> = one.terms.iter().map(|term| Self::term(rule, term)).collect();
            writeln!(f, "term_frequencies = [\n    {},\n]", terms.join(",\n    "))?;
        }
        if let Some(given) = &one.given {
            f.write_str(&self.condition(given))?;
        }
        let columns = columns(one, self.model.kin_per_person);
        f.write_str("levels = [\n")?;
        for (at, level) in rule.levels.iter().skip(1).enumerate() {
            write!(f, "    {{ level = {}", quoted(level))?;
            for (name, units) in &columns {
                write!(f, ", {name} = {}", Units(units.get(at).copied().unwrap_or(1)))?;
            }
            f.write_str(" },\n")?;
        }
        f.write_str("]\n")
    }
}

/// The model as it reads back once it is written: what training says and links with is what the
/// file says.
pub fn rounded(model: &Model) -> Model {
    let mut model = model.clone();
    let kin = model.kin_per_person;
    for one in &mut model.comparisons {
        for (name, units) in columns(one, kin) {
            let rounded = units.into_iter().map(|units| units as f64 / UNIT);
            match &mut one.given {
                Some(given) if name == GIVEN => {
                    given.u.iter_mut().skip(1).zip(rounded).for_each(|(u, rounded)| *u = rounded);
                }
                _ => one.levels.iter_mut().skip(1).zip(rounded).for_each(|(level, u)| *slot(level, name) = u),
            }
        }
        for (kind, _) in kin.iter().enumerate().filter(|(_, each)| each.is_none()) {
            one.levels.iter_mut().for_each(|level| level.kin[kind] = level.u);
        }
    }
    model.kin_per_person = kin.map(|each| each.map(short));
    model.priors.iter_mut().for_each(|prior| prior.factor = short(prior.factor));
    for term in model.comparisons.iter_mut().flat_map(|one| &mut one.terms) {
        (term.rarest, term.unseen) = (short(term.rarest), short(term.unseen));
    }
    model
}

/// The columns of a comparison's rows, in units.
fn columns(one: &ComparisonModel, kin: [Option<f64>; KIN.len()]) -> Vec<(&'static str, Vec<u64>)> {
    let known = KIN.iter().zip(kin).filter(|(_, each)| each.is_some()).map(|(kind, _)| *kind);
    let names = ["m", "u"].into_iter().chain(known);
    let value = |level: &LevelModel, name| *slot(&mut level.clone(), name);
    let values = |name| one.levels.iter().skip(1).map(|level| value(level, name)).collect::<Vec<f64>>();
    let mut columns: Vec<(&'static str, Vec<u64>)> = names.map(|name| (name, units(&values(name)))).collect();
    if let Some(given) = &one.given {
        columns.insert(2, (GIVEN, units(given.u.get(1..).unwrap_or_default())));
    }
    columns
}

/// The column of u under a condition.
const GIVEN: &str = "u_given";

/// The number of a level that stands in a column.
fn slot<'l>(level: &'l mut LevelModel, column: &str) -> &'l mut f64 {
    match column {
        "m" => &mut level.m,
        "u" => &mut level.u,
        kind => &mut level.kin[KIN.iter().position(|known| *known == kind).unwrap_or(0)],
    }
}

/// Probabilities that add up to 1, each as units of four digits that count, at least 1; the
/// largest is what is left.
fn units(column: &[f64]) -> Vec<u64> {
    let mut units: Vec<u64> = column.iter().map(|&share| of_four_digits(share)).collect();
    let largest = (0..units.len()).max_by_key(|&at| (units[at], std::cmp::Reverse(at)));
    if let Some(largest) = largest {
        let others: u64 = units.iter().sum::<u64>() - units[largest];
        units[largest] = UNITS.saturating_sub(others).max(1);
    }
    units
}

fn of_four_digits(share: f64) -> u64 {
    let units = (share.clamp(0.0, 1.0) * UNIT).round() as u64;
    let digits = units.max(1).ilog10();
    let step = 10_u64.pow(digits.saturating_sub(3));
    ((units + step / 2) / step * step).max(1)
}

/// A number of four digits that count.
fn short(number: f64) -> f64 {
    format!("{number:.3e}").parse().unwrap_or(number)
}

fn number(number: f64) -> String {
    format!("{:?}", short(number))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Units as a decimal fraction without closing zeros.
struct Units(u64);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:012}", self.0 % UNITS);
        let fraction = digits.trim_end_matches('0');
        write!(f, "{}.{}", self.0 / UNITS, if fraction.is_empty() { "0" } else { fraction })
    }
}

/// The table `[training]`.
struct Training<'a>(&'a TrainedOn);

impl fmt::Display for Training<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TrainedOn { program, day, data_sha256, records, pairs, passes, iterations, converged } = self.0;
        let (program, day, data_sha256) = (quoted(program), quoted(day), quoted(data_sha256));
        write!(
            f,
            "[training]\nprogram = {program}\nday = {day}\ndata_sha256 = {data_sha256}\nrecords = {records}\n\
             pairs = {pairs}\npasses = {passes}\niterations = {iterations}\nconverged = {converged}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::settings::matching::testing::{MODEL, PEOPLE, read_good, read_model};
    use crate::settings::{RulesFolder, Settings};

    fn text(model: &Model, remarks: &[Vec<String>]) -> String {
        let matching = read_good(PEOPLE);
        let sources = Settings::read(&RulesFolder::embedded()).unwrap().sources;
        let origin = "learnt from a \"test\"";
        ModelText { matching: &matching, sources: &sources, model, origin, remarks }.to_string()
    }

    fn trained() -> Model {
        let trained_on =
            TrainedOn { program: "0.1.0".into(), day: "2026-06-30".into(), ..TrainedOn::default() };
        Model { version: 2, trained_on: Some(trained_on), ..read_model(Some(MODEL)).0 }
    }

    fn same(a: &Model, b: &Model) {
        assert_eq!((a.version, &a.trained_on, &a.priors), (b.version, &b.trained_on, &b.priors));
        assert_eq!((a.kin_per_person, &a.comparisons), (b.kin_per_person, &b.comparisons));
    }

    #[test]
    fn a_model_that_is_written_reads_back_as_it_was() {
        let text = text(&trained(), &[vec!["from 12 pairs".to_owned()]]);
        assert!(text.contains("\n# from 12 pairs\n[[comparisons]]\nid = \"full_name\"\n"), "{text}");
        assert!(text.contains("    { level = \"exact\", m = 0.9, u = 0.1, relatives = 0.2 },\n"), "{text}");
        let (read, told) = read_model(Some(&text));
        assert_eq!(told, [""; 0], "{text}");
        same(&read, &trained());
    }

    proptest! {
        #[test]
        fn any_model_that_is_written_is_the_rounded_one(
            shares in prop::collection::vec(prop_oneof![1e-15..1.0_f64, 1e-9..1e-4_f64], 4),
            factor in 1e-9..1e4_f64,
        ) {
            let mut model = trained();
            let sum: f64 = shares.iter().sum();
            for (level, share) in model.comparisons[0].levels.iter_mut().skip(1).zip(&shares) {
                (level.m, level.u, level.kin[1]) = (share / sum, share / sum, share / sum);
            }
            model.priors[0].factor = factor;
            let text = text(&model, &[]);
            let (read, told) = read_model(Some(&text));
            prop_assert_eq!(told, [""; 0]);
            let once = rounded(&model);
            same(&read, &once);
            same(&rounded(&once), &once);
            for (level, share) in once.comparisons[0].levels.iter().skip(1).zip(&shares) {
                let share = share / sum;
                prop_assert!((level.m - share).abs() <= 0.002 * share + 2e-12, "{} {share}", level.m);
            }
        }
    }

    #[test]
    fn numbers_have_four_digits_that_count_and_the_largest_is_what_is_left() {
        let shown = |column: &[f64]| {
            units(column).into_iter().map(|units| Units(units).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            shown(&[0.123_456, 0.000_000_098_765_4, 0.876_543_9]),
            ["0.1235", "0.00000009877", "0.87649990123"]
        );
        assert_eq!(shown(&[1e-20, 1.0]), ["0.000000000001", "0.999999999999"]);
        assert_eq!(shown(&[0.5, 0.5]), ["0.5", "0.5"]);
    }
}
