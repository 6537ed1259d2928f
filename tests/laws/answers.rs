//! Laws 3, 4 and 5: every engine says what the definition says, and sizes hang together.

use std::collections::{BTreeMap, BTreeSet};

use headcount::testing::{contacts, evaluations, records, source_lists};
use headcount::{
    Contact, EvalContext, Filter, Membership, Population, Value,
    filter::{Condition, CustomTest, FlagField, Group, Junction, OptionalField, Predicate},
    semantics::{MissingNegation, Subscription},
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases::{
    Case, alone, any_filters, audience, cases, cases_of, for_each_engine, shuffled, sizes, with_complement,
};
use super::config;
use crate::answer::{ENGINES, reference};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_engine_says_what_the_definition_says(case in cases()) {
        let definition = reference(&case.audience(), &case.population, &case.cx);
        for (engine, ask) in ENGINES {
            prop_assert_eq!(&ask(&case.audience(), &case.population, &case.cx), &definition, "{}", engine);
        }
    }

    #[test]
    fn count_is_the_number_of_members(case in cases()) {
        let audience = case.audience();
        let Case { population, cx, .. } = &case;
        let members: BTreeSet<&str> = population.members(&audience, cx).map(|contact| &*contact.phone_number).collect();
        let matching_memberships = population.contacts().iter().map(|contact| audience.matching_memberships(contact, cx).count() as u64);
        let memberships: u64 = matching_memberships.sum();
        for_each_engine(|engine| {
            prop_assert_eq!(case.sizes(engine, &case.filter), (members.len() as u64, memberships));
            Ok(())
        })?;
        prop_assert!(members.len() as u64 <= memberships);
        for contact in population.contacts() {
            prop_assert_eq!(members.contains(&*contact.phone_number), audience.contains(contact, cx));
        }
    }

    #[test]
    fn an_explanation_tells_of_every_membership(
        filter in any_filters(), lists in source_lists(), contact in contacts(), cx in evaluations(),
    ) {
        let explanation = audience(&filter, &lists).explain(&contact, &cx);
        for (explained, membership) in explanation.memberships.iter().zip(&contact.memberships) {
            if let Some(node) = &explained.filter {
                prop_assert_eq!(node.holds(), filter.matches(&contact, membership, &cx), "{}", explanation);
            }
        }
        prop_assert_eq!(explanation.memberships.len(), contact.memberships.len());
        serde_json::to_string(&explanation).unwrap();
    }

    #[test]
    fn a_filter_and_its_complement_partition_the_scope(case in cases_of(with_complement())) {
        let case = case.with(|semantics| semantics.missing_negation = MissingNegation::Matches);
        let complement = case.filter.complement().unwrap();
        for_each_engine(|engine| {
            let (_, one) = case.sizes(engine, &case.filter);
            let (_, other) = case.sizes(engine, &complement);
            prop_assert_eq!(one + other, case.scope(), "{} and {}", case.filter, complement);
            Ok(())
        })?;
        prop_assert_eq!(complement.complement(), Some(case.filter));
    }

    /// Ternary logic partitioning (Rigger and Su, 2020): where it holds, where its complement holds with a value, and
    /// where a missing value leaves it open.
    #[test]
    fn true_false_and_unknown_partition_the_scope(case in cases_of(with_complement())) {
        let case = case.with(|semantics| semantics.missing_negation = MissingNegation::Fails);
        let complement = case.filter.complement().unwrap();
        let audience = case.audience();
        let truths = case.population.contacts().iter().flat_map(|contact| {
            audience.in_scope(contact, &case.cx).map(|membership| truth(case.filter.root(), contact, membership, &case.cx))
        });
        let truths: Vec<Option<bool>> = truths.collect();
        let count = |truth| truths.iter().filter(|found| **found == truth).count() as u64;
        for_each_engine(|engine| {
            let (_, one) = case.sizes(engine, &case.filter);
            let (_, other) = case.sizes(engine, &complement);
            prop_assert_eq!(one + other + count(None), case.scope(), "{} and {}", case.filter, complement);
            prop_assert_eq!((one, other), (count(Some(true)), count(Some(false))), "{} and {}", case.filter, complement);
            Ok(())
        })?;
    }

    #[test]
    fn and_is_at_most_each_part_or_is_at_least(case in cases(), second in any_filters()) {
        let one = case.filter.clone();
        for_each_engine(|engine| {
            let size = |filter: &Filter| case.sizes(engine, filter);
            let parts = [size(&one), size(&second)];
            let (and, or) = (size(&both(Junction::All, &one, &second)), size(&both(Junction::Any, &one, &second)));
            for part in parts {
                prop_assert!(and.0 <= part.0 && and.1 <= part.1, "{} and {}", one, second);
                prop_assert!(or.0 >= part.0 && or.1 >= part.1, "{} or {}", one, second);
            }
            // Memberships are in one, in the other, or in both; of contacts that holds of OR alone.
            prop_assert_eq!(and.1 + or.1, parts[0].1 + parts[1].1, "{} or {}", one, second);
            prop_assert!(or.0 <= parts[0].0 + parts[1].0, "{} or {}", one, second);
            Ok(())
        })?;
    }

    #[test]
    fn a_wider_scope_is_at_least_a_narrower(
        case in cases(), lists in vec(1..5_i64, 1..4), more in vec(1..5_i64, 0..3),
    ) {
        let wider = [lists.clone(), more].concat();
        for_each_engine(|engine| {
            let sizes = [&lists[..], &wider, &[]]
                .map(|lists| sizes(engine, &audience(&case.filter, lists), &case.population, &case.cx));
            prop_assert!(sizes.is_sorted_by(|narrow, wide| narrow.0 <= wide.0 && narrow.1 <= wide.1), "{:?}", sizes);
            Ok(())
        })?;
    }

    #[test]
    fn everybody_takes_part_where_the_inactive_do(case in cases_of(list_free())) {
        let size = |engine, subscription| {
            case.with(|semantics| semantics.subscription = subscription).sizes(engine, &case.filter)
        };
        for_each_engine(|engine| {
            let (active, any) = (size(engine, Subscription::ActiveOnly), size(engine, Subscription::Any));
            prop_assert!(active.0 <= any.0 && active.1 <= any.1);
            Ok(())
        })?;
    }

    #[test]
    fn order_of_records_of_different_contacts_never_matters(case in cases(), records in records(2..14), seed in any::<u64>()) {
        // The places of a contact's records change hands among them, so that they keep their order.
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, record) in shuffled(0..records.len(), seed).into_iter().zip(&records) {
            places.entry(&record.phone_number).or_default().push(place);
        }
        places.values_mut().for_each(|places| places.sort_unstable_by(|a, b| b.cmp(a)));
        let mut moved: Vec<(usize, Contact)> = records
            .iter()
            .map(|record| (places.get_mut(&*record.phone_number).unwrap().pop().unwrap(), record.clone()))
            .collect();
        moved.sort_by_key(|(place, _)| *place);

        let one = Population::from_iter(records.clone());
        let other = Population::from_iter(moved.into_iter().map(|(_, record)| record));
        prop_assert_eq!(one.replaced(), other.replaced());
        prop_assert_eq!(one.memberships(), other.memberships());
        for contact in one.contacts() {
            prop_assert_eq!(Some(contact), other.get(&contact.phone_number));
        }
        for_each_engine(|engine| {
            let size = |population| sizes(engine, &case.audience(), population, &case.cx);
            prop_assert_eq!(size(&one), size(&other));
            Ok(())
        })?;
    }

    #[test]
    fn counts_of_contacts_apart_add_up(case in cases()) {
        let audience = case.audience();
        for_each_engine(|engine| {
            let parts = case.population.contacts().iter().map(|contact| {
                sizes(engine, &audience, &Population::from_iter([contact.clone()]), &case.cx)
            });
            let sum = parts.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
            prop_assert_eq!(sum, case.sizes(engine, &case.filter));
            Ok(())
        })?;
    }
}

fn both(junction: Junction, one: &Filter, other: &Filter) -> Filter {
    Filter::new(Group::new(junction, vec![], vec![one.root().clone(), other.root().clone()]).unwrap())
}

/// Filters that know of no list but the one in hand: who left another list is no news to them.
fn list_free() -> impl Strategy<Value = Filter> {
    fn freed(group: &Group) -> Group {
        let condition = |condition: &Condition| match condition.predicate() {
            Predicate::OnList(_) => Condition::new(Predicate::Flag(FlagField::InWorkflow, true)),
            predicate if condition.is_negated() => Condition::not(predicate.clone()).unwrap(),
            predicate => Condition::new(predicate.clone()),
        };
        let conditions = group.conditions().iter().map(condition).collect();
        Group::new(group.junction(), conditions, group.groups().iter().map(freed).collect()).unwrap()
    }
    any_filters().prop_map(|filter| Filter::new(freed(filter.root())))
}

/// A filter in three-valued logic (Kleene, 1952): unknown where values are missing and the others do not decide.
fn truth(group: &Group, contact: &Contact, membership: &Membership, cx: &EvalContext) -> Option<bool> {
    let conditions = group.conditions().iter().map(|condition| {
        has_value(condition, contact, membership, cx).then(|| alone(condition.clone()).matches(contact, membership, cx))
    });
    let groups = group.groups().iter().map(|group| truth(group, contact, membership, cx));
    let truths: Vec<Option<bool>> = conditions.chain(groups).collect();
    let deciding = group.junction() == Junction::Any;
    if truths.contains(&Some(deciding)) {
        Some(deciding)
    } else if truths.contains(&None) {
        None
    } else {
        Some(!deciding)
    }
}

/// Whether there is what a condition asks for. Of existence, flags and lists there is always an answer.
fn has_value(condition: &Condition, contact: &Contact, membership: &Membership, cx: &EvalContext) -> bool {
    let on = |list: i64| {
        let takes_part = |on: &&Membership| on.active || cx.semantics.subscription == Subscription::Any;
        contact.memberships.iter().filter(takes_part).find(|on| on.list_id == Some(list))
    };
    let membership = condition.list().map_or(Some(membership), on);
    let exists = |field: OptionalField| {
        let exists = Condition::new(Predicate::Exists(field));
        membership.is_some_and(|membership| alone(exists).matches(contact, membership, cx))
    };
    match condition.predicate() {
        Predicate::OnList(_) | Predicate::Exists(_) => true,
        Predicate::Custom(key, test) => {
            let value = membership.and_then(|on| on.custom_fields.get(key.as_str()));
            match (value, test) {
                // What is no instant is no value where a time is asked for.
                (Some(Value::Text(text)), CustomTest::Time(_)) => headcount::filter::parse_time(text).is_some(),
                (Some(_), CustomTest::Time(_)) => false,
                (value, _) => value.is_some(),
            }
        }
        Predicate::Flag(field, _) => *field == FlagField::OnDnc || *field == FlagField::IsValid || membership.is_some(),
        Predicate::Time(field, _) => exists(OptionalField::Time(*field)),
        Predicate::Text(field, _) => {
            let exists = Condition::new(Predicate::Exists(OptionalField::Text(*field)));
            let exists = condition.list().map_or(exists.clone(), |list| exists.on_list(list));
            alone(exists).matches(contact, membership.unwrap_or(&Membership::default()), cx)
        }
        Predicate::Count(..) => membership.is_some(),
        Predicate::Amount(field, _) => membership.is_some_and(|on| match field {
            headcount::filter::AmountField::RevenueTotal => true,
            headcount::filter::AmountField::AvgRevenue => {
                let quotient = on.revenue_total.to_f64() / on.conversion_count as f64;
                // Where numbers end: the largest totals are rounded up to it.
                on.avg_revenue.is_some() || on.conversion_count > 0 && quotient < 2_f64.powi(64)
            }
            other => panic!("{other:?}"),
        }),
        other => panic!("{other:?}"),
    }
}
