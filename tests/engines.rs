//! Law 3: the definition, the matcher and the table say the same.

#![cfg(feature = "table")]

use headcount::{Audience, Contact, EvalContext, Population, Semantics, Table, TableBuilder};
use headcount_generate::{PopulationFormat, REFERENCE_INSTANT, audiences};

fn population(memberships: u64, seed: u64) -> Population {
    let mut lines = Vec::new();
    headcount_generate::Population::new(memberships, seed)
        .write(PopulationFormat::Ndjson, &mut lines, &mut |_| {})
        .unwrap();
    let lines = String::from_utf8(lines).unwrap();
    lines.lines().map(|line| serde_json::from_str::<Contact>(line).unwrap()).collect()
}

/// Tables of every layout: by lists, by number of lists, one by one, and as it comes.
fn tables(population: &Population) -> Vec<Table> {
    [(1, 1), (usize::MAX, 1), (usize::MAX, usize::MAX), (20, 20)]
        .into_iter()
        .map(|(same, mixed)| {
            let mut builder = TableBuilder::default().in_columns_from(same, mixed);
            population.contacts().iter().for_each(|contact| builder.push(contact));
            builder.build()
        })
        .chain([Table::from(population)])
        .collect()
}

fn check(population: &Population, tables: &[Table], audience: &Audience, cx: &EvalContext) {
    let expected = population.size(audience, cx).value;
    let members: Vec<&str> = population.members(audience, cx).map(|contact| &*contact.phone_number).collect();

    let matcher = audience.matcher(cx);
    for contact in population.contacts() {
        let by_definition = audience.contains(contact, cx);
        assert_eq!(matcher.matches(contact), by_definition, "matcher: {} {contact:?}", audience.filter);
        let matching_memberships = audience.matching_memberships(contact, cx).count();
        assert_eq!(matcher.matching_memberships(contact), matching_memberships, "matcher: {}", audience.filter);
    }
    for (layout, table) in tables.iter().enumerate() {
        assert_eq!(table.size(audience, cx).value, expected, "table {layout}: {}", audience.filter);
        let found = table.members(audience, cx);
        let phones: Vec<String> = found.phone_numbers().collect();
        assert_eq!(phones, members, "table {layout}: {}", audience.filter);
        assert_eq!(found.len(), members.len());
    }
}

#[test]
fn engines_agree_on_generated_audiences() {
    let population = population(500, 7);
    let tables = tables(&population);
    let semantics: Vec<Semantics> = Semantics::all().collect();
    let read: Vec<Audience> = audiences(64, 11).map(|json| Audience::from_json(&json).unwrap()).collect();
    let now = headcount::filter::parse_time(REFERENCE_INSTANT).unwrap();
    for (i, audience) in read.iter().enumerate() {
        let cx = EvalContext::at(now).with(semantics[i % semantics.len()]);
        check(&population, &tables, audience, &cx);
    }
    for semantics in semantics {
        let cx = EvalContext::at(now).with(semantics);
        let expected: Vec<u64> = read.iter().map(|audience| population.size(audience, &cx).value).collect();
        for table in &tables {
            let sizes: Vec<u64> = table.sizes(&read, &cx).iter().map(|size| size.value).collect();
            assert_eq!(sizes, expected);
        }
    }
}

#[test]
fn every_contact_comes_back_from_a_table() {
    let population = population(1_500, 3);
    for table in tables(&population) {
        assert_eq!(table.len(), population.contacts().len());
        assert_eq!(table.memberships(), population.memberships());
        for contact in population.contacts() {
            let mut found = table.get(&contact.phone_number).unwrap();
            found.memberships.sort_by_key(|membership| membership.list_id);
            let mut expected = contact.clone();
            expected.memberships.sort_by_key(|membership| membership.list_id);
            for (found, expected) in found.memberships.iter_mut().zip(&mut expected.memberships) {
                // What a record leaves to be worked out, a table has worked out.
                (found.has_revenue, found.avg_revenue) = (expected.has_revenue, expected.avg_revenue);
            }
            (found.is_valid, found.on_dnc) = (expected.is_valid, expected.on_dnc);
            assert_eq!(found, expected);
        }
        assert_eq!(table.get("+0"), None);
    }
}

#[test]
fn a_table_that_is_told_of_changes_equals_one_built_from_the_final_records() {
    let before = population(1_200, 1);
    let after = population(1_500, 2);
    let now = headcount::filter::parse_time(REFERENCE_INSTANT).unwrap();
    let cx = EvalContext::at(now);
    for mut table in tables(&before) {
        for contact in before.contacts().iter().step_by(3) {
            assert!(table.remove(&contact.phone_number));
            assert!(!table.remove(&contact.phone_number));
        }
        let mut expected: Population = before
            .contacts()
            .iter()
            .enumerate()
            .filter(|(i, _)| i % 3 != 0)
            .map(|(_, contact)| contact.clone())
            .collect();
        for (i, contact) in after.contacts().iter().enumerate() {
            // Half of the new records are told of contacts that are known already.
            let known = expected.contacts()[i % expected.contacts().len()].phone_number.clone();
            let phone_number = if i % 2 == 0 { known } else { contact.phone_number.clone() };
            let contact = Contact { phone_number, ..contact.clone() };
            let others = expected.contacts().iter().filter(|other| other.phone_number != contact.phone_number);
            if i < 60 {
                expected = others.cloned().chain([contact.clone()]).collect();
                table.replace(contact);
            }
        }
        let built = Table::from(&expected);
        assert_eq!((table.len(), table.memberships()), (built.len(), built.memberships()));
        for json in audiences(60, 5) {
            let audience = Audience::from_json(&json).unwrap();
            assert_eq!(table.size(&audience, &cx), built.size(&audience, &cx), "{}", audience.filter);
        }
    }
}
