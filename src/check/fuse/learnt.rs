//! One field of all people: who agrees, what was learnt from them, and the verdicts.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::case::{Case, Voice};
use super::em;
use super::field::{Agreement, Field, Said, Words};
use super::judged::{Judged, Verdicts};
use super::model::{KINDS_MAX, Model, NumberModel, WitnessModel};
use super::side::{self, Gaps, Lexicon};
use super::{Night, Testimony};
use crate::check::hashes::Hashes;
use crate::normalise::Records;
use crate::settings::{FieldEvidence, Kind, NumberTells, WitnessRule};
use crate::table::{RecordRef, SourceIndex};

/// The witnesses of an agreed value: those with the whole of it, and those with a vague one.
type Agreed = (u16, u16);
/// People whose records disagree.
const DISPUTED: Agreed = (u16::MAX, u16::MAX);
/// People in one piece of work.
const PIECE: usize = 1 << 15;
/// People whose records are fetched together: their words stay in a core's own cache.
const AT_ONCE: usize = 512;
/// Agreeing people of whom numbers, names and days are counted, of all of them; more would not be
/// more exact.
const SAMPLE: usize = 400_000;
/// Disputed people learnt from, of all of them: shares are then known to a hundredth of themselves, and
/// patterns are some thousands.
const LEARN_FROM: usize = 30_000;
/// The share of numbers made from what the copied record says, to begin with.
const NUMBER_COPIED: f64 = 0.1;
/// Years that a wrong number may tell.
const YEARS: f64 = 80.0;

/// A field with what was learnt of it and judged.
pub(super) struct Learnt<'a> {
    pub(super) field: Field<'a>,
    columns: Vec<Option<usize>>,
    pub(super) model: Model,
    /// By person: the witnesses that agree, a bit each, or [`DISPUTED`].
    agreed: Vec<Agreed>,
    /// How sure an agreed value is, by its witnesses.
    sure: HashMap<Agreed, f64>,
    judged: Verdicts,
}

/// What one piece of people shows.
#[derive(Default)]
struct Piece {
    agreed: Vec<Agreed>,
    disputed: Vec<u32>,
    patterns: HashMap<Agreed, u64>,
    gaps: Gaps,
    words: Vec<u64>,
    /// Wrong numbers, and numbers.
    numbers: [u64; 2],
}

impl<'a> Learnt<'a> {
    /// O(records), then O(patterns) rounds, then O(disputed people).
    pub(super) fn new(
        night: &Night<'a>,
        sources: (&[Option<&'a Records>], &'a Hashes),
        evidence: &'a FieldEvidence,
    ) -> Option<Self> {
        let field = Field::new(night.settings, sources, evidence)?;
        let piece = observe(night, &field);
        let lexicon = Lexicon::of(piece.words);
        let disputed: Vec<(u32, Case, Vec<Said>)> = piece
            .disputed
            .par_iter()
            .map(|&person| {
                let links = night.links_of(person);
                let side = (&piece.gaps, &lexicon);
                let (case, said) = field.case(&night.witnesses, night.members(person), &links, side);
                (person, case, said)
            })
            .collect();
        let prior = prior(night, &field, piece.numbers);
        let patterns = patterns(&field, &piece.patterns, &disputed);
        let model = em::learn(&prior, night.settings.evidence.prior_people, &patterns);
        let judge = |(person, case, said): (u32, Case, Vec<Said>)| judge(&model, person, &case, said);
        let judged = Verdicts::new(disputed.into_par_iter().filter_map(judge).collect());
        let sure = sure(&field, &model, &piece.patterns);
        let columns = (0..night.settings.sources.len())
            .map(|at| night.source_column(SourceIndex(at as u8), &evidence.field))
            .collect();
        Some(Self { field, columns, model, agreed: piece.agreed, sure, judged })
    }

    /// The field's column in a source.
    pub(super) fn column(&self, source: SourceIndex) -> Option<usize> {
        *self.columns.get(source.index())?
    }

    /// Whether a person's records disagree. O(1).
    pub(super) fn is_disputed(&self, person: u32) -> bool {
        self.agreed.get(person as usize) == Some(&DISPUTED)
    }

    /// The verdict on a person whose records disagree. O(1).
    pub(super) fn judged(&self, person: u32) -> Option<&Judged> {
        if self.is_disputed(person) { self.judged.of(person) } else { None }
    }

    /// The witnesses of an agreed value; none where nobody has any.
    pub(super) fn agreed(&self, person: u32) -> Option<u16> {
        self.agreement(person).map(|(full, vague)| if full == 0 { vague } else { full })
    }

    fn agreement(&self, person: u32) -> Option<Agreed> {
        self.agreed.get(person as usize).copied().filter(|of| *of != DISPUTED && *of != (0, 0))
    }

    pub(super) fn confidence_of_agreed(&self, person: u32) -> Option<f64> {
        self.sure.get(&self.agreement(person)?).copied()
    }

    /// Who has the agreed value.
    pub(super) fn testimonies_of_agreed(&self, night: &Night<'_>, person: u32) -> Vec<Testimony> {
        let (members, links) = (night.members(person), night.links_of(person));
        let Some(shown) = self.field.shown(&night.witnesses, members, None) else { return Vec::new() };
        let value = self.field.value(shown);
        let has = |record: RecordRef| {
            self.field.value(record) == value
                && self.field.is_asked(self.field.witness(&night.witnesses, record))
        };
        let of = |(&record, &link): (&RecordRef, &f32)| {
            let witness =
                self.model.witnesses.get(usize::from(self.field.witness(&night.witnesses, record)))?;
            has(record).then_some(Testimony {
                record,
                column: self.column(record.source)?,
                speaks_for: true,
                weight: f64::from(link) * (1.0 - witness.error()),
                link: f64::from(link),
            })
        };
        members.iter().zip(&links).filter_map(of).collect()
    }
}

/// Whose records agree, and what agreeing people show.
fn observe(night: &Night<'_>, field: &Field<'_>) -> Piece {
    let people = night.linkage.people.members.len();
    let every = people.div_ceil(SAMPLE).max(1);
    let pieces: Vec<Piece> = (0..people.div_ceil(PIECE))
        .into_par_iter()
        .map(|at| {
            let (mut piece, mut words) = (Piece::default(), Words::default());
            for first in (at * PIECE..((at + 1) * PIECE).min(people)).step_by(AT_ONCE) {
                let some = first..(first + AT_ONCE).min((at + 1) * PIECE).min(people);
                piece.observe_some(night, field, (some, every), &mut words);
            }
            piece
        })
        .collect();
    let mut all = Piece::default();
    for piece in pieces {
        all.merge(piece);
    }
    all
}

impl Piece {
    /// Reads all records of some people, then looks at one person after the other.
    fn observe_some(
        &mut self,
        night: &Night<'_>,
        field: &Field<'_>,
        (people, every): (Range<usize>, usize),
        words: &mut Words,
    ) {
        let members = &night.linkage.people.members;
        let (records, start) = members.of(people.clone());
        field.read(records, &night.witness_of[start..start + records.len()], words);
        let mut rest = words.said.as_slice();
        for person in people {
            let (own, others) = rest.split_at(members[person].len());
            rest = others;
            self.observe(night, field, (person as u32, person % every == 0), own);
        }
    }

    fn observe(
        &mut self,
        night: &Night<'_>,
        field: &Field<'_>,
        (person, is_sampled): (u32, bool),
        said: &[(u64, u8)],
    ) {
        let members = night.members(person);
        let Agreement::Agreed(full, vague) = field.agreement(night, members, said) else {
            self.agreed.push(DISPUTED);
            self.disputed.push(person);
            return;
        };
        self.agreed.push((full, vague));
        if full | vague != 0 {
            *self.patterns.entry((full, vague)).or_default() += 1;
        }
        if is_sampled && full.count_ones() > 1 {
            self.sample(night, field, members);
        }
    }

    /// What people who agree show of names, numbers and days of registration.
    fn sample(&mut self, night: &Night<'_>, field: &Field<'_>, members: &[RecordRef]) {
        let Some(shown) = field.shown(&night.witnesses, members, None) else { return };
        if let Some((year, days)) = field.gap(&night.witnesses, members) {
            self.gaps.count(year, days);
        }
        if let Some(fits) = field.number_fits(members, shown) {
            self.numbers[0] += u64::from(!fits);
            self.numbers[1] += 1;
        }
        let reading = field.readings.get(shown.source.index()).and_then(Option::as_ref);
        if let Some(name) =
            reading.filter(|_| *field.kind == Kind::PersonName).and_then(|of| of.name(shown.row))
        {
            self.words.extend(side::words(name.key));
        }
    }

    fn merge(&mut self, other: Self) {
        self.agreed.extend(other.agreed);
        self.disputed.extend(other.disputed);
        self.gaps.merge(&other.gaps);
        self.words.extend(other.words);
        self.numbers.iter_mut().zip(other.numbers).for_each(|(sum, more)| *sum += more);
        let mut patterns: Vec<_> = other.patterns.into_iter().collect();
        patterns.sort_unstable();
        for (pattern, people) in patterns {
            *self.patterns.entry(pattern).or_default() += people;
        }
    }
}

/// What the rules say, before any record is looked at.
fn prior(night: &Night<'_>, field: &Field<'_>, [wrong, all]: [u64; 2]) -> Model {
    let rules = &night.settings.evidence.witnesses;
    let witness = |(rule, error): (&WitnessRule, &Option<f64>)| {
        let error = error.unwrap_or(0.5);
        let mut shares = [0.0; KINDS_MAX];
        shares[0] = 1.0 - error;
        for (share, of_errors) in shares.iter_mut().zip(field.kinds.shares).skip(1) {
            *share = error * of_errors;
        }
        WitnessModel { shares, copied: rule.copies.map(|copies| copies.1), overrides: rule.overrides }
    };
    let is_year = field.evidence.number == Some(NumberTells::Year);
    Model {
        kinds: field.kinds,
        witnesses: rules.iter().zip(&field.evidence.errors).map(witness).collect(),
        original: rules.iter().find_map(|rule| Some(rule.copies?.0 as u8)),
        number: NumberModel {
            error: (wrong as f64 + 1.0) / (all as f64 + 200.0),
            copied: NUMBER_COPIED,
            choice: if is_year { 1.0 / YEARS } else { 1.0 },
        },
    }
}

/// Cases with their number of people: the agreed ones, then the disputed ones, each in a fixed order.
fn patterns(
    field: &Field<'_>,
    agreed: &HashMap<Agreed, u64>,
    disputed: &[(u32, Case, Vec<Said>)],
) -> Vec<(Case, u64)> {
    let mut of_agreed: Vec<_> = agreed.iter().map(|(&pattern, &people)| (pattern, people)).collect();
    of_agreed.sort_unstable();
    let vague_kind = field.kinds.vague.unwrap_or(0);
    let agreed_case = |((full, vague), people)| (Case::agreed(full, vague, vague_kind), people);
    let mut patterns: Vec<(Case, u64)> = of_agreed.into_iter().map(agreed_case).collect();
    let every = disputed.len().div_ceil(LEARN_FROM).max(1);
    let some: Vec<&Case> = disputed.iter().step_by(every).map(|(_, case, _)| case).collect();
    let pattern = |(at, case): (usize, &&Case)| (case.pattern(), at);
    let mut found: Vec<(Vec<u8>, usize)> = some.par_iter().enumerate().map(pattern).collect();
    found.par_sort_unstable();
    for equal in found.chunk_by(|a, b| a.0 == b.0) {
        let people = (equal.len() * every) as u64;
        patterns.push((some[equal[0].1].clone(), people));
    }
    patterns
}

/// How sure each agreed set of witnesses is: those who say less bear out the whole value too.
fn sure(field: &Field<'_>, model: &Model, agreed: &HashMap<Agreed, u64>) -> HashMap<Agreed, f64> {
    let mut sets: Vec<Agreed> = agreed.keys().copied().collect();
    sets.sort_unstable();
    let vague_kind = field.kinds.vague.unwrap_or(0);
    let sure = |(full, vague): Agreed| {
        let posterior = model.posterior(&Case::agreed(full, vague, vague_kind));
        ((full, vague), posterior.first().copied().unwrap_or(0.0))
    };
    sets.into_iter().map(sure).collect()
}

/// The verdict; none where nobody says anything.
fn judge(model: &Model, person: u32, case: &Case, said: Vec<Said>) -> Option<Judged> {
    let posterior = model.posterior(case);
    let values = posterior.iter().take(usize::from(case.values)).enumerate();
    // The first of equals: values are in order of records, which is that of delivery.
    let (best, confidence) = values.fold((0, -1.0), |best, (at, &p)| if p > best.1 { (at, p) } else { best });
    let vague = (0..case.values)
        .map(|value| {
            model
                .kinds
                .vague
                .is_some_and(|vague| usize::from(value) != best && case.kind(best, value) == vague)
        })
        .collect();
    let weigh = |said: Said| {
        let voice = Voice { witness: said.witness, value: said.value, link: f64::from(said.link) };
        (said, model.own_word(case, &voice) as f32)
    };
    let mut said: Vec<(Said, f32)> = said.into_iter().map(weigh).collect();
    said.sort_by_key(|(said, _)| (said.witness, said.record));
    (!said.is_empty()).then(|| Judged {
        person,
        best: best as u8,
        confidence: confidence as f32,
        said: said.into_boxed_slice(),
        vague,
    })
}
