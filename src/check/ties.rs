//! How strongly the records of one person hang together, and which of them is seen.

use super::by_code::{ByCode, read};
use super::view::{STATUS_FIELD, STRUCK_OFF, View, facet_named};
use crate::link::{Bits, Decision, Linkage};
use crate::normalise::{FacetValue, Records};
use crate::settings::Settings;
use crate::table::RecordRef;

/// The links of each person, and the slot of each record.
pub(super) struct Ties<'a> {
    linkage: &'a Linkage,
    links: &'a LinksByPerson,
    slots: Vec<SlotOf<'a>>,
    /// By source, then by record: how much it is preferred; none where no column tells.
    preferred: Vec<Option<ByCode<'a, i32>>>,
}

/// How much a record is preferred among equally sure ones.
type Prefer = fn(&FacetValue<'_>) -> i32;

/// Fields of which at most one a source tells which of several equally sure records is seen: the
/// live residence record, the card valid longest, the active subscription.
const PREFERENCES: [(&str, Prefer); 3] = [
    (STATUS_FIELD, |value| {
        i32::from(*value != FacetValue::Null && *value != FacetValue::Text(STRUCK_OFF.into()))
    }),
    ("valid_to", |value| if let FacetValue::Date(day) = value { *day } else { i32::MIN }),
    ("subscription_status", |value| i32::from(*value == FacetValue::Text("hoạt động".into()))),
];

/// The record chosen for a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seat {
    /// Its row in its source.
    pub(super) row: u32,
    /// How sure it is that it is of the same person.
    pub(super) weight: Bits,
    /// How many there were to choose from.
    pub(super) count: u32,
    /// Whether it is linked to the subject itself and not by way of others.
    pub(super) direct: bool,
}

/// What is filled anew for every row.
pub(super) struct Scratch {
    /// By slot.
    pub(super) seats: Vec<Option<Seat>>,
    /// By member of the person.
    direct: Vec<Option<Bits>>,
}

impl Scratch {
    /// For so many slots.
    pub(super) fn new(slots: usize) -> Self {
        Self { seats: vec![None; slots], direct: Vec::new() }
    }
}

/// Which slot the records of one source belong to.
enum SlotOf<'a> {
    None,
    One(usize),
    /// By row, from the column that tells the kind of event.
    Event(ByCode<'a, Option<u8>>),
}

impl<'a> Ties<'a> {
    /// O(distinct kinds of events and preferences).
    pub(super) fn new(
        settings: &Settings,
        view: &View,
        sources: &[Option<&'a Records>],
        linkage: &'a Linkage,
        links: &'a LinksByPerson,
    ) -> Self {
        let slots = (0..sources.len()).map(|at| slot_of(settings, view, sources, at)).collect();
        let preferred = (0..sources.len()).map(|at| preferred_by(settings, sources, at)).collect();
        Self { linkage, links, slots, preferred }
    }

    /// Has what is looked at of some people fetched side by side, before each of them is seated: the processor
    /// waits for all of it together. Changes nothing.
    pub(super) fn warm(&self, people: impl Iterator<Item = u32> + Clone) {
        let members = &self.linkage.people.members;
        let table = &self.linkage.links;
        let first = |all: &[RecordRef]| all.last().map_or(0, |record| record.row);
        let records = people.clone().fold(0, |seen, person| seen ^ first(&members[person as usize]));
        let places =
            people.clone().fold(0, |seen, person| seen ^ self.links.of(person).first().map_or(0, |at| *at));
        let weight = |person| self.links.of(person).first().map(|&at| table.weight(at as usize));
        let weights = people.filter_map(weight).max();
        std::hint::black_box((records, places, weights));
    }

    /// Chooses a record for every slot: linked to the subject itself first, then the surest,
    /// then the preferred, then the first in order of delivery. O(members × links of the person).
    pub(super) fn seat(&self, own: Option<RecordRef>, person: u32, scratch: &mut Scratch) {
        let Scratch { seats, direct } = scratch;
        seats.fill(None);
        let members = &self.linkage.people.members[person as usize];
        if members.len() == 1 && own.is_some() {
            return;
        }
        let weakest = if own.is_none() { self.weakest(person) } else { Bits::MAX };
        match own {
            Some(own) => self.direct_links(own, members, person, direct),
            None => direct.clear(),
        }
        for (at, &member) in members.iter().enumerate().filter(|(_, member)| Some(**member) != own) {
            let Some(slot) = self.slot(member) else { continue };
            let (weight, direct) = match (own, direct.get(at).copied().flatten()) {
                (None, _) => (weakest, false),
                (Some(_), Some(weight)) => (weight, true),
                (Some(own), None) => (self.strongest_chain(own, member, person), false),
            };
            let seat = &mut seats[slot];
            let count = seat.map_or(0, |seat| seat.count) + 1;
            // Probabilities and not log odds: beyond a billion to one nobody is surer.
            let better = seat.is_none_or(|best| {
                let surer = weight.probability().total_cmp(&best.weight.probability());
                let surer = direct.cmp(&best.direct).then(surer);
                surer.then_with(|| self.compare_preferred(member, best.row)).is_gt()
            });
            match seat {
                Some(seat) if !better => seat.count = count,
                _ => *seat = Some(Seat { row: member.row, weight, count, direct }),
            }
        }
    }

    /// Which of two records of one source is preferred.
    fn compare_preferred(&self, record: RecordRef, other_row: u32) -> std::cmp::Ordering {
        let Some(preferred) = &self.preferred[record.source.index()] else {
            return std::cmp::Ordering::Equal;
        };
        preferred.of(record.row as usize).cmp(&preferred.of(other_row as usize))
    }

    /// The slot of a linked record.
    pub(super) fn slot(&self, record: RecordRef) -> Option<usize> {
        match &self.slots[record.source.index()] {
            SlotOf::None => None,
            SlotOf::One(slot) => Some(*slot),
            SlotOf::Event(slots) => slots.of(record.row as usize).map(usize::from),
        }
    }

    /// Left record, right record and log odds of the links inside a person.
    fn links(&self, person: u32) -> impl Iterator<Item = (RecordRef, RecordRef, Bits)> + Clone {
        let table = &self.linkage.links;
        let link = move |&at: &u32| {
            let at = at as usize;
            (table.left(at), table.right(at), table.weight(at))
        };
        self.links.of(person).iter().map(link)
    }

    /// By member, the link between it and a record of the person.
    fn direct_links(
        &self,
        own: RecordRef,
        members: &[RecordRef],
        person: u32,
        direct: &mut Vec<Option<Bits>>,
    ) {
        let places = self.links.of(person);
        let of = members.len();
        direct.clear();
        if let (true, Ok(own)) = (places.len() == of * (of - 1) / 2, members.binary_search(&own)) {
            // Each two records are linked, and links are in order of their records: no record need be read.
            let weight = |other: usize| {
                let (low, high) = (own.min(other), own.max(other));
                let place = places.get(low * (2 * of - low - 1) / 2 + high - low - 1)?;
                Some(self.linkage.links.weight(*place as usize))
            };
            direct.extend((0..of).map(|other| if other == own { None } else { weight(other) }));
            return;
        }
        direct.resize(of, None);
        for (left, right, weight) in self.links(person).filter(|link| link.0 == own || link.1 == own) {
            let other = members.binary_search(if left == own { &right } else { &left });
            if let Ok(at) = other {
                direct[at] = Some(weight);
            }
        }
    }

    /// The strength of the strongest chain of links between two records, a chain being as strong as its weakest
    /// link. Widest path by relaxation: at most as many rounds as the person has records.
    fn strongest_chain(&self, from: RecordRef, to: RecordRef, person: u32) -> Bits {
        let members = &self.linkage.people.members[person as usize];
        let place = |record: RecordRef| members.binary_search(&record).ok();
        let mut reach = vec![Bits::MIN; members.len()];
        if let Some(start) = place(from) {
            reach[start] = Bits::MAX;
        }
        for _ in 0..members.len() {
            let mut changed = false;
            for (left, right, weight) in self.links(person) {
                let (Some(a), Some(b)) = (place(left), place(right)) else { continue };
                let through = reach[a].max(reach[b]).min(weight);
                for end in [a, b] {
                    if through > reach[end] {
                        (reach[end], changed) = (through, true);
                    }
                }
            }
            if !changed {
                break;
            }
        }
        place(to).map_or(Bits::MIN, |to| reach[to])
    }

    /// The weakest link of a person; no doubt for a single record.
    fn weakest(&self, person: u32) -> Bits {
        self.links
            .of(person)
            .iter()
            .map(|&at| self.linkage.links.weight(at as usize))
            .min()
            .unwrap_or(Bits::MAX)
    }
}

/// The places of the links with decision `link`, by person.
pub(super) struct LinksByPerson {
    /// Those of `p` are `places[starts[p]..starts[p + 1]]`.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl LinksByPerson {
    /// Counting sort: O(links + people).
    pub(super) fn new(linkage: &Linkage) -> Self {
        let people = &linkage.people;
        let table = &linkage.links;
        let linked = || (0..table.len()).filter(|&at| table.decision(at) == Decision::Link);
        let person = |at: usize| {
            let left = table.left(at);
            people.person_of[left.source.index()][left.row as usize] as usize
        };
        let mut starts = vec![0_u32; people.members.len() + 1];
        for at in linked() {
            starts[person(at) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![0; starts.last().map_or(0, |&all| all as usize)];
        for at in linked() {
            let slot = &mut next[person(at)];
            places[*slot as usize] = at as u32;
            *slot += 1;
        }
        Self { starts, places }
    }

    /// The places of a person's links in the table of links.
    pub(super) fn of(&self, person: u32) -> &[u32] {
        let person = person as usize;
        &self.places[self.starts[person] as usize..self.starts[person + 1] as usize]
    }
}

fn preferred_by<'a>(
    settings: &Settings,
    sources: &[Option<&'a Records>],
    at: usize,
) -> Option<ByCode<'a, i32>> {
    let source = &settings.sources[at];
    let (column, prefer) =
        PREFERENCES.iter().find_map(|(field, prefer)| Some((source.column_of(field)?, *prefer)))?;
    let (records, facet) = (sources[at]?, facet_named(&source.columns[column].kind, "")?);
    Some(ByCode::new(records, column, |code| prefer(&read(records, Some(facet), column, code))))
}

fn slot_of<'a>(settings: &Settings, view: &View, sources: &[Option<&'a Records>], at: usize) -> SlotOf<'a> {
    let of_source =
        || view.slots.iter().enumerate().filter(|(_, slot)| !slot.own && slot.source.index() == at);
    let Some(events) = &settings.sources[at].events else {
        return of_source().next().map_or(SlotOf::None, |(slot, _)| SlotOf::One(slot));
    };
    let Some(Some(records)) = sources.get(at) else { return SlotOf::None };
    let facet = facet_named(&settings.sources[at].columns[events.column].kind, "");
    let slot = |code: u32| {
        let raw = records.table.columns.get(events.column)?.as_ref()?.dictionary().text(code);
        let standard = read(records, facet, events.column, code);
        let word: &str = if let FacetValue::Text(word) = &standard { word } else { raw };
        of_source().find(|(_, slot)| slot.event.as_deref() == Some(word)).map(|(place, _)| place as u8)
    };
    SlotOf::Event(ByCode::new(records, events.column, slot))
}
