//! TOML tables read key by key, every mistake kept with its place.
//!
//! A [`TableReader`] hands out values by key and remembers which keys were
//! asked for; [`TableReader::finish`] then names every key that nobody asked
//! for, with the nearest one that somebody did. Mistakes gather in one
//! [`Problems`] list for the whole folder, so a user mends them in one go.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::folder::RuleFile;
use crate::diagnostic::{Diagnostic, Place, nearest};

/// All mistakes found so far in a rules folder.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<Diagnostic>>);

impl Problems {
    /// Adds one mistake.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// All mistakes, in the order of files and of places in them.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        all.sort_by_cached_key(key);
        all
    }
}

/// File, line, column, message: the order in which mistakes are told.
fn key(diagnostic: &Diagnostic) -> impl Ord + use<> {
    let place = diagnostic.place.as_ref();
    let at = place.map(|place| (place.file.clone(), place.line, place.column));
    (at, diagnostic.message.clone())
}

/// A value and the bytes of the file it stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands, for messages about it.
    pub place: Place,
}

/// An item of a list that holds texts and tables.
pub enum TextOrTable<'a> {
    /// `"exact"`
    Text(Located<String>),
    /// `{ id = "close", … }`
    Table(TableReader<'a>),
}

/// A value that is a truth value or a list of texts.
pub enum BoolOrTexts {
    /// `true`
    Bool(bool),
    /// `["exact"]`
    Texts(Vec<Located<String>>),
}

/// Reads a file's text as TOML and hands its top table to `read`.
/// Syntax errors, all of them, go to `problems`.
pub fn read_file<T>(
    file: &RuleFile,
    problems: &Problems,
    read: impl FnOnce(&TableReader<'_>) -> Option<T>,
) -> Option<T> {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        problems.push(Diagnostic::error(
            "SET-003",
            place_of(file, &span),
            error.message().to_lowercase(),
            "write it as TOML: key = value, text in double quotes, [tables] in brackets",
        ));
    }
    if !errors.is_empty() {
        return None;
    }
    let reader = TableReader {
        file,
        problems,
        span: 0..0,
        table: table.get_ref(),
        asked: RefCell::default(),
        free: Cell::new(false),
    };
    let value = read(&reader);
    reader.finish();
    value
}

/// One table of a rules file.
pub struct TableReader<'a> {
    file: &'a RuleFile,
    problems: &'a Problems,
    span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
    /// Whether the table's keys are free, so that none is unknown.
    free: Cell<bool>,
}

impl<'a> TableReader<'a> {
    /// The file this table stands in.
    pub fn file(&self) -> &'a RuleFile {
        self.file
    }

    /// Where the table begins.
    pub fn place(&self) -> Place {
        place_of(self.file, &self.span)
    }

    /// Where a key's value stands; where the table begins if it has no such key.
    pub fn place_of_value(&self, key: &str) -> Place {
        self.table.get(key).map_or_else(|| self.place(), |value| place_of(self.file, &value.span()))
    }

    /// Adds a mistake.
    pub fn problem(&self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Diagnostic::error("SET-004", place, message, help));
    }

    /// Whether the key is there; does not count as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether a key's value is a text; does not count as asking for it.
    pub fn is_text(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_str())
    }

    /// A required text.
    pub fn text(&self, key: &'static str) -> Option<Located<String>> {
        self.required(key, Self::optional_text)
    }

    /// An optional text.
    pub fn optional_text(&self, key: &'static str) -> Option<Located<String>> {
        let (value, place) = self.get(key)?;
        match value.as_str() {
            Some(text) => Some(Located { value: text.to_owned(), place }),
            None => self.wrong_type(key, "a text in double quotes", value, place),
        }
    }

    /// An optional text, empty where the key is not there.
    pub fn text_or_empty(&self, key: &'static str) -> String {
        self.optional_text(key).map(|text| text.value).unwrap_or_default()
    }

    /// A truth value, `default` where the key is not there.
    pub fn bool_or(&self, key: &'static str, default: bool) -> bool {
        let Some((value, place)) = self.get(key) else { return default };
        value.as_bool().or_else(|| self.wrong_type(key, "true or false", value, place)).unwrap_or(default)
    }

    /// A number within a range (bounds included), `default` where the key is not there.
    pub fn number_or(&self, key: &'static str, default: f64, within: (f64, f64)) -> f64 {
        let Some(Located { value: number, place }) = self.optional_number(key) else { return default };
        if number < within.0 || number > within.1 || number.is_nan() {
            let (low, high) = within;
            self.problem(
                place,
                format!("`{key} = {number}` is out of range"),
                format!("give a number from {low} to {high}"),
            );
            return default;
        }
        number
    }

    /// A required number; it may be infinite or not a number, which TOML can write.
    pub fn number(&self, key: &'static str) -> Option<Located<f64>> {
        self.required(key, Self::optional_number)
    }

    /// An optional number; it may be infinite or not a number, which TOML can write.
    pub fn optional_number(&self, key: &'static str) -> Option<Located<f64>> {
        let (value, place) = self.get(key)?;
        let digits = value.as_float().map(DeFloat::as_str).or(value.as_integer().map(DeInteger::as_str));
        match digits.and_then(|digits| digits.replace('_', "").parse().ok()) {
            Some(value) => Some(Located { value, place }),
            None => self.wrong_type(key, "a number", value, place),
        }
    }

    /// A list of texts, empty where the key is not there.
    pub fn texts(&self, key: &'static str) -> Vec<Located<String>> {
        let Some((value, place)) = self.get(key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            self.wrong_type::<()>(key, "a list of texts", value, place);
            return Vec::new();
        };
        let item = |value: &Spanned<DeValue<'_>>| {
            let place = place_of(self.file, &value.span());
            match value.get_ref().as_str() {
                Some(text) => Some(Located { value: text.to_owned(), place }),
                None => self.wrong_type(key, "a text in double quotes", value.get_ref(), place),
            }
        };
        array.iter().filter_map(item).collect()
    }

    /// A text, or a list of texts; empty where the key is not there.
    pub fn text_or_texts(&self, key: &'static str) -> Vec<Located<String>> {
        if self.is_text(key) { self.optional_text(key).into_iter().collect() } else { self.texts(key) }
    }

    /// A list of texts and tables, empty where the key is not there.
    pub fn texts_or_tables(&self, key: &'static str) -> Vec<TextOrTable<'a>> {
        let Some((value, place)) = self.get(key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            self.wrong_type::<()>(key, "a list", value, place);
            return Vec::new();
        };
        let item = |value: &'a Spanned<DeValue<'a>>| {
            let place = place_of(self.file, &value.span());
            match value.get_ref() {
                DeValue::String(text) => Some(TextOrTable::Text(Located { value: text.to_string(), place })),
                DeValue::Table(table) => Some(TextOrTable::Table(self.inner(table, value.span()))),
                other => self.wrong_type(key, "texts in double quotes or tables in braces", other, place),
            }
        };
        array.iter().filter_map(item).collect()
    }

    /// A truth value or a list of texts, where the key is there.
    pub fn optional_bool_or_texts(&self, key: &'static str) -> Option<BoolOrTexts> {
        let value = self.table.get(key)?;
        if value.get_ref().is_bool() {
            return Some(BoolOrTexts::Bool(self.bool_or(key, false)));
        }
        Some(BoolOrTexts::Texts(self.texts(key)))
    }

    /// A required word out of a closed list.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let typed = self.text(key)?;
        self.one_of(&typed, words)
    }

    /// An optional word out of a closed list.
    pub fn optional_word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let typed = self.optional_text(key)?;
        self.one_of(&typed, words)
    }

    /// What a typed word stands for in a closed list; a mistake if it is not in it.
    pub fn one_of<T: Copy>(&self, typed: &Located<String>, words: &[(&'static str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == typed.value);
        if found.is_none() {
            self.unknown_word(typed, "word", words.iter().map(|(word, _)| *word));
        }
        found.map(|(_, value)| *value)
    }

    /// Says that a typed word (a `what`: field, column, key) is unknown, with the nearest valid one.
    pub fn unknown_word<'w>(
        &self,
        typed: &Located<String>,
        what: &str,
        valid: impl IntoIterator<Item = &'w str>,
    ) {
        let valid: Vec<&str> = valid.into_iter().collect();
        let message = format!("unknown {what} `{}`", typed.value);
        self.problem(typed.place.clone(), message, did_you_mean(&typed.value, &valid));
    }

    /// A required table.
    pub fn table(&self, key: &'static str) -> Option<TableReader<'a>> {
        self.required(key, Self::optional_table)
    }

    /// An optional table.
    pub fn optional_table(&self, key: &'static str) -> Option<TableReader<'a>> {
        let (value, place) = self.get(key)?;
        match value.as_table() {
            Some(table) => Some(self.inner(table, self.span_of(key))),
            None => self.wrong_type(key, "a table", value, place),
        }
    }

    /// A list of tables (`[[key]]`), empty where the key is not there.
    pub fn tables(&self, key: &'static str) -> Vec<TableReader<'a>> {
        let Some((value, place)) = self.get(key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            self.wrong_type::<()>(key, "a list of tables ([[…]])", value, place);
            return Vec::new();
        };
        let table = |value: &'a Spanned<DeValue<'a>>| {
            let Some(table) = value.get_ref().as_table() else {
                let place = place_of(self.file, &value.span());
                return self.wrong_type(key, "a table", value.get_ref(), place);
            };
            Some(self.inner(table, value.span()))
        };
        array.iter().filter_map(table).collect()
    }

    /// Every key of a table whose keys are free, in the file's order; all count as asked for.
    pub fn free_keys(&self) -> Vec<Located<String>> {
        self.free.set(true);
        self.keys()
    }

    fn keys(&self) -> Vec<Located<String>> {
        let mut keys: Vec<_> = self.table.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        let located = |key: &&Spanned<std::borrow::Cow<'_, str>>| Located {
            value: key.get_ref().to_string(),
            place: place_of(self.file, &key.span()),
        };
        keys.iter().map(located).collect()
    }

    /// The table under a free key.
    pub fn free_table(&self, key: &Located<String>) -> Option<TableReader<'a>> {
        let value = self.table.get(key.value.as_str())?;
        match value.get_ref().as_table() {
            Some(table) => Some(self.inner(table, value.span())),
            None => self.wrong_type(&key.value, "a table", value.get_ref(), key.place.clone()),
        }
    }

    /// The text under a free key.
    pub fn free_text(&self, key: &Located<String>) -> Option<Located<String>> {
        let value = self.table.get(key.value.as_str())?;
        let place = place_of(self.file, &value.span());
        match value.get_ref().as_str() {
            Some(text) => Some(Located { value: text.to_owned(), place }),
            None => self.wrong_type(&key.value, "a text in double quotes", value.get_ref(), place),
        }
    }

    /// The raw value under a free key, for values of any type.
    pub fn free_value(&self, key: &Located<String>) -> Option<Located<&'a DeValue<'a>>> {
        let value = self.table.get(key.value.as_str())?;
        Some(Located { value: value.get_ref(), place: place_of(self.file, &value.span()) })
    }

    /// Names every key that nobody asked for.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.keys().into_iter().filter(|_| !self.free.get()) {
            if !asked.contains(&key.value.as_str()) {
                let message = format!("unknown key `{}`", key.value);
                self.problem(key.place, message, did_you_mean(&key.value, &asked));
            }
        }
    }

    fn inner(&self, table: &'a DeTable<'a>, span: Range<usize>) -> TableReader<'a> {
        TableReader {
            file: self.file,
            problems: self.problems,
            span,
            table,
            asked: RefCell::default(),
            free: Cell::new(false),
        }
    }

    fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or(self.span.clone(), |(key, _)| key.span())
    }

    fn get(&self, key: &'static str) -> Option<(&'a DeValue<'a>, Place)> {
        self.asked.borrow_mut().push(key);
        let value = self.table.get(key)?;
        Some((value.get_ref(), place_of(self.file, &value.span())))
    }

    fn required<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            self.problem(self.place(), format!("key `{key}` is missing"), format!("add `{key} = …`"));
            return None;
        }
        read(self, key)
    }

    fn wrong_type<T>(&self, key: &str, expected: &str, found: &DeValue<'_>, place: Place) -> Option<T> {
        let message = format!("`{key}` is of type {}", found.type_str());
        self.problem(place, message, format!("expected {expected}"));
        None
    }
}

fn did_you_mean(typed: &str, valid: &[&str]) -> String {
    match nearest(typed, valid.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("valid: {}", valid.join(", ")),
    }
}

/// The line and column (both 1-based, columns in characters) where a span begins.
pub fn place_of(file: &RuleFile, span: &Range<usize>) -> Place {
    let before = file.text.get(..span.start).unwrap_or(&file.text);
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u64 + 1;
    Place::at(file.shown.clone(), line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(text: &str) -> Vec<String> {
        let file = RuleFile { path: "a.toml".into(), shown: "rules/a.toml".into(), text: text.into() };
        let problems = Problems::default();
        read_file(&file, &problems, |table| {
            table.text("title");
            table.number_or("share", 0.5, (0.0, 1.0));
            table.word("kind", &[("date", 1), ("phone", 2)]);
            Some(())
        });
        problems.finish().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_mistake_of_a_file_is_told_at_once_with_its_place() {
        let told = problems_of("titel = 'x'\nshare = 1.5\nkind = \"dat\"\n");
        assert_eq!(
            told,
            [
                "error[SET-004]: rules/a.toml:1:1: key `title` is missing\n  help: add `title = …`",
                "error[SET-004]: rules/a.toml:1:1: unknown key `titel`\n  help: did you mean `title`?",
                "error[SET-004]: rules/a.toml:2:9: `share = 1.5` is out of range\n  help: give a number from 0 to 1",
                "error[SET-004]: rules/a.toml:3:8: unknown word `dat`\n  help: did you mean `date`?",
            ]
        );
    }

    #[test]
    fn a_syntax_error_has_line_and_column() {
        let told = problems_of("title = \"x\"\nkind = = 3\n");
        assert!(told[0].starts_with("error[SET-003]: rules/a.toml:2:"), "{told:?}");
    }
}
