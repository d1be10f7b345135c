//! `term_frequencies` of the model: whose frequencies tell more than a level does, and at which levels.

use super::comparison::ComparisonRule;
use super::expression::Expression;
use super::{Reader, within_one};
use crate::settings::reader::TableReader;

/// How common something of a record is, counted in the data, where a comparison shows certain levels:
/// the given name where the rest of the name is cut short, the hamlet where addresses agree.
///
/// Unlike [`TermFrequency`](super::TermFrequency) it needs no number of the model: what is average is counted too.
#[derive(Clone, Debug)]
pub struct Term {
    /// What is counted; of several all have a value and count together. Empty: what is compared, where a
    /// record that agrees with itself shows one of `levels`.
    pub of: Vec<Expression>,
    /// Bit `l` is set where declared level `l` is meant.
    pub levels: u16,
    /// No value counts as rarer than this share of the records that have one, above 0 and below 1.
    pub rarest: f64,
    /// Bearers that are expected of each value beside those who were met, above 0: a value met once may
    /// be rare, or most of its bearers may not be among the data.
    pub unseen: f64,
}

/// By what they say, wherever it stands.
impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        let texts = |term: &Self| term.of.iter().map(ToString::to_string).collect::<Vec<_>>();
        self.levels == other.levels
            && self.rarest.to_bits() == other.rarest.to_bits()
            && self.unseen.to_bits() == other.unseen.to_bits()
            && texts(self) == texts(other)
    }
}

/// Bearers expected of a value beside those met, unless the rules say otherwise.
pub(super) const UNSEEN: f64 = 0.5;
/// The most that may be expected.
const UNSEEN_MAX: f64 = 1e6;

/// More of them in one comparison would be a mistake: a record carries each.
const TERMS_MAX: usize = 4;

impl Reader<'_> {
    /// The further term frequencies of a comparison; those with mistakes are told and left out.
    pub(super) fn terms(&self, table: &TableReader<'_>, rule: &ComparisonRule) -> Vec<Term> {
        let entries = table.tables("term_frequencies");
        if entries.len() > TERMS_MAX {
            let message = format!("more than {TERMS_MAX} term frequencies of `{}`", rule.id);
            table.problem(
                table.place_of_value("term_frequencies"),
                message,
                "leave out those that tell least",
            );
        }
        entries.iter().take(TERMS_MAX).filter_map(|entry| self.term(entry, rule)).collect()
    }

    fn term(&self, entry: &TableReader<'_>, rule: &ComparisonRule) -> Option<Term> {
        let typed = entry.texts("of");
        let of = self.keys(entry, &typed);
        let levels = rule.levels_of(entry, "term_frequencies");
        let rarest = entry.number("rarest").and_then(|number| within_one(entry, "rarest", number));
        let unseen = entry.number_or("unseen", UNSEEN, (1e-6, UNSEEN_MAX));
        entry.finish();
        (of.len() == typed.len()).then_some(Term { of, levels, rarest: rarest?.value, unseen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{MODEL, read_model};

    fn with(terms: &str) -> (Vec<Term>, Vec<String>) {
        let (model, told) = read_model(Some(
            &MODEL.replace("id = \"sex\"", &format!("id = \"sex\"\nterm_frequencies = {terms}")),
        ));
        (model.comparisons[1].terms.clone(), told)
    }

    #[test]
    fn each_counts_something_at_some_levels() {
        let (terms, told) = with(
            "[{ levels = [\"exact\"], rarest = 1e-4 }, \
              { of = [\"full_name.given\", \"sex\"], levels = [\"exact\", \"else\"], rarest = 1e-5, unseen = 2 }]",
        );
        assert_eq!(told, [""; 0]);
        let of = |term: &Term| term.of.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            (of(&terms[0]).len(), terms[0].levels, terms[0].unseen.to_bits()),
            (0, 0b10, UNSEEN.to_bits())
        );
        assert_eq!(of(&terms[1]), ["full_name.given", "sex"]);
        assert_eq!((terms[1].levels, terms[1].unseen.to_bits()), (0b110, 2.0_f64.to_bits()));
        assert!(terms[0] != terms[1] && terms[0] == terms[0].clone());
    }

    #[test]
    fn mistakes_are_told_where_they_stand() {
        let (terms, told) = with(
            "[{ of = [\"ful_name\"], levels = [\"exact\"], rarest = 0.1 }, { levels = [\"exakt\"], rarest = 1 }, \
              { levels = [\"exact\"], rarest = 0.1, unseen = 0 }]",
        );
        assert_eq!(terms.len(), 1, "a number out of range is told, and the usual one taken");
        let all = told.join("\n");
        for expected in [
            "unknown field `ful_name`\n  help: did you mean `full_name`?",
            "unknown level `exakt`",
            "`rarest = 1` is not between 0 and 1",
            "unseen",
        ] {
            assert!(all.contains(expected), "{expected}: {told:?}");
        }
        let five = format!("[{}]", ["{ levels = [\"exact\"], rarest = 0.1 }"; 5].join(", "));
        assert!(with(&five).1[0].contains("more than 4 term frequencies of `sex`"));
    }
}
