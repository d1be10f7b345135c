//! An explanation as one page that fetches nothing and can be printed.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::sentences::shortened;
use super::svg;
use super::view::{Cell, FieldView, View};
use super::words::{Words, fill, name};
use crate::diagnostic::printable;

/// Characters of a value.
const VALUE_MAX: usize = 2000;

/// The page as one HTML text.
pub(super) fn page(view: &View, words: &Words) -> String {
    let [left, right] = view.records.each_ref().map(|record| record.name.to_string());
    let title = printable(&fill(words.title, &[("left", &left), ("right", &right)]));
    let page = html! {
        (DOCTYPE)
        html lang=(words.language) {
            head {
                meta charset="utf-8";
                // Nothing may be fetched, whatever a cell holds.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                h1 { (title) }
                div.verdict { (paragraphs(&words.verdict(&view.decision))) }
                (section(words.records, &records(view, words)))
                (section(words.comparisons_heading, &comparisons(view, words)))
                (section(words.waterfall, &waterfall(view, words)))
                (section(words.together, &paragraphs(&words.together(view))))
                @let costs = words.costs_told(view);
                @if !costs.is_empty() { (section(words.costs, &paragraphs(&costs))) }
                (section(words.blocking, &blocking(view, words)))
                @if let Some(past) = &view.run {
                    (section(&fill(words.run, &[("run", &past.run)]), &paragraphs(&words.run_told(view, past))))
                }
                footer { p { (words.personal) " doisoat " (env!("CARGO_PKG_VERSION")) " · " (view.rules_sha256) } }
            }
        }
    };
    page.into_string()
}

fn section(heading: &str, body: &Markup) -> Markup {
    html! { section { h2 { (printable(heading)) } (body) } }
}

/// A paragraph a sentence; an indented one stays so.
fn paragraphs(sentences: &[String]) -> Markup {
    html! {
        @for sentence in sentences {
            p class=[sentence.starts_with(' ').then_some("inner")] { (printable(sentence.trim_start())) }
        }
    }
}

fn head(titles: &[&str], texts: usize) -> Markup {
    html! {
        thead { tr { @for (at, title) in titles.iter().enumerate() {
            th scope="col" class=[(at >= texts).then_some("n")] { (title) }
        } } }
    }
}

fn records(view: &View, words: &Words) -> Markup {
    let heads = view.records.each_ref().map(|record| format!("{} ({})", record.name, record.title));
    html! {
        div.scroll { table {
            (head(&[words.field, &printable(&heads[0]), &printable(&heads[1])], 3))
            tbody { @for field in &view.fields {
                tr class=[differs(field).then_some("differs")] {
                    th scope="row" { (words.field_name(field)) }
                    @for side in &field.sides { td { (cell(field, side.as_ref(), words)) } }
                }
            } }
        } }
    }
}

/// Whether both sides have a value, and not the same.
fn differs(field: &FieldView) -> bool {
    let standard = |cell: &Option<Cell>| cell.as_ref().and_then(|cell| cell.standard.clone());
    match [standard(&field.sides[0]), standard(&field.sides[1])] {
        [Some(left), Some(right)] => left != right,
        _ => false,
    }
}

fn cell(field: &FieldView, cell: Option<&Cell>, words: &Words) -> Markup {
    let shown = |text: &str| printable(&shortened(text, VALUE_MAX));
    let Some(cell) = cell else {
        return html! { span.standard { @if field.facet.is_empty() { (words.no_column) } @else { "–" } } };
    };
    let standard = cell.standard.as_deref();
    html! {
        @if cell.delivered.is_empty() {
            (standard.map_or_else(|| "–".to_owned(), shown))
        } @else {
            (shown(&cell.delivered))
            @if standard != Some(cell.delivered.as_str()) {
                br;
                span.standard { "→ " (shown(standard.unwrap_or(words.unreadable))) }
            }
        }
    }
}

fn comparisons(view: &View, words: &Words) -> Markup {
    let kinds: Vec<&str> = view.kinds.iter().map(|kind| name(words.kinds, kind.kind)).collect();
    let bits: Vec<String> = kinds.iter().map(|kind| format!("bit: {kind}")).collect();
    let mut heads = vec![words.comparison, words.level, "m", "u"];
    heads.extend(kinds.iter().skip(1));
    heads.extend(bits.iter().map(String::as_str));
    heads.insert(4 + kinds.len(), words.rarity.trim());
    html! {
        div.scroll { table.shares {
            (head(&heads, 2))
            tbody { @for one in &view.comparisons {
                tr class=[one.m.is_none().then_some("missing")] {
                    th scope="row" { (words.comparison_name(one)) }
                    td { (name(words.levels, &one.level)) }
                    @if let (Some(m), Some(u)) = (one.m, &one.u) {
                        td.n { (words.number(m)) }
                        @for u in u { td.n { (words.number(*u)) } }
                        @for (at, bits) in one.bits.iter().enumerate() {
                            td.n { (words.bits(*bits)) }
                            @if at == 0 { td.n { (one.rarity.map_or_else(String::new, |bits| words.bits(bits))) } }
                        }
                    } @else {
                        td.n colspan=(heads.len() - 2) {}
                    }
                }
            } }
        } }
        p.note { (words.shares_note) }
    }
}

fn waterfall(view: &View, words: &Words) -> Markup {
    html! { (svg::waterfall(view, words)) p.note { (words.bits_note) } }
}

fn blocking(view: &View, words: &Words) -> Markup {
    html! {
        div.scroll { table {
            (head(&[words.rule, words.meets, words.why], 3))
            tbody { @for rule in &view.blocking { tr {
                th scope="row" { (rule.rule) }
                td { @if rule.meets { (words.yes) } @else { (words.no) } }
                td { (printable(&words.meeting(rule))) }
            } } }
        } }
    }
}
