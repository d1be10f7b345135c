//! The text of an SQL expression, cut where it names columns.
//!
//! View columns have dots in their names (`birth.full_name.key`), which SQL
//! would read as table, column and field. This scanner finds such chains outside
//! literals and comments, so that they can be checked, placed in messages and
//! handed on as one quoted name each. It also holds what rules may write: names
//! followed by `(` must be of [`FUNCTIONS`], all of which look at one row only
//! (an aggregate would see a chunk, not the province).

/// Functions that conditions and suggestions may call; each is tested on polars.
pub(super) const FUNCTIONS: &[&str] = &[
    "abs",
    "cast",
    "ceil",
    "char_length",
    "coalesce",
    "concat",
    "concat_ws",
    "date_part",
    "ends_with",
    "extract",
    "floor",
    "greatest",
    "if",
    "ifnull",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "mod",
    "nullif",
    "regexp_like",
    "replace",
    "reverse",
    "right",
    "round",
    "rtrim",
    "split_part",
    "starts_with",
    "strftime",
    "substr",
    "trim",
    "upper",
];

/// Words of SQL itself, in lower case. A column of such a name must stand in double quotes.
pub(super) const KEYWORDS: &[&str] = &[
    "and", "as", "between", "bigint", "boolean", "both", "case", "date", "day", "double", "else", "end",
    "escape", "false", "float", "for", "from", "ilike", "in", "int", "integer", "interval", "is", "leading",
    "like", "month", "not", "null", "or", "regexp", "rlike", "text", "then", "trailing", "true", "varchar",
    "when", "year",
];

/// One piece of an expression. Offsets are in bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Anything that names no column: operators, literals, keywords, allowed functions.
    Other(&'a str),
    /// A chain such as `birth.full_name.key`, and where it begins.
    Name(&'a str, usize),
}

/// What cannot be read, where it begins, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: String,
}

impl Mistake {
    fn new(at: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: help.into() }
    }
}

/// Whether a text is a word that SQL would not need quotes for.
pub(super) fn is_plain_word(text: &str) -> bool {
    text.bytes().all(is_word_byte)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The pieces of an expression, or its first mistake. O(length).
pub(super) fn pieces(sql: &str) -> Result<Vec<Piece<'_>>, Mistake> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < sql.len() {
        let end = token_end(sql, at)?;
        out.push(piece(sql, at, end)?);
        at = end;
    }
    refuse_truth_tests(sql, &out)?;
    Ok(out)
}

fn piece(sql: &str, at: usize, end: usize) -> Result<Piece<'_>, Mistake> {
    let text = &sql[at..end];
    let first = text.as_bytes()[0];
    if first == b'"' {
        return Ok(Piece::Name(text.trim_matches('"'), at));
    }
    if !first.is_ascii_alphabetic() && first != b'_' {
        return Ok(Piece::Other(text));
    }
    let lower = text.to_ascii_lowercase();
    let called = sql[end..].trim_start().starts_with('(');
    if called && FUNCTIONS.contains(&lower.as_str()) || KEYWORDS.contains(&lower.as_str()) {
        return Ok(Piece::Other(text));
    }
    if called {
        let near = crate::diagnostic::nearest(&lower, FUNCTIONS.iter().copied());
        let help = near.map_or_else(
            || format!("use one of: {}", FUNCTIONS.join(", ")),
            |name| format!("did you mean `{name}`?"),
        );
        return Err(Mistake::new(at, format!("unknown function `{text}`"), help));
    }
    Ok(Piece::Name(text, at))
}

/// One past the token that begins at `at`. Tokens end on ASCII bytes, so cuts are between characters.
fn token_end(sql: &str, at: usize) -> Result<usize, Mistake> {
    let rest = &sql[at..];
    let bytes = rest.as_bytes();
    let length = match bytes[0] {
        b'\'' => closed(rest, "'", at)?,
        b'"' => closed(rest, "\"", at)?,
        b'-' if bytes.get(1) == Some(&b'-') => rest.find('\n').unwrap_or(rest.len()),
        b'/' if bytes.get(1) == Some(&b'*') => match rest.find("*/") {
            Some(end) => end + 2,
            None => return Err(Mistake::new(at, "comment without an end", "close it with `*/`")),
        },
        b if b.is_ascii_alphanumeric() || b == b'_' => {
            bytes.iter().position(|&b| !is_word_byte(b) && b != b'.').unwrap_or(bytes.len())
        }
        _ => rest.chars().next().map_or(1, char::len_utf8),
    };
    Ok(at + length)
}

/// Length of a quoted token, both quotes included; a doubled quote stands for itself.
fn closed(rest: &str, quote: &str, at: usize) -> Result<usize, Mistake> {
    let mut from = 1;
    while let Some(found) = rest[from..].find(quote) {
        from += found + 1;
        if !rest[from..].starts_with(quote) {
            return Ok(from);
        }
        from += 1;
    }
    Err(Mistake::new(at, "quote without an end", format!("close it with `{quote}`")))
}

/// `IS TRUE` and its kin give NULL for NULL in polars, not what SQL promises: `NOT` would hide findings.
fn refuse_truth_tests(sql: &str, pieces: &[Piece<'_>]) -> Result<(), Mistake> {
    let mut before = ["", ""];
    let mut at = 0;
    for piece in pieces {
        let (Piece::Other(text) | Piece::Name(text, _)) = piece;
        let start = sql[at..].find(text).map_or(at, |found| at + found);
        at = start + text.len();
        let word = KEYWORDS.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
        let tested = before[1] == "is" || before == ["is", "not"];
        if tested && matches!(word, Some("true" | "false")) {
            return Err(Mistake::new(
                start,
                "a truth test, which is NULL for NULL here",
                "write coalesce(condition, FALSE) instead of IS TRUE or IS NOT FALSE",
            ));
        }
        if !text.trim().is_empty() {
            before = [before[1], word.unwrap_or(".")];
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<(&str, usize)> {
        let name = |piece: &Piece<'static>| match piece {
            Piece::Name(name, at) => Some((*name, *at)),
            Piece::Other(_) => None,
        };
        let sql: &'static str = sql.to_owned().leak();
        pieces(sql).unwrap().iter().filter_map(name).collect()
    }

    #[test]
    fn only_what_stands_outside_literals_and_comments_names_columns() {
        assert_eq!(
            names("a.b.key = 'x.y''z' AND -- not.this\n \"c.d\" > 1.5e3 /* nor.this */ OR lower(e) IS NULL"),
            [("a.b.key", 0), ("c.d", 36), ("e", 74)]
        );
    }

    #[test]
    fn pieces_put_together_are_the_expression() {
        let sql = "năm = 'Nữ' AND coalesce(a.b, 'ổ') <> \"x\"";
        let whole: String = pieces(sql)
            .unwrap()
            .iter()
            .map(|piece| match piece {
                Piece::Other(text) => (*text).to_owned(),
                Piece::Name(name, at) if sql[*at..].starts_with('"') => format!("\"{name}\""),
                Piece::Name(name, _) => (*name).to_owned(),
            })
            .collect();
        assert_eq!(whole, sql);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let mistake = |sql| pieces(sql).unwrap_err();
        assert_eq!(mistake("a = 'x").at, 4);
        assert_eq!(mistake("a AND lowr(b) = 'x'").help, "did you mean `lower`?");
        assert_eq!(mistake("sum(a) > 3").at, 0);
        assert_eq!(mistake("a AND (b) IS NOT TRUE").at, 17);
        assert_eq!(mistake("a /* b").message, "comment without an end");
    }
}
