//! Extracts too large for one table → parts of about equal size, each a province by itself.
//!
//! Input: rows as [`ingest_into`](crate::ingest::ingest_into) passes them on, one source after the
//! other. Output: [`Parts`], whose rows [`Parts::load`] gives back as tables. Invariants: every
//! kept row is in exactly one part; which one depends on the rows and the rules alone; the texts
//! are the office's own.
//!
//! Records meet within a part only, so a part has to hold people whole. Four things say where a
//! record belongs, in this order ([`route`]):
//!
//! 1. earlier nights: records ruled to be one person, or of one person in an earlier run, go together;
//! 2. keys: blocking rules say `across_parts = "follow"` of keys that are nearly always one person's
//!    (a personal number, if the birth year agrees): a record goes where the key was met first, a
//!    resident's SIM to where the resident is registered, whatever its own address says. `"hint"` (name
//!    and birth date) does so for records of other sources that follow nothing, if all residents who have
//!    the key are in one place;
//! 3. households, or whatever the rules' `one_part` names: a source's records that share one and follow
//!    no number stay together;
//! 4. its own place: the ward of its ward code or address, old codes and names by the gazetteer
//!    ([`place`]); else its record id.
//!
//! Wards are kept apart on disk and put together to parts when their sizes are known ([`Split::parts`]).
//! So people are joined across parts before they are linked, not after: each part then is linked,
//! checked and published as a whole night is.
//!
//! Cost: one pass. Memory: 12 to 24 bytes a distinct key ([`directory`]), 24 to 48 a record id of the source
//! at hand, some 50 MB of what texts have said ([`memo`]), and blocks of a few thousand rows a ward. On disk
//! the rows are packed column by column to under half of their CSV ([`spill`], [`cells`]).
//!
//! Rows come in pieces of some megabytes. A piece's keys are read on all threads ([`keys`]); then one thread
//! finds its rows' places, since one row tells of the next, while the others lay the piece before it aside.

mod cells;
mod directory;
mod keys;
mod memo;
mod parts;
mod place;
mod route;
mod spill;
mod told;

use std::path::Path;

pub use parts::Parts;

use crate::diagnostic::Outcome;
use crate::ingest::{RowSink, Rows};
use crate::link::{Earlier, RecordName};
use crate::settings::Settings;
use crate::table::SourceIndex;
use route::Router;
use spill::{Spill, Unit};
use told::name_hash;

/// Takes rows and puts each with those of its place.
#[derive(Debug)]
pub struct Split {
    router: Router,
    spill: Spill,
    /// Rows that have their units and are not laid aside yet.
    placed: Option<(SourceIndex, Rows, Vec<Unit>)>,
}

impl Split {
    /// Begins in a folder that is there, private, and this run's own.
    pub fn new(settings: &Settings, earlier: Earlier, folder: &Path) -> Self {
        Self { router: Router::new(settings, earlier), spill: Spill::new(settings, folder), placed: None }
    }

    /// Rows taken in, of sources that were not refused.
    pub fn rows(&self) -> u64 {
        self.spill.rows()
    }

    /// The parts, at most so many and no more than there are places, and what earlier nights have left.
    /// What is known of keys is dropped.
    ///
    /// # Errors
    /// `PAR-001` where some rows could not be written.
    pub fn parts(self, most: usize) -> Outcome<(Parts, Earlier)> {
        let (earlier, named) = self.router.into_told();
        Ok((self.spill.finish(most, named)?, earlier))
    }
}

impl RowSink for Split {
    /// Finds the places of some rows while those before them are laid aside.
    fn take(&mut self, source: SourceIndex, rows: Rows) {
        if rows.rows == 0 || self.spill.has_failed() {
            return;
        }
        let Self { router, spill, placed } = self;
        let before = placed.take();
        let lay_aside = || before.iter().for_each(|(source, rows, units)| spill.take(*source, rows, units));
        let piece = router.read(source, &rows);
        let (units, ()) = rayon::join(|| router.route(&piece), lay_aside);
        drop(piece);
        *placed = Some((source, rows, units));
    }

    fn finish(&mut self, source: SourceIndex, delivered: Option<Vec<bool>>) {
        if let Some((source, rows, units)) = self.placed.take() {
            self.spill.take(source, &rows, &units);
        }
        self.spill.end_source(source, delivered);
    }
}

impl Parts {
    /// The part of a record that rulings of earlier nights name; none where it was not delivered.
    pub fn part_of(&self, name: &RecordName) -> Option<usize> {
        let unit = self.named.get(&name_hash(name.source, &name.id))?;
        self.units.iter().position(|units| units.contains(unit))
    }
}
