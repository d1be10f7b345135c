//! The shape of the source tree: what no compiler checks and every reader counts on.
//!
//! Each test gathers all its complaints, as `file:line: what to do`, and fails once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// More than one room with one purpose.
const LINES_MAX: usize = 500;

/// What everything may use.
const GROUND_FLOOR: &[&str] = &["allocator", "diagnostic", "private", "progress", "table"];

/// The way of a record. A stage may use the ones before it and the ground floor.
const STAGES: &[&str] = &[
    "settings",
    "ingest",
    "normalise",
    "link",
    "check",
    "history",
    "worklist",
    "report",
    "publish",
    "partition",
    "pipeline",
    "estimate",
    "cli",
];

/// What stands beside the night and may use the settings and the ground floor only.
const BESIDE: &[&str] = &["generate", "evaluate"];

/// Panics that assert against our own mistakes, never against data: file, the text
/// that the line holds, and why it cannot happen. Keep it short.
const PANICS_ALLOWED: &[(&str, &str, &str)] = &[
    (
        "src/table/dictionary.rs",
        "fewer than 2^32 distinct texts",
        "row numbers are u32, and ingest refuses a source of more rows, so that fewer texts can come",
    ),
    (
        "src/link/space.rs",
        "fewer than 2^32 records",
        "the sum over sources of 2^32 records needs hundreds of gigabytes of columns before it gets here",
    ),
];

/// A source file.
struct Source {
    /// Below the crate: `src/link/mod.rs`.
    path: String,
    text: String,
    /// Whether the whole file is for tests: its `mod` line says so.
    for_tests: bool,
}

impl Source {
    /// 1-based numbers and texts of the lines that ship: outside `#[cfg(test)]` items and comments.
    fn shipped(&self) -> Vec<(usize, &str)> {
        if self.for_tests {
            return Vec::new();
        }
        let mut lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let mut shipped = Vec::new();
        while let Some((number, line)) = lines.next() {
            if is_for_tests(line) {
                skip_item(&mut lines);
            } else if !line.trim_start().starts_with("//") {
                shipped.push((number, line));
            }
        }
        shipped
    }
}

impl Source {
    /// The folder that its child modules lie in.
    fn children(&self) -> &str {
        let whole =
            [("src/lib.rs", "src"), ("src/main.rs", "src")].iter().find(|(path, _)| self.path == *path);
        let folder = self.path.strip_suffix("/mod.rs").or_else(|| self.path.strip_suffix(".rs"));
        whole.map_or(folder.unwrap_or(&self.path), |(_, folder)| folder)
    }

    /// How many times `super::` leads from here to the root of the crate.
    fn depth(&self) -> usize {
        self.children().split('/').count() - 1
    }

    /// Paths, without `.rs`, of the files that a `mod` line declares for tests only.
    fn test_modules(&self) -> Vec<String> {
        let lines: Vec<&str> = self.text.lines().collect();
        let declared = lines.windows(2).filter(|pair| is_for_tests(pair[0]));
        let names = declared.filter_map(|pair| pair[1].strip_suffix(';')?.split("mod ").nth(1));
        names.map(|name| format!("{}/{name}", self.children())).collect()
    }
}

/// Whether an attribute keeps what follows out of what ships: `#[cfg(test)]`, `#[cfg(all(test, unix))]`.
fn is_for_tests(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("#[cfg(test)") || line.starts_with("#[cfg(all(test")
}

/// Passes over the item that follows an attribute: its one line, or up to the
/// brace that stands alone at its own indentation, which is where rustfmt puts it.
fn skip_item<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) {
    let indent_of = |line: &str| line.len() - line.trim_start().len();
    let Some((_, first)) = lines.find(|(_, line)| !line.trim_start().starts_with("#[")) else { return };
    let closing = |line: &str| indent_of(line) == indent_of(first) && ["}", "};"].contains(&line.trim());
    if !first.ends_with([';', '}']) {
        lines.find(|(_, line)| closing(line));
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn sources() -> Vec<Source> {
    let files = files_below(&root().join("src"));
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        Source { path: shown(&path), text, for_tests: false }
    };
    let mut sources: Vec<_> = rust.map(read).collect();
    assert!(sources.len() > 20, "the source tree was not found");
    let for_tests: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in &mut sources {
        let within = |module: &String| {
            source.path.strip_prefix(module).is_some_and(|rest| rest.starts_with(['.', '/']))
        };
        source.for_tests = for_tests.iter().any(within);
    }
    sources
}

/// Fails with every complaint, a line each.
fn no_complaints(complaints: &[String], remedy: &str) {
    assert!(complaints.is_empty(), "{remedy}\n  {}\n", complaints.join("\n  "));
}

/// The top-level module that a file below `src/` is part of.
fn module_of(path: &str) -> Option<&str> {
    let below = path.strip_prefix("src/")?;
    let module = below.split('/').next()?;
    Some(module.strip_suffix(".rs").unwrap_or(module))
}

/// Whether a module may use another.
fn may_use(module: &str, other: &str) -> bool {
    let stage = |name: &str| STAGES.iter().position(|stage| *stage == name);
    if module == other || GROUND_FLOOR.contains(&other) {
        return true;
    }
    match (stage(module), stage(other)) {
        (Some(later), Some(earlier)) => earlier < later,
        (Some(_), None) => module == "cli" && BESIDE.contains(&other),
        (None, Some(_)) => BESIDE.contains(&module) && other == "settings",
        (None, None) => false,
    }
}

/// Top-level modules that a piece of code names, with 1-based lines: `crate::link::Link`
/// and each first name in `use crate::{check, link::Link}`.
fn modules_used(code: &[(usize, &str)]) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (at, (number, line)) in code.iter().enumerate() {
        for (place, _) in line.match_indices("crate::") {
            if line[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            let rest = &line[place + "crate::".len()..];
            if let Some(first) = rest.strip_prefix('{') {
                let more = code[at + 1..].iter().map(|(_, line)| *line);
                let list: String = [first].into_iter().chain(more).collect();
                used.extend(first_names(&list).into_iter().map(|name| (*number, name)));
            } else {
                used.push((*number, name_at(rest)));
            }
        }
    }
    used
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first name of each member of a brace list, up to its closing brace.
fn first_names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut begins) = (0_usize, Vec::new(), true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && (c.is_alphanumeric() || c == '_') => {
                names.push(name_at(&list[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn a_stage_never_uses_a_later_one() {
    let known = |module: &str| [GROUND_FLOOR, STAGES, BESIDE].concat().contains(&module);
    let mut complaints = Vec::new();
    for source in sources().iter().filter(|source| !["src/lib.rs", "src/main.rs"].contains(&&*source.path)) {
        let user = module_of(&source.path).unwrap();
        if !known(user) {
            complaints.push(format!("{}:1: say in tests/it/tidy.rs where `{user}` stands", source.path));
        }
        for (line, used) in modules_used(&source.shipped()) {
            if known(&used) && !may_use(user, &used) {
                complaints.push(format!("{}:{line}: `{user}` uses `{used}`", source.path));
            }
        }
        let to_root = "super::".repeat(source.depth());
        for (line, _) in source.shipped().into_iter().filter(|(_, text)| text.contains(&to_root)) {
            complaints.push(format!("{}:{line}: write `crate::` for `{to_root}`", source.path));
        }
    }
    no_complaints(
        &complaints,
        "a stage uses earlier ones and the ground floor only; hand the value in, or move the type down:",
    );
}

#[test]
fn the_order_of_stages_is_understood() {
    for (user, used) in [("check", "link"), ("cli", "generate"), ("generate", "settings"), ("link", "table")]
    {
        assert!(may_use(user, used), "{user} may use {used}");
    }
    for (user, used) in [
        ("link", "check"),
        ("generate", "normalise"),
        ("evaluate", "link"),
        ("settings", "ingest"),
        ("table", "settings"),
        ("pipeline", "evaluate"),
    ] {
        assert!(!may_use(user, used), "{user} may not use {used}");
    }
    let code = "use crate::{\n    check::{Finding, link},\n    table,\n};\nlet x: crate::report::Page;\nuse mycrate::link;";
    let code: Vec<_> = code.lines().enumerate().map(|(at, line)| (at + 1, line)).collect();
    let used: Vec<_> = modules_used(&code).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
    assert_eq!(used, ["1 check", "1 table", "5 report"]);
}

#[test]
fn test_code_is_told_from_code_that_ships() {
    let text = "//! Doc.\n#[cfg(test)]\nmod twin;\nfn a() {}\n#[cfg(all(test, unix))]\n#[derive(Debug)]\nmod tests {\n    \
                fn b() {\n    }\nraw };\n}\nfn c() {}\n";
    let source = Source { path: "src/a/b.rs".to_owned(), text: text.to_owned(), for_tests: false };
    assert_eq!(source.shipped(), [(4, "fn a() {}"), (12, "fn c() {}")]);
    assert_eq!(source.test_modules(), ["src/a/b/twin"]);
    let twin = sources().into_iter().find(|source| source.path == "src/evaluate/twin.rs").unwrap();
    assert!(twin.for_tests && twin.shipped().is_empty());
}

#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let complaints: Vec<_> = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("{}:1: open with a `//!` line that says what the file is for", source.path))
        .collect();
    no_complaints(&complaints, "a file opens with why it is there:");
}

#[test]
fn no_source_file_is_longer_than_one_purpose_needs() {
    let lengths = sources().into_iter().map(|source| (source.text.lines().count(), source.path));
    let complaints: Vec<_> = lengths
        .filter(|(lines, _)| *lines > LINES_MAX)
        .map(|(lines, path)| format!("{path}:{LINES_MAX}: {lines} lines; give its second purpose a file"))
        .collect();
    no_complaints(&complaints, "files have at most 500 lines:");
}

#[test]
fn nothing_is_left_unfinished_and_nothing_panics_on_data() {
    let never = ["todo!", "unimplemented!", "dbg!"];
    let panics = [".unwrap()", ".expect(", "panic!(", "unreachable!("];
    let mut complaints = Vec::new();
    for source in sources() {
        for (line, text) in source.shipped() {
            let code = text.split(" // ").next().unwrap_or(text);
            let place = format!("{}:{line}", source.path);
            if let Some(word) = never.iter().find(|word| code.contains(**word)) {
                complaints.push(format!("{place}: `{word}` must not ship; finish it"));
            }
            let allowed = |entry: &&(&str, &str, &str)| entry.0 == source.path && text.contains(entry.1);
            if let Some(word) = panics.iter().find(|word| code.contains(**word))
                && !PANICS_ALLOWED.iter().any(|entry| allowed(&entry))
            {
                complaints.push(format!(
                    "{place}: `{word}` can stop a run; return a diagnostic, or argue in PANICS_ALLOWED"
                ));
            }
        }
    }
    no_complaints(&complaints, "bad data is data:");
}

#[test]
fn every_allowed_panic_is_still_there() {
    let sources = sources();
    let gone = |(path, text, reason): &&(&str, &str, &str)| {
        assert!(reason.len() > 20, "{path}: an allowed panic needs its reason");
        !sources.iter().any(|source| source.path == *path && source.text.contains(text))
    };
    let complaints: Vec<_> =
        PANICS_ALLOWED.iter().filter(gone).map(|(path, text, _)| format!("{path}: `{text}`")).collect();
    no_complaints(&complaints, "take these out of PANICS_ALLOWED, they are gone:");
}

/// Files that git tracks or would track; all files but build products where git is not at hand.
fn tracked() -> Vec<PathBuf> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(arguments).current_dir(root()).output();
    let from_git: Vec<PathBuf> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(|name| root().join(name))
            .collect(),
        _ => Vec::new(),
    };
    if !from_git.is_empty() {
        return from_git;
    }
    ["src", "tests", "rules", "docs", "benches"]
        .iter()
        .map(|folder| root().join(folder))
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| files_below(&folder))
        .collect()
}

/// Absolute paths that only one machine has. Put together here so that this file holds none.
fn machine_paths() -> Vec<String> {
    let homes = ["home", "root", "Users", "work", "farm", "mnt"].iter().map(|name| format!("/{name}/"));
    homes.chain([format!("{}:\\", 'C')]).collect()
}

/// Whether an absolute path begins here: not within a longer path or address.
fn begins_path(line: &str, place: usize) -> bool {
    !line[..place].ends_with(|c: char| c.is_alphanumeric() || "/.-_~*}>)".contains(c))
}

#[test]
fn no_tracked_file_names_a_path_of_one_machine() {
    let paths = machine_paths();
    let mut complaints = Vec::new();
    for file in tracked() {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (at, line) in text.lines().enumerate() {
            let found =
                |path: &&String| line.match_indices(path.as_str()).any(|(at, _)| begins_path(line, at));
            if let Some(path) = paths.iter().find(found) {
                complaints.push(format!("{}:{}: `{path}…`", shown(&file), at + 1));
            }
        }
    }
    no_complaints(
        &complaints,
        "name a place relative to the repository, or a plain example such as data/night:",
    );
}

#[test]
fn every_reference_table_says_where_it_comes_from() {
    let folder = root().join("rules/reference");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    assert!(
        !readme.is_empty(),
        "rules/reference/README.md is missing: say there where each table comes from"
    );
    let tables =
        files_below(&folder).into_iter().filter(|path| path.file_name().is_some_and(|n| n != "README.md"));
    let complaints: Vec<_> = tables
        .map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .filter(|name| !readme.contains(name.as_str()))
        .map(|name| format!("rules/reference/README.md:1: name `{name}`, its origin and its date"))
        .collect();
    no_complaints(&complaints, "a table without its origin cannot be checked or renewed:");
}
