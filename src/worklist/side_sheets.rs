//! The sheets beside a list's own: counts by rule, instructions.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::ListKind;
use super::cell::workbook_text;
use super::columns::{Look, action};
use super::fit;
use super::group::Plan;
use super::item::Context;
use super::style::Styles;
use super::xlsx::PAPER_A4;

/// Widths of the columns of the sheet of instructions.
const GUIDE_WIDTHS: [f64; 2] = [40.0, 70.0];

/// One row a rule: what it is, how many, what to do, which papers.
pub(super) fn write_counts(
    sheet: &mut Worksheet,
    context: &Context<'_>,
    plan: &Plan<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let wording = &context.settings.wording.worklist;
    sheet.set_name(&wording.texts.sheet_counts)?.set_paper_size(PAPER_A4).set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    let headers = &wording.headers;
    let columns =
        [(&headers.task, 50.0), (&headers.count, 14.0), (&headers.action, 60.0), (&headers.papers, 40.0)];
    for (column, (header, width)) in (0_u16..).zip(columns) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, workbook_text(header), &styles.header)?;
    }
    let known =
        |(rule, count): (&u16, &u64)| Some((*count, context.settings.checks.get(usize::from(*rule))?));
    for (row, (count, check)) in (1_u32..).zip(plan.of_rule.iter().filter_map(known)) {
        let text = styles.of(Look::Text, false);
        sheet.write_string_with_format(row, 0, workbook_text(&check.wording.title), text)?;
        sheet.write_number_with_format(row, 1, count as f64, styles.of(Look::Centred, false))?;
        let action = action(context, check);
        sheet.write_string_with_format(row, 2, workbook_text(&action), text)?;
        sheet.write_string_with_format(row, 3, workbook_text(&check.wording.papers), text)?;
        let texts = [check.wording.title.as_str(), "", &action, &check.wording.papers];
        sheet.set_row_height(row, fit::row_points(texts.into_iter().zip(columns.map(|(_, width)| width))))?;
    }
    Ok(())
}

/// How to fill the list in, and what each result means where results are asked for.
pub(super) fn write_guide(
    sheet: &mut Worksheet,
    context: &Context<'_>,
    plan: &Plan<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let wording = &context.settings.wording;
    let worklist = &wording.worklist;
    sheet.set_name(&worklist.texts.sheet_guide)?.set_paper_size(PAPER_A4).set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, GUIDE_WIDTHS[0])?.set_column_width(1, GUIDE_WIDTHS[1])?;
    sheet.merge_range(0, 0, 0, 1, &worklist.texts.guide_title.to_uppercase(), &styles.title)?;
    let for_community = plan.list.kind == ListKind::Community;
    let lines = if for_community { &worklist.community_guide } else { &worklist.guide };
    let mut row = 1;
    for line in lines {
        sheet.merge_range(row, 0, row, 1, &workbook_text(line), &styles.paragraph)?;
        sheet.set_row_height(
            row,
            fit::row_points([(line.as_str(), GUIDE_WIDTHS[0] + GUIDE_WIDTHS[1])].into_iter()),
        )?;
        row += 1;
    }
    if for_community {
        sheet.protect();
        return Ok(());
    }
    sheet.merge_range(row + 1, 0, row + 1, 1, &worklist.texts.guide_results, &styles.header)?;
    for (row, result) in (row + 2..).zip(&wording.results) {
        let text = styles.of(Look::Text, false);
        sheet.write_string_with_format(row, 0, workbook_text(&result.title), text)?;
        sheet.write_string_with_format(row, 1, workbook_text(&result.meaning), text)?;
        let cells = [&result.title, &result.meaning].into_iter().map(String::as_str).zip(GUIDE_WIDTHS);
        sheet.set_row_height(row, fit::row_points(cells))?;
    }
    sheet.protect();
    Ok(())
}
