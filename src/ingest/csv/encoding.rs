//! What a text file is encoded in, told by its first megabytes.
//!
//! UTF-8 is read as it stands, and a few broken rows in it are set aside. UTF-16
//! with its mark is decoded. A file in an encoding of before Unicode has high bytes that
//! make no UTF-8 on nearly every line that has any: it is read as windows-1252, a
//! character a byte, so that nothing is lost and each column's kind can tell which
//! Vietnamese encoding it was. Both become UTF-8 on the way to the reader, which then
//! counts lines as in the file, but bytes as in the decoded text.

use std::io::{self, Read};

/// Bytes that a file's encoding is told by.
pub(in crate::ingest) const EVIDENCE_BYTES: usize = 1 << 22;
/// Bytes decoded at a time.
const PIECE: usize = 1 << 16;

/// How bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum TextEncoding {
    /// As expected, but perhaps for a few rows.
    Utf8,
    /// With the mark FF FE.
    Utf16Little,
    /// With the mark FE FF.
    Utf16Big,
    /// One byte a character: some encoding of before Unicode.
    OneByte,
}

impl TextEncoding {
    /// What a file is in, by its first bytes. O(length).
    ///
    /// It is one byte a character if more lines with bytes beyond ASCII are no UTF-8
    /// than are: a file of today has a broken line among many, one of before Unicode
    /// has hardly a line that happens to be UTF-8.
    pub(in crate::ingest) fn of(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, ..] => return Self::Utf16Little,
            [0xfe, 0xff, ..] => return Self::Utf16Big,
            _ => {}
        }
        if is_utf8_so_far(head) {
            return Self::Utf8;
        }
        let (mut good, mut broken) = (0_usize, 0_usize);
        for line in head.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
            match simdutf8::basic::from_utf8(line) {
                Ok(_) => good += 1,
                Err(_) => broken += 1,
            }
        }
        if broken > good { Self::OneByte } else { Self::Utf8 }
    }

    /// What it is called in messages.
    pub(in crate::ingest) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Little | Self::Utf16Big => "UTF-16",
            Self::OneByte => "an encoding of before Unicode",
        }
    }
}

/// Whether bytes are UTF-8 but for a last character that is cut off.
fn is_utf8_so_far(bytes: &[u8]) -> bool {
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        return true;
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// A file's bytes as UTF-8.
#[derive(Debug)]
pub(in crate::ingest) struct Decoder<R> {
    inner: R,
    encoding: TextEncoding,
    /// Read, not decoded yet: less than a character.
    rest: Vec<u8>,
    /// Decoded, not handed on yet, from `at` on.
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Decoder<R> {
    /// Decodes a file from its first byte on.
    pub(in crate::ingest) fn new(inner: R, encoding: TextEncoding) -> Self {
        Self { inner, encoding, rest: Vec::new(), ready: Vec::new(), at: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let before = self.rest.len();
        self.rest.resize(before + PIECE, 0);
        let read = loop {
            match self.inner.read(&mut self.rest[before..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        }?;
        self.rest.truncate(before + read);
        self.ended = read == 0;
        self.ready.clear();
        self.at = 0;
        match self.encoding {
            TextEncoding::Utf8 => self.ready.append(&mut self.rest),
            TextEncoding::OneByte => {
                let characters: String = self.rest.drain(..).map(shown).collect();
                self.ready.extend_from_slice(characters.as_bytes());
            }
            TextEncoding::Utf16Little => self.utf16(u16::from_le_bytes),
            TextEncoding::Utf16Big => self.utf16(u16::from_be_bytes),
        }
        Ok(())
    }

    /// Half a pair of units waits for the other half; what is none becomes U+FFFD.
    fn utf16(&mut self, unit: fn([u8; 2]) -> u16) {
        let (pairs, odd) = self.rest.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        let waits = !self.ended && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last));
        let kept = odd.len() + if waits { 2 } else { 0 };
        units.truncate(units.len() - usize::from(waits));
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.ready.extend_from_slice(text.as_bytes());
        let done = self.rest.len() - kept;
        self.rest.drain(..done);
        if self.ended && !self.rest.is_empty() {
            self.rest.clear();
            self.ready.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended && !out.is_empty() {
            self.fill()?;
        }
        let ready = self.ready.get(self.at..).unwrap_or_default();
        let len = ready.len().min(out.len());
        out[..len].copy_from_slice(&ready[..len]);
        self.at += len;
        Ok(len)
    }
}

/// What windows-1252 shows for bytes 80 to 9F; where it has nothing, the byte as a control character.
pub(crate) const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn shown(byte: u8) -> char {
    match byte {
        0x80..=0x9f => CP1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len()).min(out.len());
            out[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn decoded(bytes: &[u8], encoding: TextEncoding, step: usize) -> String {
        let mut text = String::new();
        Decoder::new(Slow(bytes, step), encoding).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn files_are_told_by_their_lines() {
        let cases: [(&[u8], TextEncoding); 8] = [
            (b"a,b\n1,2\n", TextEncoding::Utf8),
            ("a,b\nLê,Đỗ\n".as_bytes(), TextEncoding::Utf8),
            ("a,b\nLê,Đỗ\nLê,Đỗ\nL\u{ea}".as_bytes(), TextEncoding::Utf8),
            (b"a,b\nL\xc3\xaa,2\nL\xc3\xaa,2\nL\xea,2\n", TextEncoding::Utf8),
            (b"a,b\nL\xaa,2\nNguy\xd4n,2\n", TextEncoding::OneByte),
            (b"a\nNguy\xe1\xbb", TextEncoding::Utf8),
            (b"\xff\xfea\0", TextEncoding::Utf16Little),
            (b"\xfe\xff\0a", TextEncoding::Utf16Big),
        ];
        for (bytes, expected) in cases {
            assert_eq!(TextEncoding::of(bytes), expected, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn utf_16_comes_back(text in any::<String>(), step in 1..9_usize) {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(decoded(&little, TextEncoding::Utf16Little, step), text.clone());
            prop_assert_eq!(decoded(&big, TextEncoding::Utf16Big, step), text);
        }

        #[test]
        fn any_byte_gives_a_character(bytes in any::<Vec<u8>>(), step in 1..9_usize) {
            let text = decoded(&bytes, TextEncoding::OneByte, step);
            prop_assert_eq!(text.chars().count(), bytes.len());
            decoded(&bytes, TextEncoding::Utf16Little, step);
        }
    }
}
