//! Numbers as they are read: bits with a sign, probabilities that never round to certainty.

use super::words::Words;

/// Most decimals of a number of the rules.
const DECIMALS_MAX: f64 = 12.0;

impl Words {
    /// Bits with their sign and two decimals: `+12.71`, `−3.10`, `0.00`.
    pub(super) fn bits(&self, bits: f64) -> String {
        let rounded = format!("{:.2}", bits.abs());
        let is_zero = rounded.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = match (is_zero, bits < 0.0) {
            (true, _) => "",
            (false, true) => "−",
            (false, false) => "+",
        };
        format!("{sign}{}", self.localised(&rounded))
    }

    /// A match probability to four decimals; one that is neither 0 nor 1 is not told as either.
    pub(super) fn probability(&self, probability: f64) -> String {
        if probability > 0.9999 {
            format!("> {}", self.localised("0.9999"))
        } else if probability < 0.0001 {
            format!("< {}", self.localised("0.0001"))
        } else {
            self.localised(&format!("{probability:.4}"))
        }
    }

    /// A number of the rules: three digits that count, no zeros behind. A share next to 1 is told
    /// up to the first digit that sets it apart from certainty.
    pub(super) fn number(&self, number: f64) -> String {
        let place = |number: f64| number.log10().floor().clamp(-DECIMALS_MAX, DECIMALS_MAX);
        let counting = if number > 0.0 { 2.0 - place(number) } else { 0.0 };
        let from_one = if number > 0.0 && number < 1.0 { -place(1.0 - number) } else { 0.0 };
        let decimals = counting.max(from_one).max(0.0) as usize;
        let text = format!("{number:.decimals$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        self.localised(text)
    }

    fn localised(&self, text: &str) -> String {
        text.replace('.', self.decimal)
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{EN, VI};

    #[test]
    fn bits_have_a_sign_and_nothing_has_none() {
        let told = [12.714, -3.096, -0.001, 0.0].map(|bits| EN.bits(bits));
        assert_eq!(told, ["+12.71", "−3.10", "0.00", "0.00"]);
        assert_eq!(VI.bits(-3.096), "−3,10");
    }

    #[test]
    fn a_probability_is_never_told_as_certain() {
        let told = [0.5, 0.999_999, 1e-9, 0.9999].map(|p| EN.probability(p));
        assert_eq!(told, ["0.5000", "> 0.9999", "< 0.0001", "0.9999"]);
        assert_eq!(VI.probability(1e-9), "< 0,0001");
    }

    #[test]
    fn numbers_of_the_model_keep_the_digits_that_count() {
        let told = [0.985, 0.000_000_1, 0.974_998_9, 0.6, 0.001_26, 1.0, 5.0].map(|n| EN.number(n));
        assert_eq!(told, ["0.985", "0.0000001", "0.975", "0.6", "0.00126", "1", "5"]);
        assert_eq!(EN.number(0.999_998_9), "0.999999", "two numbers that differ are not certain");
    }
}
