//! Lists as workbooks that open in Excel 2010, WPS and LibreOffice and print in black and white.

use std::io::BufWriter;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use super::ListKind;
use super::cell::{Cell, fill, shown_count, shown_date, workbook_text};
use super::columns::Look;
use super::fit;
use super::group::Plan;
use super::item::{Context, Item};
use super::results::ResultLists;
use super::side_sheets::{write_counts, write_guide};
use super::style::Styles;
use crate::private;
use crate::settings::Severity;

/// The row of the headers; the title, the address and the counts stand above.
pub(super) const HEADER_ROW: u32 = 3;
/// Sheets of more rows are written row by row to a private temporary file.
const ROWS_IN_MEMORY_MAX: usize = 5_000;
pub(super) const PAPER_A4: u8 = 9;
/// Of 1 to 9: files are a sixth larger than with the usual 6, and packed in half the time.
const COMPRESSION: u8 = 2;
/// Rows and columns of an empty sheet in the default typeface at 11 points.
const ROW_PIXELS: u32 = 20;
const COLUMN_PIXELS: u32 = 64;
/// Centimetres to the inches that sheets measure margins in.
const INCHES_PER_CM: f64 = 1.0 / 2.54;

/// Writes a list's workbook. Memory is bounded for any number of rows.
pub(super) fn write(context: &Context<'_>, plan: &Plan<'_>, file: &Path) -> Result<(), XlsxError> {
    let rows = &plan.items[..plan.items.len().min(plan.list.in_workbook as usize)];
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(COMPRESSION);
    if let Some(folder) = file.parent() {
        workbook.set_tempdir(folder)?;
    }
    workbook.set_properties(&properties(context, plan)?);
    let results = ResultLists::of(context, plan, rows);
    let styles = Styles::new();
    workbook.set_default_format(&styles.base, ROW_PIXELS, COLUMN_PIXELS)?;
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
        write_guide(workbook.add_worksheet(), context, plan, &styles)?;
    }
    results.write(&mut workbook, context)?;
    let out = private::create_file(file).map_err(XlsxError::IoError)?;
    workbook.save_to_writer(BufWriter::new(out))
}

/// The name of the sheet of items.
fn sheet_name<'w>(context: &Context<'w>, plan: &Plan<'_>) -> &'w str {
    let texts = &context.settings.wording.worklist.texts;
    match plan.list.kind {
        ListKind::Ward | ListKind::OtherProvince => &texts.sheet_items,
        ListKind::Agency | ListKind::Auto => &texts.sheet_bulk,
        ListKind::Community => &texts.sheet_community,
    }
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
    sheet.set_name(sheet_name(context, plan))?;
    set_up_columns(sheet, plan, styles)?;
    write_head(sheet, context, plan, rows.len() as u64, styles)?;
    for (at, item) in rows.iter().enumerate() {
        let cells = plan.layout.cells(context, item, at as u64 + 1);
        write_row(sheet, HEADER_ROW + 1 + at as u32, item, plan, &cells, styles)?;
    }
    results.validate(sheet, context, plan)?;
    set_up_page(sheet, context, plan, rows.len() as u32)?;
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    item: &Item<'_>,
    plan: &Plan<'_>,
    cells: &[Cell<'_>],
    styles: &Styles,
) -> Result<(), XlsxError> {
    let columns = || plan.layout.columns.iter().zip(cells);
    let urgent = item.check.severity == Severity::Urgent;
    for (index, (column, cell)) in (0_u16..).zip(columns()) {
        write_cell(sheet, row, index, cell, styles.of(column.look, urgent))?;
    }
    let texts = columns().filter(|(column, _)| column.look != Look::Hidden);
    let height = fit::row_points(texts.map(|(column, cell)| (cell.as_text(), column.width)));
    sheet.set_row_height(row, height)?;
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
    let headers = plan.layout.columns.iter().filter(|column| column.look != Look::Hidden);
    let titles = headers.map(|column| (column.title(&context.settings.wording.worklist), column.width));
    sheet.set_row_height(HEADER_ROW, fit::row_points(titles))?;
    Ok(())
}

/// How many items there are, by severity, and how many wait.
fn counts(context: &Context<'_>, plan: &Plan<'_>, written: u64) -> String {
    let wording = &context.settings.wording;
    let texts = &wording.worklist.texts;
    let list = &plan.list;
    let told = Severity::WORDS.iter().zip(plan.of_severity).filter(|(_, count)| *count > 0);
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
    let template = match plan.list.kind {
        ListKind::Ward | ListKind::OtherProvince => &texts.counts,
        ListKind::Agency | ListKind::Auto => &texts.bulk_counts,
        ListKind::Community => &texts.community_counts,
    };
    fill(template, &values)
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
