//! How cells look: black on white, thin lines, the typeface of official papers.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};

use super::columns::Look;

/// Every office machine has it, and official documents are written in it.
const TYPEFACE: &str = "Times New Roman";
const SIZE: f64 = 11.0;
/// Light enough to print legibly on a black and white printer.
const HEADER_GREY: u32 = 0x00D9_D9D9;

/// How days are shown.
const DATE: &str = "dd/mm/yyyy";

/// The formats of all cells.
pub(super) struct Styles {
    pub(super) base: Format,
    pub(super) title: Format,
    pub(super) line: Format,
    pub(super) paragraph: Format,
    pub(super) header: Format,
    text: Format,
    centred: Format,
    date: Format,
    urgent: Format,
    open: Format,
    open_date: Format,
    hidden: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let font = Format::new().set_font_name(TYPEFACE).set_font_size(SIZE);
        let top = font.clone().set_align(FormatAlign::Top).set_text_wrap();
        let boxed = top.clone().set_border(FormatBorder::Thin);
        let centred = boxed.clone().set_align(FormatAlign::Center);
        Self {
            base: font.clone(),
            title: font.clone().set_bold().set_font_size(14).set_align(FormatAlign::Center),
            line: font.clone().set_align(FormatAlign::Center),
            paragraph: top,
            header: centred
                .clone()
                .set_bold()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(HEADER_GREY),
            date: centred.clone().set_num_format(DATE),
            urgent: centred.clone().set_bold(),
            open: boxed.clone().set_unlocked(),
            open_date: centred.clone().set_num_format(DATE).set_unlocked(),
            hidden: font,
            text: boxed,
            centred,
        }
    }

    /// The format of a cell.
    pub(super) fn of(&self, look: Look, urgent: bool) -> &Format {
        match look {
            Look::Text => &self.text,
            Look::Severity if urgent => &self.urgent,
            Look::Centred | Look::Severity => &self.centred,
            Look::Date => &self.date,
            Look::Result | Look::Open => &self.open,
            Look::OpenDate => &self.open_date,
            Look::Hidden => &self.hidden,
        }
    }
}
