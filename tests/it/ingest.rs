//! What comes in of a folder of extracts: kept, set aside, refused, and what is said about it.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray, TimestampMillisecondArray,
};
use doisoat::ingest::{Delivery, Extract, Refusal, Reject, ingest};
use doisoat::progress::Progress;
use doisoat::settings::{RulesFolder, Settings};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use tempfile::TempDir;

/// Invented subscriptions: the narrowest of the four extracts.
const HEADER: &str = "ma_thue_bao,so_thue_bao,nha_mang,loai_giay_to,so_giay_to,ho_ten,ngay_sinh,gioi_tinh,\
                      dia_chi,ngay_kich_hoat,trang_thai";

fn row(id: &str) -> String {
    format!(
        "{id},0912000111,Mạng A,CCCD,096090000111,Trần Thị Mẫu,01/02/1990,Nữ,\"Ấp 1, xã A\",03/04/2020,hoạt động"
    )
}

fn file(rows: &[String]) -> String {
    std::iter::once(HEADER.to_owned()).chain(rows.iter().cloned()).map(|line| line + "\n").collect()
}

fn good() -> String {
    file(&[row("TB1"), row("TB2")])
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn settings() -> Settings {
    Settings::read(&RulesFolder::embedded()).unwrap()
}

/// The delivery of one source; the books of every source are checked on the way.
fn delivery_of(settings: &Settings, source: &str, folder: &Path) -> Delivery {
    let deliveries = ingest(settings, folder, &Progress::silent()).unwrap();
    assert_eq!(deliveries.len(), settings.sources.len());
    for delivery in &deliveries {
        let account = delivery.account();
        assert_eq!(account.rows_read, account.rows_kept + account.rows_set_aside);
        assert_eq!(account.rows_set_aside, delivery.rejects().len() as u64);
    }
    let index = settings.source_index(source).unwrap().index();
    deliveries.into_iter().nth(index).unwrap()
}

fn deliver(files: &[(&str, &[u8])]) -> Delivery {
    delivery_of(&settings(), "thue_bao", folder(files).path())
}

/// Half the rows may be set aside: the files here are short.
fn lenient() -> Settings {
    let mut settings = settings();
    for source in &mut settings.sources {
        source.gate.set_aside_max = 1.0;
    }
    settings
}

fn delivered(delivery: Delivery) -> Extract {
    match delivery {
        Delivery::Delivered(extract) => extract,
        Delivery::Refused(refusal) => panic!("refused: {:?}", refusal.diagnostics),
    }
}

fn refused(delivery: Delivery) -> Refusal {
    match delivery {
        Delivery::Refused(refusal) => refusal,
        Delivery::Delivered(extract) => panic!("delivered: {:?}", extract.account),
    }
}

/// The one thing said about a refused delivery.
#[track_caller]
fn check_refused(files: &[(&str, &[u8])], expected: &str) {
    let refusal = refused(deliver(files));
    let printed: Vec<String> = refusal.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(printed, [expected]);
}

/// What is set aside of some rows, as (line, reason).
#[track_caller]
fn check_set_aside(text: &[u8], expected: &[(u64, &str)]) -> Extract {
    let folder = folder(&[("thue_bao.csv", text)]);
    let extract = delivered(delivery_of(&lenient(), "thue_bao", folder.path()));
    let found: Vec<(u64, String)> = extract.rejects.iter().map(|r| (r.line, r.reason.to_string())).collect();
    let expected: Vec<(u64, String)> =
        expected.iter().map(|(line, word)| (*line, (*word).to_owned())).collect();
    assert_eq!(found, expected);
    for Reject { byte_offset, raw, .. } in &extract.rejects {
        let start = *byte_offset as usize;
        assert_eq!(&text[start..start + raw.len()], &raw[..], "the raw row stands at its offset");
    }
    extract
}

/// All cells of a table, row by row.
fn cells(extract: &Extract) -> Vec<Vec<String>> {
    let columns = extract.table.columns.len();
    let row = |row| (0..columns).map(|column| extract.table.text(column, row).to_owned()).collect();
    (0..extract.table.rows).map(row).collect()
}

fn ids(extract: &Extract) -> Vec<String> {
    cells(extract).into_iter().map(|row| row[0].clone()).collect()
}

fn warnings(extract: &Extract) -> Vec<String> {
    extract.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_plain_file_is_kept_whole_and_known_by_its_hash() {
    let extract = delivered(deliver(&[("thue_bao.csv", b"ma_thue_bao,ho_ten,so_thue_bao\nTB1, A ,\"0\"\n")]));
    assert_eq!(extract.table.text(0, 0), "TB1");
    assert_eq!(extract.table.text(5, 0), " A ", "outer spaces are the office's own");
    assert_eq!(extract.table.text(1, 0), "0");
    let file = &extract.account.files[0];
    assert_eq!((file.name.as_str(), file.bytes), ("thue_bao.csv", 43));
    assert_eq!(file.sha256, "c3d88ec890338966d0c0a2d080c50971996d3a519e2aacb8e9502638122293a0");
}

#[test]
fn a_missing_source_is_refused() {
    check_refused(
        &[],
        "error[ING-001]: thue_bao.csv: no file of `thue_bao` in the input folder\n  help: put one of these \
         there: thue_bao.csv, thue_bao_*.csv, thue_bao.parquet, thue_bao_*.parquet, thue_bao.xlsx, thue_bao_*.xlsx",
    );
}

#[test]
fn an_input_folder_that_is_not_there_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let failure = ingest(&settings(), &folder.path().join("none"), &Progress::silent()).unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "ING-019");
}

#[test]
fn a_folder_in_place_of_a_file_is_refused() {
    let folder = folder(&[]);
    fs::create_dir(folder.path().join("thue_bao.csv")).unwrap();
    let refusal = refused(delivery_of(&settings(), "thue_bao", folder.path()));
    assert_eq!(
        refusal.diagnostics[0].to_string(),
        "error[ING-002]: thue_bao.csv: found a folder, expected a file\n  help: put the extract itself under this name"
    );
}

#[test]
fn empty_files_are_refused() {
    let message = "error[ING-004]: thue_bao.csv: the file is empty, expected a header and rows\n  \
                   help: ask the office for the extract again; the transfer may have been cut off";
    for bytes in [&b""[..], b"\n\r\n\n", b"\xef\xbb\xbf"] {
        check_refused(&[("thue_bao.csv", bytes)], message);
    }
}

#[test]
fn a_header_without_rows_is_refused_unless_the_gate_allows_none() {
    let folder = folder(&[("thue_bao.csv", file(&[]).as_bytes())]);
    let refusal = refused(delivery_of(&settings(), "thue_bao", folder.path()));
    assert_eq!(
        refusal.diagnostics[0].to_string(),
        "error[ING-010]: thue_bao.csv: no rows of `thue_bao`: a header and nothing else\n  help: ask the office \
         for the extract again; if it may be empty, set `rows_min = 0` under [gate]"
    );
    let mut settings = settings();
    settings.sources[3].gate.rows_min = 0;
    assert_eq!(delivered(delivery_of(&settings, "thue_bao", folder.path())).table.rows, 0);
}

#[test]
fn a_missing_required_column_is_refused_and_its_nearest_named() {
    check_refused(
        &[("thue_bao.csv", b"ma_thue_ba0,so_thue_bao,ho_ten\nTB1,0912,A\n")],
        "error[ING-008]: thue_bao.csv:1: required column `ma_thue_bao` (Mã thuê bao) is missing; \
         `ma_thue_ba0` looks like it\n  help: ask for the extract with this column, or add its header to \
         `aliases` of [columns.ma_thue_bao] in the source's rules",
    );
}

#[test]
fn a_column_that_stands_twice_is_refused() {
    let text = good().replacen("nha_mang", " HO_TEN ", 1);
    check_refused(
        &[("thue_bao.csv", text.as_bytes())],
        "error[ING-009]: thue_bao.csv:1: column `ho_ten` stands twice, as columns 3 and 6\n  help: deliver it \
         once; which of the two is right cannot be known",
    );
}

#[test]
fn a_file_that_begins_with_data_is_refused() {
    check_refused(
        &[("thue_bao.csv", row("TB1").as_bytes())],
        "error[ING-007]: thue_bao.csv:1: the first row (11 cells) names none of the columns of `thue_bao`\n  \
         help: expected a header such as `ma_thue_bao`, `so_thue_bao`, `nha_mang`, `loai_giay_to`, …, \
         separated by comma, semicolon, tab or `|`",
    );
}

#[test]
fn utf_16_without_its_mark_is_refused_with_what_to_do() {
    let little: Vec<u8> = good().encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_refused(
        &[("thue_bao.csv", &little)],
        "error[ING-005]: thue_bao.csv: the text is encoded as UTF-16 without its mark, expected UTF-8\n  help: \
         export it again as UTF-8 (Excel: \"CSV UTF-8\"), or convert it: iconv -f UTF-16 -t UTF-8",
    );
}

#[test]
fn utf_16_with_its_mark_is_read_and_told() {
    let expected = delivered(deliver(&[("thue_bao.csv", good().as_bytes())]));
    for (mark, unit) in
        [(b"\xff\xfe", u16::to_le_bytes as fn(u16) -> [u8; 2]), (b"\xfe\xff", u16::to_be_bytes)]
    {
        let bytes: Vec<u8> = mark.iter().copied().chain(good().encode_utf16().flat_map(unit)).collect();
        let extract = delivered(deliver(&[("thue_bao.csv", &bytes)]));
        assert_eq!(cells(&extract), cells(&expected));
        assert_eq!(extract.account.files[0].bytes, bytes.len() as u64, "the file's own size and hash");
        assert_ne!(extract.account.files[0].sha256, expected.account.files[0].sha256);
        assert_eq!(
            warnings(&extract),
            [
                "warning[ING-024]: thue_bao.csv: the file is UTF-16; read as UTF-16: converted\n  help: ask the \
              office to export it as UTF-8 (Excel: \"CSV UTF-8\")"
            ]
        );
    }
}

#[test]
fn a_file_of_before_unicode_is_read_a_character_a_byte() {
    let text = file(&(0..20).map(|at| row(&format!("TB{at}"))).collect::<Vec<_>>());
    // Trần Thị Mẫu in TCVN3.
    let text = text.replace("Trần Thị Mẫu", "Tr\u{c7}n Th\u{de} M\u{c9}u");
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let extract = delivered(deliver(&[("thue_bao.csv", &bytes)]));
    assert_eq!((extract.table.rows, extract.rejects.len()), (20, 0), "no row is lost");
    assert_eq!(extract.table.text(5, 0), "TrÇn ThÞ MÉu");
    assert_eq!(
        warnings(&extract),
        [
            "warning[ING-024]: thue_bao.csv: most lines with accents are not UTF-8; read as an encoding of before \
          Unicode: one byte a letter, and names and addresses decoded\n  help: ask the office to export it as \
          UTF-8 (Excel: \"CSV UTF-8\")"
        ]
    );
}

#[test]
fn a_broken_row_of_a_file_in_utf_8_is_set_aside_as_ever() {
    let mut bytes = file(&[row("TB1"), row("TB2"), row("TB3")]).into_bytes();
    bytes.extend_from_slice(b"TB4,0912000111,,,,Nguy\xd4n V\xa8n An,,,,,\n");
    let extract = check_set_aside(&bytes, &[(5, "not_utf8")]);
    assert_eq!(ids(&extract), ["TB1", "TB2", "TB3"]);
    assert!(warnings(&extract).is_empty());
}

#[test]
fn a_workbook_named_csv_is_refused() {
    check_refused(
        &[("thue_bao.csv", b"PK\x03\x04....")],
        "error[ING-006]: thue_bao.csv: named as text, but is a ZIP archive or XLSX workbook\n  help: unpack it, \
         or give it the ending of what it is (.xlsx, .parquet)",
    );
}

#[test]
fn damaged_workbooks_and_parquet_files_are_refused() {
    for name in ["thue_bao.xlsx", "thue_bao.parquet"] {
        for bytes in [&b"PK\x03\x04 no"[..], b"PAR1 no PAR1", b"x"] {
            let refusal = refused(deliver(&[(name, bytes)]));
            assert_eq!(refusal.diagnostics[0].code, "ING-014", "{name}");
        }
    }
}

#[test]
fn too_many_rows_set_aside_refuse_the_delivery() {
    let text = file(&[row("TB1"), "TB2,short".to_owned()]);
    let refusal = refused(deliver(&[("thue_bao.csv", text.as_bytes())]));
    assert_eq!(refusal.rejects.len(), 1);
    assert_eq!(refusal.account.rows_read, 2);
    assert_eq!(
        refusal.diagnostics[0].to_string(),
        "error[ING-012]: thue_bao.csv: 1 of 2 rows of `thue_bao` were set aside, expected at most 5 %\n  help: look \
         at the rejected rows for what they have in common, and ask for the extract again"
    );
}

#[test]
fn fewer_rows_than_the_gate_asks_for_refuse_the_delivery() {
    let mut settings = settings();
    settings.sources[3].gate.rows_min = 3;
    let folder = folder(&[("thue_bao.csv", good().as_bytes())]);
    let refusal = refused(delivery_of(&settings, "thue_bao", folder.path()));
    assert_eq!(refusal.diagnostics[0].code, "ING-011");
    assert_eq!(refusal.diagnostics[0].message, "2 rows of `thue_bao` kept, expected at least 3");
}

#[test]
fn every_kind_of_bad_row_is_set_aside_with_its_line_and_reason() {
    let long = row("TB9").replace("Mạng A", &"x".repeat(70_000));
    let text = file(&[
        row("TB1"),
        row("TB2").replace(",hoạt động", ""),
        row("TB3") + ",more",
        row("TB4").replace("xã A\"", "xã A"),
        row(""),
        row("  "),
        row("TB1"),
        row(" TB1 "),
        long,
        String::new(),
        row("TB5").replace("\"Ấp 1, xã A\"", "\"Ấp \"\"1\"\",\nxã A\""),
        row("TB6"),
    ]);
    let extract = check_set_aside(
        text.as_bytes(),
        &[
            (3, "cell_count: found 10, expected 11"),
            (4, "cell_count: found 12, expected 11"),
            (5, "unclosed_quote"),
            (6, "no_record_id"),
            (7, "no_record_id"),
            (8, "duplicate_record_id"),
            (9, "duplicate_record_id"),
            (10, "cell_too_long"),
        ],
    );
    assert_eq!(ids(&extract), ["TB1", "TB5", "TB6"]);
    assert_eq!(extract.table.text(8, 1), "Ấp \"1\",\nxã A");
    assert_eq!(extract.account.rows_read, 11, "a blank line is no row");
}

#[test]
fn the_first_of_two_rows_with_one_id_is_kept_even_if_it_is_the_one_with_spaces() {
    let text = file(&[row(" TB1"), row("TB1"), row("TB1 "), row("TB2")]);
    let extract = check_set_aside(text.as_bytes(), &[(3, "duplicate_record_id"), (4, "duplicate_record_id")]);
    assert_eq!(ids(&extract), [" TB1", "TB2"]);
}

#[test]
fn a_row_that_is_not_utf_8_is_set_aside_alone() {
    let mut text = file(&[row("TB1"), row("TB2"), row("TB3")]).into_bytes();
    let second = text.windows(3).position(|bytes| bytes == b"TB2").unwrap();
    text[second + 20] = 0xe1;
    let extract = check_set_aside(&text, &[(3, "not_utf8")]);
    assert_eq!(ids(&extract), ["TB1", "TB3"]);
    assert_eq!(extract.table.text(5, 1), "Trần Thị Mẫu");
}

/// Two stray quotes in one column, rows apart, make one row of the right width
/// by the letter of the grammar; the rows between must not be lost in it.
#[test]
fn a_stray_pair_of_quotes_swallows_no_row() {
    let open = row("TB1").replace("Trần Thị Mẫu", "\"Trần Thị Mẫu");
    let close = row("TB5").replace("Trần Thị Mẫu", "Trần Thị Mẫu\"");
    let text = file(&[open, row("TB2"), row("TB3"), row("TB4"), close, row("TB6")]);
    let extract =
        check_set_aside(text.replace("\"Ấp 1, xã A\"", "Ấp 1").as_bytes(), &[(2, "unclosed_quote")]);
    assert_eq!(ids(&extract), ["TB2", "TB3", "TB4", "TB5", "TB6"]);
}

#[test]
fn byte_order_mark_returns_delimiters_and_header_spelling_change_nothing() {
    let expected = cells(&delivered(deliver(&[("thue_bao.csv", good().as_bytes())])));
    let quoted = good().replace("\"Ấp 1, xã A\"", "'Ấp 1, xã A'");
    let with = |delimiter: &str| {
        let parts: Vec<&str> = quoted.split('\'').collect();
        let parts: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(at, part)| if at % 2 == 0 { part.replace(',', delimiter) } else { format!("\"{part}\"") })
            .collect();
        parts.concat()
    };
    let variants = [
        format!("\u{feff}{}", good()),
        good().replace('\n', "\r\n"),
        good().trim_end().to_owned(),
        with(";"),
        with("\t"),
        with("|"),
        format!("\u{feff}{}", with(";").replace('\n', "\r\n")),
        good().replacen("ho_ten,ngay_sinh", "\"Ho_Ten\", NGAY SINH ", 1),
        format!("\n\n{}", good()),
    ];
    for text in variants {
        let extract = delivered(deliver(&[("thue_bao.csv", text.as_bytes())]));
        assert_eq!(cells(&extract), expected, "{text}");
        assert_eq!(warnings(&extract), [""; 0]);
    }
}

#[test]
fn columns_may_come_in_any_order() {
    let extract = delivered(deliver(&[("thue_bao.csv", b"ho_ten,so_thue_bao,ma_thue_bao\nA,0912,TB1\n")]));
    let found = [0, 1, 5].map(|column| extract.table.text(column, 0).to_owned());
    assert_eq!(found, ["TB1", "0912", "A"]);
    assert!(extract.table.columns[2].is_none(), "not delivered");
}

#[test]
fn unknown_and_undelivered_columns_are_told_once() {
    let text = b"ma_thue_bao,so_thue_bao,ho_ten,ngay_sin,ghi chu,\nTB1,0912,A,1,2,3\n";
    let extract = delivered(deliver(&[("thue_bao.csv", text)]));
    assert_eq!(
        warnings(&extract),
        [
            "warning[ING-015]: thue_bao.csv:1: columns that `thue_bao` does not declare were left out: `ngay_sin` \
             (near `ngay_sinh`), `ghi chu`, column 6 (without a name)\n  help: declare them, or add a header to a \
             column's `aliases`, in the source's rules",
            "warning[ING-016]: thue_bao.csv:1: columns not delivered: `nha_mang`, `loai_giay_to`, `so_giay_to`, \
             `ngay_sinh`, `gioi_tinh`, `dia_chi`, `ngay_kich_hoat`, `trang_thai`\n  help: rules that need them \
             give no findings; ask for the whole extract if they matter",
        ]
    );
}

#[test]
fn part_files_are_one_source_read_in_order_of_their_names() {
    let second = "so_thue_bao,ma_thue_bao,ho_ten\n0913,TB3,B\n0914,TB1,C\n";
    let third = format!("{HEADER}\n");
    let folder = folder(&[
        ("thue_bao_02.csv", second.as_bytes()),
        ("thue_bao_01.csv", good().as_bytes()),
        ("thue_bao_03.csv", third.as_bytes()),
        ("thue_bao_04.csv", file(&[row("TB4")]).as_bytes()),
    ]);
    let extract = delivered(delivery_of(&lenient(), "thue_bao", folder.path()));
    let names: Vec<&str> = extract.account.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["thue_bao_01.csv", "thue_bao_02.csv", "thue_bao_03.csv", "thue_bao_04.csv"]);
    assert_eq!(ids(&extract), ["TB1", "TB2", "TB3", "TB4"]);
    assert_eq!(extract.table.text(2, 2), "", "the second part has no such column");
    assert_eq!(extract.table.text(2, 3), "Mạng A");
    let reject = &extract.rejects[0];
    assert_eq!((reject.file, reject.line, reject.reason.word()), (1, 3, "duplicate_record_id"));
    let codes: Vec<&str> = extract.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["ING-016", "ING-021"]);
}

#[test]
fn one_bad_part_refuses_the_source() {
    let first = good();
    let refusal = refused(deliver(&[("thue_bao_01.csv", first.as_bytes()), ("thue_bao_02.csv", b"")]));
    assert_eq!(refusal.diagnostics[0].place.as_ref().unwrap().file, "thue_bao_02.csv");
    assert_eq!(refusal.account.rows_read, 2);
}

#[test]
fn the_same_data_twice_is_read_once() {
    let folder = folder(&[
        ("thue_bao.csv", good().as_bytes()),
        ("thue_bao_01.csv", good().as_bytes()),
        ("thue_bao.xlsx", b"not looked at"),
    ]);
    write_parquet(&folder.path().join("thue_bao.parquet"), &text_columns());
    let extract = delivered(delivery_of(&settings(), "thue_bao", folder.path()));
    assert_eq!(extract.table.rows, 2);
    assert_eq!(extract.account.ignored, ["thue_bao_01.csv", "thue_bao.parquet", "thue_bao.xlsx"]);
    assert_eq!(
        warnings(&extract),
        [
            "warning[ING-017]: thue_bao.csv: read for `thue_bao`; not read: `thue_bao_01.csv`, `thue_bao.parquet`, \
          `thue_bao.xlsx`\n  help: deliver a source once; which files go first stands in `files` of the source's rules"
        ]
    );
}

#[test]
fn a_file_of_no_source_is_told_of_once_with_the_first_delivery() {
    let folder = folder(&[
        ("thue_bao.csv", good().as_bytes()),
        ("cu_tr.csv", b"x"),
        ("ghi chú.txt", b"x"),
        ("delivery.toml", b""),
    ]);
    fs::create_dir(folder.path().join("truth")).unwrap();
    let deliveries = ingest(&settings(), folder.path(), &Progress::silent()).unwrap();
    let told: Vec<Vec<String>> = deliveries
        .iter()
        .map(|delivery| {
            let unknown = delivery.diagnostics().iter().filter(|diagnostic| diagnostic.code == "ING-018");
            unknown.map(ToString::to_string).collect()
        })
        .collect();
    assert_eq!(
        told[0],
        [
            "warning[ING-018]: cu_tr.csv: no source asks for 2 files in the input folder: `cu_tr.csv`, `ghi chú.txt`\n  \
          help: did you mean `cu_tru.csv` for `cu_tr.csv`? otherwise take the files away"
        ]
    );
    assert!(told[1..].iter().all(Vec::is_empty));
}

#[cfg(unix)]
#[test]
fn links_and_names_that_are_not_utf_8_do_no_harm() {
    use std::os::unix::ffi::OsStrExt;
    let real = folder(&[("real", good().as_bytes())]);
    let folder = folder(&[]);
    let at = |name: &[u8]| folder.path().join(std::ffi::OsStr::from_bytes(name));
    std::os::unix::fs::symlink(real.path().join("real"), at(b"thue_bao_1.csv")).unwrap();
    fs::write(at(b"thue_bao_\xff.csv"), file(&[row("TB7")])).unwrap();
    fs::write(at(b"\xfe\xff"), b"x").unwrap();
    let extract = delivered(delivery_of(&settings(), "thue_bao", folder.path()));
    assert_eq!(ids(&extract), ["TB1", "TB2", "TB7"]);
    std::os::unix::fs::symlink(real.path().join("none"), at(b"thue_bao.csv")).unwrap();
    let refusal = refused(delivery_of(&settings(), "thue_bao", folder.path()));
    assert_eq!(refusal.diagnostics[0].code, "ING-003");
}

fn text_columns() -> Vec<(String, ArrayRef)> {
    let expected = cells(&delivered(deliver(&[("thue_bao.csv", good().as_bytes())])));
    let column = |at: usize| {
        let texts = expected.iter().map(|row| Some(row[at].as_str()).filter(|text| !text.is_empty()));
        Arc::new(texts.collect::<StringArray>()) as ArrayRef
    };
    HEADER.split(',').enumerate().map(|(at, name)| (name.to_owned(), column(at))).collect()
}

fn write_parquet(path: &Path, columns: &[(String, ArrayRef)]) {
    let batch = RecordBatch::try_from_iter(columns.iter().cloned()).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn parquet(columns: &[(String, ArrayRef)]) -> TempDir {
    let folder = folder(&[]);
    write_parquet(&folder.path().join("thue_bao.parquet"), columns);
    folder
}

#[test]
fn parquet_gives_the_same_table_as_csv() {
    let csv = delivered(deliver(&[("thue_bao.csv", good().as_bytes())]));
    let folder = parquet(&text_columns());
    let parquet = delivered(delivery_of(&settings(), "thue_bao", folder.path()));
    assert_eq!(cells(&csv), cells(&parquet));
    let codes = |extract: &Extract| -> Vec<Vec<u32>> {
        extract.table.columns.iter().flatten().map(|column| column.codes().to_vec()).collect()
    };
    assert_eq!(codes(&csv), codes(&parquet));
    let file = &parquet.account.files[0];
    assert_eq!(file.bytes, fs::metadata(folder.path().join("thue_bao.parquet")).unwrap().len());
    assert_eq!(file.sha256.len(), 64);
}

#[test]
fn typed_parquet_columns_become_the_text_an_office_writes() {
    let midnight = 946_684_800_000; // 01/01/2000
    let columns: Vec<(String, ArrayRef)> = vec![
        ("ma_thue_bao".into(), Arc::new(Int64Array::from(vec![Some(1), Some(2), None]))),
        ("so_thue_bao".into(), Arc::new(Float64Array::from(vec![912_000_111.0, 1.5, 2.0]))),
        ("ho_ten".into(), Arc::new(StringArray::from(vec!["A", "B", "C"]))),
        ("ngay_sinh".into(), Arc::new(Date32Array::from(vec![Some(-4_000), None, Some(0)]))),
        (
            "ngay_kich_hoat".into(),
            Arc::new(TimestampMillisecondArray::from(vec![midnight, midnight + 3_661_000, 0])),
        ),
        ("gioi_tinh".into(), Arc::new(BooleanArray::from(vec![true, false, true]))),
    ];
    let extract = delivered(delivery_of(&lenient(), "thue_bao", parquet(&columns).path()));
    let found: Vec<Vec<&str>> =
        (0..2).map(|row| [0, 1, 6, 9, 7].map(|column| extract.table.text(column, row)).to_vec()).collect();
    assert_eq!(
        found,
        [
            ["1", "912000111", "19/01/1959", "01/01/2000", "true"],
            ["2", "1.5", "", "2000-01-01T01:01:01", "false"]
        ]
    );
    assert_eq!((extract.rejects[0].line, extract.rejects[0].reason.word()), (3, "no_record_id"));
}

#[test]
fn parquet_rows_with_bad_bytes_or_endless_cells_are_set_aside() {
    let long = "x".repeat(70_000);
    let columns: Vec<(String, ArrayRef)> = vec![
        ("ma_thue_bao".into(), Arc::new(StringArray::from(vec!["1", "2", "3", "3"]))),
        ("so_thue_bao".into(), Arc::new(StringArray::from(vec!["0", "0", &long, "0"]))),
        ("ho_ten".into(), Arc::new(BinaryArray::from(vec!["Tí".as_bytes(), b"\xff", b"c", b"d"]))),
    ];
    let extract = delivered(delivery_of(&lenient(), "thue_bao", parquet(&columns).path()));
    let found: Vec<_> = extract.rejects.iter().map(|reject| (reject.line, reject.reason.word())).collect();
    assert_eq!(found, [(2, "not_utf8"), (3, "cell_too_long")]);
    assert_eq!(ids(&extract), ["1", "3"]);
    assert_eq!(extract.table.text(5, 0), "Tí");
}

#[test]
fn nested_parquet_columns_are_refused_by_name() {
    let list = ListArray::from_iter_primitive::<arrow::datatypes::Int32Type, _, _>([Some([Some(1)])]);
    let field = Arc::new(arrow::datatypes::Field::new("names", list.data_type().clone(), true));
    let columns: Vec<(String, ArrayRef)> = vec![
        ("ma_thue_bao".into(), Arc::new(StringArray::from(vec!["1"]))),
        ("so_thue_bao".into(), Arc::new(StringArray::from(vec!["0"]))),
        // A list is its items joined, but a structure of one is no text.
        ("ho_ten".into(), Arc::new(StructArray::from(vec![(field, Arc::new(list) as ArrayRef)]))),
    ];
    let refusal = refused(delivery_of(&settings(), "thue_bao", parquet(&columns).path()));
    assert_eq!(refusal.diagnostics[0].code, "ING-022");
    assert_eq!(refusal.diagnostics[0].place.as_ref().unwrap().detail.as_deref(), Some("column `ho_ten`"));
}

/// A workbook with a note above nothing, a header in its third row, and gaps.
fn workbook(path: &Path) {
    let mut workbook = Workbook::new();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = workbook.add_worksheet();
    for (column, name) in HEADER.split(',').enumerate() {
        sheet.write(2, column as u16, name).unwrap();
    }
    sheet.write(3, 0, "TB1").unwrap();
    sheet.write(3, 4, 96_090_000_111.0).unwrap();
    sheet.write(3, 5, "Trần Thị Mẫu").unwrap();
    sheet.write_with_format(3, 6, ExcelDateTime::from_ymd(1990, 2, 1).unwrap(), &date).unwrap();
    sheet.write(3, 7, true).unwrap();
    sheet.write(5, 0, "TB1").unwrap();
    sheet.write(6, 0, "TB2").unwrap();
    sheet.write(6, 13, "beyond the header").unwrap();
    sheet.write(7, 0, 3).unwrap();
    sheet.write(7, 9, 1.5).unwrap();
    sheet.write(8, 5, "no id").unwrap();
    workbook.add_worksheet().write(0, 0, "second sheets are not read").unwrap();
    workbook.save(path).unwrap();
}

#[test]
fn a_workbook_is_read_as_text_with_its_sheet_rows() {
    let folder = folder(&[]);
    workbook(&folder.path().join("thue_bao.xlsx"));
    let extract = delivered(delivery_of(&lenient(), "thue_bao", folder.path()));
    let found: Vec<&str> = [0, 4, 5, 6, 7, 8].map(|column| extract.table.text(column, 0)).to_vec();
    assert_eq!(found, ["TB1", "96090000111", "Trần Thị Mẫu", "01/02/1990", "true", ""]);
    assert_eq!((extract.table.text(0, 1), extract.table.text(9, 1)), ("3", "1.5"));
    let rejects: Vec<_> = extract.rejects.iter().map(|r| (r.line, r.reason.to_string())).collect();
    let expected =
        [(6, "duplicate_record_id"), (7, "cell_count: found 14, expected 11"), (9, "no_record_id")];
    assert_eq!(rejects, expected.map(|(line, reason)| (line, reason.to_owned())));
}

#[test]
fn a_workbook_with_the_same_rows_gives_the_same_table_as_csv() {
    let csv = cells(&delivered(deliver(&[("thue_bao.csv", good().as_bytes())])));
    let folder = folder(&[]);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let header: Vec<String> = HEADER.split(',').map(str::to_owned).collect();
    for (row, texts) in std::iter::once(&header).chain(&csv).enumerate() {
        for (column, text) in texts.iter().enumerate() {
            sheet.write(row as u32, column as u16, text).unwrap();
        }
    }
    workbook.save(folder.path().join("thue_bao.xlsx")).unwrap();
    assert_eq!(cells(&delivered(delivery_of(&settings(), "thue_bao", folder.path()))), csv);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let rows: Vec<String> = (0..40_000)
        .map(|id| match id % 500 {
            7 => row(&format!("TB{id}")).replace("xã A\"", "xã A"),
            8 => row(&format!("TB{}", id - 4)),
            9 => row(&format!("TB{id}")).replace(", xã A", &format!(",\nxã {id}")),
            _ => row(&format!("TB{id}")).replace("0912000111", &format!("09{:08}", id % 1777)),
        })
        .collect();
    let folder = folder(&[("thue_bao.csv", file(&rows).as_bytes())]);
    let settings = lenient();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let extract = delivered(pool.install(|| delivery_of(&settings, "thue_bao", folder.path())));
        let codes: Vec<Vec<u32>> =
            extract.table.columns.iter().flatten().map(|column| column.codes().to_vec()).collect();
        (codes, cells(&extract), extract.rejects, extract.account)
    };
    let one = with(1);
    assert_eq!(one.3.rows_read, 40_000);
    assert_eq!(one.3.rows_set_aside, 80 + 80);
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));
}
