//! Lists as workbooks that open in Excel 2010, WPS and LibreOffice and print in black and white.

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, Formula, ProtectionOptions, Workbook, Worksheet,
    XlsxError,
};

use super::cell::{Cell, fill, shown_count, shown_date, workbook_text};
use super::columns::{Column, Look, action};
use super::group::Plan;
use super::item::{Context, Item};
use super::style::Styles;
use crate::private;
use crate::settings::Severity;

/// The row of the headers; the title, the address and the counts stand above.
const HEADER_ROW: u32 = 3;
/// Sheets of more rows are written row by row to a private temporary file.
const ROWS_IN_MEMORY_MAX: usize = 5_000;
const PAPER_A4: u8 = 9;
/// Centimetres to the inches that sheets measure margins in.
const INCHES_PER_CM: f64 = 1.0 / 2.54;

/// Writes a list's workbook. Memory is bounded for any number of rows.
pub(super) fn write(context: &Context<'_>, plan: &Plan<'_>, file: &Path) -> Result<(), XlsxError> {
    let rows = &plan.items[..plan.items.len().min(plan.list.in_workbook as usize)];
    let mut workbook = Workbook::new();
    if let Some(folder) = file.parent() {
        workbook.set_tempdir(folder)?;
    }
    workbook.set_properties(&properties(context, plan)?);
    let results = ResultLists::of(context, plan, rows);
    let styles = Styles::new();
    let sheet = if rows.len() > ROWS_IN_MEMORY_MAX {
        workbook.add_worksheet_with_constant_memory()?
    } else {
        workbook.add_worksheet()
    };
    write_items(sheet, context, plan, rows, &styles, &results)?;
    if is_bulk(plan) {
        write_counts(workbook.add_worksheet(), context, plan, &styles)?;
    }
    if plan.layout.columns.iter().any(|column| column.is_open()) {
        write_guide(workbook.add_worksheet(), context, &styles)?;
    }
    results.write(&mut workbook, context)?;
    let out = private::create_file(file).map_err(XlsxError::IoError)?;
    workbook.save_to_writer(BufWriter::new(out))
}

fn is_bulk(plan: &Plan<'_>) -> bool {
    !plan.list.kind.is_of_ward()
}

/// Properties without a clock: the document is as old as its data.
fn properties(context: &Context<'_>, plan: &Plan<'_>) -> Result<DocProperties, XlsxError> {
    let day = context.as_of;
    let year = u16::try_from(day.year()).unwrap_or(1900).clamp(1900, 9999);
    let created = ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8)?;
    Ok(DocProperties::new()
        .set_title(workbook_text(&plan.list.title))
        .set_author("doisoat")
        .set_creation_datetime(&created))
}

fn write_items(
    sheet: &mut Worksheet,
    context: &Context<'_>,
    plan: &Plan<'_>,
    rows: &[Item<'_>],
    styles: &Styles,
    results: &ResultLists,
) -> Result<(), XlsxError> {
    let texts = &context.settings.wording.worklist.texts;
    sheet.set_name(if is_bulk(plan) { &texts.sheet_bulk } else { &texts.sheet_items })?;
    set_up_columns(sheet, plan, styles)?;
    write_head(sheet, context, plan, rows.len() as u64, styles)?;
    for (at, item) in rows.iter().enumerate() {
        let row = HEADER_ROW + 1 + at as u32;
        for (index, column) in plan.layout.columns.iter().enumerate() {
            let cell = (column.cell)(context, item, at as u64 + 1);
            let urgent = item.check.severity == Severity::Urgent;
            write_cell(sheet, row, index as u16, &cell, styles.of(column.look, urgent))?;
        }
    }
    results.validate(sheet, context, plan)?;
    set_up_page(sheet, context, plan, rows.len() as u32)?;
    Ok(())
}

fn set_up_columns(sheet: &mut Worksheet, plan: &Plan<'_>, styles: &Styles) -> Result<(), XlsxError> {
    for (index, column) in plan.layout.columns.iter().enumerate() {
        let at = index as u16;
        sheet.set_column_width(at, column.width)?;
        if column.look == Look::Hidden {
            sheet.set_column_format(at, styles.of(Look::Hidden, false))?;
            sheet.set_column_hidden(at)?;
        }
    }
    Ok(())
}

fn write_head(
    sheet: &mut Worksheet,
    context: &Context<'_>,
    plan: &Plan<'_>,
    written: u64,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let last = plan.layout.printed as u16 - 1;
    let title = plan.list.title.to_uppercase();
    let lines = [
        (&title, &styles.title),
        (&plan.addressed, &styles.line),
        (&counts(context, plan, written), &styles.line),
    ];
    for (row, (text, format)) in lines.into_iter().enumerate() {
        sheet.merge_range(row as u32, 0, row as u32, last, &workbook_text(text), format)?;
    }
    for (index, column) in plan.layout.columns.iter().enumerate() {
        let header = column.title(&context.settings.wording.worklist);
        sheet.write_string_with_format(HEADER_ROW, index as u16, workbook_text(header), &styles.header)?;
    }
    Ok(())
}

/// How many items there are, by severity, and how many wait.
fn counts(context: &Context<'_>, plan: &Plan<'_>, written: u64) -> String {
    let wording = &context.settings.wording;
    let texts = &wording.worklist.texts;
    let list = &plan.list;
    let mut of_severity = [0_u64; Severity::WORDS.len()];
    for item in &plan.items {
        of_severity[item.check.severity as usize] += 1;
    }
    let told = Severity::WORDS.iter().zip(of_severity).filter(|(_, count)| *count > 0);
    let severities: Vec<String> = told
        .map(|((_, severity), count)| format!("{} {}", wording.severity(*severity), shown_count(count)))
        .collect();
    let values = [
        ("written", shown_count(if is_bulk(plan) { written } else { list.written })),
        ("all", shown_count(list.items)),
        ("waiting", shown_count(list.items - list.written)),
        ("severities", severities.join(", ")),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    fill(if is_bulk(plan) { &texts.bulk_counts } else { &texts.counts }, &values)
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
    format: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) if text.is_empty() => sheet.write_blank(row, column, format)?,
        // Always as text: `write` would take a leading `=` for a formula, `write_string` never does.
        Cell::Text(text) => sheet.write_string_with_format(row, column, workbook_text(text), format)?,
        Cell::Number(number) => sheet.write_number_with_format(row, column, *number as f64, format)?,
        Cell::Date(day) => match serial(*day) {
            Some(serial) => sheet.write_number_with_format(row, column, serial, format)?,
            None => sheet.write_string_with_format(row, column, shown_date(*day), format)?,
        },
    };
    Ok(())
}

/// A day as sheets count them: 1 is 1900-01-01, but 1900-02-29 is counted too, so only
/// days from 1900-03-01 on are given.
fn serial(day: NaiveDate) -> Option<f64> {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let days = (day - epoch).num_days();
    (61..=2_958_465).contains(&days).then_some(days as f64)
}

fn set_up_page(
    sheet: &mut Worksheet,
    context: &Context<'_>,
    plan: &Plan<'_>,
    rows: u32,
) -> Result<(), XlsxError> {
    let last_column = plan.layout.columns.len() as u16 - 1;
    let (last_printed, last_row) = (plan.layout.printed as u16 - 1, HEADER_ROW + rows.max(1));
    let texts = &context.settings.wording.worklist.texts;
    let date = shown_date(context.as_of);
    let foot = fill(&texts.footer, &[("unit", &plan.unit), ("date", &date)]).replace('&', "&&");
    let page = fill(&texts.page.replace('&', "&&"), &[("page", "&P"), ("pages", "&N")]);
    sheet.set_paper_size(PAPER_A4).set_landscape().set_print_fit_to_pages(1, 0);
    let cm = |centimetres: f64| centimetres * INCHES_PER_CM;
    sheet.set_margins(cm(0.8), cm(0.8), cm(1.0), cm(1.4), cm(0.5), cm(0.6));
    sheet.set_footer(format!("&L{foot}&R{page}"));
    sheet.set_print_area(0, 0, last_row, last_printed)?;
    sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
    sheet.set_freeze_panes(HEADER_ROW + 1, 0)?;
    sheet.autofilter(HEADER_ROW, 0, last_row, last_column)?;
    sheet.set_print_center_horizontally(true);
    if plan.layout.columns.iter().any(|column| column.is_open()) {
        sheet.protect_with_options(&protection());
    }
    Ok(())
}

/// Locked cells stay locked; filtering, sorting, widths and heights are the officer's.
fn protection() -> ProtectionOptions {
    ProtectionOptions {
        sort: true,
        use_autofilter: true,
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    }
}

/// The distinct lists of results of the items' rules, and the rows each is offered in.
struct ResultLists {
    /// Each list's titles, in the rule's order.
    lists: Vec<Vec<String>>,
    /// First row, last row (0-based among items) and place in `lists`.
    runs: Vec<(u32, u32, usize)>,
}

impl ResultLists {
    fn of(context: &Context<'_>, plan: &Plan<'_>, rows: &[Item<'_>]) -> Self {
        let mut made = Self { lists: Vec::new(), runs: Vec::new() };
        if !plan.layout.columns.iter().any(|column| column.look == Look::Result) {
            return made;
        }
        let mut of_rule: BTreeMap<u16, usize> = BTreeMap::new();
        for (row, item) in (0_u32..).zip(rows) {
            let list = *of_rule.entry(item.finding.rule).or_insert_with(|| made.list(titles(context, item)));
            match made.runs.last_mut() {
                Some((_, last, of)) if *of == list => *last = row,
                _ => made.runs.push((row, row, list)),
            }
        }
        made
    }

    fn list(&mut self, titles: Vec<String>) -> usize {
        self.lists.iter().position(|list| *list == titles).unwrap_or_else(|| {
            self.lists.push(titles);
            self.lists.len() - 1
        })
    }

    /// Defined names work in every version; lists written into the cell end at 255 characters.
    fn name(list: usize) -> String {
        format!("KQ_{}", list + 1)
    }

    fn validate(
        &self,
        sheet: &mut Worksheet,
        context: &Context<'_>,
        plan: &Plan<'_>,
    ) -> Result<(), XlsxError> {
        let texts = &context.settings.wording.worklist.texts;
        let is_result = |column: &&'static Column| column.look == Look::Result;
        let Some(column) = plan.layout.columns.iter().position(is_result) else { return Ok(()) };
        for (first, last, list) in &self.runs {
            let validation = DataValidation::new()
                .allow_list_formula(Formula::new(format!("={}", Self::name(*list))))
                .set_error_title(texts.result_error_title.as_str())?
                .set_error_message(texts.result_error.as_str())?;
            let (first, last) = (HEADER_ROW + 1 + first, HEADER_ROW + 1 + last);
            sheet.add_data_validation(first, column as u16, last, column as u16, &validation)?;
        }
        Ok(())
    }

    /// The hidden sheet: a list a column.
    fn write(&self, workbook: &mut Workbook, context: &Context<'_>) -> Result<(), XlsxError> {
        if self.lists.is_empty() {
            return Ok(());
        }
        let name = &context.settings.wording.worklist.texts.sheet_results;
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?.set_hidden(true).protect();
        for (column, list) in (0_u16..).zip(&self.lists) {
            for (row, title) in (0_u32..).zip(list) {
                sheet.write_string(row, column, workbook_text(title))?;
            }
        }
        for (column, list) in self.lists.iter().enumerate() {
            let letters = rust_xlsxwriter::utility::column_number_to_name(column as u16);
            let quoted = name.replace('\'', "''");
            let range = format!("='{quoted}'!${letters}$1:${letters}${}", list.len().max(1));
            workbook.define_name(Self::name(column), &range)?;
        }
        Ok(())
    }
}

/// The results that fit an item; all of them where its rule names none.
fn titles(context: &Context<'_>, item: &Item<'_>) -> Vec<String> {
    let wording = &context.settings.wording;
    let keys = &item.check.wording.results;
    let fitting = keys.iter().filter_map(|key| wording.result(&key.value));
    let fitting: Vec<String> = fitting.map(|result| result.title.clone()).collect();
    if fitting.is_empty() {
        wording.results.iter().map(|result| result.title.clone()).collect()
    } else {
        fitting
    }
}

/// One row a rule: what it is, how many, what to do, which papers.
fn write_counts(
    sheet: &mut Worksheet,
    context: &Context<'_>,
    plan: &Plan<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let wording = &context.settings.wording.worklist;
    let mut of_rule: BTreeMap<u16, (u64, &Item<'_>)> = BTreeMap::new();
    for item in &plan.items {
        of_rule.entry(item.finding.rule).or_insert((0, item)).0 += 1;
    }
    sheet.set_name(&wording.texts.sheet_counts)?.set_paper_size(PAPER_A4).set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    let headers = &wording.headers;
    let columns =
        [(&headers.task, 50.0), (&headers.count, 14.0), (&headers.action, 60.0), (&headers.papers, 40.0)];
    for (column, (header, width)) in (0_u16..).zip(columns) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, workbook_text(header), &styles.header)?;
    }
    for (row, (count, item)) in (1_u32..).zip(of_rule.into_values()) {
        let text = styles.of(Look::Text, false);
        sheet.write_string_with_format(row, 0, workbook_text(&item.check.wording.title), text)?;
        sheet.write_number_with_format(row, 1, count as f64, styles.of(Look::Centred, false))?;
        sheet.write_string_with_format(row, 2, workbook_text(&action(item)), text)?;
        sheet.write_string_with_format(row, 3, workbook_text(&item.check.wording.papers), text)?;
    }
    Ok(())
}

fn write_guide(sheet: &mut Worksheet, context: &Context<'_>, styles: &Styles) -> Result<(), XlsxError> {
    let wording = &context.settings.wording;
    let worklist = &wording.worklist;
    sheet.set_name(&worklist.texts.sheet_guide)?.set_paper_size(PAPER_A4).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 40)?.set_column_width(1, 70)?;
    sheet.merge_range(0, 0, 0, 1, &worklist.texts.guide_title.to_uppercase(), &styles.title)?;
    let mut row = 1;
    for line in &worklist.guide {
        sheet.merge_range(row, 0, row, 1, &workbook_text(line), &styles.paragraph)?;
        // A merged cell's height is never fitted by itself: 90 characters a line, 15 points each.
        sheet.set_row_height(row, 15.0 * (line.chars().count() / 90 + 1) as f64 + 3.0)?;
        row += 1;
    }
    sheet.merge_range(row + 1, 0, row + 1, 1, &worklist.texts.guide_results, &styles.header)?;
    for (row, result) in (row + 2..).zip(&wording.results) {
        let text = styles.of(Look::Text, false);
        sheet.write_string_with_format(row, 0, workbook_text(&result.title), text)?;
        sheet.write_string_with_format(row, 1, workbook_text(&result.meaning), text)?;
    }
    sheet.protect();
    Ok(())
}
