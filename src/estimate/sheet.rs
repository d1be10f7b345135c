//! A sample as a workbook for a clerk: two rows a pair, no word of what the machine thinks.
//!
//! Sheets: instructions; the pairs; and hidden, what the answers are weighed by. All cells are texts
//! or plain numbers, so no cell is a formula. The same sample gives the same bytes.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};

use super::draw::{Sample, SampledPair};
use super::fields::{FieldColumn, Shown, ShownRecord};
use super::wording::{
    ANSWERS, COLUMN_ANSWER, COLUMN_PAIR, COLUMN_RECORD, COLUMN_REMARK, COLUMN_SOURCE, ERROR_TEXT,
    ERROR_TITLE, FACT_AS_OF, FACT_FORMAT, FACT_RULES, FACT_RUN, FACT_SEED, FOOTER, FORMAT, GUIDE,
    GUIDE_ANSWERS, GUIDE_TITLE, KEY_COLUMNS, SHEET_FACTS, SHEET_GUIDE, SHEET_KEYS, SHEET_PAIRS, SHEET_STRATA,
    STRATUM_COLUMNS, TITLE, counts,
};
use crate::diagnostic::{Diagnostic, Outcome, Place};
use crate::private;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::table::{SourceIndex, Table};
use crate::worklist::{row_points, workbook_text};

/// The row of the headers; title and counts stand above.
const HEADER_ROW: u32 = 2;
const PAPER_A4: u8 = 9;
/// Rows and columns of an empty sheet in the default typeface at 11 points.
const ROW_PIXELS: u32 = 20;
const COLUMN_PIXELS: u32 = 64;
/// Columns before the fields: pair, source, record.
const LEADING: [(&str, f64); 3] = [(COLUMN_PAIR, 6.0), (COLUMN_SOURCE, 13.0), (COLUMN_RECORD, 14.0)];
/// Columns behind them: answer, remark.
const TRAILING: [(&str, f64); 2] = [(COLUMN_ANSWER, 19.0), (COLUMN_REMARK, 20.0)];
const GUIDE_WIDTHS: [f64; 2] = [26.0, 84.0];

/// Writes a sample for a clerk into a new file that its owner alone may read.
///
/// `tables` are the extracts that the run was made of, as delivered. Cost: a pass over the ids of
/// the tables, and the sheet.
///
/// # Errors
/// `EST-006`: the extracts or rules are not those of the run. `EST-007`: the file is there already or
/// cannot be written.
pub fn write(
    settings: &Settings,
    tables: &[(SourceIndex, Table)],
    sample: &Sample,
    out: &Path,
    progress: &Progress,
) -> Outcome<()> {
    let shown = Shown::find(settings, tables, sample)?;
    let writer = Writer { settings, sample, columns: shown.columns(), shown, styles: Styles::new() };
    let bytes = writer.bytes(progress).map_err(|error| unwritable(out, &error.to_string()))?;
    save(out, &bytes)
}

/// A new file with these bytes, or none.
fn save(out: &Path, bytes: &[u8]) -> Outcome<()> {
    private::write_file(out, bytes).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return is_there(out).into();
        }
        // Half a sheet is worse than none; where even this fails, the message stands all the same.
        let _ = fs::remove_file(out);
        unwritable(out, &error.to_string()).into()
    })
}

/// What all sheets are made of.
struct Writer<'a> {
    settings: &'a Settings,
    sample: &'a Sample,
    shown: Shown<'a>,
    columns: Vec<FieldColumn<'a>>,
    styles: Styles,
}

impl Writer<'_> {
    fn bytes(&self, progress: &Progress) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&self.properties()?);
        workbook.set_default_format(&self.styles.base, ROW_PIXELS, COLUMN_PIXELS)?;
        self.write_guide(workbook.add_worksheet())?;
        self.write_pairs(workbook.add_worksheet(), progress)?;
        self.write_keys(workbook.add_worksheet())?;
        self.write_strata(workbook.add_worksheet())?;
        self.write_facts(workbook.add_worksheet())?;
        workbook.save_to_buffer()
    }

    /// Properties without a clock: the document is as old as its data.
    fn properties(&self) -> Result<DocProperties, XlsxError> {
        let day: NaiveDate = self.sample.run.as_of.parse().unwrap_or_default();
        let year = u16::try_from(day.year()).unwrap_or(1970).clamp(1900, 9999);
        let created = ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8)?;
        Ok(DocProperties::new().set_title(TITLE).set_author("doisoat").set_creation_datetime(&created))
    }

    fn write_guide(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(SHEET_GUIDE)?.set_paper_size(PAPER_A4).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_column_width(0, GUIDE_WIDTHS[0])?.set_column_width(1, GUIDE_WIDTHS[1])?;
        sheet.merge_range(0, 0, 0, 1, GUIDE_TITLE, &self.styles.title)?;
        let width = GUIDE_WIDTHS.iter().sum();
        let mut row = 1;
        for line in GUIDE {
            sheet.merge_range(row, 0, row, 1, line, &self.styles.paragraph)?;
            sheet.set_row_height(row, row_points([(line, width)].into_iter()))?;
            row += 1;
        }
        sheet.merge_range(row, 0, row, 1, GUIDE_ANSWERS, &self.styles.header)?;
        for (row, (word, _, meaning)) in (row + 1..).zip(ANSWERS) {
            sheet.write_string_with_format(row, 0, word, &self.styles.answer_word)?;
            sheet.write_string_with_format(row, 1, meaning, &self.styles.lower)?;
            sheet.set_row_height(row, row_points([word, meaning].into_iter().zip(GUIDE_WIDTHS)))?;
        }
        sheet.protect();
        Ok(())
    }

    fn write_pairs(&self, sheet: &mut Worksheet, progress: &Progress) -> Result<(), XlsxError> {
        sheet.set_name(SHEET_PAIRS)?;
        self.write_head(sheet)?;
        let bar = progress.begin("sample", self.sample.pairs.len() as u64, "pairs");
        for (at, pair) in (0_u32..).zip(&self.sample.pairs) {
            self.write_pair(sheet, at, pair)?;
            bar.add(1);
        }
        self.offer_answers(sheet)?;
        self.set_up_page(sheet)
    }

    /// Titles and widths of all columns.
    fn layout(&self) -> impl Iterator<Item = (&str, f64)> {
        let fields = self.columns.iter().map(|column| (column.label, column.width));
        LEADING.into_iter().chain(fields).chain(TRAILING)
    }

    fn answer_column(&self) -> u16 {
        (LEADING.len() + self.columns.len()) as u16
    }

    fn last_column(&self) -> u16 {
        self.answer_column() + TRAILING.len() as u16 - 1
    }

    fn last_row(&self) -> u32 {
        HEADER_ROW + 2 * self.sample.pairs.len() as u32
    }

    fn write_head(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.merge_range(0, 0, 0, self.last_column(), TITLE, &self.styles.title)?;
        let counts = counts(self.sample.pairs.len());
        sheet.merge_range(1, 0, 1, self.last_column(), &counts, &self.styles.line)?;
        for (column, (title, width)) in (0_u16..).zip(self.layout()) {
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(HEADER_ROW, column, workbook_text(title), &self.styles.header)?;
        }
        sheet.set_row_height(HEADER_ROW, row_points(self.layout()))?;
        Ok(())
    }

    fn write_pair(&self, sheet: &mut Worksheet, at: u32, pair: &SampledPair) -> Result<(), XlsxError> {
        let upper = HEADER_ROW + 1 + 2 * at;
        let stratum = &self.sample.strata[pair.stratum];
        let records = [(&stratum.left, &pair.left_id), (&stratum.right, &pair.right_id)];
        for (row, format, (source, id)) in
            [(upper, &self.styles.upper, records[0]), (upper + 1, &self.styles.lower, records[1])]
        {
            self.write_record(sheet, row, format, source, id)?;
        }
        let styles = &self.styles;
        sheet.merge_range(upper, 0, upper + 1, 0, "", &styles.number)?;
        sheet.write_number_with_format(upper, 0, f64::from(at + 1), &styles.number)?;
        for column in self.answer_column()..=self.last_column() {
            sheet.merge_range(upper, column, upper + 1, column, "", &styles.open)?;
        }
        Ok(())
    }

    fn write_record(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        format: &Format,
        source: &str,
        id: &str,
    ) -> Result<(), XlsxError> {
        let title =
            self.settings.source_index(source).map_or(source, |index| &self.settings.source(index).title);
        let record = self.shown.record(source, id);
        let field = |column| record.map_or("", |record: ShownRecord| self.shown.text(column, record));
        let texts = [title, id].into_iter().chain(self.columns.iter().map(field));
        let texts: Vec<_> = texts.map(workbook_text).collect();
        for (column, text) in (1_u16..).zip(&texts) {
            // Always as text: `write` would take a leading `=` for a formula, `write_string` never does.
            sheet.write_string_with_format(row, column, text.as_ref(), format)?;
        }
        let widths = self.layout().skip(1).map(|(_, width)| width);
        sheet.set_row_height(row, row_points(texts.iter().map(AsRef::as_ref).zip(widths)))?;
        Ok(())
    }

    fn offer_answers(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let validation = DataValidation::new()
            .allow_list_strings(&ANSWERS.map(|(word, ..)| word))?
            .set_error_title(ERROR_TITLE)?
            .set_error_message(ERROR_TEXT)?;
        let column = self.answer_column();
        sheet.add_data_validation(HEADER_ROW + 1, column, self.last_row(), column, &validation)?;
        Ok(())
    }

    fn set_up_page(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_paper_size(PAPER_A4).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.3, 0.3, 0.4, 0.55, 0.2, 0.25).set_footer(FOOTER);
        sheet.set_print_area(0, 0, self.last_row(), self.last_column())?;
        sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
        sheet.set_freeze_panes(HEADER_ROW + 1, LEADING.len() as u16)?;
        // No sorting: the two rows of a pair belong together.
        sheet.protect_with_options(&ProtectionOptions {
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::new()
        });
        Ok(())
    }

    fn write_keys(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        hide(sheet, SHEET_KEYS, &KEY_COLUMNS)?;
        for (row, pair) in (1_u32..).zip(&self.sample.pairs) {
            let stratum = &self.sample.strata[pair.stratum];
            let texts = [&stratum.left, &pair.left_id, &stratum.right, &pair.right_id]
                .map(|text| workbook_text(text));
            let wards = [(&stratum.left, &pair.left_id), (&stratum.right, &pair.right_id)]
                .map(|(source, id)| self.shown.record(source, id).map_or("", |one| self.shown.ward(one)));
            let ward = wards.into_iter().find(|ward| !ward.is_empty()).unwrap_or_default();
            sheet.write_number(row, 0, f64::from(row))?;
            for (column, text) in (1_u16..).zip(&texts) {
                sheet.write_string(row, column, text.as_ref())?;
            }
            let numbers = [pair.stratum as u64 + 1, stratum.population, stratum.sampled];
            for (column, number) in (5_u16..).zip(numbers) {
                sheet.write_number(row, column, number as f64)?;
            }
            sheet.write_string(row, 8, workbook_text(ward))?;
        }
        Ok(())
    }

    fn write_strata(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        hide(sheet, SHEET_STRATA, &STRATUM_COLUMNS)?;
        for (row, stratum) in (1_u32..).zip(&self.sample.strata) {
            sheet.write_number(row, 0, f64::from(row))?;
            sheet.write_string(row, 1, workbook_text(&stratum.left))?;
            sheet.write_string(row, 2, workbook_text(&stratum.right))?;
            let whole = [u64::from(stratum.linked), stratum.band as u64, stratum.population, stratum.sampled];
            for (column, number) in (3_u16..).zip(whole) {
                sheet.write_number(row, column, number as f64)?;
            }
            sheet.write_number(row, 7, stratum.promised)?;
        }
        Ok(())
    }

    /// Texts all of them: a seed has more digits than a sheet's numbers keep.
    fn write_facts(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        hide(sheet, SHEET_FACTS, &["fact", "value"])?;
        let run = &self.sample.run;
        let seed = self.sample.seed.to_string();
        let facts = [
            (FACT_FORMAT, FORMAT),
            (FACT_RUN, &run.run_id),
            (FACT_RULES, &run.rules_sha256),
            (FACT_AS_OF, &run.as_of),
            (FACT_SEED, &seed),
        ];
        for (row, (fact, value)) in (1_u32..).zip(facts) {
            sheet.write_string(row, 0, fact)?.write_string(row, 1, workbook_text(value))?;
        }
        Ok(())
    }
}

fn hide(sheet: &mut Worksheet, name: &str, columns: &[&str]) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_hidden(true).protect();
    for (column, title) in (0_u16..).zip(columns) {
        sheet.write_string(0, column, *title)?;
    }
    Ok(())
}

/// Black on white, thin lines within a pair, a thick one between pairs.
struct Styles {
    base: Format,
    title: Format,
    line: Format,
    paragraph: Format,
    header: Format,
    upper: Format,
    lower: Format,
    number: Format,
    open: Format,
    answer_word: Format,
}

impl Styles {
    fn new() -> Self {
        let base = Format::new().set_font_name("Times New Roman").set_font_size(11.0);
        let lower = base.clone().set_align(FormatAlign::Top).set_text_wrap().set_border(FormatBorder::Thin);
        let upper = lower.clone().set_border_top(FormatBorder::Medium);
        let middle = |format: &Format| format.clone().set_align(FormatAlign::VerticalCenter);
        Self {
            title: base.clone().set_bold().set_font_size(14).set_align(FormatAlign::Center),
            line: base.clone().set_align(FormatAlign::Center),
            paragraph: base.clone().set_align(FormatAlign::Top).set_text_wrap(),
            header: middle(&lower)
                .set_align(FormatAlign::Center)
                .set_bold()
                .set_background_color(0x00D9_D9D9_u32),
            number: middle(&upper).set_align(FormatAlign::Center),
            open: middle(&upper).set_unlocked(),
            answer_word: lower.clone().set_bold(),
            base,
            upper,
            lower,
        }
    }
}

/// A sheet that somebody may have filled in is never written over.
pub(crate) fn is_there(out: &Path) -> Diagnostic {
    Diagnostic::error(
        "EST-007",
        Place::file(out.display().to_string()),
        "the file is there already",
        "give another name with --out; a sheet that somebody fills in is never written over",
    )
}

fn unwritable(out: &Path, error: &str) -> Diagnostic {
    let place = Place::file(out.display().to_string());
    let help = "give a file with --out in a folder that you may write to";
    Diagnostic::error("EST-007", place, format!("cannot be written: {error}"), help)
}
