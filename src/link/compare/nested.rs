//! A value within another: a hamlet within a commune, a street within a town.

use super::{Comparator, Reading, column, fold};

/// - `exact`: both values agree;
/// - `outer`: the outer value agrees, the inner one is not known on both sides;
/// - `inner`: the outer value agrees, the inner ones differ;
/// - `different`: the outer values differ;
/// - `missing`: one side has no outer value.
pub(super) const NESTED: Comparator = Comparator {
    id: "nested",
    readings: &[Reading::Hash, Reading::Hash],
    columns: &["", ".inner"],
    pack: |outer, inner| u64::from(fold(outer)) << 32 | u64::from(fold(inner)),
    #[cfg(test)]
    level,
    levels: |names, pairs, places, vectors| column(level, names, pairs, places, vectors),
};

fn level(_: &super::Names, a: u64, b: u64) -> u8 {
    let (outer, inner) = ((a >> 32, b >> 32), (a as u32, b as u32));
    if outer.0 == 0 || outer.1 == 0 {
        0
    } else if outer.0 != outer.1 {
        4
    } else if inner.0 == 0 || inner.1 == 0 {
        2
    } else {
        1 + 2 * u8::from(inner.0 != inner.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_value_counts_only_within_an_equal_outer_one() {
        let names = super::super::Names::default();
        let value = |outer: u64, inner: u64| outer << 32 | inner;
        let word = |a, b| super::super::words("nested")[usize::from(level(&names, a, b))];
        assert_eq!(word(value(1, 7), value(1, 7)), "exact");
        assert_eq!(word(value(1, 7), value(1, 8)), "inner");
        assert_eq!(word(value(1, 7), value(1, 0)), "outer");
        assert_eq!(word(value(1, 0), value(1, 0)), "outer");
        assert_eq!(word(value(1, 7), value(2, 7)), "different");
        assert_eq!(word(value(0, 7), value(2, 7)), "missing");
    }
}
