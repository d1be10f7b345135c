//! Matching rules: what is refused before any data is read, and what the default rules lean on.

use doisoat::settings::{RulesFolder, Settings};

/// What is said of the default rules with one text of `matching/people.toml` changed.
fn told(from: &str, to: &str) -> Vec<String> {
    let mut folder = RulesFolder::embedded();
    for file in folder.files.iter_mut().filter(|file| file.path == "matching/people.toml") {
        assert!(file.text.contains(from), "`{from}` is not in the default rules");
        file.text = file.text.replacen(from, to, 1);
    }
    let Err(failure) = Settings::read(&folder) else { panic!("rules with a mistake were read") };
    failure.diagnostics.iter().map(|diagnostic| without_line(&diagnostic.to_string())).collect()
}

/// Lines and columns move with every change of the default rules.
fn without_line(message: &str) -> String {
    let masked = |part: &str| if part.parse::<u32>().is_ok() { "N".to_owned() } else { part.to_owned() };
    let (head, help) = message.split_once('\n').expect("a message and its remedy");
    format!("{}\n{help}", head.split(':').map(masked).collect::<Vec<_>>().join(":"))
}

#[test]
fn an_unknown_field_of_a_blocking_key_is_told_with_the_nearest_one() {
    assert_eq!(
        told("keys = [\"insurance_number\"]", "keys = [\"insurance_nummber\"]"),
        ["error[SET-004]: rules/matching/people.toml:N:N: unknown field `insurance_nummber`\n  \
          help: did you mean `insurance_number`?"]
    );
}

#[test]
fn an_unknown_comparator_is_told_with_the_nearest_one() {
    let told = told("comparator = \"date\"", "comparator = \"dates\"");
    assert_eq!(
        told[0],
        "error[SET-004]: rules/matching/people.toml:N:N: unknown word `dates`\n  help: did you mean `date`?"
    );
}

#[test]
fn unknown_levels_and_comparisons_of_a_rule_are_told_all_at_once() {
    let told = told(
        "when.full_name = [\"contradicts\"]\nwhen.birth_date = [\"contradicts\"]",
        "when.full_names = [\"contradicts\"]\nwhen.birth_date = [\"exakt\"]",
    );
    assert_eq!(
        told,
        [
            "error[SET-004]: rules/matching/people.toml:N:N: unknown comparison `full_names`\n  \
             help: did you mean `full_name`?",
            "error[SET-004]: rules/matching/people.toml:N:N: unknown level `exakt`\n  help: did you mean `exact`?",
        ]
    );
}

#[test]
fn a_threshold_of_one_and_an_unknown_source_are_refused() {
    assert!(told("link = 0.8", "link = 1")[0].contains("`link = 1` is not between 0 and 1"));
    assert_eq!(
        told("one_person_in = [\"cu_tru\"]", "one_person_in = [\"cutru\"]"),
        [
            "error[SET-004]: rules/matching/people.toml:N:N: unknown source `cutru`\n  help: did you mean `cu_tru`?"
        ]
    );
}

#[test]
fn ids_are_not_used_twice() {
    assert_eq!(
        told("id = \"skeleton_year_ward\"", "id = \"birth_date_ward\""),
        ["error[SET-004]: rules/matching/people.toml:N:N: id `birth_date_ward` is used twice\n  \
          help: give each entry an id of its own"]
    );
}

#[test]
fn a_blocking_rule_without_keys_and_a_rule_that_always_holds_are_refused() {
    assert_eq!(
        told("keys = [\"insurance_number\"]", "keys = []"),
        [
            "error[SET-004]: rules/matching/people.toml:N:N: a blocking rule without keys puts all records into one \
          block\n  help: add `keys = [\"…\"]`"
        ]
    );
    let always = told(
        "id = \"cut_two_numbers\"\nwhen.personal_id = [\"else\"]",
        "id = \"cut_two_numbers\"\nwhen = {}",
    );
    assert_eq!(
        always,
        [
            "error[SET-004]: rules/matching/people.toml:N:N: a rule without conditions holds for every pair\n  \
          help: fill in `when`"
        ]
    );
}

#[test]
fn more_of_any_than_there_is_can_never_hold_and_is_refused() {
    assert_eq!(
        told(
            "when.personal_id = [\"else\"]",
            "when.personal_id = [\"else\"]\nat_least = 7\nany.full_name = [\"exact\"]"
        ),
        ["error[SET-004]: rules/matching/people.toml:N:N: `at_least = 7`, but `any` names 1 comparisons\n  \
          help: lower it, or name more under `any`"]
    );
}

#[test]
fn a_place_in_a_message_is_the_place_of_the_word() {
    let mut folder = RulesFolder::embedded();
    folder.files.retain(|file| !file.path.starts_with("matching/") || file.path == "matching/people.toml");
    for file in folder.files.iter_mut().filter(|file| file.path == "matching/people.toml") {
        file.text = "[[blocking]]\nid = \"a\"\nkeys = [\"sex\", \"wards\"]\n".to_owned();
    }
    let Err(failure) = Settings::read(&folder) else { panic!("an unknown field was read") };
    let told: Vec<String> = failure.diagnostics.iter().map(ToString::to_string).collect();
    let placed = told.iter().any(|one| one.contains("matching/people.toml:3:16: unknown field `wards`"));
    assert!(placed, "{told:?}");
}

/// What the link stage says of the default rules with one text of `matching/people.toml` changed.
fn told_by_link(from: &str, to: &str) -> Vec<String> {
    let mut folder = RulesFolder::embedded();
    for file in folder.files.iter_mut().filter(|file| file.path == "matching/people.toml") {
        assert!(file.text.contains(from), "`{from}` is not in the default rules");
        file.text = file.text.replacen(from, to, 1);
    }
    let settings = Settings::read(&folder).expect("rules that settings cannot fault");
    doisoat::link::problems(&settings).iter().map(|one| without_line(&one.to_string())).collect()
}

#[test]
fn a_blocking_rule_that_makes_a_few_huge_blocks_is_refused() {
    assert_eq!(told_by_link("keys = [\"phone\"]", "keys = [\"phone\"]"), [""; 0]);
    for key in ["sex", "birth_date.month", "sex\", \"birth_date.precision", "personal_id.repaired"] {
        assert_eq!(
            told_by_link("keys = [\"phone\"]", &format!("keys = [\"{key}\"]")),
            [
                "error[LNK-004]: rules/matching/people.toml:N:N: blocking rule `phone` puts nearly all records into a \
              few blocks\n  help: its keys come from short closed lists; add a key that tells people apart, such \
              as a name, a date or a number"
            ]
        );
    }
    // One open key is enough.
    assert_eq!(told_by_link("keys = [\"phone\"]", "keys = [\"sex\", \"phone[-6..]\"]"), [""; 0]);
}

#[test]
fn facets_that_a_field_does_not_have_and_parts_of_names_to_compare_are_refused() {
    assert_eq!(
        told_by_link("keys = [\"phone\"]", "keys = [\"phone.plain\"]")[0],
        "error[LNK-001]: rules/matching/people.toml:N:N: field `phone` has no facet `plain`\n  help: valid: raw, form, fault"
    );
    assert_eq!(
        told_by_link("value = \"full_name\"", "value = \"full_name[..3]\"")[0],
        "error[LNK-002]: rules/matching/people.toml:N:N: `full_name[..3]` is compared by parts of its own choice\n  \
         help: write `full_name`"
    );
}
