//! How far a share of few cases can be trusted.

/// The standard normal's 97.5 % point.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a share seen in so many cases: E. B. Wilson, *Probable inference, the law of
/// succession, and statistical inference*, Journal of the American Statistical Association 22, 1927.
/// `cases` need not be whole; nothing where there are none.
pub(super) fn wilson(share: f64, cases: f64) -> Option<[f64; 2]> {
    if cases.is_nan() || cases <= 0.0 {
        return None;
    }
    let more = Z * Z / cases;
    let centre = (share + more / 2.0) / (1.0 + more);
    let half = Z * (share * (1.0 - share) / cases + more / (4.0 * cases)).max(0.0).sqrt() / (1.0 + more);
    // Rounding must not put the share itself outside.
    Some([(centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0)])
}

/// Sums over units that stand or fall together (the pairs of one person), from which follows how
/// much less its cases tell than as many independent ones.
///
/// Whole numbers, so that sums do not hang on their order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clustering {
    units: u64,
    cases: u64,
    faults: u64,
    cases_squared: u128,
    faults_squared: u128,
    both: u128,
}

impl Clustering {
    /// A unit of so many cases, so many of them at fault; one without cases tells nothing.
    pub(super) fn add(&mut self, cases: u64, faults: u64) {
        if cases == 0 {
            return;
        }
        let (x, y) = (u128::from(cases), u128::from(faults));
        self.units += 1;
        self.cases += cases;
        self.faults += faults;
        self.cases_squared += x * x;
        self.faults_squared += y * y;
        self.both += x * y;
    }

    /// All cases, and those at fault.
    pub(super) fn totals(&self) -> [u64; 2] {
        [self.cases, self.faults]
    }

    /// Kish's design effect of the share R of m units with x cases and y faults each: its variance
    /// m/(m−1) · Σ (y − R·x)² / (Σ x)² (W. G. Cochran, *Sampling Techniques*, 1977, 6.4), over R(1−R)/Σx,
    /// which independent cases would have. No less than 1; 1 where nothing or everything is at fault.
    pub(super) fn design_effect(&self) -> f64 {
        let (cases, faults, units) = (self.cases as f64, self.faults as f64, self.units as f64);
        if self.units < 2 || self.faults == 0 || self.faults >= self.cases {
            return 1.0;
        }
        let share = faults / cases;
        let squares = self.faults_squared as f64 - 2.0 * share * self.both as f64
            + share * share * self.cases_squared as f64;
        (units / (units - 1.0) * squares / (cases * share * (1.0 - share))).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn intervals_are_those_of_the_books() {
        // R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3.
        for (share, cases, expected) in [
            (81.0 / 263.0, 263.0, [0.2553, 0.3662]),
            (15.0 / 148.0, 148.0, [0.0624, 0.1605]),
            (0.0, 20.0, [0.0, 0.1611]),
            (1.0 / 29.0, 29.0, [0.0061, 0.1718]),
        ] {
            let found = wilson(share, cases).unwrap();
            let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 5e-5);
            assert!(near, "{found:?} is not {expected:?}");
        }
        assert_eq!((wilson(0.5, 0.0), wilson(0.5, f64::NAN)), (None, None));
    }

    #[test]
    fn pairs_that_fail_together_count_as_one() {
        let of = |unit: u64, units: u64, bad: u64| {
            let mut sums = Clustering::default();
            (0..units).for_each(|at| sums.add(unit, if at < bad { unit } else { 0 }));
            sums
        };
        let alone = of(1, 1000, 100);
        assert!((alone.design_effect() - 1000.0 / 999.0).abs() < 1e-9);
        assert!((of(6, 1000, 100).design_effect() - 6.0 * 1000.0 / 999.0).abs() < 1e-9);
        for none in [of(6, 0, 0), of(6, 1, 1), of(6, 50, 0), of(6, 50, 50)] {
            assert!((none.design_effect() - 1.0).abs() < 1e-12);
        }
    }

    proptest! {
        #[test]
        fn ends_lie_about_the_share_and_within_one(share in 0.0..=1.0, cases in 1e-3..1e12) {
            let [low, high] = wilson(share, cases).unwrap();
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
        }

        #[test]
        fn any_units_have_an_effect_that_is_a_number(units in prop::collection::vec((0..1u64 << 40, 0.0..=1.0), 0..30)) {
            let mut sums = Clustering::default();
            for (cases, share) in units {
                sums.add(cases, (cases as f64 * share) as u64);
            }
            prop_assert!(sums.design_effect().is_finite() && sums.design_effect() >= 1.0);
        }
    }
}
