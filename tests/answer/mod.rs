//! Every way to ask who is in an audience.

use std::collections::BTreeSet;

use headcount::{Audience, Evaluation, Population, Scope, Semantics, Unit};

/// Who is in an audience, and how many memberships satisfy its filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) members: BTreeSet<String>,
    pub(crate) memberships: u64,
}

/// An engine by itself.
pub(crate) type Engine = fn(&Audience, &Population, &Evaluation) -> Answer;

/// The engines; another is another line.
pub(crate) const ENGINES: &[(&str, Engine)] = &[
    ("reference", reference),
    ("sizes", sizes),
    ("explanation", explanation),
    ("matcher", matcher),
    #[cfg(feature = "table")]
    ("table", table),
    #[cfg(feature = "table")]
    ("table in columns", table_in_columns),
];

/// The definition.
pub(crate) fn reference(audience: &Audience, population: &Population, asked: &Evaluation) -> Answer {
    let contacts = population.contacts().iter().filter(|contact| audience.contains(contact, asked));
    let satisfying = population.contacts().iter().map(|contact| audience.satisfying(contact, asked).count() as u64);
    Answer { members: contacts.map(|contact| contact.phone_number.clone()).collect(), memberships: satisfying.sum() }
}

fn sizes(audience: &Audience, population: &Population, asked: &Evaluation) -> Answer {
    let members: BTreeSet<String> =
        population.members(audience, asked).map(|contact| contact.phone_number.clone()).collect();
    let size = |unit| population.size(audience, &in_unit(asked, unit)).value;
    assert_eq!(size(Unit::Contacts), members.len() as u64);
    Answer { members, memberships: size(Unit::Memberships) }
}

fn explanation(audience: &Audience, population: &Population, asked: &Evaluation) -> Answer {
    let mut answer = Answer::default();
    for contact in population.contacts() {
        let explanation = audience.explain(contact, asked);
        let satisfying = explanation.memberships.iter().filter(|membership| {
            assert_eq!(membership.filter.is_some(), membership.scope == Scope::Asked, "{explanation}");
            membership.filter.as_ref().is_some_and(|node| node.holds())
        });
        answer.memberships += satisfying.count() as u64;
        if explanation.is_in {
            answer.members.insert(explanation.phone_number.clone());
        }
    }
    answer
}

fn matcher(audience: &Audience, population: &Population, asked: &Evaluation) -> Answer {
    let matcher = audience.matcher(asked);
    let members = population.contacts().iter().filter(|contact| matcher.matches(*contact));
    let satisfying = population.contacts().iter().map(|contact| matcher.matching_memberships(contact) as u64);
    Answer { members: members.map(|contact| contact.phone_number.clone()).collect(), memberships: satisfying.sum() }
}

#[cfg(feature = "table")]
fn table(audience: &Audience, population: &Population, asked: &Evaluation) -> Answer {
    of_table(&headcount::Table::from(population), audience, asked)
}

/// A small population stands in no columns of its own accord.
#[cfg(feature = "table")]
fn table_in_columns(audience: &Audience, population: &Population, asked: &Evaluation) -> Answer {
    let mut builder = headcount::TableBuilder::default().in_columns_from(1, 1);
    population.contacts().iter().for_each(|contact| builder.push(contact));
    of_table(&builder.build(), audience, asked)
}

#[cfg(feature = "table")]
fn of_table(table: &headcount::Table, audience: &Audience, asked: &Evaluation) -> Answer {
    let members = table.members(audience, asked);
    let size = |unit| table.size(audience, &in_unit(asked, unit)).value;
    assert_eq!(size(Unit::Contacts), members.count());
    Answer { members: members.phone_numbers().collect(), memberships: size(Unit::Memberships) }
}

fn in_unit(asked: &Evaluation, unit: Unit) -> Evaluation {
    asked.with(Semantics { unit, ..asked.semantics })
}
