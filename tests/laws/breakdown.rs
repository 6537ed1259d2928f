//! A breakdown's numbers are what the definition counts when the filter is cut as they say.

use headcount::{
    Audience, Contact, EvalContext, Filter, Population, Semantics, Value,
    analysis::{BreakdownNode, BreakdownNodeKind},
    explain::{Node, Scope},
    filter::{Condition, CustomTest, Group, Junction, Predicate, parse_time},
    semantics::{Subscription, Unit},
};
use proptest::prelude::*;

use super::cases::{Case, alone, audience, cases};
use super::changes::{LAYOUTS, table};
use super::config;

/// A member of a group.
enum Member<'g> {
    Condition(&'g Condition),
    Group(&'g Group),
}

fn members(group: &Group) -> Vec<Member<'_>> {
    group.conditions().iter().map(Member::Condition).chain(group.groups().iter().map(Member::Group)).collect()
}

fn group_of(junction: Junction, members: Vec<Member<'_>>) -> Option<Group> {
    let (mut conditions, mut groups) = (Vec::new(), Vec::new());
    for member in members {
        match member {
            Member::Condition(condition) => conditions.push(condition.clone()),
            Member::Group(group) => groups.push(group.clone()),
        }
    }
    Group::new(junction, conditions, groups).ok()
}

/// The group without all that stands behind the member that the path leads to.
fn ended(group: &Group, path: &[usize]) -> Group {
    let Some((at, rest)) = path.split_first() else { return group.clone() };
    let mut kept: Vec<Member<'_>> = members(group).into_iter().take(at + 1).collect();
    let last = match kept.last() {
        Some(Member::Group(inner)) => Some(ended(inner, rest)),
        _ => None,
    };
    if let Some(last) = &last {
        kept.pop();
        kept.push(Member::Group(last));
    }
    group_of(group.junction(), kept).unwrap()
}

/// The group without the member that the path leads to, if anything is left of it.
fn lacking(group: &Group, path: &[usize]) -> Option<Group> {
    let (at, rest) = path.split_first()?;
    let mut members = members(group);
    let inner = match members.remove(*at) {
        Member::Group(inner) => lacking(inner, rest),
        Member::Condition(_) => None,
    };
    if let Some(inner) = &inner {
        members.insert(*at, Member::Group(inner));
    }
    group_of(group.junction(), members)
}

/// The part that the path leads to, as a filter.
fn only(group: &Group, path: &[usize]) -> Filter {
    let Some((at, rest)) = path.split_first() else { return Filter::new(group.clone()) };
    match members(group).remove(*at) {
        Member::Condition(condition) => alone(condition.clone()),
        Member::Group(inner) => only(inner, rest),
    }
}

/// Every part with the path that leads to it.
fn each_part<'p>(part: &'p BreakdownNode, path: &[usize], found: &mut Vec<(Vec<usize>, &'p BreakdownNode)>) {
    found.push((path.to_vec(), part));
    if let BreakdownNodeKind::Group { members, .. } = &part.kind {
        for (at, member) in members.iter().enumerate() {
            each_part(member, &[path, &[at]].concat(), found);
        }
    }
}

/// How many there are for whom something holds of a membership in scope.
fn counted(case: &Case, holds: impl Fn(&Contact, usize) -> bool) -> u64 {
    let audience = case.audience();
    let of = |contact: &Contact| {
        let each = contact.memberships.iter().enumerate();
        let scope = each.filter(|(_, on)| {
            audience.includes_list(on.list_id) && (on.active || case.cx.semantics.subscription == Subscription::Any)
        });
        scope.filter(|(at, _)| holds(contact, *at)).count() as u64
    };
    let each = case.population.contacts().iter().map(of);
    match case.cx.semantics.unit {
        Unit::Contacts => each.filter(|count| *count > 0).count() as u64,
        Unit::Memberships => each.sum(),
        other => panic!("{other:?}"),
    }
}

/// Whether a filter holds if every condition that finds no value does, or if none of them does.
fn holds_if(group: &Group, node: &Node, missing: bool) -> bool {
    let Node::Group { members: nodes, .. } = node else { panic!("a group is explained as one") };
    let members = members(group);
    assert_eq!(members.len(), nodes.len());
    let mut each = members.iter().zip(nodes).map(|(member, node)| match (member, node) {
        (Member::Group(inner), node) => holds_if(inner, node, missing),
        (Member::Condition(condition), Node::Condition { holds, found, .. }) => {
            if finds_nothing(condition, found.as_ref()) { missing } else { *holds }
        }
        (Member::Condition(_), _) => panic!("a condition is explained as one"),
    });
    match group.junction() {
        Junction::All => each.all(|holds| holds),
        Junction::Any => each.any(|holds| holds),
    }
}

fn finds_nothing(condition: &Condition, found: Option<&Value>) -> bool {
    match condition.predicate() {
        Predicate::OnList(_) | Predicate::Exists(_) => false,
        // What is no time is no value where a time is asked for.
        Predicate::Custom(_, CustomTest::Time(_)) => {
            !matches!(found, Some(Value::Text(text)) if parse_time(text).is_some())
        }
        _ => found.is_none(),
    }
}

fn size(population: &Population, audience: &Audience, cx: &EvalContext) -> u64 {
    population.size(audience, cx).value
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn parts_weigh_what_the_cut_filter_counts(case in cases(), layout in 0..LAYOUTS.len()) {
        let Case { population, cx, filter, lists } = &case;
        let breakdown = table(population, LAYOUTS[layout]).breakdown(&case.audience(), cx);
        let all = size(population, &case.audience(), cx);
        prop_assert_eq!(breakdown.size, population.size(&case.audience(), cx));
        let mut parts = Vec::new();
        each_part(&breakdown.filter, &[], &mut parts);
        for (path, part) in parts {
            let count = |filter: Filter| size(population, &audience(&filter, lists), cx);
            prop_assert_eq!(part.alone, count(only(filter.root(), &path)), "{} alone in {}", part.kind, breakdown);
            prop_assert_eq!(
                part.so_far, count(Filter::new(ended(filter.root(), &path))), "{} so far in {}", part.kind, breakdown
            );
            let without = lacking(filter.root(), &path)
                .map_or_else(|| counted(&case, |_, _| true), |group| count(Filter::new(group)));
            prop_assert_eq!(part.without, without, "without {} in {}", part.kind, breakdown);
            prop_assert_eq!(part.more_without, without as i64 - all as i64);
        }
    }

    #[test]
    fn everybody_is_somewhere(case in cases(), layout in 0..LAYOUTS.len()) {
        let Case { population, cx, filter, .. } = &case;
        let breakdown = table(population, LAYOUTS[layout]).breakdown(&case.audience(), cx);
        let everybody = match cx.semantics.unit {
            Unit::Contacts => population.contacts().len() as u64,
            Unit::Memberships => population.memberships(),
            other => panic!("{other:?}"),
        };
        let of_any = Semantics { subscription: Subscription::Any, ..cx.semantics };
        let on_lists = counted(&Case { cx: cx.with(of_any), ..case.clone() }, |_, _| true);
        let in_scope = counted(&case, |_, _| true);
        let explained = |contact: &Contact, at: usize, missing| {
            let explanation = case.audience().explain(contact, cx);
            let membership = &explanation.memberships[at];
            membership.scope == Scope::Asked
                && membership.filter.as_ref().is_some_and(|node| holds_if(filter.root(), node, missing))
        };
        let if_held = counted(&case, |contact, at| explained(contact, at, true));
        let if_failed = counted(&case, |contact, at| explained(contact, at, false));
        let on_dnc = counted(&case, |contact, at| {
            contact.on_dnc == Some(true) && filter.matches(contact, &contact.memberships[at], cx)
        });
        prop_assert_eq!(breakdown.everybody, everybody);
        prop_assert_eq!(breakdown.not_on_lists, everybody - on_lists);
        prop_assert_eq!(breakdown.inactive, on_lists - in_scope);
        prop_assert_eq!(breakdown.in_scope, in_scope);
        prop_assert_eq!(breakdown.without_value, if_held - breakdown.size.value, "{}", filter);
        prop_assert_eq!(breakdown.failing, in_scope - if_held, "{}", filter);
        prop_assert_eq!(breakdown.let_in_without_value, breakdown.size.value - if_failed, "{}", filter);
        prop_assert_eq!(breakdown.on_dnc, on_dnc);
    }
}
