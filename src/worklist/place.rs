//! Places in words: hamlets, the ward's own name at an address's end, other provinces.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use crate::settings::Settings;

/// What is known of wards and provinces.
pub(super) struct Places<'a> {
    /// Ward code → (full name, short name).
    wards: HashMap<&'a str, (&'a str, &'a str)>,
    /// Names that say no more than where the whole list is.
    own_names: HashSet<String>,
    /// Names of other provinces, old and new.
    other_provinces: HashSet<String>,
    hamlet_words: Vec<String>,
}

impl<'a> Places<'a> {
    /// O(wards and provinces).
    pub(super) fn new(settings: &'a Settings) -> Self {
        let reference = &settings.reference;
        let units = reference.table("admin_units");
        let wards =
            units.select(["code", "full_name", "name"]).map(|[code, full, name]| (code, (full, name)));
        let own: HashSet<&str> = units.select(["province_code"]).map(|[code]| code).collect();
        let own_names = units.select(["full_name", "province_name"]).flatten().map(folded_unit).collect();
        let other = reference
            .table("provinces")
            .select(["new_code", "old_name", "new_name"])
            .filter(|[code, ..]| !own.is_empty() && !own.contains(code));
        Self {
            wards: wards.collect(),
            own_names,
            other_provinces: other.flat_map(|[_, old, new]| [old, new]).map(folded_unit).collect(),
            hamlet_words: settings.wording.worklist.hamlet_words.iter().map(|w| folded(w)).collect(),
        }
    }

    /// A ward's full name: `Phường Bạc Liêu`.
    pub(super) fn ward(&self, code: &str) -> Option<&'a str> {
        self.wards.get(code).map(|(full, _)| *full)
    }

    /// A ward's short name: `Bạc Liêu`.
    pub(super) fn ward_name(&self, code: &str) -> Option<&'a str> {
        self.wards.get(code).map(|(_, name)| *name)
    }

    /// Whether an address ends in the name of another province.
    pub(super) fn is_elsewhere(&self, address: &str) -> bool {
        address.rsplit(',').next().is_some_and(|last| self.other_provinces.contains(&folded_unit(last)))
    }

    /// The hamlet that an address names, as it is written there.
    pub(super) fn hamlet<'t>(&self, address: &'t str) -> Option<&'t str> {
        address.split(',').map(str::trim).find(|part| self.is_hamlet(part))
    }

    /// An address as a ward's officer needs it: the hamlet first, then what separates it from
    /// the rest, the ward's and the province's own names left out.
    pub(super) fn shown_address<'t>(&self, address: &'t str, separator: &str) -> Cow<'t, str> {
        let parts: Vec<&str> = address.split(',').map(str::trim).collect();
        let kept = parts.iter().rposition(|part| !self.own_names.contains(&folded_unit(part)));
        let parts = &parts[..kept.map_or(parts.len(), |last| last + 1)];
        let hamlet = parts.iter().position(|part| self.is_hamlet(part));
        let others = parts.iter().enumerate().filter(|(at, _)| Some(*at) != hamlet).map(|(_, part)| *part);
        let rest = others.collect::<Vec<_>>().join(", ");
        match hamlet.map(|at| parts[at]) {
            Some(hamlet) if rest.is_empty() => hamlet.into(),
            Some(hamlet) => format!("{hamlet}{separator}{rest}").into(),
            None => rest.into(),
        }
    }

    fn is_hamlet(&self, part: &str) -> bool {
        let part = folded(part);
        let starts =
            |word: &String| part.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with(' '));
        self.hamlet_words.iter().any(starts)
    }
}

/// Lower case, one space between words.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words for a province that may stand before its name.
const PROVINCE_WORDS: [&str; 4] = ["tỉnh ", "thành phố ", "tp. ", "tp "];

fn folded_unit(text: &str) -> String {
    let name = folded(text.trim_end_matches('.'));
    PROVINCE_WORDS.iter().find_map(|word| name.strip_prefix(word)).map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RulesFolder;

    #[test]
    fn addresses_are_shown_with_the_hamlet_first_and_without_what_the_list_says_already() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let places = Places::new(&settings);
        for (address, expected) in [
            ("12 Trần Phú, Khóm 3, Phường Bạc Liêu, tỉnh Cà Mau", "Khóm 3 – 12 Trần Phú"),
            ("ấp Cái Giếng, xã Hưng Hội, Cà Mau", "ấp Cái Giếng"),
            ("Ấp 5", "Ấp 5"),
            ("Phường 3, thành phố Bạc Liêu", "Phường 3, thành phố Bạc Liêu"),
            ("Khómhẻm 2", "Khómhẻm 2"),
            ("", ""),
        ] {
            assert_eq!(places.shown_address(address, " – "), expected);
        }
    }

    #[test]
    fn only_the_name_of_another_province_at_the_end_means_elsewhere() {
        let settings = Settings::read(&RulesFolder::embedded()).unwrap();
        let places = Places::new(&settings);
        for address in ["12 Lê Lợi, quận 1, TP. Hồ Chí Minh", "xã Xuân Lam, tỉnh Nghệ An"] {
            assert!(places.is_elsewhere(address), "{address}");
        }
        for address in ["Ấp 5, xã U Minh, tỉnh Cà Mau", "Phường 3, tỉnh Bạc Liêu", "đường Nghệ An", ""]
        {
            assert!(!places.is_elsewhere(address), "{address}");
        }
    }
}
