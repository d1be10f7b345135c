//! What a column holds, which decides how its texts are read.

/// How a column's texts are normalised. The words of `kind = "…"` in a source's declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Free text: Unicode and spaces only.
    Text,
    /// A key of the producing office: kept as it is but for outer spaces.
    Identifier,
    /// A person's full name, surname first.
    PersonName,
    /// A calendar date, possibly only its year or month.
    Date,
    /// A date of any century, such as people of history have; read like [`Kind::Date`].
    HistoricDate,
    /// A quantity: an area, an age, an amount.
    Number,
    /// A number of an identity paper: 12-digit personal number, 9-digit CMND, passport.
    IdentityNumber,
    /// A social insurance number: 10 digits, or a personal number in its place.
    InsuranceNumber,
    /// A health card number of 15 characters.
    CardNumber,
    /// A telephone number.
    Phone,
    /// A 5-digit commune code.
    WardCode,
    /// An address in words.
    Address,
    /// A word of a closed list in `rules/reference/categories.tsv`.
    Category(String),
}

/// Makes a kind out of the name of its list, which only a category has.
pub type MakeKind = fn(String) -> Kind;

/// The words of `kind = "…"`; `category` takes `list = "…"` beside it.
pub const KIND_WORDS: [(&str, MakeKind); 13] = [
    ("text", |_| Kind::Text),
    ("identifier", |_| Kind::Identifier),
    ("person_name", |_| Kind::PersonName),
    ("date", |_| Kind::Date),
    ("historic_date", |_| Kind::HistoricDate),
    ("number", |_| Kind::Number),
    ("identity_number", |_| Kind::IdentityNumber),
    ("insurance_number", |_| Kind::InsuranceNumber),
    ("card_number", |_| Kind::CardNumber),
    ("phone", |_| Kind::Phone),
    ("ward_code", |_| Kind::WardCode),
    ("address", |_| Kind::Address),
    ("category", Kind::Category),
];
