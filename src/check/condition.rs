//! SQL text → a polars expression over named, typed columns.
//!
//! Each name is checked against the view, and only the columns that are named
//! are ever filled. A linked record whose link is weaker than the rule's
//! `min_link_probability` is not there for that rule: its columns carry the
//! threshold in their hidden name, so rules of one threshold share them.

use polars::prelude::{Column as Series, DataFrame, DataType, Expr, IntoLazy, PlSmallStr, Series as Values};
use polars::sql::sql_expr;

use super::sql_text::{Mistake, Piece, pieces};
use super::view::View;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::settings::reader::Located;

/// A view column as one rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// The column's place in the view.
    pub(super) column: usize,
    /// Links weaker than so many millionths are not seen; 0 for the subject's own columns.
    pub(super) threshold: u32,
}

impl Key {
    /// A column under a rule's threshold.
    pub(super) fn new(view: &View, column: usize, min_link_probability: f64) -> Self {
        let threshold = if view.is_linked(column) { (min_link_probability * 1e6).round() as u32 } else { 0 };
        Self { column, threshold }
    }

    /// The weakest link seen, 0 to 1.
    pub(super) fn min_link_probability(self) -> f64 {
        min_link_probability(self.threshold)
    }

    /// Its name in data frames; never one that a rules file could write.
    pub(super) fn name(self, view: &View) -> String {
        format!("{}@{}", view.columns[self.column].name, self.threshold)
    }
}

/// The weakest link seen under a threshold in millionths.
pub(super) fn min_link_probability(threshold: u32) -> f64 {
    f64::from(threshold) / 1e6
}

/// A compiled expression and the columns it reads, sorted.
#[derive(Clone)]
pub(super) struct Condition {
    pub(super) expression: Expr,
    pub(super) keys: Vec<Key>,
}

/// Compiles an expression that must be of type `expected`.
///
/// # Errors
/// All unknown names, or the first other mistake; each placed inside the text.
pub(super) fn compile(
    sql: &Located<String>,
    view: &View,
    min_link_probability: f64,
    expected: &DataType,
) -> Result<Condition, Vec<Diagnostic>> {
    let pieces = pieces(&sql.value).map_err(|mistake| vec![told(sql, mistake)])?;
    let mut text = String::with_capacity(sql.value.len() * 2);
    let (mut keys, mut unknown) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Other(other) => text.push_str(other),
            Piece::Name(name, at) => match view.find(name) {
                Some(column) => {
                    let key = Key::new(view, column, min_link_probability);
                    keys.push(key);
                    text.push('"');
                    text.push_str(&key.name(view));
                    text.push('"');
                }
                None => unknown.push(unknown_column(view, name, place_in(sql, at))),
            },
        }
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    keys.sort_unstable();
    keys.dedup();
    let expression = sql_expr(&text).map_err(|error| vec![bad_sql(sql, &error.to_string())])?;
    check_type(&expression, view, &keys, expected).map_err(|why| vec![wrong_type(sql, expected, &why)])?;
    Ok(Condition { expression, keys })
}

/// The message about a name that is no column of a view.
pub(super) fn unknown_column(view: &View, name: &str, place: Place) -> Diagnostic {
    let help = nearest(name, view.names()).map_or_else(
        || "doisoat rules columns lists the columns there are".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error("CHK-001", place, format!("unknown column `{name}`"), help)
}

/// The place of a byte offset inside a located text.
pub(super) fn place_in(text: &Located<String>, at: usize) -> Place {
    let before = &text.value[..at];
    let mut place = text.place.clone();
    let lines = before.matches('\n').count() as u64;
    let last = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
    place.line = place.line.map(|line| line + lines);
    place.column = place.column.map(|column| if lines == 0 { column + last } else { last + 1 });
    place
}

fn told(sql: &Located<String>, mistake: Mistake) -> Diagnostic {
    Diagnostic::error("CHK-002", place_in(sql, mistake.at), mistake.message, mistake.help)
}

fn bad_sql(sql: &Located<String>, why: &str) -> Diagnostic {
    Diagnostic::error(
        "CHK-003",
        sql.place.clone(),
        format!("not an SQL expression: {}", plain(why)),
        "write one expression over the view's columns, such as a = b AND c IS NOT NULL",
    )
}

fn wrong_type(sql: &Located<String>, expected: &DataType, why: &str) -> Diagnostic {
    let (expected, help) = match expected {
        DataType::Boolean => {
            ("a condition", "compare values of one type and join comparisons with AND and OR")
        }
        DataType::Float64 => (
            "a number with a fraction",
            "name a confidence, such as best.birth_date.confidence, or CAST(… AS DOUBLE)",
        ),
        _ => ("a text", "suggest a text, such as a column's `.standard` facet or CAST(… AS VARCHAR)"),
    };
    Diagnostic::error("CHK-004", sql.place.clone(), format!("not {expected}: {}", plain(why)), help)
}

/// An error of polars as one line in our style, with column names as rules write them.
fn plain(why: &str) -> String {
    let line = why.lines().next().unwrap_or_default();
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('@') {
        out.push_str(&rest[..at]);
        rest = rest[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    let mut chars = out.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Whether a part of a condition is true, false or unknown, and not a number that polars would read as such.
pub(super) fn is_boolean(expression: &Expr, view: &View, keys: &[Key]) -> bool {
    check_type(expression, view, keys, &DataType::Boolean).is_ok()
}

/// Runs the expression over no rows: polars then says of which type it is, or why it has none.
fn check_type(expression: &Expr, view: &View, keys: &[Key], expected: &DataType) -> Result<(), String> {
    let columns = keys.iter().map(|key| {
        let name = PlSmallStr::from(key.name(view));
        Series::from(Values::new_empty(name, &view.columns[key.column].value_type.polars()))
    });
    let frame = DataFrame::new(0, columns.collect()).map_err(|error| error.to_string())?;
    let found = frame
        .lazy()
        .select([expression.clone().alias("found")])
        .collect()
        .map_err(|error| error.to_string())?;
    match found.columns().first().map(|column| column.dtype().clone()) {
        Some(found) if found == *expected || found == DataType::Null => Ok(()),
        Some(found) => Err(format!("the expression is of type {found}")),
        None => Err("the expression gives no column".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sql_text::FUNCTIONS;
    use crate::settings::{RulesFolder, Settings, Subject};

    fn view() -> View {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let primary = settings.primary();
        View::new(&settings, Subject::Record(primary))
    }

    fn located(sql: &str) -> Located<String> {
        Located { value: sql.to_owned(), place: Place::at("rules/a.toml", 10, 8) }
    }

    fn told(sql: &str, expected: &DataType) -> String {
        match compile(&located(sql), &view(), 0.0, expected) {
            Ok(_) => "compiles".to_owned(),
            Err(told) => told.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }

    /// Every function that rules may call, in an expression whose value is known.
    const KNOWN: &[(&str, &str)] = &[
        ("abs", "abs(-3) = 3"),
        ("cast", "CAST(3 AS VARCHAR) = '3' AND CAST('12' AS INTEGER) = 12"),
        ("ceil", "ceil(1.2) = 2"),
        ("char_length", "char_length('năm') = 3"),
        ("coalesce", "coalesce(record_id, 'x') = 'x'"),
        ("concat", "concat('a', 'b') = 'ab'"),
        ("concat_ws", "concat_ws('-', 'a', 'b') = 'a-b'"),
        ("date_part", "date_part('year', as_of) = 2026"),
        ("ends_with", "ends_with('năm', 'ăm')"),
        ("extract", "EXTRACT(MONTH FROM as_of) = 6"),
        ("floor", "floor(1.7) = 1"),
        ("greatest", "greatest(1, 3, 2) = 3"),
        ("if", "if(1 < 2, 'a', 'b') = 'a'"),
        ("ifnull", "ifnull(record_id, 'x') = 'x'"),
        ("least", "least(1, 3, 2) = 1"),
        ("left", "left('năm', 2) = 'nă'"),
        ("length", "length('năm') = 3"),
        ("lower", "lower('ĐẶNG') = 'đặng'"),
        ("ltrim", "ltrim('  a') = 'a'"),
        ("mod", "mod(7, 4) = 3"),
        ("nullif", "nullif('a', 'a') IS NULL"),
        ("regexp_like", "regexp_like('095', '^09[56]')"),
        ("replace", "replace('aXb', 'X', '-') = 'a-b'"),
        ("reverse", "reverse('ab') = 'ba'"),
        ("right", "right('năm', 2) = 'ăm'"),
        ("round", "round(1.26, 1) = 1.3"),
        ("rtrim", "rtrim('a  ') = 'a'"),
        ("split_part", "split_part('3/1980', '/', 2) = '1980'"),
        ("starts_with", "starts_with('năm', 'n')"),
        ("strftime", "strftime(as_of, '%d/%m/%Y') = '30/06/2026'"),
        ("substr", "substr('095123', 1, 3) = '095'"),
        ("trim", "trim('  a ') = 'a'"),
        ("upper", "upper('đ') = 'Đ'"),
    ];

    /// The value of a condition in a row of which only the as-of date, 30/06/2026, is not NULL.
    fn answer(sql: &str) -> Option<bool> {
        let view = view();
        let condition = compile(&located(sql), &view, 0.0, &DataType::Boolean)
            .map_err(|e| panic!("{sql}: {e:?}"))
            .ok()?;
        let columns = condition.keys.iter().map(|key| {
            let column = &view.columns[key.column];
            let cell = if column.name == "as_of" {
                crate::check::cell::Cell::Date(20_634)
            } else {
                crate::check::cell::Cell::Null
            };
            crate::check::cell::to_series(column, key.name(&view).into(), std::iter::once(cell), 1)
        });
        let frame = DataFrame::new(1, columns.collect()).unwrap();
        let answer = frame.lazy().select([condition.expression.alias("a")]).collect().unwrap();
        answer.columns()[0].as_materialized_series().bool().unwrap().get(0)
    }

    #[test]
    fn every_function_that_rules_may_call_gives_what_it_should() {
        assert_eq!(KNOWN.iter().map(|(name, _)| *name).collect::<Vec<_>>(), FUNCTIONS);
        let wrong: Vec<_> = KNOWN.iter().filter(|(_, sql)| answer(sql) != Some(true)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn conditions_follow_the_logic_of_sql_with_null_as_unknown() {
        let cases = [
            ("sex = 'Nam'", None),
            ("sex = 'Nam' AND FALSE", Some(false)),
            ("sex = 'Nam' OR TRUE", Some(true)),
            ("NOT (sex = 'Nam')", None),
            ("NOT coalesce(sex = 'Nam', FALSE)", Some(true)),
            ("sex IN ('Nam', 'Nữ')", None),
            ("'Nam' IN ('Nam', 'Nữ')", Some(true)),
            ("sex IS NULL AND birth_date IS NULL", Some(true)),
            ("as_of BETWEEN DATE '2026-01-01' AND DATE '2026-12-31'", Some(true)),
            ("as_of >= DATE '2026-07-01'", Some(false)),
            ("as_of - DATE '2026-06-01' BETWEEN INTERVAL '0 days' AND INTERVAL '29 days'", Some(true)),
            ("as_of - DATE '2026-07-01' >= INTERVAL '0 days'", Some(false)),
            ("'Nguyễn' LIKE 'Ng%' AND 'NG' ILIKE 'n_'", Some(true)),
            ("'095' RLIKE '^09' AND '095' NOT LIKE '1%'", Some(true)),
            ("CASE WHEN 1 < 2 THEN 'a' ELSE 'b' END = 'a'", Some(true)),
        ];
        for (sql, expected) in cases {
            assert_eq!(answer(sql), expected, "{sql}");
        }
    }

    #[test]
    fn mistakes_in_a_condition_have_a_place_and_a_remedy() {
        assert_eq!(
            told("live\n  AND brith.full_name.key = full_name.kye", &DataType::Boolean),
            "error[CHK-001]: rules/a.toml:11:7: unknown column `brith.full_name.key`\n  \
             help: did you mean `birth.full_name.key`?\n\
             error[CHK-001]: rules/a.toml:11:29: unknown column `full_name.kye`\n  \
             help: did you mean `full_name.key`?"
        );
        assert_eq!(
            told("live AND sum(age) > 3", &DataType::Boolean),
            "error[CHK-002]: rules/a.toml:10:17: unknown function `sum`\n  \
             help: use one of: abs, cast, ceil, char_length, coalesce, concat, concat_ws, date_part, ends_with, \
             extract, floor, greatest, if, ifnull, least, left, length, lower, ltrim, mod, nullif, regexp_like, \
             replace, reverse, right, round, rtrim, split_part, starts_with, strftime, substr, trim, upper"
        );
    }

    #[test]
    fn a_condition_of_another_type_is_told_before_any_data_is_read() {
        for sql in ["sex", "age + 1", "sex = 3", "age = 'x'", "live AND age", "lower(age) = 'x'"] {
            assert!(
                told(sql, &DataType::Boolean).contains("CHK-004"),
                "{sql}: {}",
                told(sql, &DataType::Boolean)
            );
        }
        for sql in ["age", "birth_date", "live"] {
            assert!(
                told(sql, &DataType::String).contains("CHK-004"),
                "{sql}: {}",
                told(sql, &DataType::String)
            );
        }
        for sql in
            ["live AND", "a b c", "live;", "live, age", "age IS DISTINCT FROM 3", "(live", "live) OR (live"]
        {
            assert_ne!(told(sql, &DataType::Boolean), "compiles", "{sql}");
        }
    }
}
