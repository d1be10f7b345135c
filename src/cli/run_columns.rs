//! The columns that commands read of a run's tables.

use crate::table::parquet_rows::{Column, Kind};

/// Of `people.parquet`: who is who.
pub(super) const PEOPLE: &[Column] =
    &[Column::needed("source"), Column::needed("record_id"), Column::needed("person_id")];

/// Of `links.parquet`: what was decided of a pair, and how sure.
pub(super) const LINKS: &[Column] = &[
    Column::needed("left_source"),
    Column::needed("left_id"),
    Column::needed("right_source"),
    Column::needed("right_id"),
    Column::needed("decision"),
    Column::needed("reason"),
    Column::needed("blocking_rule"),
    Column::optional("match_weight", Kind::Number),
    Column::optional("match_probability", Kind::Number),
    Column::optional("look", Kind::Text),
];
