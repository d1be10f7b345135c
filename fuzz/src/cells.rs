//! Texts as cells of one kind, through the normalise stage.

use doisoat::normalise::{Facet, FacetValue, Reader, facets_of};
use doisoat::settings::{KIND_WORDS, Kind, RulesFolder, Settings};
use doisoat::table::TextColumn;

/// Cells of one kind by the default rules.
pub(crate) struct Cells {
    pub(crate) settings: Settings,
    pub(crate) kind: Kind,
    reader: Reader,
    facets: Vec<&'static Facet>,
}

impl Cells {
    /// The kind that `DOISOAT_FUZZ_KIND` names; a mistake in it ends the process with the words there are.
    pub(crate) fn of_environment() -> Self {
        let word = std::env::var("DOISOAT_FUZZ_KIND").unwrap_or_default();
        let kind = kind(&word).unwrap_or_else(|| {
            let words: Vec<&str> = KIND_WORDS.iter().map(|(word, _)| *word).collect();
            panic!("set DOISOAT_FUZZ_KIND to one of {}, category:LIST for a list", words.join(", "))
        });
        let settings = Settings::read(&RulesFolder::embedded())
            .unwrap_or_else(|problems| panic!("the default rules: {problems:?}"));
        let reader = Reader::new(&settings);
        let facets = facets_of(&kind).collect();
        Self { settings, kind, reader, facets }
    }

    /// The standard form of each text, after every facet of it was evaluated.
    pub(crate) fn read<const N: usize>(&self, texts: [&str; N]) -> [Option<String>; N] {
        let column: TextColumn = texts.into_iter().collect();
        let values = self.reader.read(&self.kind, column.dictionary());
        std::array::from_fn(|row| {
            let code = column.code(row);
            let mut standard = None;
            for facet in self.facets.iter().filter(|_| code != 0) {
                let value = (facet.read)(&column, &values, code);
                if facet.name.is_empty() {
                    standard = shown(value);
                }
            }
            // A date's value is its day; what is written of one is a facet of its own.
            let written = self.facets.iter().find(|facet| facet.name == "standard");
            match written.filter(|_| code != 0 && self.kind == Kind::Date) {
                Some(facet) => shown((facet.read)(&column, &values, code)),
                None => standard,
            }
        })
    }
}

fn shown(value: FacetValue<'_>) -> Option<String> {
    match value {
        FacetValue::Null => None,
        FacetValue::Text(text) => Some(text.into_owned()),
        FacetValue::Integer(number) => Some(number.to_string()),
        FacetValue::Boolean(truth) => Some(truth.to_string()),
        FacetValue::Date(days) => Some(days.to_string()),
    }
}

fn kind(word: &str) -> Option<Kind> {
    let (word, list) = word.split_once(':').unwrap_or((word, "sex"));
    let make = KIND_WORDS.iter().find(|(known, _)| *known == word)?.1;
    Some(make(list.to_owned()))
}
