//! `rules/matching/*.toml`: which records are held to be one person.

use super::folder::RulesFolder;
use super::reader::Problems;
use super::sources::Source;

/// How records are linked.
#[derive(Clone, Debug, Default)]
pub struct Matching {}

pub(super) fn read(_folder: &RulesFolder, _sources: &[Source], _problems: &Problems) -> Matching {
    Matching {}
}
