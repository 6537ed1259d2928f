//! Law 3 for many audiences that are asked together, and law 7 for the set of them: one that was told of changes says
//! what one says that is made of the audiences that are left.

use std::collections::BTreeMap;

use headcount::testing::{audiences, evaluations, instants, populations};
use headcount::{Audience, AudienceSet, Contact, EvalContext, Population};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::config;

/// Something that happens to a set of audiences.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Audience),
    Replace(Index, Audience),
    Remove(Index),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        audiences().prop_map(Edit::Insert),
        (any::<Index>(), audiences()).prop_map(|(at, audience)| Edit::Replace(at, audience)),
        any::<Index>().prop_map(Edit::Remove),
    ];
    vec(edit, 0..8)
}

/// The audiences of a set by their numbers, and the set, each told of the same.
fn edited(audiences: Vec<Audience>, edits: Vec<Edit>, cx: &EvalContext) -> (BTreeMap<usize, Audience>, AudienceSet) {
    let mut set = AudienceSet::new(&audiences, cx);
    let mut known: BTreeMap<usize, Audience> = audiences.into_iter().enumerate().collect();
    for edit in edits {
        let number = |at: Index| *known.keys().nth(at.index(known.len().max(1))).unwrap_or(&7);
        match edit {
            Edit::Insert(audience) => {
                let number = set.insert(&audience);
                assert_eq!(known.insert(number, audience), None, "a number that is taken");
            }
            Edit::Replace(at, audience) => {
                let number = number(at);
                assert_eq!(set.replace(number, &audience), known.contains_key(&number));
                known.entry(number).and_modify(|known| *known = audience);
            }
            Edit::Remove(at) => {
                let number = number(at);
                assert_eq!(set.remove(number), known.remove(&number).is_some());
            }
        }
        assert_eq!(set.len(), known.len());
    }
    (known, set)
}

/// The numbers of the audiences that hold a contact, by the definition.
fn definition(audiences: &BTreeMap<usize, Audience>, contact: &Contact, cx: &EvalContext) -> Vec<usize> {
    let matching = audiences.iter().filter(|(_, audience)| audience.contains(contact, cx));
    matching.map(|(number, _)| *number).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_set_says_of_each_audience_what_the_definition_says(
        audiences in vec(audiences(), 0..8), edits in edits(), population in populations(1..14), cx in evaluations(),
        now in instants(),
    ) {
        let (audiences, mut set) = edited(audiences, edits, &cx);
        set.set_now(now);
        let cx = EvalContext { now, ..cx };
        let contacts = population.contacts();
        let mut in_batch = Vec::new();
        set.matching_each(contacts, |matching| in_batch.push(matching.clone()));
        prop_assert_eq!(in_batch.len(), contacts.len());
        for (contact, in_batch) in contacts.iter().zip(in_batch) {
            let expected = definition(&audiences, contact, &cx);
            let matching = set.matching(contact);
            prop_assert_eq!(matching.iter().collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(matching.len(), expected.len());
            prop_assert_eq!(&in_batch, &matching);
            for (number, audience) in &audiences {
                let by_membership = set.matching_by_membership(contact);
                let places = by_membership.iter().filter(|(_, matching)| matching.contains(*number)).map(|(at, _)| *at);
                let memberships: Vec<_> = places.map(|at| &contact.memberships[at]).collect();
                prop_assert_eq!(memberships, audience.matching_memberships(contact, &cx).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn changes_are_the_difference_of_what_matches(
        audiences in vec(audiences(), 0..8), edits in edits(), population in populations(2..14), cx in evaluations(),
    ) {
        let (_, set) = edited(audiences, edits, &cx);
        let merged = merged(&population);
        for (former, contact) in population.contacts().iter().zip(&merged) {
            for (former, contact) in [(former, contact), (contact, former), (contact, contact)] {
                let changes = set.changes(former, contact);
                prop_assert_eq!(&changes, &set.matching(contact).changes_since(&set.matching(former)));
                prop_assert!(former != contact || changes.is_empty());
            }
        }
    }
}

/// Each contact, told of what the next one is told of.
fn merged(population: &Population) -> Vec<Contact> {
    let contacts = population.contacts();
    let others = contacts.iter().cycle().skip(1);
    let pairs = contacts.iter().zip(others).map(|(contact, other)| {
        let record = Contact { phone_number: contact.phone_number.clone(), ..other.clone() };
        let merged = Population::from_iter([contact.clone(), record]);
        merged.contacts()[0].clone()
    });
    pairs.collect()
}
