//! `rules/evidence.toml`: whose word weighs how much when records of one person differ.

use super::folder::RulesFolder;
use super::reader::{Located, Problems, TableReader, read_file};
use super::sources::Source;

/// The file in a rules folder; without it no field is weighed.
const FILE: &str = "evidence.toml";
/// More would not fit the sets of witnesses that are kept for every person.
pub const WITNESSES_MAX: usize = 15;

/// How the records of a person are weighed against each other.
#[derive(Clone, Debug, Default)]
pub struct EvidenceRules {
    /// Below this confidence no value is suggested, 0 to 1.
    pub suggest_from: f64,
    /// How many people's worth the shares of errors count beside what is learnt.
    pub prior_people: f64,
    /// Kinds of records, the highest authority first; at most [`WITNESSES_MAX`].
    pub witnesses: Vec<WitnessRule>,
    /// The fields that are weighed.
    pub fields: Vec<FieldEvidence>,
}

/// One kind of records that are asked.
#[derive(Clone, Debug)]
pub struct WitnessRule {
    /// The prefix of its records in rules (`birth`), or the name given to the late ones of another.
    pub name: String,
    /// What officers call it.
    pub label: String,
    /// Whether it settles what the others say.
    pub overrides: bool,
    /// The witness it copies, by place, and the share of copies to begin with.
    pub copies: Option<(usize, f64)>,
    /// Days after birth within which an entry is in time, and the witness that later ones are.
    pub late: Option<(i64, usize)>,
}

/// What is known of one field before any record is read.
#[derive(Clone, Debug)]
pub struct FieldEvidence {
    /// Its name in rules: `birth_date`.
    pub field: String,
    /// The share of wrong values, by witness; none for who is not asked.
    pub errors: Vec<Option<f64>>,
    /// What the personal number tells of it.
    pub number: Option<NumberTells>,
    /// Whether the day of registration bears on it.
    pub registered: bool,
}

/// What a personal number tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberTells {
    /// The year of birth.
    Year,
    /// The sex.
    Sex,
}

/// The rules of evidence; those of no field where the folder has no such file.
pub(super) fn read(folder: &RulesFolder, sources: &[Source], problems: &Problems) -> EvidenceRules {
    let Some(file) = folder.file(FILE) else { return EvidenceRules::default() };
    read_file(file, problems, |table| Some(read_all(table, sources))).unwrap_or_default()
}

fn read_all(table: &TableReader<'_>, sources: &[Source]) -> EvidenceRules {
    let suggest_from = table.number_or("suggest_from", 0.9, (0.0, 1.0));
    let prior_people = table.number_or("prior_people", 200.0, (1.0, 1e9));
    let mut witnesses = Vec::new();
    if let Some(of) = table.table("witnesses") {
        let names = of.free_keys();
        let known: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
        let read = |name| Some(read_witness(&of.free_table(name)?, name, &known));
        witnesses = names.iter().filter_map(read).collect();
    }
    check_witnesses(table, &witnesses, sources);
    witnesses.truncate(WITNESSES_MAX);
    let mut fields = Vec::new();
    if let Some(of) = table.table("fields") {
        let read = |name| read_field(&of.free_table(name)?, name, &witnesses, sources);
        fields = of.free_keys().iter().filter_map(read).collect();
    }
    EvidenceRules { suggest_from, prior_people, witnesses, fields }
}

fn read_witness(table: &TableReader<'_>, name: &Located<String>, known: &[&str]) -> WitnessRule {
    let place = |word: Option<Located<String>>| {
        let word = word?;
        let found = known.iter().position(|known| *known == word.value);
        if found.is_none() {
            table.unknown_word(&word, "witness", known.iter().copied());
        }
        found
    };
    let label = table.text("label").map(|label| label.value).unwrap_or_default();
    let overrides = table.bool_or("overrides", false);
    let repeated = table.number_or("copied", 0.5, (0.0, 0.99));
    let copies = place(table.optional_text("copies")).map(|of| (of, repeated));
    let days = table.number_or("in_time_days", 0.0, (0.0, 36_500.0));
    let late = place(table.optional_text("late")).map(|late| (days as i64, late));
    table.finish();
    WitnessRule { name: name.value.clone(), label, overrides, copies, late }
}

fn is_prefix(name: &str, sources: &[Source]) -> bool {
    sources.iter().any(|source| source.prefixes().contains(&name))
}

/// Mistakes that only the whole list shows: nobody's name, too many, copies of copies.
fn check_witnesses(table: &TableReader<'_>, witnesses: &[WitnessRule], sources: &[Source]) {
    let place = || table.place_of_value("witnesses");
    for (at, witness) in witnesses.iter().enumerate() {
        let is_late = witnesses.iter().any(|other| other.late.is_some_and(|late| late.1 == at));
        if !is_late && !is_prefix(&witness.name, sources) {
            let typed = Located { value: witness.name.clone(), place: place() };
            table.unknown_word(&typed, "prefix", sources.iter().flat_map(Source::prefixes));
        }
    }
    if witnesses.len() > WITNESSES_MAX {
        table.problem(place(), format!("{} witnesses", witnesses.len()), "give at most 15");
    }
    let copied: Vec<usize> = witnesses.iter().filter_map(|witness| Some(witness.copies?.0)).collect();
    let chained = copied.iter().any(|&of| witnesses.get(of).is_some_and(|of| of.copies.is_some()));
    if chained || copied.windows(2).any(|pair| pair[0] != pair[1]) {
        let message = "witnesses copy several others, or one that copies itself";
        table.problem(place(), message, "let all that copy name the one record they copy");
    }
}

fn read_field(
    table: &TableReader<'_>,
    name: &Located<String>,
    witnesses: &[WitnessRule],
    sources: &[Source],
) -> Option<FieldEvidence> {
    const TELLS: &[(&str, NumberTells)] = &[("year", NumberTells::Year), ("sex", NumberTells::Sex)];
    let number = table.optional_word("number", TELLS);
    let registered = table.bool_or("registered", false);
    let mut errors = vec![None; witnesses.len()];
    if let Some(shares) = table.table("errors") {
        for key in shares.free_keys() {
            match witnesses.iter().position(|witness| witness.name == key.value) {
                Some(at) => errors[at] = share(&shares, &key),
                None => {
                    shares.unknown_word(&key, "witness", witnesses.iter().map(|w| w.name.as_str()));
                }
            }
        }
    }
    table.finish();
    if !sources.iter().any(|source| source.column_of(&name.value).is_some()) {
        let fields = sources.iter().flat_map(|source| source.columns.iter().map(|c| c.field.as_str()));
        table.unknown_word(name, "field", fields);
        return None;
    }
    Some(FieldEvidence { field: name.value.clone(), errors, number, registered })
}

/// A share between 0 and 1, neither of them: either would outweigh all other evidence.
fn share(table: &TableReader<'_>, key: &Located<String>) -> Option<f64> {
    use toml::de::DeValue;
    let Located { value, place } = table.free_value(key)?;
    let number = match value {
        DeValue::Float(digits) => digits.as_str().replace('_', "").parse().ok(),
        DeValue::Integer(digits) => digits.as_str().parse().ok(),
        _ => None,
    };
    let found = number.filter(|share: &f64| *share > 0.0 && *share < 1.0);
    if found.is_none() {
        let message = format!("`{}` is no share between 0 and 1", key.value);
        table.problem(place, message, "give a number above 0 and below 1, such as 0.02");
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::settings::{RulesFolder, Settings};

    fn told(from: &str, to: &str) -> String {
        let mut folder = RulesFolder::embedded();
        let file = folder.files.iter_mut().find(|file| file.path == super::FILE).unwrap();
        assert!(file.text.contains(from), "{from}");
        file.text = file.text.replacen(from, to, 1);
        Settings::read(&folder).map_or_else(|failure| failure.to_string(), |_| "valid".to_owned())
    }

    #[test]
    fn the_default_rules_name_witnesses_in_order_of_authority() {
        let evidence = Settings::read(&RulesFolder::embedded()).unwrap().evidence;
        assert!(evidence.witnesses[0].overrides && evidence.witnesses[1].late == Some((60, 2)));
        let copied: Vec<usize> = evidence.witnesses.iter().filter_map(|w| Some(w.copies?.0)).collect();
        assert_eq!(copied, [3; 4]);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (from, to, part) in [
            ("copies = \"residence\"", "copies = \"residenz\"", "did you mean `residence`?"),
            ("[fields.sex]", "[fields.sexx]", "unknown field `sexx`"),
            ("correction = 0.005", "corection = 0.005", "unknown witness `corection`"),
            ("birth = 0.02", "birth = 0.0", "no share between 0 and 1"),
            ("[witnesses.marriage]", "[witnesses.mariage]", "unknown witness"),
            ("suggest_from = 0.9", "suggest_from = 1.5", "out of range"),
        ] {
            let told = told(from, to);
            assert!(told.contains(part) && told.contains("evidence.toml:"), "{from}: {told}");
        }
    }
}
