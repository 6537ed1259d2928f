//! Any audiences that are asked together, of any population: a set of them says what the definition says of each, also
//! after some of them were replaced and removed, and of contacts that change.
#![no_main]

use headcount::{Audience, AudienceSet, EvalContext, Population};

#[derive(arbitrary::Arbitrary, Debug)]
struct Case {
    audiences: Vec<Audience>,
    edits: Vec<(u8, Option<Audience>)>,
    population: Population,
    cx: EvalContext,
}

libfuzzer_sys::fuzz_target!(|case: Case| {
    let Case { audiences, edits, population, cx } = case;
    let mut set = AudienceSet::new(&audiences, &cx);
    let mut known: Vec<Option<Audience>> = audiences.into_iter().map(Some).collect();
    for (number, audience) in edits {
        let number = usize::from(number) % (known.len() + 1);
        let is_there = known.get(number).is_some_and(Option::is_some);
        match audience {
            Some(audience) if is_there => {
                assert!(set.replace(number, &audience));
                known[number] = Some(audience);
            }
            Some(audience) => {
                let number = set.insert(&audience);
                known.resize(known.len().max(number + 1), None);
                assert!(known[number].replace(audience).is_none());
            }
            None => {
                assert_eq!(set.remove(number), is_there);
                known.get_mut(number).map(Option::take);
            }
        }
    }
    let contacts = population.contacts();
    let mut in_batch = Vec::new();
    set.matching_each(contacts, |matching| in_batch.push(matching.clone()));
    assert_eq!(in_batch.len(), contacts.len());
    for ((contact, in_batch), former) in contacts.iter().zip(in_batch).zip(contacts.iter().cycle().skip(1)) {
        let holds = |number: &usize| known[*number].as_ref().is_some_and(|audience| audience.contains(contact, &cx));
        let matching = set.matching(contact);
        assert!(matching.iter().eq((0..known.len()).filter(holds)));
        assert_eq!(in_batch, matching);
        assert_eq!(set.changes(former, contact), matching.changes_since(&set.matching(former)));
    }
});
