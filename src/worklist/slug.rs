//! Names of files: ASCII out of Vietnamese, safe whatever the text.

use unicode_normalization::UnicodeNormalization;

/// Longest slug in bytes; ward code and ending stay far below any file system's limit.
const SLUG_BYTES_MAX: usize = 60;

/// Lower-case ASCII letters and digits with single dashes between words: `Gành Hào` → `ganh-hao`.
///
/// Never empty (`x` where no letter is left), never longer than 60 bytes, so it
/// holds no separator, no dot and no leading dash.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'đ' => out.push('d'),
            c if c.is_ascii_alphanumeric() => out.push(c),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
        if out.len() >= SLUG_BYTES_MAX {
            break;
        }
    }
    let end = out.trim_end_matches('-').len();
    out.truncate(end);
    if out.is_empty() { "x".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_names_become_readable_file_names() {
        for (name, expected) in [
            ("Bạc Liêu", "bac-lieu"),
            ("Đất Mũi", "dat-mui"),
            ("Đất Mũi", "dat-mui"),
            ("Hồ Thị Kỷ", "ho-thi-ky"),
            ("  Phường  Láng–Tròn ", "phuong-lang-tron"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "x"),
            ("", "x"),
            ("CON", "con"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_slug_is_always_a_safe_name(text in ".{0,200}") {
            let slug = slug(&text);
            proptest::prop_assert!(!slug.is_empty() && slug.len() <= SLUG_BYTES_MAX);
            proptest::prop_assert!(
                slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
            proptest::prop_assert!(!slug.starts_with('-') && !slug.ends_with('-'));
        }
    }
}
