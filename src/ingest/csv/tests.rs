//! The reader against its plain twin, the `csv` crate read row by row.

use std::io::Cursor;
use std::ops::Range;

use proptest::prelude::*;

use super::*;
use crate::ingest::mapping::Slot;
use crate::ingest::reject::{Reject, RejectReason};
use crate::progress::Progress;
use crate::table::Table;

/// Limits small enough that random input meets every one of them.
const SMALL: Limits = Limits { segment: 1 << 16, chunk: 1 << 16, row: 200, cell: 60 };

/// What was made of some bytes.
#[derive(Debug, PartialEq)]
struct Outcome {
    rows: Vec<Vec<String>>,
    rejects: Vec<Reject>,
    read: u64,
    bytes: u64,
    sha256: Vec<u8>,
}

fn header(delimiter: u8) -> Header {
    Header { delimiter, padded: false, names: Vec::new(), line: 1, end: 0, lines: 0 }
}

fn mapping(width: usize) -> Mapping {
    let slots = (0..width).map(|at| Slot { declared: at, position: at }).collect();
    Mapping { width, slots, record_id: Some(0) }
}

/// Reads bytes that have no header, as rows of `width` cells.
fn outcome(bytes: &[u8], delimiter: u8, width: usize, limits: Limits) -> Outcome {
    let mapping = mapping(width);
    let mut intake = Intake::new(width, 0);
    intake.begin(&mapping);
    let bar = Progress::silent().begin("read", 0, "bytes");
    let target =
        Target { mapping: &mapping, index: 0, bytes: bytes.len() as u64, intake: &mut intake, bar: &bar };
    let (size, sha256) = read(Cursor::new(bytes), &[], &header(delimiter), target, limits).unwrap();
    let read = intake.rows_read;
    let (table, rejects) = intake.finish();
    Outcome { rows: texts(&table, width), rejects, read, bytes: size, sha256 }
}

fn texts(table: &Table, width: usize) -> Vec<Vec<String>> {
    let row = |row| (0..width).map(|column| table.text(column, row).to_owned()).collect();
    (0..table.rows).map(row).collect()
}

/// The twin: every row that the `csv` crate finds.
fn twin(bytes: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let texts = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
    reader.records().map(|row| texts(row.unwrap())).collect()
}

/// The bytes of the rows that have cells, cut in one piece.
fn kept_ranges(bytes: &[u8], delimiter: u8, width: usize, limits: Limits) -> Vec<Range<usize>> {
    let cut = Cut { bytes, last: true, delimiter, padded: false, width: Some(width), limits };
    let chunk = Chunk::cut(&cut, 0, bytes.len(), &mapping(width), Scratch::default());
    chunk.row_ranges().collect()
}

/// Text out of what matters to the grammar, with Vietnamese letters among it.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zđấ ]{0,8}",
        2 => "[a\",;\n\r\u{0}đ]{0,6}",
    ]
}

fn well_formed() -> impl Strategy<Value = (Vec<Vec<String>>, u8, bool)> {
    let rows = prop::collection::vec(prop::collection::vec(cell(), 3), 0..30);
    (rows, prop::sample::select(vec![b',', b';', b'\t', b'|']), any::<bool>())
}

fn written(rows: &[Vec<String>], delimiter: u8, returns: bool) -> Vec<u8> {
    let ending = if returns { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer =
        csv::WriterBuilder::new().delimiter(delimiter).terminator(ending).from_writer(Vec::new());
    for (index, row) in rows.iter().enumerate() {
        let id = format!("id{index}");
        writer.write_record(std::iter::once(&id).chain(row)).unwrap();
    }
    writer.into_inner().unwrap()
}

fn widths() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![1_usize, 3, 6])
}

/// Bytes in which almost every one means something to the grammar.
fn anything() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"\"\",,\n\r\nab1".to_vec()),
        1 => any::<u8>(),
    ];
    prop_oneof![
        prop::collection::vec(byte, 0..400),
        // Rows of a table wide enough that a line in a cell is told from a row.
        prop::collection::vec(
            prop::sample::select(vec![
                "1,a,b,c,d,e\n",
                "2,\"a,b,c,d,e\n",
                "3,a\",b,c,d,e\n",
                "4,\"a\nb\",c,d,e,f\n"
            ]),
            0..20
        )
        .prop_map(|lines| lines.concat().into_bytes()),
        // Lines that are mostly rows, some of them broken.
        prop::collection::vec(
            prop::sample::select(vec![
                "1,a,b\n",
                "2,\"a\",b\n",
                "3,\"a\nb\",c\n",
                "4,\"a,b\n",
                "5,a\",b\n",
                "6,\"\"\"\n",
                "a\",\"b\n",
                "\n",
                "7,a,b,c\n",
                "8,\u{e1},\r\n",
                " 1 ,x,y\n",
                "9,\"x\"y,z\n",
                "\"\"\n",
                "x\"\"x\n",
                "10,ok,ok\n",
            ]),
            0..40
        )
        .prop_map(|lines| lines.concat().into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn well_formed_rows_are_those_of_the_csv_crate((rows, delimiter, returns) in well_formed()) {
        let bytes = written(&rows, delimiter, returns);
        let limits = Limits { row: 1 << 20, cell: 1 << 16, ..SMALL };
        let outcome = outcome(&bytes, delimiter, 4, limits);
        prop_assert_eq!(&outcome.rejects, &[]);
        prop_assert_eq!(outcome.rows, twin(&bytes, delimiter));
    }

    #[test]
    fn any_bytes_are_accounted_for(bytes in anything(), width in widths()) {
        let outcome = outcome(&bytes, b',', width, SMALL);
        prop_assert_eq!(outcome.read, (outcome.rows.len() + outcome.rejects.len()) as u64);
        prop_assert_eq!(outcome.bytes, bytes.len() as u64);
        for reject in &outcome.rejects {
            let start = reject.byte_offset as usize;
            prop_assert_eq!(&bytes[start..start + reject.raw.len()], &reject.raw[..]);
            prop_assert_eq!(reject.line, bytes[..start].split(|&b| b == b'\n').count() as u64);
        }
    }

    #[test]
    fn no_byte_belongs_to_two_rows_and_what_is_left_is_line_ends(bytes in anything(), width in widths()) {
        let outcome = outcome(&bytes, b',', width, SMALL);
        let mut rows = kept_ranges(&bytes, b',', width, SMALL);
        let ids = [RejectReason::NoRecordId, RejectReason::DuplicateRecordId];
        let without_cells = outcome.rejects.iter().filter(|reject| !ids.contains(&reject.reason));
        rows.extend(without_cells.map(|reject| {
            let start = reject.byte_offset as usize;
            start..start + reject.raw.len()
        }));
        rows.sort_by_key(|row| row.start);
        let mut at = 0;
        for row in rows {
            prop_assert!(row.start >= at, "{row:?} begins before {at}");
            prop_assert!(bytes[at..row.start].iter().all(|b| b"\r\n".contains(b)), "lost before {row:?}");
            at = row.end;
        }
        prop_assert!(bytes[at..].iter().all(|b| b"\r\n".contains(b)), "lost at the end");
    }

    #[test]
    fn kept_rows_read_again_by_the_csv_crate_have_the_same_cells(bytes in anything(), width in widths()) {
        let mut kept = Vec::new();
        for range in kept_ranges(&bytes, b',', width, SMALL) {
            // A lone carriage return is text here and a row end to the crate.
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .terminator(csv::Terminator::Any(b'\n'))
                .from_reader(&bytes[range]);
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            kept.push(rows[0].iter().map(str::to_owned).collect::<Vec<_>>());
        }
        // Rows set aside for their ids alone have cells, but are not in the table.
        let mut seen = std::collections::HashSet::new();
        kept.retain(|row| !row[0].trim().is_empty() && seen.insert(row[0].trim().to_owned()));
        prop_assert_eq!(outcome(&bytes, b',', width, SMALL).rows, kept);
    }

    #[test]
    fn how_a_file_is_cut_does_not_matter(bytes in anything(), width in widths(), segment in 1..64_usize, chunk in 1..64_usize) {
        let whole = outcome(&bytes, b',', width, SMALL);
        let cut = outcome(&bytes, b',', width, Limits { segment, chunk, ..SMALL });
        prop_assert_eq!(whole, cut);
    }
}

#[test]
fn a_lost_quote_costs_one_row_and_none_of_those_below() {
    let text = "1,\"a,b\n2,\"c\",d\n3,e,f\n4,g\",h\n";
    let outcome = outcome(text.as_bytes(), b',', 3, SMALL);
    assert_eq!(outcome.rows, [["2", "c", "d"], ["3", "e", "f"], ["4", "g\"", "h"]]);
    assert_eq!(outcome.rejects.len(), 1);
    let reject = &outcome.rejects[0];
    assert_eq!((reject.line, reject.byte_offset, reject.reason), (1, 0, RejectReason::UnclosedQuote));
    assert_eq!(reject.raw, b"1,\"a,b");
}

#[test]
fn a_quote_closed_far_below_in_another_column_swallows_nothing() {
    let between: String = (1..20).map(|row| row.to_string() + ",c,d\n").collect();
    let text = format!("0,\"a,b\n{between}20,e,f\"\n21,\"x\ny\",z\n");
    let outcome = outcome(text.as_bytes(), b',', 3, Limits { row: 4096, ..SMALL });
    assert_eq!(outcome.rows.len(), 21);
    let reasons: Vec<_> = outcome.rejects.iter().map(|reject| (reject.line, reject.reason.word())).collect();
    assert_eq!(reasons, [(1, "unclosed_quote")]);
    assert_eq!(outcome.rows[20], ["21", "x\ny", "z"]);
}

#[test]
fn long_cells_and_lines_are_set_aside_without_being_held() {
    let long = "x".repeat(61);
    let line = "y".repeat(5000);
    let text = format!("1,{long},b\n2,{line},c\n3,d,e\n4,\"{line},f\n5,{},g\n", "z".repeat(60));
    for segment in [1, 7, 1000, 1 << 16] {
        let outcome = outcome(text.as_bytes(), b',', 3, Limits { segment, chunk: 64, ..SMALL });
        let reasons: Vec<_> = outcome.rejects.iter().map(|r| (r.line, r.reason.word())).collect();
        assert_eq!(reasons, [(1, "cell_too_long"), (2, "row_too_long"), (4, "row_too_long")]);
        let ids: Vec<&str> = outcome.rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(ids, ["3", "5"]);
        assert_eq!(outcome.bytes, text.len() as u64);
    }
}

/// Every line opens a quote that the next one closes and opens another: a reader
/// that follows each to the end looks at every byte once a line.
#[test]
fn a_file_of_broken_quotes_takes_time_in_proportion_to_its_size() {
    let limits = Limits { segment: 1 << 20, chunk: 1 << 16, ..Limits::DEFAULT };
    let lines = 300_000;
    for line in ["a\",\"b\n", "\"a,b,c\n", "x\"\"x\n", "\"\"\"\n", "\"x\"\"\n"] {
        let outcome = outcome(line.repeat(lines).as_bytes(), b',', 20, limits);
        assert_eq!(outcome.rejects.len(), lines, "{line:?}");
    }
}
