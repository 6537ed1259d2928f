//! Every way to ask who is in an audience.

use std::collections::BTreeSet;

use headcount::{Audience, AudienceSet, EvalContext, Population, Semantics, explain::Scope, semantics::Unit};

/// Who is in an audience, and how many memberships satisfy its filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) members: BTreeSet<String>,
    pub(crate) memberships: u64,
}

/// An engine by itself.
pub(crate) type Engine = fn(&Audience, &Population, &EvalContext) -> Answer;

/// The engines; another is another line.
pub(crate) const ENGINES: &[(&str, Engine)] = &[
    ("reference", reference),
    ("sizes", sizes),
    ("explanation", explanation),
    ("matcher", matcher),
    ("audience set", audience_set),
    ("audience set, asked in a batch", audience_set_in_batch),
    #[cfg(feature = "table")]
    ("table", table),
    #[cfg(feature = "table")]
    ("table in columns", table_in_columns),
    #[cfg(feature = "table")]
    ("live, told of records", live_told_of_records),
    #[cfg(feature = "table")]
    ("live, as time passes", live_as_time_passes),
];

/// The definition.
pub(crate) fn reference(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let contacts = population.contacts().iter().filter(|contact| audience.contains(contact, cx));
    let matching_memberships =
        population.contacts().iter().map(|contact| audience.matching_memberships(contact, cx).count() as u64);
    Answer {
        members: contacts.map(|contact| contact.phone_number.clone()).collect(),
        memberships: matching_memberships.sum(),
    }
}

fn sizes(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let members: BTreeSet<String> =
        population.members(audience, cx).map(|contact| contact.phone_number.clone()).collect();
    let size = |unit| population.size(audience, &in_unit(cx, unit)).value;
    assert_eq!(size(Unit::Contacts), members.len() as u64);
    Answer { members, memberships: size(Unit::Memberships) }
}

fn explanation(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let mut answer = Answer::default();
    for contact in population.contacts() {
        let explanation = audience.explain(contact, cx);
        let matching_memberships = explanation.memberships.iter().filter(|membership| {
            assert_eq!(membership.filter.is_some(), membership.scope == Scope::Asked, "{explanation}");
            membership.filter.as_ref().is_some_and(|node| node.holds())
        });
        answer.memberships += matching_memberships.count() as u64;
        if explanation.is_in {
            answer.members.insert(explanation.phone_number.clone());
        }
    }
    answer
}

fn matcher(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let matcher = audience.matcher(cx);
    let members = population.contacts().iter().filter(|contact| matcher.matches(*contact));
    let matching_memberships = population.contacts().iter().map(|contact| matcher.matching_memberships(contact) as u64);
    Answer {
        members: members.map(|contact| contact.phone_number.clone()).collect(),
        memberships: matching_memberships.sum(),
    }
}

/// Among others that share its conditions, made ready for another instant than it is asked at.
fn set_among_others(audience: &Audience, cx: &EvalContext) -> (AudienceSet, usize) {
    let unscoped = Audience::of(audience.filter.clone());
    let everybody = Audience::of(headcount::Filter::everybody());
    let epoch = EvalContext::at(headcount::chrono::DateTime::UNIX_EPOCH).with(cx.semantics);
    let mut set = AudienceSet::new([&everybody, &unscoped, audience], &epoch);
    set.set_now(cx.now);
    (set, 2)
}

fn audience_set(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let (set, number) = set_among_others(audience, cx);
    let mut answer = Answer::default();
    for contact in population.contacts() {
        let matching_memberships = set.matching_by_membership(contact);
        answer.memberships +=
            matching_memberships.iter().filter(|(_, audiences)| audiences.contains(number)).count() as u64;
        if set.matching(contact).contains(number) {
            answer.members.insert(contact.phone_number.clone());
        }
    }
    answer
}

fn audience_set_in_batch(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let (set, number) = set_among_others(audience, cx);
    let mut is_in = Vec::new();
    set.matching_each(population.contacts(), |matching| is_in.push(matching.contains(number)));
    assert_eq!(is_in.len(), population.contacts().len());
    let members = population.contacts().iter().zip(is_in).filter(|(_, is_in)| *is_in);
    let memberships = population.contacts().iter().map(|contact| set.matching_by_membership(contact));
    let matching_memberships = memberships.flatten().filter(|(_, audiences)| audiences.contains(number)).count() as u64;
    Answer {
        members: members.map(|(contact, _)| contact.phone_number.clone()).collect(),
        memberships: matching_memberships,
    }
}

#[cfg(feature = "table")]
fn table(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    of_table(&headcount::Table::from(population), audience, cx)
}

/// A small population stands in no columns of its own accord.
#[cfg(feature = "table")]
fn table_in_columns(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    let mut builder = headcount::TableBuilder::default().in_columns_from(1, 1);
    population.contacts().iter().for_each(|contact| builder.push(contact));
    of_table(&builder.build(), audience, cx)
}

#[cfg(feature = "table")]
fn of_table(table: &headcount::Table, audience: &Audience, cx: &EvalContext) -> Answer {
    let members = table.members(audience, cx);
    let size = |unit| table.size(audience, &in_unit(cx, unit)).value;
    assert_eq!(size(Unit::Contacts), members.len() as u64);
    Answer { members: members.phone_numbers().collect(), memberships: size(Unit::Memberships) }
}

/// Among others, of nobody at first.
#[cfg(feature = "table")]
fn live_told_of_records(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    of_live(audience, cx, |cx| {
        let mut live = live_among_others(headcount::Table::default(), audience, cx);
        for contact in population.contacts() {
            live.apply(contact.clone(), cx.now).unwrap().for_each(drop);
        }
        live
    })
}

/// Of everybody, for whom a week passes until now.
#[cfg(feature = "table")]
fn live_as_time_passes(audience: &Audience, population: &Population, cx: &EvalContext) -> Answer {
    of_live(audience, cx, |cx| {
        let week = headcount::chrono::TimeDelta::days(7);
        let before = EvalContext { now: cx.now.checked_sub_signed(week).unwrap_or(cx.now), ..*cx };
        let mut live = live_among_others(headcount::Table::from(population), audience, &before);
        live.advance(cx.now).unwrap().for_each(drop);
        live
    })
}

#[cfg(feature = "table")]
fn live_among_others(table: headcount::Table, audience: &Audience, cx: &EvalContext) -> headcount::Live {
    let unscoped = Audience::of(audience.filter.clone());
    let named = Audience { id: Some("asked".to_owned()), ..audience.clone() };
    headcount::Live::new(table, [unscoped, named], cx).unwrap()
}

#[cfg(feature = "table")]
fn of_live(audience: &Audience, cx: &EvalContext, live: impl Fn(&EvalContext) -> headcount::Live) -> Answer {
    let live = |unit| live(&in_unit(cx, unit));
    let in_contacts = live(Unit::Contacts);
    let members: BTreeSet<String> = in_contacts.members("asked").unwrap().phone_numbers().collect();
    let size = in_contacts.size("asked").unwrap();
    assert_eq!(size.value, members.len() as u64, "{}", audience.filter);
    Answer { members, memberships: live(Unit::Memberships).size("asked").unwrap().value }
}

fn in_unit(cx: &EvalContext, unit: Unit) -> EvalContext {
    cx.with(Semantics { unit, ..cx.semantics })
}
