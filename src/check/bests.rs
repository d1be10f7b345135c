//! The records with the best values of a frame's rows: looked up for many rows at a time, and once a row.

use std::cell::{Cell, OnceCell};

use super::context::Context;
use super::frame::Frame;
use crate::table::RecordRef;

/// What is known of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    NotYet,
    Nobody,
    Record(RecordRef),
}

/// The best values of one frame, by field of the rules of evidence, as far as rules have asked.
pub(super) struct Bests(Vec<OnceCell<Box<[Cell<Seen>]>>>);

/// The best values of one field by row of the frame.
#[derive(Clone, Copy)]
pub(super) struct BestsOfField<'a>(&'a [Cell<Seen>]);

/// Rows looked up together: what is read of them stays in a core's own cache.
const AT_ONCE: usize = 512;

impl Bests {
    /// Nothing is known yet.
    pub(super) fn new(fields: usize) -> Self {
        Self((0..fields).map(|_| OnceCell::new()).collect())
    }

    /// Those of a field, looked up for some rows. O(rows that nobody asked for before).
    pub(super) fn of(
        &self,
        context: &Context<'_>,
        frame: &Frame,
        field: usize,
        rows: &[u32],
    ) -> BestsOfField<'_> {
        let Some(of_field) = self.0.get(field) else { return BestsOfField(&[]) };
        let seen = of_field.get_or_init(|| vec![Cell::new(Seen::NotYet); frame.rows].into());
        let new: Vec<u32> =
            rows.iter().copied().filter(|&row| seen[row as usize].get() == Seen::NotYet).collect();
        for rows in new.chunks(AT_ONCE) {
            look_up(context, frame, (field, rows), seen);
        }
        BestsOfField(seen)
    }
}

impl BestsOfField<'_> {
    /// The record with the best value in a row that was looked up.
    pub(super) fn get(self, row: u32) -> Option<RecordRef> {
        match self.0.get(row as usize)?.get() {
            Seen::Record(record) => Some(record),
            Seen::NotYet | Seen::Nobody => None,
        }
    }
}

fn look_up(context: &Context<'_>, frame: &Frame, (field, rows): (usize, &[u32]), seen: &[Cell<Seen>]) {
    let with_person = |&row: &u32| Some((row, frame.person(context, row as usize)?));
    let (rows_of, asking): (Vec<u32>, Vec<_>) = rows.iter().filter_map(with_person).unzip();
    for &row in rows {
        seen[row as usize].set(Seen::Nobody);
    }
    for (row, best) in rows_of.into_iter().zip(context.fusion.best_of(field, &asking)) {
        seen[row as usize].set(best.map_or(Seen::Nobody, Seen::Record));
    }
}
