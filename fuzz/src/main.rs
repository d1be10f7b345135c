//! Any bytes as a cell of one kind, read as a night reads them.
//!
//! `DOISOAT_FUZZ_KIND` names the kind by its word in source declarations, a
//! category by `category:sex`. The bytes come as the two texts that a file could
//! make of them: UTF-8 with what is none replaced, and windows-1252. Held against
//! each: nothing panics, NFC and NFD have one standard form, and a standard form
//! is its own. With `DOISOAT_FUZZ_SEEDS` set to a folder, seeds are written there
//! instead: what the reference tables hold, and the forms that offices write.

#![no_main]

mod cells;
mod seeds;

use std::sync::OnceLock;

use cells::Cells;
use libfuzzer_sys::fuzz_target;
use unicode_normalization::UnicodeNormalization;

static CELLS: OnceLock<Cells> = OnceLock::new();

fuzz_target!(
    init: {
        let cells = CELLS.get_or_init(Cells::of_environment);
        if let Some(folder) = std::env::var_os("DOISOAT_FUZZ_SEEDS") {
            seeds::write(folder.as_ref(), cells);
            std::process::exit(0);
        }
    },
    |bytes: &[u8]| {
        let cells = CELLS.get_or_init(Cells::of_environment);
        check(cells, &String::from_utf8_lossy(bytes));
        check(cells, &windows_1252(bytes));
    }
);

/// What holds of every text.
fn check(cells: &Cells, raw: &str) {
    let (composed, decomposed): (String, String) = (raw.nfc().collect(), raw.nfd().collect());
    let [of_raw, of_composed, of_decomposed] = cells.read([raw, &composed, &decomposed]);
    assert_eq!(of_composed, of_decomposed, "NFC and NFD of {raw:?}");
    assert_eq!(of_raw, of_composed, "NFC of {raw:?}");
    if let Some(standard) = of_raw {
        let [again] = cells.read([&standard]);
        assert_eq!(again.as_ref(), Some(&standard), "the standard form of {raw:?}");
    }
}

/// Bytes of windows-1252 as text; the five that it does not assign are control characters.
fn windows_1252(bytes: &[u8]) -> String {
    const FROM_0X80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => FROM_0X80[usize::from(byte - 0x80)],
        byte => char::from(*byte),
    };
    bytes.iter().map(letter).collect()
}
