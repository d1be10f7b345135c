//! The words and short forms that stand before a unit's name.

/// What a unit's words begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::normalise) enum Level {
    /// xã, phường, thị trấn: the commune level.
    Commune(&'static str),
    /// huyện, thị xã, thành phố: the district level, gone since 01/07/2025.
    District(&'static str),
    /// tỉnh.
    Province,
}

/// Words and short forms before a unit's name, accents off. Longer ones first where one begins another.
const LEVELS: [(&str, Level); 18] = [
    ("thi tran ", Level::Commune("thị trấn")),
    ("phuong ", Level::Commune("phường")),
    ("xa ", Level::Commune("xã")),
    ("t tran ", Level::Commune("thị trấn")),
    ("tt ", Level::Commune("thị trấn")),
    ("ph ", Level::Commune("phường")),
    ("p ", Level::Commune("phường")),
    ("f ", Level::Commune("phường")),
    ("x ", Level::Commune("xã")),
    ("thanh pho ", Level::District("thành phố")),
    ("huyen ", Level::District("huyện")),
    ("thi xa ", Level::District("thị xã")),
    ("t pho ", Level::District("thành phố")),
    ("tp ", Level::District("thành phố")),
    ("tx ", Level::District("thị xã")),
    ("h ", Level::District("huyện")),
    ("tinh ", Level::Province),
    ("t ", Level::Province),
];

/// Short forms that initials are joined to: TTCN for thị trấn Cái Nước.
const BEFORE_INITIALS: [(&str, Level); 4] = [
    ("tt", Level::Commune("thị trấn")),
    ("tp", Level::District("thành phố")),
    ("tx", Level::District("thị xã")),
    ("h", Level::District("huyện")),
];

/// Takes the type word off a unit's plain words; a number's leading zeros too. O(length).
pub(in crate::normalise) fn split_level(plain: &str) -> (Option<Level>, &str) {
    // Most parts begin with no type; their first letter tells.
    let first = plain.as_bytes().first();
    if !first.is_some_and(|first| matches!(first, b'f' | b'h' | b'p' | b't' | b'x')) {
        return (None, without_zeros(plain));
    }
    let known = LEVELS.iter().find_map(|(word, level)| Some((Some(*level), plain.strip_prefix(word)?)));
    // P8, F8 for phường 8.
    let ward = || {
        let number = plain.strip_prefix("ph").or_else(|| plain.strip_prefix(['p', 'f']))?;
        is_number(number).then_some((Some(Level::Commune("phường")), number))
    };
    let (level, name) = known.or_else(ward).unwrap_or((None, plain));
    (level, without_zeros(name))
}

/// A type and the initials joined to it: `tt`, `cn` of `ttcn`. O(length).
pub(in crate::normalise) fn split_initials(plain: &str) -> Option<(Level, &str)> {
    let of = |(short, level): &(&str, Level)| Some((*level, plain.strip_prefix(short)?));
    BEFORE_INITIALS.iter().find_map(of).filter(|(_, rest)| (2..=4).contains(&rest.len()))
}

fn without_zeros(name: &str) -> &str {
    if name.starts_with('0') && is_number(name) { name.trim_start_matches('0') } else { name }
}

/// Whether a name is no more than a number.
pub(in crate::normalise) fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_words_come_off() {
        let cases = [
            ("phuong 08", Some(Level::Commune("phường")), "8"),
            ("p8", Some(Level::Commune("phường")), "8"),
            ("f1", Some(Level::Commune("phường")), "1"),
            ("f 1", Some(Level::Commune("phường")), "1"),
            ("tt nam can", Some(Level::Commune("thị trấn")), "nam can"),
            ("thi xa gia rai", Some(Level::District("thị xã")), "gia rai"),
            ("tinh ca mau", Some(Level::Province), "ca mau"),
            ("phu tan", None, "phu tan"),
            ("07", None, "7"),
            ("xa", None, "xa"),
        ];
        for (plain, level, name) in cases {
            assert_eq!(split_level(plain), (level, name), "{plain}");
        }
        assert_eq!(split_initials("ttcn"), Some((Level::Commune("thị trấn"), "cn")));
        assert_eq!(split_initials("tt"), None);
    }
}
