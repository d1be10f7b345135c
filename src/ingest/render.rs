//! Typed cells as the text an office would have written.
//!
//! Spreadsheets and Parquet files hold numbers and dates; the stages after this
//! one know text alone. Dates become `dd/mm/yyyy`, the offices' normal form.

/// A number without exponent and without a fraction that is nought, so that a
/// 12-digit number keeps its digits. Exact for whole numbers below 2⁵³.
pub(super) fn number(value: f64) -> String {
    // Adding nought makes -0 plain 0.
    format!("{}", value + 0.0)
}

/// A calendar date, `dd/mm/yyyy`.
pub(super) fn date(year: i32, month: u32, day: u32) -> String {
    format!("{day:02}/{month:02}/{year:04}")
}

/// A moment: the date alone at midnight, else ISO, which cannot be misread.
pub(super) fn moment(date_parts: (i32, u32, u32), time_parts: (u32, u32, u32)) -> String {
    let ((year, month, day), (hour, minute, second)) = (date_parts, time_parts);
    if time_parts == (0, 0, 0) {
        return date(year, month, day);
    }
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Cells as one CSV line, for showing a row that was set aside.
pub(super) fn line<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut out = String::new();
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
        if out.len() > super::reject::RAW_BYTES_MAX {
            break;
        }
    }
    super::reject::raw(out.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_dates_are_written_as_offices_do() {
        let numbers: Vec<String> = [95_058_171_373.0, 31825.0, -0.0, 1.5, 1e20].map(number).to_vec();
        assert_eq!(numbers, ["95058171373", "31825", "0", "1.5", "100000000000000000000"]);
        assert_eq!(moment((1958, 12, 3), (0, 0, 0)), "03/12/1958");
        assert_eq!(moment((1958, 12, 3), (7, 5, 0)), "1958-12-03T07:05:00");
        assert_eq!(line(["a", "b,\"c", ""].into_iter()), b"a,\"b,\"\"c\",");
    }
}
