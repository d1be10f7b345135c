//! Each blocking rule by itself: whom it meets, and which comparisons its keys foretell.
//!
//! A pair that meets because of its birth date says nothing of how often birth
//! dates are miswritten. It says all the more of names: those of whoever has
//! that birth date, right or wrong. So each rule is run alone, over all that it
//! meets and not only what no rule before it met (which would be the pairs in
//! which the others' keys are wrong), and the comparisons that share a field with
//! its keys are left out.

use crate::link::Core;
use crate::link::blocking::{Blocking, BlockingAccount};
use crate::link::column::OfRecords;
use crate::link::decide::Judge;
use crate::link::foretold::is_foretold;
use crate::link::plan;
use crate::settings::{BlockingRule, ComparisonRule, Matching};

use super::counts::{Counting, VectorCounts};

/// What one rule met by itself.
#[derive(Debug)]
pub(super) struct Met {
    /// Vectors of the pairs that were compared, all comparisons in them.
    pub(super) counts: VectorCounts,
    pub(super) account: BlockingAccount,
}

/// Runs one rule without its finer keys, which would foretell more comparisons in some blocks only:
/// blocks over the cap are left out. Of more than `pairs_max` pairs about so many are compared.
pub(super) fn run(
    core: &Core<'_>,
    judge: &Judge<'_>,
    columns: &OfRecords<'_>,
    rule: &BlockingRule,
    (pairs, pairs_max): (u64, u64),
) -> Met {
    let alone = BlockingRule { finer: Vec::new(), ..rule.clone() };
    let matching = Matching { blocking: vec![alone], ..Matching::default() };
    let keyed = plan::read_keys(&matching, columns);
    let share = if pairs > pairs_max { pairs_max as f64 / pairs as f64 } else { 1.0 };
    let counting = Counting::new(judge, share);
    let blocking = Blocking { space: &core.space, columns: keyed.columns, rules: keyed.rules, home: None };
    let account = blocking.run(&counting, &|_| ()).accounts.pop().unwrap_or_default();
    Met { counts: counting.finish(), account }
}

/// By comparison: whether the rule's keys say nothing of it.
pub(super) fn trained(matching: &Matching, rule: &BlockingRule) -> Vec<bool> {
    matching.comparisons.iter().map(|comparison| !is_foretold(comparison, rule)).collect()
}

/// The rule, by place, that meets all pairs at the first level of a comparison, and no others.
pub(super) fn that_meets(matching: &Matching, comparison: &ComparisonRule) -> Option<usize> {
    let value = comparison.values.first()?.to_string();
    matching.blocking.iter().position(|rule| matches!(&rule.keys[..], [key] if key.to_string() == value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RulesFolder, Settings};

    #[test]
    fn a_rule_foretells_the_comparisons_that_share_a_field_with_its_keys() {
        let matching = Settings::read(&RulesFolder::embedded()).unwrap().matching;
        let left_out = |id: &str| -> Vec<&str> {
            let rule = matching.blocking.iter().find(|rule| rule.id.value == id).unwrap();
            let trained = trained(&matching, rule);
            let all = matching.comparisons.iter().zip(trained);
            all.filter(|(_, trained)| !trained).map(|(comparison, _)| comparison.id.as_str()).collect()
        };
        assert_eq!(left_out("personal_id"), ["personal_id", "old_id", "insurance_number"]);
        assert_eq!(left_out("name_birth_date"), ["full_name", "birth_date"]);
        assert_eq!(left_out("birth_date_ward"), ["birth_date", "place"]);
        assert_eq!(left_out("phone"), ["phone"]);
    }

    #[test]
    fn every_comparison_of_the_default_rules_is_trained_by_some_rule() {
        let matching = Settings::read(&RulesFolder::embedded()).unwrap().matching;
        let by_rule: Vec<Vec<bool>> = matching.blocking.iter().map(|rule| trained(&matching, rule)).collect();
        for (at, comparison) in matching.comparisons.iter().enumerate() {
            assert!(by_rule.iter().any(|trained| trained[at]), "{}", comparison.id);
        }
    }

    #[test]
    fn a_rule_of_one_key_meets_all_who_agree_in_it() {
        let matching = Settings::read(&RulesFolder::embedded()).unwrap().matching;
        let rule = |id: &str| {
            let comparison = matching.comparisons.iter().find(|one| one.id == id).unwrap();
            that_meets(&matching, comparison).map(|at| matching.blocking[at].id.value.as_str())
        };
        assert_eq!(
            [rule("personal_id"), rule("phone"), rule("old_id")],
            [Some("personal_id"), Some("phone"), Some("old_id")]
        );
        assert_eq!([rule("full_name"), rule("place")], [None, None]);
    }
}
