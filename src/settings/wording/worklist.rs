//! `rules/wording/worklist.toml`: how long lists are, what stands in them, and their words.

use crate::settings::checks::{Check, Route, Subject};
use crate::settings::reader::{Located, TableReader};
use crate::settings::sources::Source;

/// Words and bounds of worklists.
#[derive(Clone, Debug, Default)]
pub struct WorklistWording {
    /// Most items of a ward's week; urgent ones are never cut.
    pub package_max: usize,
    /// Most rows of an office's workbook; its CSV file has all.
    pub workbook_rows_max: usize,
    /// Items of people younger than this (by year of birth) come first within their severity.
    pub child_below_years: i64,
    /// Prefixes of records that tell a death.
    pub death_evidence: Vec<String>,
    /// Fields whose values are never printed.
    pub withheld_fields: Vec<String>,
    /// Fields whose items never stand on the community team's sheet, unless the rule says so.
    pub community_withheld_fields: Vec<String>,
    /// Words that begin a hamlet's name in an address.
    pub hamlet_words: Vec<String>,
    /// Which fields a person is shown by.
    pub person: PersonFields,
    /// Headers of columns.
    pub headers: Headers,
    /// Sentences and short texts.
    pub texts: Texts,
    /// How to fill a list in, a line each.
    pub guide: Vec<String>,
    /// The same for the community team's sheet.
    pub community_guide: Vec<String>,
}

impl WorklistWording {
    /// Whether a rule's items may stand on the community team's sheet. Where the rule does not say: visits at
    /// home that are about one person and have nothing to do with a death or a sensitive field. A rule of
    /// another route than `door` is never there.
    pub fn is_for_community(&self, check: &Check) -> bool {
        let of_death = || {
            check.evidence.iter().chain(&check.needs).any(|word| {
                let prefix = word.value.split('.').next().unwrap_or_default();
                self.death_evidence.iter().any(|known| known == prefix)
            })
        };
        let is_sensitive = || {
            self.withheld_fields.contains(&check.field)
                || self.community_withheld_fields.contains(&check.field)
        };
        let derived = || !matches!(check.subject, Subject::Pair(_)) && !of_death() && !is_sensitive();
        check.route == Route::Door && check.community.unwrap_or_else(derived)
    }
}

/// Which fields a person is shown by; what is empty is not shown.
#[derive(Clone, Debug, Default)]
pub struct PersonFields {
    /// Full name.
    pub full_name: String,
    /// Date of birth.
    pub birth_date: String,
    /// Personal number.
    pub personal_id: String,
    /// Address in words.
    pub address: String,
    /// The household's number.
    pub household: String,
    /// The relation to the head of the household.
    pub relation: String,
    /// The word of `relation` that names the head.
    pub relation_head: String,
    /// The record's status.
    pub status: String,
    /// The word of `status` for a record that is no longer in force.
    pub status_ended: String,
}

/// A struct of texts, each a required key; `[…]` names the placeholders that may stand in it.
macro_rules! texts {
    ($(#[$doc:meta])* $type:ident { $($(#[$field_doc:meta])* $field:ident [$($hole:literal),*]),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $type { $($(#[$field_doc])* pub $field: String),+ }

        impl $type {
            fn read(table: &TableReader<'_>) -> Self {
                let read = Self { $($field: template(table, stringify!($field), &[$($hole),*])),+ };
                table.finish();
                read
            }
        }
    };
}

texts!(
    /// Headers of the columns of all lists.
    Headers {
        /// STT.
        number [],
        /// Mức ưu tiên.
        severity [],
        /// Hạn xử lý.
        deadline [],
        /// Ấp/khóm – Địa chỉ.
        address [],
        /// Chủ hộ.
        head [],
        /// Họ, chữ đệm và tên.
        name [],
        /// Ngày sinh – Số định danh.
        birth_and_id [],
        /// Nội dung cần xác minh.
        task [],
        /// Thông tin hiện có.
        current [],
        /// Thông tin đối chiếu.
        compared [],
        /// Giấy tờ cần xem.
        papers [],
        /// Kết quả.
        result [],
        /// Ghi chú.
        note [],
        /// Mã trường hợp.
        case_code [],
        /// Căn cứ đối chiếu.
        evidence [],
        /// Mức tin cậy.
        confidence [],
        /// Việc cần làm, biểu mẫu.
        action [],
        /// Cơ quan có thẩm quyền.
        authority [],
        /// Cán bộ thực hiện.
        officer [],
        /// Ngày xác minh.
        verified_on [],
        /// Lãnh đạo duyệt.
        approved_by [],
        /// Mã xã.
        ward_code [],
        /// Xã, phường.
        ward [],
        /// The record's id.
        record [],
        /// The field at fault.
        field [],
        /// The value as delivered.
        old_value [],
        /// The value in standard form.
        new_value [],
        /// How many.
        count [],
        /// Ấp, khóm.
        hamlet [],
        /// Lịch hẹn.
        appointment [],
        /// Giấy tờ cần mang theo.
        papers_to_bring [],
    }
);

texts!(
    /// Sentences and short texts of lists.
    Texts {
        /// A ward's list.
        ward_title ["unit"],
        /// An office's list.
        agency_title ["office"],
        /// A community team's sheet.
        community_title ["unit"],
        /// Who it goes to.
        community_office [],
        /// How many people are on it.
        community_counts ["written"],
        /// A list to be applied in bulk.
        auto_title ["office"],
        /// Who it goes to and what day the data stand at.
        addressed ["office", "date"],
        /// How many items there are and how many wait.
        counts ["written", "severities", "waiting", "all"],
        /// How many rows of a long list the workbook holds.
        bulk_counts ["written", "all"],
        /// The list of items whose ward is not known.
        unknown_ward [],
        /// The list of people of other provinces.
        other_province [],
        /// Foot of each page, left.
        footer ["unit", "date"],
        /// Foot of each page, right.
        page ["page", "pages"],
        /// Where a value is empty.
        no_value [],
        /// Where a person has no number.
        no_number [],
        /// Where a person has no record.
        no_record ["source"],
        /// Where a value is not to be printed.
        withheld [],
        /// Who says so.
        by_source ["source"],
        /// A source with the day up to which it was written.
        dated_source ["source", "date"],
        /// A record by its id.
        record_of ["id"],
        /// Before evidence that speaks against.
        against [],
        /// Why it matters.
        why ["why"],
        /// The form to fill in.
        form ["form"],
        /// The legal or procedural basis.
        basis ["basis"],
        /// Sheet of a ward's items.
        sheet_items [],
        /// Sheet of an office's items.
        sheet_bulk [],
        /// Sheet of the community team.
        sheet_community [],
        /// Sheet of counts.
        sheet_counts [],
        /// Sheet of instructions.
        sheet_guide [],
        /// Hidden sheet of results.
        sheet_results [],
        /// Title of the box when a typed result is not in the list.
        result_error_title [],
        /// Text of that box.
        result_error [],
        /// Heading of the instructions.
        guide_title [],
        /// Heading of the results' meanings.
        guide_results [],
    }
);

/// Reads the file; fields and prefixes are checked where the sources are given.
pub(super) fn read(table: &TableReader<'_>, sources: Option<&[Source]>) -> Option<WorklistWording> {
    let package_max = table.number_or("package_max", 250.0, (1.0, 100_000.0)) as usize;
    let workbook_rows_max = table.number_or("workbook_rows_max", 50_000.0, (1.0, 1_000_000.0)) as usize;
    let child_below_years = table.number_or("child_below_years", 6.0, (0.0, 150.0)) as i64;
    let death_evidence = table.texts("death_evidence");
    let withheld_fields = table.texts("withheld_fields");
    let community_withheld_fields = table.texts("community_withheld_fields");
    let hamlet_words = table.texts("hamlet_words");
    let person = table.optional_table("person").map(|person| read_person(&person, sources));
    let headers = table.table("columns").map(|headers| Headers::read(&headers));
    let texts = table.table("texts").map(|texts| {
        check_sheet_names(&texts);
        Texts::read(&texts)
    });
    let guide = table.optional_table("guide").map(|guide| read_guide(&guide));
    let community_guide = table.optional_table("community_guide").map(|guide| read_guide(&guide));
    if let Some(sources) = sources {
        let prefixes = || sources.iter().flat_map(Source::prefixes);
        check_words(table, &death_evidence, "prefix", &prefixes().collect::<Vec<_>>());
        check_words(table, &withheld_fields, "field", &fields(sources));
        check_words(table, &community_withheld_fields, "field", &fields(sources));
    }
    Some(WorklistWording {
        package_max,
        workbook_rows_max,
        child_below_years,
        death_evidence: values(death_evidence),
        withheld_fields: values(withheld_fields),
        community_withheld_fields: values(community_withheld_fields),
        hamlet_words: values(hamlet_words),
        person: person.unwrap_or_default(),
        headers: headers?,
        texts: texts?,
        guide: guide.unwrap_or_default(),
        community_guide: community_guide.unwrap_or_default(),
    })
}

fn read_person(table: &TableReader<'_>, sources: Option<&[Source]>) -> PersonFields {
    let field = |key: &'static str| {
        let typed = table.optional_text(key);
        if let (Some(typed), Some(sources)) = (&typed, sources) {
            check_words(table, std::slice::from_ref(typed), "field", &fields(sources));
        }
        typed.map(|typed| typed.value).unwrap_or_default()
    };
    let person = PersonFields {
        full_name: field("full_name"),
        birth_date: field("birth_date"),
        personal_id: field("personal_id"),
        address: field("address"),
        household: field("household"),
        relation: field("relation"),
        relation_head: table.text_or_empty("relation_head"),
        status: field("status"),
        status_ended: table.text_or_empty("status_ended"),
    };
    table.finish();
    person
}

fn read_guide(table: &TableReader<'_>) -> Vec<String> {
    let lines = values(table.texts("lines"));
    table.finish();
    lines
}

fn values(texts: Vec<Located<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}

fn fields(sources: &[Source]) -> Vec<&str> {
    sources.iter().flat_map(|source| source.columns.iter().map(|column| column.field.as_str())).collect()
}

fn check_words(table: &TableReader<'_>, typed: &[Located<String>], what: &str, valid: &[&str]) {
    for word in typed.iter().filter(|word| !valid.contains(&word.value.as_str())) {
        table.unknown_word(word, what, valid.iter().copied());
    }
}

/// Texts that name sheets of one workbook.
const SHEET_NAMES: [&str; 6] =
    ["sheet_items", "sheet_bulk", "sheet_community", "sheet_counts", "sheet_guide", "sheet_results"];
/// What spreadsheet programs allow in a sheet's name.
const SHEET_NAME_CHARS_MAX: usize = 31;

fn check_sheet_names(table: &TableReader<'_>) {
    let mut names: Vec<String> = Vec::new();
    for key in SHEET_NAMES.into_iter().filter(|key| table.has(key)) {
        let Some(name) = table.optional_text(key) else { continue };
        let fits = !name.value.is_empty()
            && name.value.encode_utf16().count() <= SHEET_NAME_CHARS_MAX
            && !name.value.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']);
        if !fits || names.contains(&name.value.to_lowercase()) {
            let help = "give each sheet a name of its own, at most 31 characters, without []:*?/\\'";
            table.problem(name.place, format!("`{}` cannot be a sheet's name", name.value), help);
        }
        names.push(name.value.to_lowercase());
    }
}

fn template(table: &TableReader<'_>, key: &'static str, holes: &[&str]) -> String {
    let Some(text) = table.text(key) else { return String::new() };
    check_holes(table, &text, holes);
    text.value
}

/// Every `{word}` of a text must be a placeholder that it may have.
pub(super) fn check_holes(table: &TableReader<'_>, text: &Located<String>, holes: &[&str]) {
    for hole in text.value.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        if !holes.contains(&hole) {
            let help = match crate::diagnostic::nearest(hole, holes.iter().copied()) {
                Some(word) => format!("did you mean `{word}`?"),
                None if holes.is_empty() => "no placeholder may stand here".to_owned(),
                None => format!("valid: {}", holes.join(", ")),
            };
            table.problem(text.place.clone(), format!("unknown placeholder `{{{hole}}}`"), help);
        }
    }
}
