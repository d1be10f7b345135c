//! `[training]`: what a model's numbers were learnt from.

use crate::settings::reader::TableReader;

/// What the numbers of a model were learnt from, and how that went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrainedOn {
    /// The version of the program that trained.
    pub program: String,
    /// The day of the data, as `yyyy-mm-dd`.
    pub day: String,
    /// SHA-256 of what was delivered, in hexadecimal: the same for the same files.
    pub data_sha256: String,
    /// Records of all sources.
    pub records: u64,
    /// Pairs that were compared, a pair once in each pass that met it.
    pub pairs: u64,
    /// Blocking rules that were run alone.
    pub passes: u64,
    /// Iterations of expectation and maximisation.
    pub iterations: u64,
    /// Whether the last iteration changed next to nothing.
    pub converged: bool,
}

impl TrainedOn {
    /// The table `[training]`; nothing where something of it is missing, which is told.
    pub(super) fn read(table: &TableReader<'_>) -> Option<Self> {
        let Some(own) = table.optional_table("training") else {
            let message = "a model of version 2 without the table [training]";
            let help = "let doisoat train write it, or write version = 1 for a model by hand";
            table.problem(table.place_of_value("version"), message, help);
            return None;
        };
        let text = |key| own.text(key).map(|text| text.value);
        let (program, day, data_sha256) = (text("program"), text("day"), text("data_sha256"));
        let (records, pairs) = (whole(&own, "records"), whole(&own, "pairs"));
        let (passes, iterations) = (whole(&own, "passes"), whole(&own, "iterations"));
        let converged = own.bool_or("converged", false);
        own.finish();
        Some(Self {
            program: program?,
            day: day?,
            data_sha256: data_sha256?,
            records: records?,
            pairs: pairs?,
            passes: passes?,
            iterations: iterations?,
            converged,
        })
    }
}

/// A required whole number, 0 or more.
fn whole(table: &TableReader<'_>, key: &'static str) -> Option<u64> {
    let number = table.number(key)?;
    // Beyond 2^53 a number need not be the one that was written.
    if number.value >= 0.0 && number.value <= 9_007_199_254_740_992.0 && number.value.fract() <= 0.0 {
        return Some(number.value as u64);
    }
    let message = format!("`{key} = {}` is not a count", number.value);
    table.problem(number.place, message, "give a whole number, 0 or more");
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::matching::testing::{MODEL, read_model};

    const TRAINING: &str = "\n[training]\nprogram = \"0.1.0\"\nday = \"2026-06-30\"\ndata_sha256 = \"ab\"\n\
                            records = 12\npairs = 34\npasses = 5\niterations = 67\nconverged = true\n";

    fn told(training: &str) -> (Option<TrainedOn>, Vec<String>) {
        let second = MODEL.replace("version = 1", "version = 2");
        let (model, told) = read_model(Some(&format!("{second}{training}")));
        (model.trained_on, told)
    }

    #[test]
    fn what_a_model_was_trained_on_is_read() {
        let (trained_on, told) = told(TRAINING);
        assert_eq!(told, [""; 0]);
        let trained_on = trained_on.unwrap();
        assert_eq!((trained_on.records, trained_on.pairs, trained_on.passes), (12, 34, 5));
        assert_eq!((trained_on.iterations, trained_on.converged), (67, true));
        assert_eq!(trained_on.day, "2026-06-30");
    }

    #[test]
    fn a_first_version_has_no_such_table_and_a_second_one_must() {
        let (model, untold) = read_model(Some(MODEL));
        assert_eq!((model.version, model.trained_on, untold.len()), (1, None, 0));
        let (_, first) = read_model(Some(&format!("{MODEL}{TRAINING}")));
        assert!(first.len() == 1 && first[0].contains("unknown key `training`"), "{first:?}");
        let (_, second) = told("");
        assert_eq!(
            second,
            [
                "error[SET-004]: rules/matching/model.toml:1:11: a model of version 2 without the table [training]\n  \
              help: let doisoat train write it, or write version = 1 for a model by hand"
            ]
        );
    }

    #[test]
    fn counts_are_whole_numbers() {
        for (count, shown) in [("-1", "-1"), ("1.5", "1.5"), ("nan", "NaN"), ("1e300", "1000")] {
            let (trained_on, told) = told(&TRAINING.replace("34", count));
            assert!(trained_on.is_none() && told.len() == 1, "{told:?}");
            assert!(told[0].contains(&format!("`pairs = {shown}")), "{told:?}");
        }
        let (_, told) = told(&TRAINING.replace("passes = 5\n", ""));
        assert!(told.len() == 1 && told[0].contains("key `passes` is missing"), "{told:?}");
    }
}
