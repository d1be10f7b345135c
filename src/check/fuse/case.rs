//! One person's contradictory records in one field.

/// One record's word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Voice {
    /// Which kind of record speaks.
    pub(super) witness: u8,
    /// Which of the case's values it has.
    pub(super) value: u8,
    /// The probability that the record is of the person at all.
    pub(super) link: f64,
}

/// Who says what, and what one value would be if another were the truth. The records themselves are
/// left out: cases that are equal are judged alike, and learnt from together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Case {
    /// Each witness once a value, in order of witnesses and values.
    pub(super) voices: Vec<Voice>,
    /// Number of distinct values.
    pub(super) values: u8,
    /// By truth × value seen: the kind of error.
    pub(super) kinds: Vec<u8>,
    /// By value: whether it may be the truth. One that merely says less than another may not.
    pub(super) candidates: Vec<bool>,
    /// By value, and last for any other one: the natural logarithm of what bears on it beside the
    /// witnesses, in steps of [`SIDE_STEP`].
    pub(super) side: Vec<i8>,
    /// By value: whether the personal number agrees with it; empty where there is no number.
    pub(super) number: Vec<bool>,
}

/// Side evidence is kept in steps, so that equal cases are many.
pub(super) const SIDE_STEP: f64 = 0.5;

impl Case {
    /// The kind of error of a value seen where another is the truth.
    pub(super) fn kind(&self, truth: usize, seen: u8) -> u8 {
        self.kinds.get(truth * usize::from(self.values) + usize::from(seen)).copied().unwrap_or(0)
    }

    /// Side evidence of a value as a factor; `values` stands for any other value.
    pub(super) fn side(&self, value: usize) -> f64 {
        self.side.get(value).map_or(1.0, |&steps| (f64::from(steps) * SIDE_STEP).exp())
    }

    /// Two cases are one to the model if their patterns are equal. Links are rounded to tenths.
    pub(super) fn pattern(&self) -> Vec<u8> {
        let mut pattern = vec![self.values, self.voices.len() as u8];
        for voice in &self.voices {
            pattern.extend([voice.witness, voice.value, (voice.link * 10.0).round() as u8]);
        }
        pattern.extend(&self.kinds);
        pattern.extend(self.candidates.iter().map(|&is| u8::from(is)));
        pattern.extend(self.side.iter().map(|&side| side as u8));
        pattern.extend(self.number.iter().map(|&agrees| 2 + u8::from(agrees)));
        pattern
    }

    /// People whose records agree: the witnesses with the whole value, and those with a vague one.
    pub(super) fn agreed(full: u16, vague: u16, vague_kind: u8) -> Self {
        let mut case = Self { values: 1 + u8::from(full != 0 && vague != 0), ..Self::default() };
        let (of_full, of_vague) = if full == 0 { (vague, 0) } else { (full, vague) };
        for witness in 0..u16::BITS as u8 {
            for (value, of) in [(0, of_full), (1, of_vague)] {
                if of >> witness & 1 == 1 {
                    case.voices.push(Voice { witness, value, link: 1.0 });
                }
            }
        }
        case.kinds = if case.values == 2 { vec![0, vague_kind, 0, 0] } else { vec![0] };
        case.candidates = (0..case.values).map(|value| value == 0).collect();
        case.side = vec![0; usize::from(case.values) + 1];
        case
    }
}

/// A natural logarithm in steps, held within what outweighs any witness.
pub(super) fn steps(ln: f64) -> i8 {
    (ln / SIDE_STEP).round().clamp(-120.0, 120.0) as i8
}
