//! `SOURCE:ID` as typed → the record that is meant.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Failure, Outcome, nearest};
use crate::normalise::Records;
use crate::settings::{Settings, Source};
use crate::table::{RecordRef, SourceIndex};

/// A record by its source's id and its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct RecordName {
    /// The source's id.
    pub(super) source: String,
    /// The record's own id, as its office gave it.
    pub(super) id: String,
}

impl std::fmt::Display for RecordName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.source, self.id)
    }
}

/// What was typed, split at its first colon: ids may have some of their own.
pub(super) fn parse(typed: &str) -> Result<RecordName, String> {
    match typed.split_once(':') {
        Some((source, id)) if !source.is_empty() && !id.is_empty() => {
            Ok(RecordName { source: source.to_owned(), id: id.to_owned() })
        }
        _ => Err("expected SOURCE:ID, such as cu_tru:CT292201807".to_owned()),
    }
}

/// Whether there are such sources and the records are two; asked before any data is read.
///
/// # Errors
/// `CLI-030` for each source that is not known; `CLI-032` for one record given twice.
pub(super) fn sources_stand(settings: &Settings, names: [&RecordName; 2]) -> Outcome<()> {
    let is_known = |name: &RecordName| settings.sources.iter().any(|source| source.id == name.source);
    let mut unknown: Vec<&RecordName> = names.into_iter().filter(|name| !is_known(name)).collect();
    unknown.dedup_by_key(|name| &name.source);
    let diagnostics: Vec<Diagnostic> = unknown.iter().map(|name| unknown_source(settings, name)).collect();
    if !diagnostics.is_empty() {
        return Err(Failure { diagnostics });
    }
    if names[0] == names[1] {
        let help = "give two records; `doisoat show SOURCE:ID` shows one with its person";
        return Err(Diagnostic::error("CLI-032", None, format!("{} is given twice", names[0]), help).into());
    }
    Ok(())
}

fn unknown_source(settings: &Settings, name: &RecordName) -> Diagnostic {
    let ids: Vec<&str> = settings.sources.iter().map(|source| source.id.as_str()).collect();
    let help = match nearest(&name.source, ids.iter().copied()) {
        Some(near) => format!("did you mean `{near}:{}`?", name.id),
        None => format!("valid: {}", ids.join(", ")),
    };
    Diagnostic::error("CLI-030", None, format!("unknown source `{}`", name.source), help)
}

/// The two records among those that were read. O(records of their sources).
///
/// # Errors
/// `CLI-031` for each that is not there.
pub(super) fn records(
    settings: &Settings,
    records: &[Records],
    names: [&RecordName; 2],
) -> Outcome<[RecordRef; 2]> {
    match names.map(|name| record(settings, records, name)) {
        [Ok(left), Ok(right)] => Ok([left, right]),
        found => {
            let failures = found.into_iter().filter_map(Result::err);
            Err(Failure { diagnostics: failures.flat_map(|failure| failure.diagnostics).collect() })
        }
    }
}

fn record(settings: &Settings, records: &[Records], name: &RecordName) -> Outcome<RecordRef> {
    let known = |(_, source): &(usize, &Source)| source.id == name.source;
    let source = settings.sources.iter().enumerate().find(known);
    let delivered = source.and_then(|(at, source)| {
        let of_source = records.iter().find(|one| one.source == SourceIndex(at as u8))?;
        Some((of_source, of_source.table.columns.get(source.record_id)?.as_ref()?))
    });
    let Some((of_source, ids)) = delivered else {
        let message =
            format!("source `{}` delivered nothing, so that there is no record {name}", name.source);
        let help = "give the folder with its extract with --input, or mend what it was refused for";
        return Err(Diagnostic::error("CLI-031", None, message, help).into());
    };
    let row = (0..of_source.table.rows).find(|&row| ids.text(row) == name.id);
    row.map(|row| RecordRef::new(of_source.source, row as u32)).ok_or_else(|| {
        let help = format!(
            "check the id and --input; if a run set the row aside it stands in its rejects/{}.csv",
            name.source
        );
        Diagnostic::error("CLI-031", None, format!("there is no record {name} in the input"), help).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_named_up_to_the_first_colon() {
        let name = |source: &str, id: &str| RecordName { source: source.into(), id: id.into() };
        assert_eq!(parse("cu_tru:CT:1:2"), Ok(name("cu_tru", "CT:1:2")));
        assert_eq!(parse("cu_tru::"), Ok(name("cu_tru", ":")));
        for typed in ["CT1", ":CT1", "cu_tru:", "", ":"] {
            assert!(parse(typed).is_err(), "{typed}");
        }
    }
}
