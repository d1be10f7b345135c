//! When a word is a slip of another.

/// Whether one text becomes the other by one slip: a letter wrong, missing, too much,
/// or two neighbours changed round. A digit is never a slip of another, and a letter
/// that stands alone (Vĩnh Lộc A) is a name of its own. Equal texts are no slip. O(length).
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 1 || last_letter(a) != last_letter(b) {
        return false;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let digits = a.iter().chain(b).any(u8::is_ascii_digit);
    let slip = match (a, b) {
        ([], []) => false,
        ([_] | [], [_] | []) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    };
    slip && !digits
}

/// The letter that stands alone at a name's end.
fn last_letter(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [.., b' ', letter] => Some(*letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_slip_is_near_and_names_of_their_own_are_not() {
        for (a, b) in [
            ("hung my", "hung mi"),
            ("hung my", "hungmy"),
            ("hung my", "hugn my"),
            ("tam giang", "tam gian"),
            ("tam giang", "ttam giang"),
            ("vinh loc a", "vinh lc a"),
        ] {
            assert!(is_slip(a, b) && is_slip(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("hung my", "hung my"),
            ("vinh loc a", "vinh loc b"),
            ("vinh my a", "vinh my"),
            ("8", "9"),
            ("1", "11"),
            ("hung my", "hnug mi"),
            ("", "ab"),
        ] {
            assert!(!is_slip(a, b) && !is_slip(b, a), "{a} {b}");
        }
    }

    proptest! {
        /// Beside strsim's distance, which is slow and plainly right.
        #[test]
        fn a_slip_is_a_distance_of_one(a in "[ab]{0,3} [abc]{2,4}", b in "[ab]{0,3} [abc]{2,4}") {
            let near = strsim::osa_distance(&a, &b) == 1;
            prop_assert_eq!(is_slip(&a, &b), near, "{} {}", a, b);
        }
    }
}
