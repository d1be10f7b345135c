//! The rules folder as a JSON Schema (draft 2020-12), by which editors complete and check its TOML.
//!
//! What may stand in a file is a table of keys a kind of file ([`keys`], [`province_keys`]); closed
//! lists of words are those that reading asks ([`KIND_WORDS`](super::KIND_WORDS),
//! [`COMPARATORS`](super::COMPARATORS), …), so that neither can be new without the other. A schema
//! sees one file: names of fields and levels, which stand in others, are for `doisoat rules check`.

mod keys;
mod province_keys;

use serde_json::{Map, Value, json};

/// What may stand under a key.
pub(super) enum Shape {
    /// A text.
    Text,
    /// True or false.
    Truth,
    /// A number within bounds.
    Number(f64, f64),
    /// A whole number within bounds.
    Whole(f64, f64),
    /// Texts.
    Texts,
    /// A word of a closed list.
    Word(fn() -> Vec<&'static str>),
    /// A table of known keys.
    Table(&'static [Key]),
    /// A list of tables of known keys.
    Tables(&'static [Key]),
    /// A table of which each key is the user's own.
    Free(&'static Shape),
    /// A list of such.
    ListOf(&'static Shape),
    /// One of several.
    Either(&'static [Shape]),
}

/// One key of a table.
pub(super) struct Key {
    name: &'static str,
    shape: Shape,
    needed: bool,
    /// What an editor shows of it.
    meaning: &'static str,
}

impl Key {
    const fn needed(name: &'static str, shape: Shape, meaning: &'static str) -> Self {
        Self { name, shape, needed: true, meaning }
    }

    const fn of(name: &'static str, shape: Shape, meaning: &'static str) -> Self {
        Self { name, shape, needed: false, meaning }
    }
}

/// One kind of file in a rules folder.
pub struct SchemaFile {
    /// Its word on the command line and its name among the definitions: `source`.
    pub name: &'static str,
    /// Which files are of the kind, below the folder: `sources/*.toml`.
    pub files: &'static str,
    keys: &'static [Key],
}

/// The kinds of files there are.
pub const SCHEMA_FILES: [SchemaFile; 11] = [
    SchemaFile { name: "overlay", files: "rules.toml", keys: keys::OVERLAY },
    SchemaFile { name: "source", files: "sources/*.toml", keys: keys::SOURCE },
    SchemaFile { name: "matching", files: "matching/people.toml", keys: keys::MATCHING },
    SchemaFile { name: "model", files: "matching/model.toml", keys: keys::MODEL },
    SchemaFile { name: "check", files: "checks/*/*.toml", keys: province_keys::CHECK },
    SchemaFile { name: "evidence", files: "evidence.toml", keys: province_keys::EVIDENCE },
    SchemaFile { name: "offices", files: "wording/offices.toml", keys: province_keys::OFFICES },
    SchemaFile { name: "results", files: "wording/results.toml", keys: province_keys::RESULTS },
    SchemaFile { name: "words", files: "wording/words.toml", keys: province_keys::WORDS },
    SchemaFile { name: "scores", files: "wording/scores.toml", keys: province_keys::SCORES },
    SchemaFile { name: "worklist", files: "wording/worklist.toml", keys: province_keys::WORKLIST },
];

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of one kind of file.
pub fn of_file(file: &SchemaFile) -> Value {
    let mut schema = table(file.keys);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!(DRAFT));
        object.insert("title".to_owned(), json!(format!("doisoat rules: {}", file.files)));
    }
    schema
}

/// The schema of all kinds: one definition each, and any of them at the root.
pub fn of_folder() -> Value {
    let definitions: Map<String, Value> =
        SCHEMA_FILES.iter().map(|file| (file.name.to_owned(), table(file.keys))).collect();
    let roots: Vec<Value> =
        SCHEMA_FILES.iter().map(|file| json!({ "$ref": format!("#/$defs/{}", file.name) })).collect();
    json!({ "$schema": DRAFT, "title": "doisoat rules", "anyOf": roots, "$defs": definitions })
}

fn table(keys: &[Key]) -> Value {
    let property = |key: &Key| {
        let mut schema = of_shape(&key.shape);
        if let Some(object) = schema.as_object_mut() {
            object.insert("description".to_owned(), json!(key.meaning));
        }
        (key.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = keys.iter().map(property).collect();
    let needed: Vec<&str> = keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
    json!({ "type": "object", "properties": properties, "required": needed, "additionalProperties": false })
}

fn of_shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Shape::Whole(low, high) => {
            json!({ "type": "integer", "minimum": *low as i64, "maximum": *high as i64 })
        }
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Word(words) => json!({ "type": "string", "enum": words() }),
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Shape::Free(inner) => json!({ "type": "object", "additionalProperties": of_shape(inner) }),
        Shape::ListOf(inner) => json!({ "type": "array", "items": of_shape(inner) }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of_shape).collect::<Vec<_>>() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{COMPARATORS, KIND_WORDS, RulesFolder};

    /// What of a value the schema does not allow: unknown keys, lacking keys, words that are in no list,
    /// other types. A plain reading of the few words of JSON Schema that are used here.
    fn faults(schema: &Value, value: &toml::Value, at: &str, found: &mut Vec<String>) {
        if let Some(several) = schema["anyOf"].as_array() {
            let fits = |one: &Value| {
                let mut inner = Vec::new();
                faults(one, value, at, &mut inner);
                inner.is_empty()
            };
            if !several.iter().any(fits) {
                found.push(format!("{at}: none of several"));
            }
            return;
        }
        match (schema["type"].as_str().unwrap(), value) {
            ("object", toml::Value::Table(table)) => {
                for key in schema["required"].as_array().into_iter().flatten() {
                    if !table.contains_key(key.as_str().unwrap()) {
                        found.push(format!("{at}: lacks {key}"));
                    }
                }
                for (key, value) in table {
                    let known = schema["properties"].get(key);
                    let free = Some(&schema["additionalProperties"]).filter(|free| free.is_object());
                    match known.or(free) {
                        Some(inner) => faults(inner, value, &format!("{at}.{key}"), found),
                        None => found.push(format!("{at}: unknown {key}")),
                    }
                }
            }
            ("array", toml::Value::Array(items)) => {
                for item in items {
                    faults(&schema["items"], item, at, found);
                }
            }
            ("string", toml::Value::String(text)) => {
                let words = schema["enum"].as_array();
                if words.is_some_and(|words| !words.iter().any(|word| word == text)) {
                    found.push(format!("{at}: {text} is in no list"));
                }
            }
            // A day is a type of its own in TOML and none in JSON: editors take it for a text.
            ("string", toml::Value::Datetime(_)) if schema["enum"].is_null() => {}
            ("boolean", toml::Value::Boolean(_)) => {}
            ("number", toml::Value::Integer(_) | toml::Value::Float(_))
            | ("integer", toml::Value::Integer(_)) => {
                let number = value.as_float().or(value.as_integer().map(|whole| whole as f64)).unwrap();
                let (low, high) = (schema["minimum"].as_f64().unwrap(), schema["maximum"].as_f64().unwrap());
                if !(low..=high).contains(&number) {
                    found.push(format!("{at}: {number} is out of range"));
                }
            }
            (expected, _) => found.push(format!("{at}: expected {expected}")),
        }
    }

    fn kind_of(path: &str) -> &'static SchemaFile {
        let fits = |file: &&SchemaFile| match file.files.split_once('*') {
            Some((before, _)) => path.starts_with(before),
            None => path == file.files,
        };
        SCHEMA_FILES.iter().find(fits).unwrap_or_else(|| panic!("{path} is of no kind"))
    }

    #[test]
    fn every_shipped_rules_file_fits_its_schema() {
        let files = RulesFolder::embedded().files;
        for file in files.iter().filter(|file| file.is(".toml")) {
            let value: toml::Value = toml::from_str(&file.text).unwrap();
            let mut found = Vec::new();
            faults(&of_file(kind_of(&file.path)), &value, &file.path, &mut found);
            assert_eq!(found, [""; 0]);
        }
    }

    #[test]
    fn what_reading_refuses_as_unknown_the_schema_does_not_allow() {
        let told = |path: &str, text: &str| {
            let mut found = Vec::new();
            faults(&of_file(kind_of(path)), &toml::from_str(text).unwrap(), path, &mut found);
            found.join("; ")
        };
        assert_eq!(told("sources/a.toml", "id = 'a'\nfiles = ['a.csv']\n[columns.n]\nkind = 'text'"), "");
        let found =
            told("sources/a.toml", "id = 'a'\nfiles = ['a.csv']\n[columns.n]\nkind = 'txt'\nfeild = 'n'");
        assert!(found.contains("txt is in no list") && found.contains("unknown feild"), "{found}");
        assert!(told("matching/people.toml", "[link]\nmode = 'both'").contains("both is in no list"));
    }

    #[test]
    fn words_are_those_that_reading_asks() {
        let schema = of_folder();
        let kinds =
            &schema["$defs"]["source"]["properties"]["columns"]["additionalProperties"]["properties"]["kind"];
        let kinds: Vec<&str> = kinds["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(kinds, KIND_WORDS.map(|(word, _)| word));
        let comparators = &schema["$defs"]["matching"]["properties"]["comparisons"]["items"]["properties"]["comparator"]
            ["enum"];
        assert_eq!(comparators.as_array().unwrap().len(), COMPARATORS.len());
    }
}
