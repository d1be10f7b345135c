//! Explanations: one sentence with `{current}`, `{suggested}` and `{column of the view}` filled in.

use super::cell::cell;
use super::condition::{Key, unknown_column};
use super::context::Context;
use super::frame::Frame;
use super::view::View;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::settings::Check;

/// A compiled explanation.
pub(super) struct Template {
    parts: Vec<Part>,
}

enum Part {
    Words(String),
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
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((words, after)) = rest.split_once('{') {
            parts.push(Part::Words(words.to_owned()));
            let Some((name, after)) = after.split_once('}') else {
                diagnostics.push(open_brace(detail(&check.place)));
                return Self { parts };
            };
            match (name, view.find(name)) {
                ("current", _) => parts.push(Part::Current),
                ("suggested", _) => parts.push(Part::Suggested),
                (_, Some(column)) => {
                    parts.push(Part::Column(Key::new(view, column, check.min_link_probability)));
                }
                (_, None) => diagnostics.push(unknown(view, name, detail(&check.place))),
            }
            rest = after;
        }
        parts.push(Part::Words(rest.to_owned()));
        Self { parts }
    }

    /// The columns it shows.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(key) => Some(*key),
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
    ) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Current if current.is_empty() => out.push_str("chưa có"),
                Part::Current => out.push_str(current),
                Part::Suggested => out.push_str(suggested.unwrap_or("chưa rõ")),
                Part::Column(key) => out.push_str(&cell(context, frame, *key, row).shown()),
            }
        }
        out
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
