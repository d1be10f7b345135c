//! Explanations: one sentence with `{current}`, `{suggested}` and `{column of the view}` filled in.

use std::sync::Arc;

use super::cell::cell;
use super::condition::{Key, unknown_column};
use super::context::Context;
use super::explanation::{Explanation, Words};
use super::frame::Frame;
use super::view::View;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::settings::Check;

/// A compiled explanation.
pub(super) struct Template {
    words: Arc<Words>,
    values: Vec<Value>,
}

/// What stands between two pieces of words.
enum Value {
    Current,
    Suggested,
    Column(Key),
}

impl Template {
    /// Reads a sentence of a rule's wording, given with its key; unknown columns and open braces are told.
    pub(super) fn compile(
        check: &Check,
        (key, text): (&str, &str),
        view: &View,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let detail = |place: &Place| place.clone().detail(key);
        let (mut words, mut values) = (Vec::new(), Vec::new());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                diagnostics.push(open_brace(detail(&check.place)));
                break;
            };
            let value = match (name, view.find(name)) {
                ("current", _) => Some(Value::Current),
                ("suggested", _) => Some(Value::Suggested),
                (_, Some(column)) => Some(Value::Column(Key::new(view, column, check.min_link_probability))),
                (_, None) => None,
            };
            match value {
                Some(value) => values.push(value),
                None => diagnostics.push(unknown(view, name, detail(&check.place))),
            }
            words.push(before.to_owned());
            rest = after;
        }
        words.push(rest.to_owned());
        Self { words: Arc::new(Words(words)), values }
    }

    /// The columns it shows.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.values.iter().filter_map(|value| match value {
            Value::Column(key) => Some(*key),
            _ => None,
        })
    }

    /// The sentence for one row.
    pub(super) fn fill(
        &self,
        context: &Context<'_>,
        frame: &Frame,
        row: usize,
        current: &str,
        suggested: Option<&str>,
    ) -> Explanation {
        let value = |value: &Value| match value {
            Value::Current if current.is_empty() => "chưa có".to_owned(),
            Value::Current => current.to_owned(),
            Value::Suggested => suggested.unwrap_or("chưa rõ").to_owned(),
            Value::Column(key) => cell(context, frame, *key, row).shown().into_owned(),
        };
        Explanation::new(&self.words, self.values.iter().map(value))
    }
}

fn unknown(view: &View, name: &str, place: Place) -> Diagnostic {
    let mut told = unknown_column(view, name, place);
    if let Some(near) = nearest(name, ["current", "suggested"]) {
        told.help = format!("did you mean `{near}`?");
    }
    told
}

fn open_brace(place: Place) -> Diagnostic {
    Diagnostic::error(
        "CHK-008",
        place,
        "brace without an end in the explanation",
        "write {current}, {suggested} or {column of the view}",
    )
}
