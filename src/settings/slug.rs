//! Any header → a field's name.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A field's name for a column that is given none: lower-case ASCII letters, digits and `_`, a letter
/// first. `Ngày sinh` gives `ngay_sinh`, `2nd name` gives `c_2nd_name`. O(length).
pub(super) fn slug(name: &str) -> String {
    let plain =
        name.nfd().filter(|character| !is_combining_mark(*character)).map(|character| match character {
            'đ' | 'Đ' => 'd',
            other => other.to_ascii_lowercase(),
        });
    let mut slug = String::new();
    for character in plain {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    slug.truncate(slug.trim_end_matches('_').len());
    if slug.starts_with(|character: char| character.is_ascii_lowercase()) {
        slug
    } else {
        format!("c_{slug}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headers_become_names() {
        for (header, name) in [
            ("given_name", "given_name"),
            ("Ngày sinh", "ngay_sinh"),
            (" Địa chỉ (cũ) ", "dia_chi_cu"),
            ("2nd name", "c_2nd_name"),
            ("番号", "c_"),
        ] {
            assert_eq!(slug(header), name, "{header}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_its_own_name_and_always_a_good_one(header in "\\PC{0,30}") {
            let name = slug(&header);
            prop_assert!(name.starts_with(|c: char| c.is_ascii_lowercase()));
            prop_assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
            prop_assert_eq!(slug(&format!("x{name}")), format!("x{}", name.trim_end_matches('_')));
            prop_assert_eq!(slug(&header.nfd().collect::<String>()), slug(&header.nfc().collect::<String>()));
        }
    }
}
