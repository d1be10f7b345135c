//! `[[relatives]]`: whom a record names, and where such people live.

use super::expression::Expression;
use super::{Reader, unused};
use crate::settings::reader::TableReader;

/// Relatives that a record names may be found in the household of the other record's person: evidence for
/// pairs in doubt, when links have told who lives where.
#[derive(Clone, Debug)]
pub struct RelativesRule {
    /// Its id.
    pub id: String,
    /// What a record says of its relatives; at least one expression.
    pub named: Vec<Expression>,
    /// The household, of records that know theirs.
    pub household: Expression,
    /// What of the household's members is named.
    pub members: Expression,
    /// Comparisons, by place, that have said it already where both sides have a value.
    pub unless: Vec<usize>,
}

/// More of them would be told apart by nothing that is seen.
const RULES_MAX: usize = 8;

impl Reader<'_> {
    /// One rule; nothing where it has mistakes.
    pub(super) fn read_relatives(&self, table: &TableReader<'_>) -> Option<RelativesRule> {
        let id = table.text("id");
        let typed = table.texts("named");
        if typed.is_empty() {
            let help = "add `named = [\"father_name.plain\"]`, what a record says of its relatives";
            table.problem(table.place(), "nobody is named", help);
        }
        let named = self.keys(table, &typed);
        let [household, members] = ["household", "members"].map(|key| self.one_key(table, key));
        let unless = self.unless(table);
        let id = id?;
        unused(table, &id, self.matching.relatives.iter().map(|rule| rule.id.as_str()));
        if self.matching.relatives.len() == RULES_MAX {
            table.problem(id.place, format!("more than {RULES_MAX} rules of relatives"), "leave some out");
            return None;
        }
        let rule = RelativesRule { id: id.value, named, household: household?, members: members?, unless };
        (!rule.named.is_empty()).then_some(rule)
    }

    fn one_key(&self, table: &TableReader<'_>, key: &'static str) -> Option<Expression> {
        let typed = table.text(key)?;
        self.keys(table, &[typed]).pop()
    }

    fn unless(&self, table: &TableReader<'_>) -> Vec<usize> {
        let rules = &self.matching.comparisons;
        let mut places = Vec::new();
        for typed in table.texts("unless") {
            match rules.iter().position(|rule| rule.id == typed.value) {
                Some(place) => places.push(place),
                None if self.is_unread(&typed.value) => {}
                None => table.unknown_word(&typed, "comparison", rules.iter().map(|rule| rule.id.as_str())),
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::matching::testing::{PEOPLE, read_good, told_of_people};

    const HOME: &str = "[[relatives]]\nid = \"home\"\nnamed = [\"father_name.plain\", \"mother_name.plain\"]\n\
                        household = \"household_id\"\nmembers = \"full_name.plain\"\nunless = [\"sex\"]\n";

    #[test]
    fn relatives_are_named_and_live_somewhere() {
        let matching = read_good(&format!("{PEOPLE}\n{HOME}"));
        let [rule] = &matching.relatives[..] else { panic!("{:?}", matching.relatives) };
        assert_eq!((rule.id.as_str(), rule.named.len(), &rule.unless[..]), ("home", 2, &[1][..]));
        assert_eq!(rule.household.to_string(), "household_id");
        assert!(read_good(PEOPLE).relatives.is_empty());
    }

    #[test]
    fn mistakes_are_told() {
        let told = |from: &str, to: &str| {
            told_of_people(&format!("{PEOPLE}\n{}", HOME.replace(from, to))).join("\n")
        };
        assert!(told("household_id", "houshold_id").contains("did you mean `household_id`?"));
        assert!(told("[\"father_name.plain\", \"mother_name.plain\"]", "[]").contains("nobody is named"));
        assert!(told("[\"sex\"]", "[\"sax\"]").contains("did you mean `sex`?"));
        assert!(told("members = \"full_name.plain\"\n", "").contains("key `members` is missing"));
        assert!(told("id = \"home\"\n", "").contains("key `id` is missing"));
        let twice = told_of_people(&format!("{PEOPLE}\n{HOME}{HOME}"));
        assert!(twice[0].contains("id `home` is used twice"), "{twice:?}");
    }
}
