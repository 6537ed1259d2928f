//! What is warned of is so of every record.

use headcount::{Filter, error::WarningCode, filter::Group};
use proptest::prelude::*;

use super::cases::{Case, alone, audience, cases};
use super::config;

/// The condition or group that a pointer names, as a filter.
fn named(group: &Group, pointer: &str) -> Filter {
    let mut steps = pointer.splitn(4, '/').skip(1);
    let Some(key) = steps.next() else { return Filter::new(group.clone()) };
    let at: usize = steps.next().unwrap().parse().unwrap();
    match (key, steps.next()) {
        ("conditions", None) => alone(group.conditions()[at].clone()),
        ("groups", None) => Filter::new(group.groups()[at].clone()),
        ("groups", Some(rest)) => named(&group.groups()[at], &format!("/{rest}")),
        _ => panic!("{pointer} names nothing"),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_never_or_always_holds_does(case in cases()) {
        let Case { filter, lists, population, cx } = &case;
        for warning in filter.warnings(cx) {
            let part = named(filter.root(), warning.place().pointer.as_deref().unwrap());
            let audience = audience(&part, lists);
            for contact in population.contacts() {
                let matching_memberships = audience.matching_memberships(contact, cx).count();
                match warning.code() {
                    WarningCode::NeverHolds => prop_assert_eq!(matching_memberships, 0, "{}", warning),
                    WarningCode::AlwaysHolds => {
                        prop_assert_eq!(matching_memberships, audience.in_scope(contact, cx).count(), "{}", warning);
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn a_filter_that_is_decided_is_warned_of(case in cases()) {
        let Case { filter, cx, .. } = &case;
        let plan = case.audience().plan(cx);
        let told = |code| {
            filter.warnings(cx).iter().any(|warning| {
                warning.code() == code && warning.place().pointer.as_deref() == Some("")
            })
        };
        prop_assert_eq!(told(WarningCode::NeverHolds), plan.is_never());
        prop_assert_eq!(told(WarningCode::AlwaysHolds), plan.is_always());
    }
}
