//! The drop-downs of Kết quả: only the results that fit an item, from a hidden sheet.

use std::collections::BTreeMap;

use rust_xlsxwriter::{DataValidation, Formula, Workbook, Worksheet, XlsxError};

use super::cell::workbook_text;
use super::columns::{Column, Look};
use super::group::Plan;
use super::item::{Context, Item};
use super::xlsx::HEADER_ROW;

/// The distinct lists of results of the items' rules, and the rows each is offered in.
pub(super) struct ResultLists {
    /// Each list's titles, in the rule's order.
    lists: Vec<Vec<String>>,
    /// First row, last row (0-based among items) and place in `lists`.
    runs: Vec<(u32, u32, usize)>,
}

impl ResultLists {
    pub(super) fn of(context: &Context<'_>, plan: &Plan<'_>, rows: &[Item<'_>]) -> Self {
        let mut made = Self { lists: Vec::new(), runs: Vec::new() };
        if !plan.layout.columns.iter().any(|column| column.look == Look::Result) {
            return made;
        }
        let mut of_rule: BTreeMap<u16, usize> = BTreeMap::new();
        for (row, item) in (0_u32..).zip(rows) {
            let list = *of_rule.entry(item.finding.rule).or_insert_with(|| made.list(titles(context, item)));
            match made.runs.last_mut() {
                Some((_, until, same)) if *same == list => *until = row,
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

    pub(super) fn validate(
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
    pub(super) fn write(&self, workbook: &mut Workbook, context: &Context<'_>) -> Result<(), XlsxError> {
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
