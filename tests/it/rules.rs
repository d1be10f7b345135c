//! The quality rules of `rules/checks/`, one a file.

use doisoat::check::{columns, compile, test_examples};
use doisoat::report::catalogue_markdown;
use doisoat::settings::{RuleFile, RulesFolder, Settings, Subject};

fn default_settings() -> Settings {
    Settings::read(&RulesFolder::embedded()).unwrap()
}

/// The default rules with one file's text changed.
fn with(path: &str, change: impl Fn(&str) -> String) -> Settings {
    let mut folder = RulesFolder::embedded();
    let file = folder.files.iter_mut().find(|file| file.path == path).unwrap();
    file.text = change(&file.text);
    Settings::read(&folder).unwrap()
}

fn told(settings: &Settings) -> Vec<String> {
    compile(settings).iter().map(ToString::to_string).collect()
}

#[test]
fn every_default_rule_compiles() {
    assert_eq!(told(&default_settings()), [""; 0]);
}

#[test]
fn every_default_rule_passes_and_fails_its_rows_and_has_two_of_each() {
    let settings = default_settings();
    let outcomes = test_examples(&settings);
    let problems: Vec<String> =
        outcomes.iter().filter_map(|outcome| outcome.problem.as_ref()).map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    for check in &settings.checks {
        for found in [true, false] {
            let rows = outcomes.iter().filter(|o| o.rule == check.id && o.found == found).count();
            assert!(rows >= 2, "{}: {rows} rows with found = {found}", check.id);
        }
    }
}

#[test]
fn every_default_rule_says_all_that_an_officer_needs() {
    let settings = default_settings();
    assert!(settings.checks.len() >= 90, "{}", settings.checks.len());
    for check in &settings.checks {
        let wording = &check.wording;
        for text in [&wording.title, &wording.explanation, &wording.why, &wording.action] {
            assert!(text.chars().count() >= 15, "{}: {text:?}", check.id);
        }
        assert!(wording.results.len() >= 2, "{}", check.id);
        assert!(wording.title.chars().count() <= 60, "{}: the title is too long for a sheet", check.id);
    }
}

#[test]
fn no_rule_gives_the_community_team_papers_that_tell_a_death() {
    let settings = default_settings();
    let wording = &settings.wording.worklist;
    let open: Vec<_> = settings.checks.iter().filter(|check| wording.is_for_community(check)).collect();
    assert!(open.len() >= 4, "{}", open.len());
    for check in open {
        let papers = check.wording.papers.to_lowercase();
        assert!(!papers.contains("tử") && !papers.contains("sim"), "{}: {papers}", check.id);
    }
    let closed =
        ["deceased-but-resident", "very-old-without-sign-of-life", "sex-contradicted-by-other-sources"];
    for check in settings.checks.iter().filter(|check| closed.contains(&check.id.as_str())) {
        assert!(!wording.is_for_community(check), "{}", check.id);
    }
}

#[test]
fn the_catalogue_in_the_docs_is_that_of_the_rules() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/catalogue.md");
    let written = std::fs::read_to_string(file).unwrap();
    let made = catalogue_markdown(&default_settings());
    let differing = written.lines().zip(made.lines()).find(|(written, made)| written != made);
    assert_eq!(differing, None, "make it anew: doisoat rules docs --out docs/catalogue.md");
    assert_eq!(written.len(), made.len());
}

#[test]
fn a_suggestion_of_another_type_than_its_field_is_told_at_its_place() {
    let path = "checks/sach/phone-old-prefix.toml";
    let settings = with(path, |text| text.replace("suggest = \"phone\"", "suggest = \"full_name\""));
    let line = 1 + settings
        .checks
        .iter()
        .find(|check| check.id == "phone-old-prefix")
        .unwrap()
        .suggest
        .as_ref()
        .unwrap()
        .place
        .line
        .unwrap()
        - 1;
    assert_eq!(
        told(&settings),
        [format!(
            "error[CHK-012]: rules/{path}:{line}:12: rule `phone-old-prefix` suggests `full_name` for `phone`, which \
             is of another type\n  help: suggest a value of `phone` from some record, or leave `suggest` out"
        )]
    );
    // A text put together of the field's own column and another is the field's.
    let settings =
        with(path, |text| text.replace("suggest = \"phone\"", "suggest = \"coalesce(phone, full_name)\""));
    assert_eq!(told(&settings), [""; 0]);
}

#[test]
fn every_mistake_of_gates_and_scores_is_told_at_once() {
    let mut folder = RulesFolder::embedded();
    for file in &mut folder.files {
        match file.path.as_str() {
            "checks/du/sex-missing.toml" => {
                file.text = file.text.replace("warn = { percent = 5 }", "warn = { percent = 60, cuont = 3 }");
            }
            "checks/du/address-missing.toml" => {
                file.text = file
                    .text
                    .replace("{ percent = 5 }", "{ count = 1.5 }")
                    .replace("{ percent = 50 }", "{ }");
            }
            "wording/scores.toml" => {
                file.text =
                    file.text.replace("yellow_from = 75", "yellow_from = 95").replace("low = 1", "low = 0.5");
            }
            _ => {}
        }
    }
    let told = Settings::read(&folder).unwrap_err().to_string();
    for expected in [
        "sex-missing.toml",
        "unknown key `cuont`",
        "`warn` is above `fail`",
        "`count` is not a whole number",
        "`fail` has no limit",
        "`yellow_from = 95` is above `green_from = 90`",
        "`low = 0.5` is not whole",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn a_row_that_a_rule_should_not_find_is_told_with_its_place() {
    let path = "checks/sach/phone-invalid.toml";
    let settings = with(path, |text| {
        text.replacen("[[pass]]", "[[pass]]\n\"phone.raw\" = 3\n", 1).replacen("[[fail]]", "[[pass]]", 1)
    });
    let problems: Vec<String> = test_examples(&settings)
        .iter()
        .filter_map(|outcome| outcome.problem.as_ref())
        .map(ToString::to_string)
        .collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(
        problems[0].contains("CHK-011") && problems[0].contains("`phone.raw` is of type text"),
        "{problems:?}"
    );
    assert!(problems[1].contains("rule `phone-invalid` finds a row of its `pass` list"), "{problems:?}");
}

#[test]
fn every_mistake_of_every_rule_is_told_at_once_at_its_place_in_the_file() {
    let mut folder = RulesFolder::embedded();
    for file in &mut folder.files {
        let RuleFile { path, text, .. } = file;
        match path.as_str() {
            "checks/sach/phone-invalid.toml" => {
                *text = text.replace("live AND phone.form", "live\n  AND phone.from");
            }
            "checks/song/old-id-behind-sim.toml" => {
                *text = text
                    .replace("subscription_status = 'hoạt động'", "max(subscription_status) = 'hoạt động'");
            }
            "checks/sach/phone-old-prefix.toml" => {
                *text = text.replace("suggest = \"phone\"", "suggest = \"live\"");
            }
            "checks/du/personal-id-missing.toml" => {
                *text = text.replace("evidence = [\"birth\"", "evidence = [\"birth.persnal_id\"");
            }
            "checks/sach/ward-code-retired.toml" => *text = text.replace("{current}", "{curent}"),
            _ => {}
        }
    }
    insta::assert_snapshot!(told(&Settings::read(&folder).unwrap()).join("\n"));
}

#[test]
fn a_rule_that_yields_to_one_that_yields_to_it_is_a_mistake() {
    let mut folder = RulesFolder::embedded();
    for file in folder.files.iter_mut().filter(|file| file.path.ends_with("corrected-name-not-applied.toml"))
    {
        file.text = file.text.replace("when = ", "yields_to = [\"name-not-in-standard-form\"]\nwhen = ");
    }
    let failure = Settings::read(&folder).unwrap_err().to_string();
    assert!(
        failure.contains("rule `name-not-in-standard-form` yields to a rule that yields to it"),
        "{failure}"
    );
}

#[test]
fn every_source_and_kind_of_event_has_its_columns_with_type_and_meaning() {
    let settings = default_settings();
    let names = |subject| columns(&settings, subject).into_iter().map(|c| c.name).collect::<Vec<_>>();
    let residence = names(Subject::Record(settings.primary()));
    for name in [
        "full_name",
        "full_name.raw",
        "age",
        "live",
        "personal_id.holders",
        "personal_id.other_holder",
        "as_of",
    ]
    .into_iter()
    .chain([
        "birth.exists",
        "death.match_probability",
        "marriage.count",
        "correction.birth_date",
        "telecom.phone.raw",
    ]) {
        assert!(residence.iter().any(|column| column == name), "{name}");
    }
    assert!(!residence.iter().any(|column| column.starts_with("residence.")));
    let pair = names(Subject::Pair(settings.primary()));
    assert!(pair.contains(&"left.record_id".to_owned()) && pair.contains(&"match_probability".to_owned()));
    let missing = columns(&settings, Subject::MissingPerson);
    assert!(missing.iter().any(|column| column.name == "residence.in_review"));
    assert!(missing.iter().all(|column| !column.meaning.is_empty()));
}

#[test]
fn a_fifth_source_gets_its_columns_from_its_declaration_alone() {
    let mut folder = RulesFolder::embedded();
    let text = r#"
id = "truong_hoc"
title = "Học sinh"
owner = "tu_phap"
prefix = "school"
record_id = "ma_hs"
files = ["truong_hoc.csv"]

[columns.ma_hs]
field = "record_id"
kind = "identifier"
label = "Mã học sinh"

[columns.ho_ten]
field = "full_name"
kind = "person_name"
label = "Họ tên"
"#;
    folder.files.push(RuleFile {
        path: "sources/truong_hoc.toml".into(),
        shown: "rules/sources/truong_hoc.toml".into(),
        text: text.into(),
    });
    let settings = Settings::read(&folder).unwrap();
    let names: Vec<String> =
        columns(&settings, Subject::Record(settings.primary())).into_iter().map(|c| c.name).collect();
    assert!(
        names.contains(&"school.full_name.raw".to_owned()) && names.contains(&"school.exists".to_owned())
    );
}

#[test]
fn every_mistake_of_matching_rules_and_model_is_told_at_once_at_its_place() {
    let mut folder = RulesFolder::embedded();
    for file in &mut folder.files {
        let mut change = |from: &str, to: &str| {
            assert!(file.text.contains(from), "{from}");
            file.text = file.text.replacen(from, to, 1);
        };
        match file.path.as_str() {
            "matching/people.toml" => [
                ("review = 0.5", "review = 0.99"),
                ("keys = [\"phone\"]", "keys = [\"phone[6..]\"]"),
                (
                    "[\"missing\", \"exact\", \"outer\", \"inner\", \"else\"]",
                    "[\"missing\", \"exact\", \"auter\", \"inner\", \"else\"]",
                ),
                ("when.personal_id = [\"else\"]", "when.personal_id = [\"different\"]"),
            ]
            .into_iter()
            .for_each(|(from, to)| change(from, to)),
            "matching/model.toml" => [
                ("per_person = 4.0", "per_person = -4.0"),
                ("[\"cu_tru\", \"cu_tru\"]", "[\"cu_tru\", \"cu_chu\"]"),
                ("id = \"household\"", "id = \"house_hold\""),
                ("{ level = \"given\", m = 0.002,", "{ level = \"given\", m = 0.013,"),
                ("{ level = \"exact\", m = 0.985,", "{ level = \"exact\", m = 98.5,"),
            ]
            .into_iter()
            .for_each(|(from, to)| change(from, to)),
            _ => {}
        }
    }
    let told = Settings::read(&folder).unwrap_err().to_string();
    insta::assert_snapshot!(told.lines().map(without_line).collect::<Vec<_>>().join("\n"));
}

/// Lines and columns move with every change of the default rules; unit tests tell that they are right.
fn without_line(line: &str) -> String {
    let Some((place, rest)) = line.split_once(".toml:") else { return line.to_owned() };
    let message = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    format!("{place}.toml:…{message}")
}

#[test]
fn rules_without_a_model_say_where_to_get_one() {
    let mut folder = RulesFolder::embedded();
    folder.files.retain(|file| file.path != "matching/model.toml");
    let failure = Settings::read(&folder).unwrap_err().to_string();
    assert!(failure.contains("SET-023") && failure.contains("doisoat rules export DIR"), "{failure}");
}

#[test]
fn default_weights_fall_from_exact_to_else_in_every_comparison() {
    let matching = default_settings().matching;
    assert_eq!(matching.comparisons.len(), 11);
    for (rule, model) in matching.comparisons.iter().zip(&matching.model.comparisons) {
        assert_eq!(rule.levels.len(), model.levels.len(), "{}", rule.id);
        let ratio = |at: usize| model.levels[at].m / model.levels[at].u;
        assert!(ratio(1) > 1.0 && ratio(model.levels.len() - 1) < 1.0, "{}", rule.id);
    }
}
