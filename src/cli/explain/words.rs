//! The words of an explanation: one table a language.
//!
//! Sentences have places such as `{bits}`, the same ones in every language. Levels, comparisons and
//! the like are looked up by id; what a rules folder of one's own calls otherwise is shown by its id.

mod en;
mod vi;

pub(super) use en::EN;
pub(super) use vi::VI;

/// Ids and what they are called.
pub(super) type Names = &'static [(&'static str, &'static str)];

/// What an id is called; the id itself where no table has it.
pub(super) fn name(names: Names, id: &str) -> &str {
    names.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| name)
}

/// A sentence with its places filled in; a place that is not given stays as it is. What is filled in
/// is not looked at again. O(length · places).
pub(super) fn fill(sentence: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let place = behind.split_once('}');
        let given = place.and_then(|(name, after)| {
            places.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text, after))
        });
        if let Some((text, after)) = given {
            filled.push_str(text);
            rest = after;
        } else {
            filled.push('{');
            rest = behind;
        }
    }
    filled + rest
}

macro_rules! words {
    ($($(#[$meaning:meta])* $name:ident,)*) => {
        /// All words of one language.
        pub(super) struct Words {
            /// The decimal mark.
            pub(super) decimal: &'static str,
            pub(super) fields: Names,
            pub(super) facets: Names,
            pub(super) comparisons: Names,
            pub(super) levels: Names,
            pub(super) kinds: Names,
            pub(super) verdicts: Names,
            pub(super) contradictions: Names,
            pub(super) reasons: Names,
            $($(#[$meaning])* pub(super) $name: &'static str,)*
        }

        #[cfg(test)]
        impl Words {
            /// All sentences by name.
            fn sentences(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }
    };
}

words! {
    /// The language, as HTML names it.
    language,
    title,
    records,
    comparisons_heading,
    waterfall,
    together,
    costs,
    blocking,
    run,
    field,
    unreadable,
    no_column,
    comparison,
    level,
    step,
    running_total,
    prior,
    rarity,
    kin,
    sum,
    match_weight,
    rule,
    meets,
    why,
    yes,
    no,
    shares_note,
    bits_note,
    link,
    review,
    review_contradicts,
    no_link,
    no_link_contradicts,
    met,
    never_met,
    had_they_met,
    by_itself,
    people,
    people_factor,
    joined,
    weight_alone,
    thresholds,
    contradictions_hold,
    no_contradiction,
    cost,
    cost_if_exact,
    no_costs,
    says_nothing,
    block,
    block_split,
    block_too_large,
    part_too_large,
    no_finer,
    key_differs,
    key_missing,
    side_left,
    side_right,
    side_both,
    run_lacks,
    run_linked,
    run_linked_over,
    run_review,
    run_review_reason,
    run_nothing,
    one_person,
    two_people,
    path,
    path_direct,
    path_link,
    weakest,
    between,
    between_pair,
    between_more,
    drift,
    parts_values,
    parts_calibration,
    parts_second_look,
    parts_sum,
    personal,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings::{COMPARATORS, KIN, RulesFolder, Settings};

    fn places(sentence: &str) -> BTreeSet<&str> {
        sentence.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
    }

    #[test]
    fn both_languages_have_the_same_places_in_every_sentence() {
        for ((name, en), (_, vi)) in EN.sentences().into_iter().zip(VI.sentences()) {
            assert!(!en.is_empty() && !vi.is_empty(), "{name}");
            assert_eq!(places(en), places(vi), "{name}");
        }
    }

    #[test]
    fn vietnamese_has_a_name_for_everything_in_the_default_rules() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let matching = &settings.matching;
        let known = |names: Names, id: &str| names.iter().any(|(known, _)| *known == id);
        for level in COMPARATORS.iter().flat_map(|comparator| comparator.levels).chain(&["else"]) {
            assert!(known(VI.levels, level), "level {level}");
        }
        assert!(matching.comparisons.iter().all(|one| known(VI.comparisons, &one.id)));
        assert!(matching.contradictions.iter().all(|one| known(VI.contradictions, &one.id)));
        assert!(KIN.iter().chain(&["strangers"]).all(|kind| known(VI.kinds, kind)));
        for words in [&EN, &VI] {
            for reason in ["tie", "second_best", "cut_weak_bridge", "cut_too_large"] {
                assert!(known(words.reasons, reason), "{reason}");
            }
            assert!(matching.contradictions.iter().all(|one| known(words.contradictions, &one.id)));
        }
    }

    #[test]
    fn what_is_filled_in_is_not_taken_for_a_place() {
        assert_eq!(fill("{a} – {b}", &[("a", "{b}"), ("b", "2")]), "{b} – 2");
        assert_eq!(fill("{x {a} }{", &[("a", "1")]), "{x 1 }{");
    }
}
