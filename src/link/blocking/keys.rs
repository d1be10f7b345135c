//! Several values → one key.

/// 2^64 divided by the golden ratio, odd: spreads what two values differ in over all bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Takes one more value into a key; 0, "no value", makes and keeps the key 0, "no key".
fn extend(key: u64, value: u64) -> u64 {
    if value == 0 {
        return 0;
    }
    let product = u128::from(value ^ key) * u128::from(SPREAD);
    (product as u64 ^ (product >> 64) as u64).rotate_left(17).max(1)
}

/// Blocking keys out of columns of equal length, a value a row and 0 for none: equal rows have
/// equal keys, other rows differ but for one chance in 2^64, and a row that lacks a value has
/// key 0. No column: no keys. Some nanoseconds a value.
///
/// ```
/// let (born, ward) = ([19_850_317, 19_850_317, 0], [32_002, 32_002, 32_002]);
/// let keys = doisoat::link::kernel::keys(&[&born, &ward]);
/// assert!(keys[0] == keys[1] && keys[0] != 0 && keys[2] == 0);
/// ```
pub fn keys(columns: &[&[u64]]) -> Vec<u64> {
    let mut keys = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        extend_keys(at == 0, column, &mut keys);
    }
    keys
}

/// Takes one more column into the keys of its rows; the first column begins them.
pub(super) fn extend_keys(begins: bool, column: &[u64], keys: &mut Vec<u64>) {
    if begins {
        keys.clear();
        keys.extend(column.iter().map(|&value| extend(0, value)));
        return;
    }
    for (key, &value) in keys.iter_mut().zip(column) {
        *key = if *key == 0 { 0 } else { extend(*key, value) };
    }
}

/// The key of one row, which [`keys`] of many rows gives too; 0 where it has no value.
pub(super) fn of_one(values: impl Iterator<Item = u64>) -> u64 {
    values.enumerate().fold(0, |key, (at, value)| if at > 0 && key == 0 { 0 } else { extend(key, value) })
}

/// The key of a finer block within a block.
pub(super) fn within(key: u64, finer: u64) -> u64 {
    extend(key, finer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_depend_on_the_order_and_presence_of_their_parts() {
        let key = |values: &[u64]| {
            let columns: Vec<[u64; 1]> = values.iter().map(|&value| [value]).collect();
            let key = keys(&columns.iter().map(<[u64; 1]>::as_slice).collect::<Vec<_>>())[0];
            assert_eq!(of_one(values.iter().copied()), key);
            key
        };
        assert_ne!(key(&[1, 2]), key(&[2, 1]));
        assert_ne!(key(&[5]), key(&[5, 5]));
        assert_eq!((key(&[1, 0]), key(&[0, 1]), key(&[0])), (0, 0, 0));
        assert!(keys(&[]).is_empty());
    }
}
