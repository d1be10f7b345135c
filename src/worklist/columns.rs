//! The columns of the lists: header, width, what stands in a cell, who may write there.

use chrono::Days;

use super::cell::{Cell, fill};
use super::community;
use super::item::{Context, Item, case_code};
use super::person::Role;
use crate::settings::{Check, Headers, WorklistWording};

/// How a column is written and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Wrapped text.
    Text,
    /// Short words, centred.
    Centred,
    /// A day, centred.
    Date,
    /// How urgent it is: centred, bold where it is urgent.
    Severity,
    /// A drop-down of results; the officer's.
    Result,
    /// Text of the officer's.
    Open,
    /// A day of the officer's.
    OpenDate,
    /// Not shown; what a list is read back by.
    Hidden,
}

/// One column of a list.
pub(super) struct Column {
    /// Its header; empty for the hidden one, whose header is its name in the outputs.
    pub(super) header: fn(&Headers) -> &str,
    /// Width in characters of the default font.
    pub(super) width: f64,
    pub(super) look: Look,
    pub(super) cell: for<'a> fn(&Context<'a>, &Item<'a>, u64) -> Cell<'a>,
}

impl Column {
    /// Whether officers write there; all else is locked.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.look, Look::Result | Look::Open | Look::OpenDate)
    }

    /// The header's text.
    pub(super) fn title<'w>(&self, wording: &'w WorklistWording) -> &'w str {
        if self.look == Look::Hidden { "finding_id" } else { (self.header)(&wording.headers) }
    }
}

/// Columns and how many of them, from the first, are printed.
pub(super) struct Layout {
    pub(super) columns: &'static [&'static Column],
    pub(super) printed: usize,
}

impl Layout {
    /// An item's cells; the first column of every layout is the item's number.
    pub(super) fn cells<'a>(&self, context: &Context<'a>, item: &Item<'a>, number: u64) -> Vec<Cell<'a>> {
        match item.made {
            Some(made) => {
                let others = made.iter().skip(1).map(Cell::lent);
                std::iter::once(Cell::Number(number)).chain(others).collect()
            }
            None => self.columns.iter().map(|column| (column.cell)(context, item, number)).collect(),
        }
    }
}

/// A ward's sheet: 13 printed columns, 8 more on screen, the finding's id hidden.
pub(super) const WARD: Layout = Layout {
    columns: &[
        &NUMBER,
        &SEVERITY,
        &DEADLINE,
        &ADDRESS,
        &HEAD,
        &NAME,
        &BIRTH_AND_ID,
        &TASK,
        &CURRENT,
        &COMPARED,
        &PAPERS,
        &RESULT,
        &NOTE,
        &CASE_CODE,
        &EVIDENCE,
        &CONFIDENCE,
        &ACTION,
        &AUTHORITY,
        &OFFICER,
        &VERIFIED_ON,
        &APPROVED_BY,
        &FINDING_ID,
    ],
    printed: 13,
};

/// An office's list. What is the same for all items of a rule stands on the sheet of counts.
pub(super) const AGENCY: Layout = Layout {
    columns: &[
        &NUMBER,
        &SEVERITY,
        &DEADLINE,
        &RECORD,
        &NAME,
        &BIRTH_AND_ID,
        &WARD_TITLE,
        &TASK,
        &CURRENT,
        &COMPARED,
        &CONFIDENCE,
        &RESULT,
        &NOTE,
        &FINDING_ID,
    ],
    printed: 13,
};

/// A list to be applied in bulk: old value → new value by record.
pub(super) const AUTO: Layout = Layout {
    columns: &[&NUMBER, &WARD_CODE, &RECORD, &TASK, &FIELD, &OLD_VALUE, &NEW_VALUE, &FINDING_ID],
    printed: 7,
};

/// A community team's sheet: nothing that says why, and nothing to read the list back by.
pub(super) const COMMUNITY: Layout =
    Layout { columns: &[&NUMBER, &HAMLET, &NAME_ALONE, &APPOINTMENT, &PAPERS_TO_BRING, &NOTE], printed: 6 };

macro_rules! columns {
    ($($name:ident = $header:ident, $width:literal, $look:ident, $cell:expr;)+) => {
        $(static $name: Column =
            Column { header: |h| &h.$header, width: $width, look: Look::$look, cell: $cell };)+
    };
}

columns! {
    NUMBER = number, 5.0, Centred, |_, _, number| Cell::Number(number);
    SEVERITY = severity, 7.0, Severity, |context, item, _| {
        Cell::text(context.settings.wording.severity(item.check.severity))
    };
    DEADLINE = deadline, 11.0, Date, deadline;
    ADDRESS = address, 17.0, Text, |context, item, _| {
        let address = context.person_text(item, Role::Address);
        Cell::made(context.places.shown_address(&address, "\n").into_owned())
    };
    HEAD = head, 12.0, Text, |context, item, _| Cell::Text(context.head(item));
    NAME = name, 13.0, Text, |context, item, _| Cell::Text(context.person_text(item, Role::Name));
    BIRTH_AND_ID = birth_and_id, 14.0, Text, |context, item, _| Cell::made(context.birth_and_id(item));
    TASK = task, 18.0, Text, |_, item, _| Cell::text(&item.check.wording.title);
    CURRENT = current, 20.0, Text, |context, item, _| Cell::made(context.current(item));
    COMPARED = compared, 20.0, Text, |context, item, _| Cell::made(context.compared(item));
    PAPERS = papers, 14.5, Text, |_, item, _| Cell::text(&item.check.wording.papers);
    RESULT = result, 15.0, Result, |_, _, _| Cell::EMPTY;
    NOTE = note, 12.0, Open, |_, _, _| Cell::EMPTY;
    CASE_CODE = case_code, 13.0, Centred, |_, item, _| Cell::made(case_code(item.finding.finding_id.as_str()));
    EVIDENCE = evidence, 70.0, Text, |context, item, _| Cell::made(context.evidence_text(item));
    CONFIDENCE = confidence, 10.0, Centred, |context, item, _| {
        Cell::text(context.settings.wording.confidence(Context::confidence(item)))
    };
    ACTION = action, 50.0, Text, |context, item, _| Cell::made(action(context, item.check));
    AUTHORITY = authority, 20.0, Text, |context, item, _| {
        Cell::text(context.settings.wording.office_title(&item.check.authority.value))
    };
    OFFICER = officer, 18.0, Open, |_, _, _| Cell::EMPTY;
    VERIFIED_ON = verified_on, 12.0, OpenDate, |_, _, _| Cell::EMPTY;
    APPROVED_BY = approved_by, 18.0, Open, |_, _, _| Cell::EMPTY;
    FINDING_ID = case_code, 20.0, Hidden, |_, item, _| Cell::text(item.finding.finding_id.as_str());
    RECORD = record, 16.0, Text, |context, item, _| {
        Cell::text(context.directory.record_id(context.settings, item.finding.record))
    };
    WARD_TITLE = ward, 16.0, Text, |context, item, _| Cell::text(context.ward_title(&item.finding.ward_code));
    WARD_CODE = ward_code, 8.0, Centred, |_, item, _| Cell::text(&item.finding.ward_code);
    FIELD = field, 20.0, Text, |context, item, _| {
        Cell::made(context.label(item.finding.record.source, &item.finding.field).to_owned())
    };
    HAMLET = hamlet, 20.0, Text, |context, item, _| Cell::made(community::hamlet(context, item));
    NAME_ALONE = name, 26.0, Text, |context, item, _| Cell::made(community::name(context, item));
    APPOINTMENT = appointment, 26.0, Open, |_, _, _| Cell::EMPTY;
    PAPERS_TO_BRING = papers_to_bring, 40.0, Text, |_, item, _| Cell::text(&item.check.wording.papers);
    OLD_VALUE = old_value, 40.0, Text, |_, item, _| Cell::text(&item.finding.current_value);
    NEW_VALUE = new_value, 40.0, Text, |_, item, _| {
        Cell::text(item.finding.suggested_value.as_deref().unwrap_or_default())
    };
}

fn deadline<'a>(context: &Context<'a>, item: &Item<'a>, _: u64) -> Cell<'a> {
    let days = context.settings.wording.deadline_days(item.check.severity);
    context.as_of.checked_add_days(Days::new(u64::from(days))).map_or(Cell::EMPTY, Cell::Date)
}

/// Việc cần làm, then why, the form and the basis where the rule names them: a line each.
pub(super) fn action(context: &Context<'_>, check: &Check) -> String {
    let (wording, texts) = (&check.wording, &context.settings.wording.worklist.texts);
    let mut out = wording.action.clone();
    for (template, name, value) in [
        (&texts.why, "why", &wording.why),
        (&texts.form, "form", &wording.form),
        (&texts.basis, "basis", &wording.basis),
    ] {
        if !value.is_empty() {
            out.push('\n');
            out.push_str(&fill(template, &[(name, value)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn the_ward_sheet_has_the_columns_of_practice_in_order() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let titles: Vec<&str> = WARD.columns.iter().map(|c| c.title(&settings.wording.worklist)).collect();
        assert_eq!(
            titles.join(" | "),
            "STT | Mức ưu tiên | Hạn xử lý | Ấp/khóm – Địa chỉ | Chủ hộ | Họ, chữ đệm và tên | \
             Ngày sinh – Số định danh | Nội dung cần xác minh | Thông tin hiện có | Thông tin đối chiếu | \
             Giấy tờ cần xem | Kết quả | Ghi chú | Mã trường hợp | Căn cứ đối chiếu | Mức tin cậy | \
             Việc cần làm, biểu mẫu | Cơ quan có thẩm quyền | Cán bộ thực hiện | Ngày xác minh | \
             Lãnh đạo duyệt | finding_id"
        );
        let open: Vec<&str> = WARD
            .columns
            .iter()
            .filter(|column| column.is_open())
            .map(|column| column.title(&settings.wording.worklist))
            .collect();
        assert_eq!(open, ["Kết quả", "Ghi chú", "Cán bộ thực hiện", "Ngày xác minh", "Lãnh đạo duyệt"]);
    }
}
