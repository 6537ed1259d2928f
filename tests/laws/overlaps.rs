//! An overlap's numbers are those of the sets that the definition tells.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::cases::{any_filters, audience, cases};
use super::changes::{LAYOUTS, table};
use super::config;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn audiences_overlap_as_sets_do(
        case in cases(), others in vec(any_filters(), 0..4), again in 0..80_usize, layout in 0..LAYOUTS.len(),
    ) {
        // Now and then more than a word holds.
        let repeats = if again > 70 { again } else { 1 };
        let filters: Vec<_> = vec![case.filter.clone(); repeats].into_iter().chain(others).collect();
        let audiences: Vec<_> = filters.iter().map(|filter| audience(filter, &case.lists)).collect();
        let overlap = table(&case.population, LAYOUTS[layout]).compare(&audiences, &case.cx);

        let sets: Vec<BTreeSet<String>> = audiences
            .iter()
            .map(|audience| {
                let members = case.population.members(audience, &case.cx);
                members.map(|contact| contact.phone_number.clone()).collect()
            })
            .collect();
        let mut patterns: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
        for contact in case.population.contacts() {
            let of: Vec<usize> = (0..sets.len()).filter(|at| sets[*at].contains(&contact.phone_number)).collect();
            if !of.is_empty() {
                *patterns.entry(of).or_default() += 1;
            }
        }
        let found: BTreeMap<Vec<usize>, u64> =
            overlap.patterns.iter().map(|pattern| (pattern.audiences.clone(), pattern.contacts)).collect();
        prop_assert_eq!(&found, &patterns);
        prop_assert_eq!(found.len(), overlap.patterns.len());
        prop_assert!(overlap.patterns.is_sorted_by_key(|pattern| (u64::MAX - pattern.contacts, pattern.audiences.clone())));
        prop_assert_eq!(overlap.in_any, patterns.values().sum::<u64>());
        prop_assert_eq!(overlap.in_all, sets.iter().skip(1).fold(sets[0].clone(), |all, set| &all & set).len() as u64);
        for (at, (of, set)) in overlap.audiences.iter().zip(&sets).enumerate() {
            prop_assert_eq!(of.contacts, set.len() as u64);
            prop_assert_eq!(of.only_in, patterns.get(&vec![at]).copied().unwrap_or(0));
        }
    }
}
