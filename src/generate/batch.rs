//! One batch from seed to rows: its people, what is delivered of them, its truth.

use super::World;
use super::delivery::{COLUMNS, Delivery};
use super::family::{Founding, Population};
use super::person::Standing;
use super::rates::Source;
use super::rows::Rows;
use super::truth;
use super::written::Record;

/// Truth tables: file stem and columns; those that begin with `?` are true or false.
pub(super) const TRUTH: [(&str, &[&str]); 4] = [
    ("truth_people", &["source", "record_id", "person_id"]),
    (
        "truth_findings",
        &["source", "record_id", "rule", "field", "correct_value", "?detectable", "?mendable"],
    ),
    ("truth_errors", &["source", "record_id", "field", "kind"]),
    ("truth_hard_pairs", &["left_source", "left_id", "right_source", "right_id", "kind"]),
];

/// The rows of one batch.
#[derive(Debug)]
pub(super) struct BatchRows {
    /// By source, in the order of [`World::sources`].
    pub(super) sources: Vec<Rows>,
    /// By source, then row: its place among the window's rows.
    pub(super) orders: Vec<Vec<u64>>,
    /// In the order of [`TRUTH`].
    pub(super) truth: [Rows; 4],
    pub(super) residents: u64,
    pub(super) people: u64,
}

/// Makes a batch of so many residents. Depends on nothing but the world and its index.
pub(super) fn make(world: &World, batch: u64, quota: u64) -> BatchRows {
    let mut founding = Founding::new(world, batch, quota);
    founding.settle();
    super::lives::live(&mut founding, world);
    let Founding { mut allotment, population, .. } = founding;
    let records = Delivery::new(world, &population, &mut allotment, batch).deliver();
    pack(world, batch, &population, &records)
}

fn pack(world: &World, batch: u64, population: &Population, records: &[Record]) -> BatchRows {
    let is_resident = |person: &&super::person::Person| matches!(person.standing, Standing::Resident(_));
    let mut rows = BatchRows {
        sources: world.sources().iter().map(|source| Rows::new(COLUMNS[*source as usize].len())).collect(),
        orders: vec![Vec::new(); world.sources().len()],
        truth: TRUTH.map(|(_, columns)| Rows::new(columns.len())),
        residents: population.people.iter().filter(is_resident).count() as u64,
        people: population.people.len() as u64,
    };
    for record in records {
        pack_record(batch, record, &mut rows);
    }
    pack_findings(world, population, records, &mut rows.truth[1]);
    for pair in truth::hard_pairs(population, without_vehicles(records)) {
        let (left, right) = (&pair.left, &pair.right);
        rows.truth[3].push([left.0.id(), &left.1, right.0.id(), &right.1, pair.kind]);
    }
    rows
}

/// The rows of the four extracts: hard pairs and the truth about them are the same without a fifth.
pub(super) fn without_vehicles(records: &[Record]) -> &[Record] {
    &records[..records.partition_point(|record| record.source != Source::Vehicles)]
}

fn pack_record(batch: u64, record: &Record, rows: &mut BatchRows) {
    let source = record.source as usize;
    rows.sources[source].push(record.cells.iter().map(String::as_str));
    rows.orders[source].push(record.order);
    if record.is_repeated {
        rows.sources[source].push(record.cells.iter().map(String::as_str));
        // Somewhere later, so that the first of the two is the record's own place.
        rows.orders[source].push(record.order + (u64::MAX - record.order) / 2);
    }
    let (id, word) = (record.id.as_str(), record.source.id());
    let person = format!("N{batch:06}{:05}", record.person);
    rows.truth[0].push([word, id, &person]);
    for (field, kind) in &record.faults {
        rows.truth[2].push([word, id, field, kind]);
    }
}

fn pack_findings(world: &World, population: &Population, records: &[Record], rows: &mut Rows) {
    const WORDS: [&str; 2] = ["false", "true"];
    for finding in truth::findings(world, population, records) {
        let correct = finding.correct.as_deref().unwrap_or("");
        let flags = [WORDS[usize::from(finding.detectable)], WORDS[usize::from(finding.mendable)]];
        let source: Source = finding.source;
        rows.push([source.id(), &finding.record, finding.rule, finding.field, correct, flags[0], flags[1]]);
    }
}
