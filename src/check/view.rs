//! What a quality rule sees: the columns of one subject's view.
//!
//! A view is a list of *slots* (the record itself, and the best linked record
//! of each other source or kind of event) and of columns over them. It follows
//! from the declared sources and the facets of their kinds alone, so that a
//! fifth source gets its columns with no change here.

use crate::check::beside::{self, Beside};
use crate::check::fuse::weighed_kind;
use crate::check::sql_text::{KEYWORDS, is_plain_word};
use crate::normalise::{Facet, FacetType, facets_of};
use crate::settings::{Kind, Settings, Source, Subject};
use crate::table::SourceIndex;
use hashbrown::HashMap;
use polars::prelude::DataType;

/// The type of a view column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
}

impl ValueType {
    /// Its name for `doisoat rules columns`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    pub(super) fn polars(self) -> DataType {
        match self {
            Self::Text => DataType::String,
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date,
        }
    }
}

impl From<FacetType> for ValueType {
    fn from(facet: FacetType) -> Self {
        match facet {
            FacetType::Text => Self::Text,
            FacetType::Integer => Self::Integer,
            FacetType::Boolean => Self::Boolean,
            FacetType::Date => Self::Date,
        }
    }
}

/// Everything that rules over one subject may name.
pub(super) struct View {
    /// The subject.
    pub(super) subject: Subject,
    /// Whose records are seen.
    pub(super) slots: Vec<Slot>,
    /// What is seen of them.
    pub(super) columns: Vec<Column>,
    by_name: HashMap<String, usize>,
}

/// One record a row of the view may hold.
pub(super) struct Slot {
    /// What its columns begin with; empty for the record itself.
    pub(super) prefix: String,
    /// The source of its records.
    pub(super) source: SourceIndex,
    /// The word of the kind of event, where the source holds events.
    pub(super) event: Option<String>,
    /// Whether it holds the subject itself (one side of a pair) and not a linked record.
    pub(super) own: bool,
}

/// One column of a view.
pub(super) struct Column {
    /// What rules call it.
    pub(super) name: String,
    /// The type of its values.
    pub(super) value_type: ValueType,
    /// The slot it is read from, by place; none for `as_of`, a pair's probability and best values.
    pub(super) slot: Option<usize>,
    /// How it is read.
    pub(super) origin: Origin,
    /// What it means.
    pub(super) meaning: String,
}

/// How a column is read. Numbers are places among the declared columns of the slot's source.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// The as-of date.
    AsOf,
    /// A pair's match probability.
    PairProbability,
    /// Whether an undecided pair joins a missing person to a record of the primary source.
    InReview,
    /// Whether there is such a record.
    Exists,
    /// How sure the link to it is.
    MatchProbability,
    /// How many such records the person has.
    Count,
    /// The record id as delivered.
    RecordId,
    /// A facet of a column.
    Facet(usize, &'static Facet),
    /// Years lived at the as-of date, from the birth date in this column.
    Age(usize),
    /// Whether the status in this column counts as living there.
    Live(usize),
    /// How many people hold the number in this column.
    Holders(usize),
    /// Who else holds the number in this column.
    OtherHolder(usize),
    /// What no record says by itself, from the column it comes of.
    Beside(usize, Beside),
    /// For a missing person: how many unlinked records of the primary source may be theirs.
    Namesakes,
    /// The best value of a field of the rules of evidence, by the field's place there.
    Best(usize, Best),
}

/// What is asked of a best value.
#[derive(Clone, Copy)]
pub(super) enum Best {
    /// A facet of the cell that shows it.
    Facet(&'static Facet),
    /// A name with a capital at the head of each word.
    Titled,
    /// How sure it is.
    Confidence,
    /// How many kinds of witnesses have it.
    Support,
    /// How many have another one.
    Against,
    /// Who has it.
    Sources,
}

/// What the columns of best values begin with.
const BEST_PREFIX: &str = "best";
/// What is asked of every best value beside its facets.
const BEST: [(&str, ValueType, Best, &str); 4] = [
    ("confidence", ValueType::Float, Best::Confidence, "mức chắc chắn của giá trị tốt nhất, 0 đến 1"),
    ("support", ValueType::Integer, Best::Support, "số loại bản ghi có giá trị tốt nhất"),
    ("against", ValueType::Integer, Best::Against, "số loại bản ghi có giá trị khác"),
    ("sources", ValueType::Text, Best::Sources, "các loại bản ghi có giá trị tốt nhất"),
];

/// The field whose records may be struck off, and the canonical word that says so.
/// A source with this field gets `live`, and its struck-off records hold no number.
pub(super) const STATUS_FIELD: &str = "residence_status";
/// The canonical word of a record that is struck off.
pub(super) const STRUCK_OFF: &str = "đã xoá";
/// The field that ages and namesakes are told by.
pub(super) const BIRTH_FIELD: &str = "birth_date";
/// The field that namesakes are told by.
pub(super) const NAME_FIELD: &str = "full_name";

/// The fields that households, telephone numbers and personal numbers are told by.
pub(super) const HOUSEHOLD_FIELD: &str = "household_id";
pub(super) const RELATION_FIELD: &str = "relation";
/// The fields that parents in the household are found by.
pub(super) const FATHER_FIELD: &str = "father_name";
pub(super) const MOTHER_FIELD: &str = "mother_name";
/// The day of the last change of a record.
pub(super) const UPDATED_FIELD: &str = "updated_on";
pub(super) const PHONE_FIELD: &str = "phone";
pub(super) const SUBSCRIPTION_FIELD: &str = "subscription_status";
pub(super) const NUMBER_FIELD: &str = "personal_id";
/// The field that a marriage names the other spouse in.
pub(super) const SPOUSE_FIELD: &str = "spouse_name";

/// The fields that people of one place are told by.
pub(super) const WARD_FIELD: &str = "ward_code";
pub(super) const REGISTRATION_WARD_FIELD: &str = "registration_ward_code";

/// The facet of a kind by its name; the empty name is the standard value.
pub(super) fn facet_named(kind: &Kind, name: &str) -> Option<&'static Facet> {
    facets_of(kind).find(|facet| facet.name == name)
}

impl View {
    /// The view of a subject. O(columns).
    pub(super) fn new(settings: &Settings, subject: Subject) -> Self {
        let mut view = Self { subject, slots: Vec::new(), columns: Vec::new(), by_name: HashMap::new() };
        view.push("as_of", ValueType::Date, None, Origin::AsOf, "ngày chốt của lượt đối sánh");
        match subject {
            Subject::Record(own) => {
                view.own_slot(settings, own, "");
                if own == settings.primary() {
                    view.beside(settings.source(own));
                }
                view.linked_slots(settings, Some(own));
                view.best_columns(settings);
            }
            Subject::Pair(own) => {
                let meaning = "xác suất hai hồ sơ là một người";
                view.push("match_probability", ValueType::Float, None, Origin::PairProbability, meaning);
                view.own_slot(settings, own, "left");
                view.own_slot(settings, own, "right");
            }
            Subject::MissingPerson => {
                let name = format!("{}.in_review", settings.source(settings.primary()).prefix);
                let meaning = "có cặp chưa quyết định giữa người này và một hồ sơ cư trú";
                view.push(&name, ValueType::Boolean, None, Origin::InReview, meaning);
                view.linked_slots(settings, Some(settings.primary()));
                view.best_columns(settings);
            }
        }
        view
    }

    /// A column's place by its name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// A slot's place by its prefix.
    pub(super) fn slot(&self, prefix: &str) -> Option<usize> {
        self.slots.iter().position(|slot| !slot.own && slot.prefix == prefix)
    }

    /// All names of columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Whether a column's slot holds a linked record.
    pub(super) fn is_linked(&self, column: usize) -> bool {
        self.columns[column].slot.is_some_and(|slot| !self.slots[slot].own)
    }

    /// The best value of each field of the rules of evidence, whoever has it.
    fn best_columns(&mut self, settings: &Settings) {
        for (at, evidence) in settings.evidence.fields.iter().enumerate() {
            let Some(kind) = weighed_kind(settings, &evidence.field) else { continue };
            let field = format!("{BEST_PREFIX}.{}", evidence.field);
            for facet in facets_of(kind) {
                let name =
                    if facet.name.is_empty() { field.clone() } else { format!("{field}.{}", facet.name) };
                let meaning = format!("giá trị tốt nhất của mọi nguồn: {}", facet.meaning);
                let origin = Origin::Best(at, Best::Facet(facet));
                self.push(&name, facet.kind_of_value.into(), None, origin, &meaning);
            }
            if *kind == Kind::PersonName {
                let meaning = "giá trị tốt nhất của mọi nguồn: viết hoa chữ đầu mỗi từ";
                let name = format!("{field}.titled");
                self.push(&name, ValueType::Text, None, Origin::Best(at, Best::Titled), meaning);
            }
            for (name, value_type, what, meaning) in BEST {
                let name = format!("{field}.{name}");
                self.push(&name, value_type, None, Origin::Best(at, what), meaning);
            }
        }
    }

    fn own_slot(&mut self, settings: &Settings, source: SourceIndex, prefix: &str) {
        let slot = Slot { prefix: prefix.to_owned(), source, event: None, own: true };
        self.fill_slot(slot, settings.source(source));
    }

    /// A slot a source or kind of event, but for another record of the subject's own source;
    /// of events, the person's other ones are seen.
    fn linked_slots(&mut self, settings: &Settings, own: Option<SourceIndex>) {
        for (at, source) in settings.sources.iter().enumerate() {
            let index = SourceIndex(at as u8);
            match &source.events {
                Some(events) => {
                    for (word, prefix) in &events.kinds {
                        let event = Some(word.clone());
                        let slot = Slot { prefix: prefix.clone(), source: index, event, own: false };
                        self.linked_slot(slot, source);
                    }
                }
                None if own == Some(index) => {}
                None => {
                    let slot = Slot { prefix: source.prefix.clone(), source: index, event: None, own: false };
                    self.linked_slot(slot, source);
                }
            }
        }
    }

    fn linked_slot(&mut self, slot: Slot, source: &Source) {
        let at = Some(self.slots.len());
        let prefix = slot.prefix.clone();
        let (title, event) = (&source.title, slot.event.clone());
        let of = event.map_or(title.clone(), |event| format!("{title}, {event}"));
        let facts = [
            ("exists", ValueType::Boolean, Origin::Exists, "người này có bản ghi"),
            ("match_probability", ValueType::Float, Origin::MatchProbability, "xác suất khớp với bản ghi"),
            ("count", ValueType::Integer, Origin::Count, "số bản ghi của người này"),
        ];
        for (name, value_type, origin, meaning) in facts {
            self.push(&format!("{prefix}.{name}"), value_type, at, origin, &format!("{meaning} ({of})"));
        }
        if self.subject == Subject::MissingPerson {
            let meaning = "số bản ghi cư trú, hộ tịch của người khác giống người này mà người khác ấy chưa có bản ghi loại này";
            self.push(&format!("{prefix}.namesakes"), ValueType::Integer, at, Origin::Namesakes, meaning);
        }
        self.fill_slot(slot, source);
    }

    fn fill_slot(&mut self, slot: Slot, source: &Source) {
        let at = Some(self.slots.len());
        let is_compared = !slot.own && matches!(self.subject, Subject::Record(_));
        let is_own = slot.own;
        let dot = if slot.prefix.is_empty() { String::new() } else { format!("{}.", slot.prefix) };
        self.slots.push(slot);
        for (place, column) in source.columns.iter().enumerate() {
            let field = format!("{dot}{}", column.field);
            for facet in facets_of(&column.kind) {
                let name =
                    if facet.name.is_empty() { field.clone() } else { format!("{field}.{}", facet.name) };
                let meaning = format!("{}: {}", column.label, facet.meaning);
                self.push(&name, facet.kind_of_value.into(), at, Origin::Facet(place, facet), &meaning);
            }
            if column.kind == Kind::IdentityNumber {
                let holders = "số người có hồ sơ còn hiệu lực mang số này";
                let other = "mã hồ sơ đầu tiên của người khác mang số này";
                self.push(
                    &format!("{field}.holders"),
                    ValueType::Integer,
                    at,
                    Origin::Holders(place),
                    holders,
                );
                self.push(
                    &format!("{field}.other_holder"),
                    ValueType::Text,
                    at,
                    Origin::OtherHolder(place),
                    other,
                );
                let old_holders = "số người có hồ sơ còn hiệu lực mang số CMND 9 số này";
                let origin = Origin::Beside(place, Beside::OldHolders);
                if is_own {
                    self.push(&format!("{field}.old_holders"), ValueType::Integer, at, origin, old_holders);
                }
            }
            if is_compared {
                self.compared(&field, &column.field, place, at);
            }
        }
        self.derived(source, &dot, at);
    }

    /// Columns of the primary source's own records that need more than the record.
    fn beside(&mut self, source: &Source) {
        for entry in beside::OWN {
            if let Some(place) = beside::declared(source, entry) {
                let origin = Origin::Beside(place, entry.column);
                self.push(entry.name, entry.value_type, Some(0), origin, entry.meaning);
            }
        }
    }

    /// Columns of a linked record that compare it with the subject's.
    fn compared(&mut self, name: &str, field: &str, place: usize, at: Option<usize>) {
        match field {
            NUMBER_FIELD => {
                let meaning = "số chữ số khác với số định danh của hồ sơ đang xét; hai chữ số liền nhau đổi chỗ tính là một";
                let origin = Origin::Beside(place, Beside::DigitsOff);
                self.push(&format!("{name}.digits_off"), ValueType::Integer, at, origin, meaning);
            }
            SPOUSE_FIELD => {
                let meaning = "có người cùng hộ với hồ sơ đang xét mang tên này";
                let origin = Origin::Beside(place, Beside::InHousehold);
                self.push(&format!("{name}.in_household"), ValueType::Boolean, at, origin, meaning);
            }
            _ => {}
        }
    }

    fn derived(&mut self, source: &Source, dot: &str, at: Option<usize>) {
        if let Some(place) = source.column_of(BIRTH_FIELD) {
            let meaning = "tuổi tròn tại ngày chốt; chỉ có năm sinh thì lấy hiệu hai năm";
            self.push(&format!("{dot}age"), ValueType::Integer, at, Origin::Age(place), meaning);
        }
        if let Some(place) = source.column_of(STATUS_FIELD) {
            let meaning = "tình trạng cư trú đã biết và không phải `đã xoá`";
            self.push(&format!("{dot}live"), ValueType::Boolean, at, Origin::Live(place), meaning);
        }
        self.push(&format!("{dot}record_id"), ValueType::Text, at, Origin::RecordId, "mã bản ghi");
    }

    /// Adds a column unless one of that name is there: a declared field goes before a derived one.
    fn push(
        &mut self,
        name: &str,
        value_type: ValueType,
        slot: Option<usize>,
        origin: Origin,
        meaning: &str,
    ) {
        if self.by_name.contains_key(name) {
            return;
        }
        debug_assert!(!KEYWORDS.contains(&name) || !is_plain_word(name), "{name} is a keyword of SQL");
        self.by_name.insert(name.to_owned(), self.columns.len());
        let (name, meaning) = (name.to_owned(), meaning.to_owned());
        self.columns.push(Column { name, value_type, slot, origin, meaning });
    }
}
