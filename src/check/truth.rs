//! True, false and unknown, as SQL reckons with them.

use polars::prelude::{Column as Series, DataType, PolarsResult};

/// What a term says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    False,
    True,
    /// NULL.
    Unknown,
}

impl Truth {
    pub(super) fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            Self::Unknown => Self::Unknown,
        }
    }

    /// `coalesce(…, default)`.
    pub(super) fn or_else(self, default: bool) -> Self {
        if self == Self::Unknown { default.into() } else { self }
    }
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(truth: Option<bool>) -> Self {
        truth.map_or(Self::Unknown, Self::from)
    }
}

/// What polars answered of so many rows. A condition without columns gives one answer for all.
///
/// # Errors
/// If it is of another type than true and false.
pub(super) fn truths(answer: &Series, rows: usize) -> PolarsResult<Vec<Truth>> {
    let answer = answer.as_materialized_series();
    if *answer.dtype() == DataType::Null {
        return Ok(vec![Truth::Unknown; rows]);
    }
    let mask = answer.bool()?;
    Ok(match mask.len() {
        1 => vec![mask.get(0).into(); rows],
        _ => mask.iter().map(Truth::from).collect(),
    })
}
