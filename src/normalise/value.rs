//! The typed values of a column, one per dictionary code.

/// Typed values by dictionary code; index 0 is the missing value.
#[derive(Debug)]
pub enum Values {
    /// No more than the text itself.
    Text,
}
