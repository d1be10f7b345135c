//! Which characters a byte is seen as, and back.
//!
//! A text of before Unicode reaches us as its bytes were read: as windows-1252, or
//! as Latin-1, which has control characters where windows-1252 has letters and
//! signs. Either way a character leads back to one byte.

use crate::ingest::CP1252;

/// Bytes for which windows-1252 has no character: programs show a control
/// character, show U+FFFD, or leave them out.
pub(super) const WITHOUT_SIGN: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// The character that a byte is seen as. O(1).
pub(super) fn seen(byte: u8) -> char {
    match byte {
        0x80..=0x9f => CP1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

/// The byte that a character was; `None` where it is of no one-byte reading. O(1).
pub(super) fn byte(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    CP1252.iter().position(|seen| *seen == c).map(|at| 0x80 + at as u8)
}

/// Signs that stand beside words in proper texts too: quotes, dashes, dots,
/// degrees, squares, and what does not show.
pub(super) fn is_punctuation(byte: u8) -> bool {
    matches!(byte, 0x85 | 0x91..=0x97 | 0xa0 | 0xab | 0xad | 0xb0 | 0xb2 | 0xb3 | 0xb7 | 0xbb)
}

/// What a text's letters tell at first sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// ASCII: nothing to decode.
    Ascii,
    /// It has letters that only Unicode has, as nearly every Vietnamese text.
    Unicode,
    /// Perhaps all of it was single bytes.
    Bytes,
}

const LATIN: u8 = 1;
const UNICODE: u8 = 2;

/// Lead bytes of UTF-8 and the control characters that VISCII has letters at.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0x80;
    while at < 0x100 {
        classes[at] = LATIN;
        at += 1;
    }
    let controls = [0x02, 0x05, 0x06, 0x14, 0x19, 0x1e];
    let mut control = 0;
    while control < controls.len() {
        classes[controls[control]] = LATIN;
        control += 1;
    }
    // ă ĩ ũ đ; ơ ư share their lead byte with ƒ, the toned letters theirs with other scripts.
    classes[0xc4] = UNICODE;
    classes[0xc6] = UNICODE;
    classes[0xe1] = UNICODE;
    classes
};

/// What a text is at first sight. O(length), a nanosecond for a byte or two.
pub(super) fn script(text: &str) -> Script {
    let bytes = text.as_bytes();
    let mut script = Script::Ascii;
    for (at, byte) in bytes.iter().enumerate() {
        match CLASSES[usize::from(*byte)] {
            0 => {}
            UNICODE if is_vietnamese(*byte, bytes.get(at + 1)) => return Script::Unicode,
            _ => script = Script::Bytes,
        }
    }
    script
}

/// Whether two bytes of UTF-8 begin a letter that only Vietnamese Unicode has.
fn is_vietnamese(lead: u8, next: Option<&u8>) -> bool {
    match (lead, next) {
        (0xc4, _) | (0xc6, Some(0xa0 | 0xa1 | 0xaf | 0xb0)) | (0xe1, Some(0xbb)) => true,
        (0xe1, Some(next)) => *next == 0xba,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_leads_to_a_character_and_back() {
        for code in 0..=255 {
            assert_eq!(byte(seen(code)), Some(code));
            assert_eq!(byte(char::from(code)), Some(code), "as Latin-1");
        }
        for c in ['ă', 'ễ', '漢', '\u{fffd}', '\u{301}'] {
            assert_eq!(byte(c), None);
        }
    }

    #[test]
    fn scripts_are_told_apart() {
        for (text, expected) in [
            ("", Script::Ascii),
            ("NGUYEN VAN AN", Script::Ascii),
            ("Nguyễn Văn An", Script::Unicode),
            ("Hà Ư", Script::Unicode),
            ("Trà", Script::Bytes),
            ("NguyÔn", Script::Bytes),
            ("Ä‘", Script::Bytes),
            ("ƒ", Script::Bytes),
            ("NG\u{14}", Script::Bytes),
        ] {
            assert_eq!(script(text), expected, "{text:?}");
        }
    }
}
