//! The tutorial, word for word: its files are written, its commands run, its outputs compared.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// What of the tutorial a reader types, or sees.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    File { name: &'a str, text: String },
    Command(&'a str),
    Output(String),
}

/// The steps in their order: a block behind a line that begins with a name in backquotes is that file.
fn steps(tutorial: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut name = None;
    let mut lines = tutorial.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            let quoted = line.strip_prefix('`').and_then(|rest| rest.split_once('`'));
            name = quoted
                .map(|(name, _)| name)
                .filter(|name| name.contains('.'))
                .or(name.filter(|_| line.is_empty()));
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match (language, name.take()) {
            ("csv" | "toml", Some(name)) => steps.push(Step::File { name, text: block.join("\n") + "\n" }),
            ("console", _) => steps.extend(block.into_iter().map(Step::Command)),
            ("text", _) => steps.push(Step::Output(block.join("\n"))),
            other => panic!("a block that is nothing: {other:?}"),
        }
    }
    steps
}

/// Without what differs from run to run and from model to model: times, and numbers with a fraction.
fn settled(text: &str) -> String {
    let lines = text.trim().lines().filter(|line| !line.starts_with("Seconds"));
    let word = |word: &str| {
        let is_fraction = word.contains('.') && word.trim_end_matches(',').parse::<f64>().is_ok();
        if is_fraction { "#".to_owned() } else { word.to_owned() }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ").trim_end().to_owned();
    lines.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_step_of_the_tutorial_does_what_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md");
    let tutorial = fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut said = String::new();
    let (mut files, mut commands, mut outputs) = (0, 0, 0);
    for step in steps(&tutorial) {
        match step {
            Step::File { name, text } => {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
                files += 1;
            }
            Step::Command(line) => {
                let words: Vec<&str> = line.split_whitespace().collect();
                assert_eq!(words[0], "doisoat", "{line}");
                let mut command = Command::cargo_bin("doisoat").unwrap();
                let done = command.current_dir(folder.path()).args(&words[1..]).output().unwrap();
                let complaints = String::from_utf8(done.stderr).unwrap();
                assert_eq!(done.status.code(), Some(0), "{line}: {complaints}");
                said = String::from_utf8(done.stdout).unwrap();
                commands += 1;
            }
            Step::Output(expected) => {
                assert_eq!(settled(&said), settled(&expected));
                outputs += 1;
            }
        }
    }
    assert_eq!((files, commands, outputs), (7, 7, 2));
    // The learnt people are the right ones, and only those.
    let people = folder.path().join("out/first/people.parquet");
    assert!(people.exists());
}
