//! `rules/wording/*.toml`: the words that officers read beside those of the quality rules.

use super::checks::Check;
use super::folder::RulesFolder;
use super::reader::Problems;
use super::sources::Source;

/// The words of lists and pages.
#[derive(Clone, Debug, Default)]
pub struct Wording {}

pub(super) fn read(
    _folder: &RulesFolder,
    _sources: &[Source],
    _checks: &[Check],
    _problems: &Problems,
) -> Wording {
    Wording {}
}
