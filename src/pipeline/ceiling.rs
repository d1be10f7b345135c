//! How much memory a night may take, and into how many parts it is cut for that.

use crate::diagnostic::{Diagnostic, Outcome};
use crate::report::StageFacts;
use crate::report::format;

/// Most bytes that a stage has resident a row of the night: the peaks of a night of 2.6 million residents
/// (10.36 million rows, docs/performance.md) and a twentieth, so that what is said to fit does.
///
/// `cut` is what taking rows apart keeps of them: keys and record ids.
const BYTES_A_ROW: [(&str, u64); 4] = [(CUT, 100), ("normalise", 184), ("link", 391), ("check", 383)];

/// The taking apart of rows, before there are parts.
pub(super) const CUT: &str = "cut";

/// What the program takes before the first row: rules, reference tables, what threads keep.
const BYTES_ALWAYS: u64 = 120 << 20;

/// Bytes of CSV a row: the mean over the four sources of generated extracts.
const TEXT_BYTES_A_ROW: u64 = 240;

/// Of the ceiling, what a part may be expected to take; the rest is for what is kept over parts.
const SHARE_OF_PART: f64 = 0.85;

/// Most bytes that a run may have resident; none: as many as there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ceiling(Option<u64>);

/// Into how many parts a night is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitions {
    /// So many; one is none.
    Number(u16),
    /// As many as the ceiling asks for.
    Auto,
}

impl Default for Partitions {
    fn default() -> Self {
        Self::Number(1)
    }
}

impl std::str::FromStr for Partitions {
    type Err = String;

    /// `auto`, or a number from 1 to 240.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = text.parse().ok().filter(|number| (1..=240).contains(number));
        number.map(Self::Number).ok_or_else(|| "expected `auto` or a number from 1 to 240".to_owned())
    }
}

/// Units of `--memory`, by their endings.
const UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

impl std::str::FromStr for Ceiling {
    type Err = String;

    /// A size such as `4GiB`, `4.5 GiB` or `512MiB`.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected a size such as 4GiB, 4.5GiB or 512MiB".to_owned();
        let found = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (number, unit) = found.ok_or_else(expected)?;
        let number = number.trim_end();
        let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number: f64 = number.parse().ok().filter(|_| plain).ok_or_else(expected)?;
        let bytes = (number * unit as f64) as u64;
        if bytes == 0 { Err(expected()) } else { Ok(Self(Some(bytes))) }
    }
}

/// About how many rows so much text has.
pub(super) fn rows_of(text_bytes: u64) -> u64 {
    text_bytes / TEXT_BYTES_A_ROW
}

/// What the largest stage of so many rows is expected to have resident at most.
fn most_expected(rows: u64) -> u64 {
    BYTES_A_ROW.iter().map(|(stage, _)| expected(stage, rows)).max().unwrap_or(BYTES_ALWAYS)
}

/// What a stage of so many rows is expected to have resident at most.
fn expected(stage: &str, rows: u64) -> u64 {
    let known = BYTES_A_ROW.iter().find(|(name, _)| *name == stage);
    BYTES_ALWAYS + rows * known.map_or(0, |(_, bytes)| *bytes)
}

impl Partitions {
    /// Whether a night of so much text is cut at all.
    pub(super) fn cut(self, ceiling: Ceiling, text_bytes: u64) -> bool {
        match self {
            Self::Number(number) => number > 1,
            Self::Auto => ceiling.0.is_some_and(|most| most_expected(rows_of(text_bytes)) > most),
        }
    }

    /// Into how many parts so many rows are cut.
    pub(super) fn number(self, ceiling: Ceiling, rows: u64) -> usize {
        match (self, ceiling.0) {
            (Self::Number(number), _) => usize::from(number),
            (Self::Auto, None) => 1,
            (Self::Auto, Some(most)) => {
                let room = (most as f64 * SHARE_OF_PART) as u64;
                let room = room.saturating_sub(BYTES_ALWAYS).max(1 << 20);
                (most_expected(rows) - BYTES_ALWAYS).div_ceil(room) as usize
            }
        }
    }
}

impl Ceiling {
    /// The bytes, if there is one.
    pub fn bytes(self) -> Option<u64> {
        self.0
    }

    /// Whether a stage of so many rows is expected to stay below it.
    ///
    /// # Errors
    /// `MEM-001` where it is not.
    pub(super) fn allows(self, stage: &str, rows: u64) -> Outcome<()> {
        let needed = expected(stage, rows);
        match self.0 {
            Some(most) if needed > most => Err(Diagnostic::error(
                "MEM-001",
                None,
                format!(
                    "`{stage}` of some {} rows is expected to take {}, and --memory allows {}",
                    format::grouped(rows, ','),
                    size(needed),
                    size(most)
                ),
                if stage == CUT { REMEDY_OF_CUT } else { REMEDY },
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// Whether a stage that is over has stayed below it.
    ///
    /// # Errors
    /// `MEM-002` where it has not.
    pub(super) fn held(self, stage: &StageFacts) -> Outcome<()> {
        match (self.0, stage.peak_memory_bytes) {
            (Some(most), Some(peak)) if peak > most => Err(Diagnostic::error(
                "MEM-002",
                None,
                format!("`{}` has taken {}, and --memory allows {}", stage.name, size(peak), size(most)),
                REMEDY,
            )
            .into()),
            _ => Ok(()),
        }
    }
}

const REMEDY_OF_CUT: &str =
    "allow more with --memory: taking rows apart needs as much for any number of parts";
const REMEDY: &str = "give --partitions auto, so that the night is worked off in parts that fit, or more parts; \
                      or allow more with --memory";

/// Bytes for a message.
fn size(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{} KiB", bytes.div_ceil(1 << 10)),
        0x10_0000..0x4000_0000 => format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20)),
        _ => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_number_and_a_unit() {
        let bytes = |text: &str| text.parse::<Ceiling>().ok().and_then(Ceiling::bytes);
        assert_eq!(bytes("4GiB"), Some(4 << 30));
        assert_eq!(bytes("1.5 GiB"), Some(3 << 29));
        assert_eq!(bytes("800MB"), Some(800_000_000));
        for text in ["", "4", "GiB", "-4GiB", "0GiB", "4gib", "1e3GiB", "NaNGiB", "4 G iB"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn a_night_is_cut_when_it_would_not_fit_and_its_parts_do() {
        let ceiling: Ceiling = "4GiB".parse().unwrap();
        assert!(!Partitions::Auto.cut(ceiling, 1_000_000_000));
        assert!(Partitions::Auto.cut(ceiling, 3_000_000_000));
        assert!(!Partitions::Auto.cut(Ceiling::default(), u64::MAX / 1000));
        let rows = 100_000_000;
        let parts = Partitions::Auto.number(ceiling, rows);
        for (stage, _) in BYTES_A_ROW {
            assert!(ceiling.allows(stage, rows / parts as u64).is_ok(), "{stage}");
        }
        assert!(ceiling.allows("check", rows / 2).is_err());
        assert_eq!(Partitions::Number(3).number(ceiling, rows), 3);
    }

    #[test]
    fn what_is_told_is_what_helps() {
        let said = |stage: &str| {
            let ceiling: Ceiling = "500KiB".parse().unwrap();
            ceiling.allows(stage, 1_000).unwrap_err().diagnostics[0].to_string()
        };
        assert!(said("check").contains("--partitions auto") && said("check").contains("allows 500 KiB"));
        assert!(!said(CUT).contains("--partitions auto") && said(CUT).contains("--memory"));
    }

    #[test]
    fn parts_are_a_number_or_auto() {
        let read = |text: &str| text.parse::<Partitions>().ok();
        assert_eq!([read("auto"), read("8")], [Some(Partitions::Auto), Some(Partitions::Number(8))]);
        assert_eq!([read("0"), read("241"), read("x"), read("")], [None; 4]);
    }
}
