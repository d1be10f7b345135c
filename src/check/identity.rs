//! Names of findings that do not change with the night.

use sha2::{Digest, Sha256};

use super::FindingId;
use super::context::Context;
use crate::settings::Check;
use crate::table::RecordRef;

/// 16 hex digits of SHA-256 over rule, source, record, column and the other record. With a million
/// findings, two of them share 64 bits once in some forty million nights.
pub(super) fn finding_id(
    context: &Context<'_>,
    check: &Check,
    record: RecordRef,
    other: Option<RecordRef>,
    column: usize,
) -> FindingId {
    let source = context.settings.source(record.source);
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    part(&check.id);
    part(&source.id);
    part(&source.columns[column].name);
    for record in [Some(record), other].into_iter().flatten() {
        name_parts(context, record).into_iter().for_each(&mut part);
    }
    let digest = hash.finalize();
    let first = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    FindingId::new(first)
}

/// What names a record over nights: its id, or all it says where the office's ids change.
fn name_parts<'a>(context: &Context<'a>, record: RecordRef) -> Vec<&'a str> {
    let source = context.settings.source(record.source);
    let Some(records) = context.records(record.source) else { return Vec::new() };
    let row = record.row as usize;
    if source.stable_ids {
        return vec![records.table.text(source.record_id, row)];
    }
    let says = (0..source.columns.len()).filter(|&column| column != source.record_id);
    says.map(|column| records.table.text(column, row)).collect()
}
