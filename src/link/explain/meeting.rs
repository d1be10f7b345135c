//! How each blocking rule treats one pair of records: the plain way, one rule after the other.
//!
//! A block is counted by looking at every record's keys, which only rules whose keys agree for
//! the two ask for.

use std::ops::Range;

use rayon::prelude::*;

use super::value;
use crate::link::Linker;
use crate::link::blocking::KeyRule;
use crate::link::column::{OfRecords, ValueColumn};
use crate::link::plan;
use crate::link::space::RecordSpace;
use crate::settings::{BlockingRule, Expression};
use crate::table::RecordRef;

/// How a blocking rule treats a pair.
#[derive(Clone, Debug)]
pub struct RuleMeeting {
    /// Whether the two meet, and why not.
    pub meeting: Meeting,
    /// The rule's keys.
    pub keys: Vec<KeyTold>,
    /// Its finer keys, which split a block over its cap.
    pub finer: Vec<KeyTold>,
}

/// Whether a blocking rule meets a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// They meet in a block of so many records.
    Meets {
        /// Records that agree in the keys.
        records: usize,
    },
    /// The block is over its cap; they meet in a part of it.
    MeetsFiner {
        /// Records that agree in the keys.
        records: usize,
        /// Records that agree in the finer keys too.
        finer: usize,
    },
    /// A key differs, or a side has none.
    KeysDiffer,
    /// The block is over its cap, and a finer key differs, or a side has none, or there is none.
    FinerDiffer {
        /// Records that agree in the keys.
        records: usize,
    },
    /// The block is over its cap, and so is the part that both are in.
    OverCap {
        /// Records that agree in the keys.
        records: usize,
        /// Records that agree in the finer keys too.
        finer: usize,
    },
}

impl Meeting {
    /// Whether the two meet.
    pub fn meets(self) -> bool {
        matches!(self, Self::Meets { .. } | Self::MeetsFiner { .. })
    }
}

/// A key of a pair.
#[derive(Clone, Debug)]
pub struct KeyTold {
    /// Whether both sides have it, and the same one.
    pub agrees: bool,
    /// What it is made of on each side; nothing where a side has no value.
    pub values: [Option<String>; 2],
}

/// How each blocking rule treats a pair, in order.
pub(super) fn meetings(linker: &Linker<'_>, sides: [RecordRef; 2]) -> Vec<RuleMeeting> {
    let (settings, records) = (linker.settings, linker.records);
    let read_again;
    let keyed = if let Some(keyed) = &linker.keyed {
        keyed
    } else {
        read_again = plan::read_keys(linker.core.matching, &OfRecords { settings, records });
        &read_again
    };
    let blocks = Blocks { space: &linker.core.space, columns: &keyed.columns, sides };
    let declared = linker.core.matching.blocking.iter();
    let shown = |key: &Expression| sides.map(|side| value::key(settings, records, side, key));
    let told = |(declared, rule): (&BlockingRule, &KeyRule)| RuleMeeting {
        meeting: blocks.meeting(rule),
        keys: blocks.keys(&rule.keys, declared.keys.iter().map(shown)),
        finer: blocks.keys(&rule.finer, declared.finer.iter().map(shown)),
    };
    declared.zip(&keyed.rules).map(told).collect()
}

/// The blocks of one pair.
struct Blocks<'k> {
    space: &'k RecordSpace,
    columns: &'k [ValueColumn<'k>],
    sides: [RecordRef; 2],
}

/// Records whose keys are looked at together.
const PIECE: usize = 1 << 14;

impl Blocks<'_> {
    fn meeting(&self, rule: &KeyRule) -> Meeting {
        if !self.agree(&rule.keys) {
            return Meeting::KeysDiffer;
        }
        let records = self.block(&rule.keys);
        if records <= rule.block_size_max {
            return Meeting::Meets { records };
        }
        if !self.agree(&rule.finer) {
            return Meeting::FinerDiffer { records };
        }
        let finer = self.block(&[rule.keys.as_slice(), &rule.finer].concat());
        if finer <= rule.block_size_max {
            Meeting::MeetsFiner { records, finer }
        } else {
            Meeting::OverCap { records, finer }
        }
    }

    fn keys(&self, columns: &[usize], values: impl Iterator<Item = [Option<String>; 2]>) -> Vec<KeyTold> {
        let told = |(&column, values)| KeyTold { agrees: self.agree(&[column]), values };
        columns.iter().zip(values).map(told).collect()
    }

    /// Whether both sides have all of the values, and the same ones; no column: no key.
    fn agree(&self, columns: &[usize]) -> bool {
        let agree = |&column: &usize| {
            let [a, b] = self.sides.map(|side| self.value(column, side));
            a != 0 && a == b
        };
        !columns.is_empty() && columns.iter().all(agree)
    }

    fn value(&self, column: usize, record: RecordRef) -> u64 {
        let (row, mut values) = (record.row as usize, Vec::new());
        self.columns[column].read(record.source.index(), row..row + 1, &mut values);
        values.first().copied().unwrap_or(0)
    }

    /// Records that have the first side's values in all of the columns. O(records · columns).
    fn block(&self, columns: &[usize]) -> usize {
        let wanted: Vec<(usize, u64)> =
            columns.iter().map(|&column| (column, self.value(column, self.sides[0]))).collect();
        let all: Vec<usize> = (0..self.space.len()).step_by(PIECE).collect();
        all.into_par_iter()
            .map(|first| self.count(first..(first + PIECE).min(self.space.len()), &wanted))
            .sum()
    }

    /// How many of some records have the wanted values.
    fn count(&self, records: Range<usize>, wanted: &[(usize, u64)]) -> usize {
        let (mut values, mut count) = (Vec::new(), 0);
        for (source, rows) in self.space.of_sources(records) {
            let mut are_equal = vec![true; rows.len()];
            for &(column, value) in wanted {
                self.columns[column].read(source, rows.clone(), &mut values);
                are_equal.iter_mut().zip(&values).for_each(|(equal, other)| *equal &= *other == value);
            }
            count += are_equal.into_iter().filter(|equal| *equal).count();
        }
        count
    }
}
