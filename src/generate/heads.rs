//! Who heads a household: after the head has died and residence knows it, somebody else.

use super::World;
use super::draw::mix;
use super::family::Population;
use super::household_written::HEAD;
use super::person::{Person, Sex, Standing, Status};

/// Households that have told nobody who heads them now, of 1,000.
const NOT_TOLD: u64 = 20;

/// By person, the relation to the head that residence knows. O(people).
pub(super) fn relations(world: &World, population: &Population) -> Vec<&'static str> {
    let people = &population.people;
    let mut relations: Vec<&'static str> = people.iter().map(|person| person.relation).collect();
    let mut homes: Vec<Vec<usize>> = vec![Vec::new(); population.households.len()];
    for (index, person) in people.iter().enumerate() {
        homes[person.household].push(index);
    }
    for (home, members) in homes.iter().enumerate() {
        let heads = || members.iter().filter(|&&index| people[index].relation == HEAD);
        let stands = |index: usize| {
            let person = &people[index];
            matches!(person.standing, Standing::Resident(_))
                || super::residence::is_still_live(world, person, index)
        };
        let is_told = mix(world.seed ^ 0x4EAD, home as u64) % 1_000 >= NOT_TOLD;
        if heads().any(|&index| stands(index)) || !is_told {
            continue;
        }
        let residents: Vec<usize> =
            members.iter().copied().filter(|&index| is_permanent(&people[index])).collect();
        if let Some(head) = residents.iter().copied().min_by_key(|&index| (people[index].birth.day, index)) {
            for &member in &residents {
                relations[member] = relation(population, head, member);
            }
        }
    }
    relations
}

fn is_permanent(person: &Person) -> bool {
    matches!(person.standing, Standing::Resident(status) if status != Status::Deleted)
}

/// What somebody of the household is to its head.
fn relation(population: &Population, head: usize, member: usize) -> &'static str {
    let people = &population.people;
    let (one, of) = (&people[head], &people[member]);
    let parents = |person: &Person| [person.father, person.mother].into_iter().flatten().collect::<Vec<_>>();
    let is_child = |child: &Person, parent: usize| parents(child).contains(&parent);
    let shares = |a: &Person, b: &Person| parents(a).iter().any(|parent| parents(b).contains(parent));
    let spouse = of.spouse.map(|(spouse, _)| spouse);
    let spouse_of = spouse.map(|spouse| &people[spouse]);
    let grandchild =
        parents(of).iter().any(|&parent| is_child(&people[parent], head) || shares(&people[parent], one));
    match () {
        () if head == member => HEAD,
        () if spouse == Some(head) => [("Chồng"), ("Vợ")][usize::from(of.sex == Sex::Female)],
        () if is_child(of, head) => "Con",
        () if is_child(one, member) => ["Cha", "Mẹ"][usize::from(of.sex == Sex::Female)],
        () if shares(one, of) => "Anh/chị/em ruột",
        () if spouse_of.is_some_and(|spouse| is_child(spouse, head)) => {
            ["Con rể", "Con dâu"][usize::from(of.sex == Sex::Female)]
        }
        () if grandchild => "Cháu",
        () => "Khác",
    }
}
