//! Members of one snapshot are sets; page after page, over snapshots of a table that changes, nobody is lost or met twice.

use std::collections::BTreeSet;

use headcount::table::Members;
use headcount::{Population, Table};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases::{any_filters, audience, cases};
use super::changes::{LAYOUTS, changes, table};
use super::config;

fn set(members: &Members) -> BTreeSet<String> {
    members.phone_numbers().collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn members_of_a_snapshot_are_sets(
        case in cases(), other in any_filters(), changes in changes(), layout in 0..LAYOUTS.len(),
    ) {
        let mut table = table(&case.population, LAYOUTS[layout]);
        changes.into_iter().for_each(|change| change.make(&mut table));
        let [one, other] = [&case.filter, &other].map(|filter| table.members(&audience(filter, &case.lists), &case.cx));
        let (of_one, of_other) = (set(&one), set(&other));
        for (members, expected) in [
            (one.and(&other).unwrap(), &of_one & &of_other),
            (one.or(&other).unwrap(), &of_one | &of_other),
            (one.and_not(&other).unwrap(), &of_one - &of_other),
            (&one & &other, &of_one & &of_other),
            (&one | &other, &of_one | &of_other),
            (&one - &other, &of_one - &of_other),
        ] {
            prop_assert_eq!(set(&members), expected.clone());
            prop_assert_eq!((members.len(), members.is_empty()), (expected.len(), expected.is_empty()));
            for contact in table.contacts() {
                let phone_number = &contact.phone_number;
                prop_assert_eq!(members.contains(phone_number), expected.contains(phone_number), "{}", phone_number);
            }
        }
    }

    #[test]
    fn contacts_are_given_as_they_were_put_in(
        case in cases(), changes in changes(), layout in 0..LAYOUTS.len(),
    ) {
        let mut table = table(&case.population, LAYOUTS[layout]);
        changes.into_iter().for_each(|change| change.make(&mut table));
        let contacts: Vec<_> = table.contacts().collect();
        prop_assert_eq!(contacts.len(), table.len());
        prop_assert!(contacts.iter().all(|contact| table.get(&contact.phone_number).as_ref() == Some(contact)));
        let population: Population = contacts.iter().cloned().collect();
        let audience = case.audience();
        let expected: Vec<_> = population.members(&audience, &case.cx).collect();
        let members = table.members(&audience, &case.cx);
        prop_assert_eq!(members.contacts().collect::<Vec<_>>(), expected.into_iter().cloned().collect::<Vec<_>>());
        prop_assert!(members.phone_numbers().eq(members.contacts().map(|contact| contact.phone_number)));
        prop_assert_eq!(members.phone_numbers().len(), members.len());
        prop_assert!(table.iter().eq(contacts));
    }

    #[test]
    fn over_snapshots_nobody_is_on_two_pages_and_whoever_stays_a_member_is_on_one(
        case in cases(), steps in vec(changes(), 1..8), size in 1..4_usize, layout in 0..LAYOUTS.len(),
    ) {
        let mut table = table(&case.population, LAYOUTS[layout]);
        let (audience, mut steps) = (case.audience(), steps.into_iter());
        let mut always = set(&table.members(&audience, &case.cx));
        let (mut met, mut cursor) = (Vec::new(), None);
        loop {
            let members = table.members(&audience, &case.cx);
            let of_snapshot = set(&members);
            always.retain(|phone_number| of_snapshot.contains(phone_number));
            let page = members.page(cursor.as_deref(), size);
            let numbers: Vec<String> = page.phone_numbers().collect();
            let behind = of_snapshot.iter().filter(|number| cursor.as_ref().is_none_or(|cursor| *number > cursor));
            prop_assert_eq!(&numbers, &behind.take(size).cloned().collect::<Vec<_>>());
            prop_assert!(page.contacts().map(|contact| contact.phone_number).eq(numbers.iter().cloned()));
            prop_assert_eq!((page.len(), page.is_empty()), (numbers.len(), numbers.is_empty()));
            met.extend(numbers);
            cursor = page.cursor();
            if cursor.is_none() {
                break;
            }
            steps.next().unwrap_or_default().into_iter().for_each(|change| change.make(&mut table));
        }
        prop_assert!(met.is_sorted_by(|a, b| a < b), "{:?}", met);
        prop_assert!(always.iter().all(|phone_number| met.contains(phone_number)), "{:?} of {:?}", met, always);
    }
}

#[test]
fn members_of_two_snapshots_are_not_put_together() {
    let mut table = Table::default();
    let everybody = headcount::Audience::of("not on_dnc".parse().unwrap());
    let cx = headcount::EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let contact = |number: u32| headcount::Contact { phone_number: format!("+{number}"), ..Default::default() };
    (0..3).for_each(|number| table.replace(contact(number)));
    let before = table.members(&everybody, &cx);
    assert!(before.and(&table.clone().members(&everybody, &cx)).is_ok());
    let mut others = vec![Table::default(), Table::from_iter(table.contacts())];
    let changes: [fn(&mut Table); 3] = [
        |table| _ = table.remove("+1"),
        |table| table.compact(),
        |table| {
            table.replace(headcount::Contact { phone_number: "+1".into(), ..Default::default() });
        },
    ];
    others.extend(changes.map(|change| {
        let mut changed = table.clone();
        change(&mut changed);
        changed
    }));
    for other in others {
        let other = other.members(&everybody, &cx);
        for joined in [before.and(&other), before.or(&other), before.and_not(&other), other.and(&before)] {
            assert_eq!(joined.unwrap_err(), headcount::table::DifferentSnapshots);
        }
    }
}
