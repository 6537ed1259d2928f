//! What is written as Parquet is what is read again.

#![cfg(feature = "parquet")]
use std::collections::BTreeSet;

use headcount::records::{Input, write_parquet};
use headcount::testing::{contacts, evaluations, filters, noon, populations, records, source_lists};
use headcount::{
    Audience, Contact, EvalContext, Filter, Membership, Population, RecordReader, Table, TableBuilder, Value,
    records::{OnError, ReadReport},
};
use proptest::collection::vec;
use proptest::prelude::*;

fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 64, ..config } }
}

fn written(table: &Table) -> Vec<u8> {
    let mut file = Vec::new();
    write_parquet(table, &mut file, &mut |_| {}).unwrap();
    file
}

fn input(file: &[u8]) -> Input<'_> {
    Input::new("contacts.parquet", file)
}

fn read(file: &[u8], threads: usize) -> (Population, ReadReport) {
    let mut contacts = RecordReader::new().threads(threads).contacts(input(file));
    let population = contacts.by_ref().collect::<Result<Population, _>>().unwrap();
    (population, contacts.report().clone())
}

/// Records in columns wherever that can be, so that both ways of a table are written.
fn tables(records: &[Contact]) -> [Table; 2] {
    let mut in_columns = TableBuilder::default().in_columns_from(1, 1);
    records.iter().for_each(|record| in_columns.push(record));
    [in_columns.build(), records.iter().collect()]
}

/// A contact as a table has it, whose order of memberships is nobody's.
fn sorted(mut contact: Contact) -> Contact {
    contact.memberships.sort_by_key(|membership| membership.list_id);
    // An empty key cannot be asked for, and a table keeps none.
    contact.memberships.iter_mut().for_each(|membership| drop(membership.custom_fields.remove("")));
    contact
}

/// A contact with what it leaves to be worked out.
fn worked_out(contact: &Contact) -> Contact {
    let mut table = TableBuilder::default().in_columns_from(1, 1);
    table.push(contact);
    table.build().get(&contact.phone_number).unwrap()
}

/// More than one shard and one row group hold.
#[test]
fn many_are_read_again() {
    const MANY: usize = 150_000;
    let contact = |n: usize| Contact {
        phone_number: format!("+{n:07}"),
        memberships: vec![Membership {
            list_id: Some((n % 3) as i64),
            send_count: n as u64,
            custom_fields: [("n".to_owned(), Value::Text(n.to_string())), ("odd".to_owned(), Value::Bool(n % 2 == 1))]
                .into_iter()
                .collect(),
            ..Membership::default()
        }],
        ..Contact::default()
    };
    let table: Table = (0..MANY).map(contact).collect();
    let file = written(&table);
    for threads in [1, 2] {
        let mut builder = TableBuilder::default();
        let reader = RecordReader::new().threads(threads);
        let report = reader.read_into(input(&file), &mut builder).unwrap();
        assert_eq!(report.records, MANY as u64);
        let again = builder.build();
        for n in (0..MANY).step_by(997) {
            let expected = worked_out(&contact(n));
            assert_eq!(table.get(&expected.phone_number).as_ref(), Some(&expected));
            assert_eq!(again.get(&expected.phone_number), Some(expected));
        }
    }

    // Those on a list stand in a row group of their own, which is all that is read for it.
    let audience = Audience { source_lists: vec![1], ..Audience::of("send_count >= 75000".parse().unwrap()) };
    let cx = EvalContext::at(noon());
    let reader = RecordReader::new().for_plans([audience.plan(&cx)]);
    let mut builder = TableBuilder::default();
    let report = reader.read_into(input(&file), &mut builder).unwrap();
    assert_eq!(report.records, MANY as u64 / 3);
    assert_eq!(report.totals.map(|totals| totals.contacts), Some(MANY as u64));
    assert_eq!(builder.build().size(&audience, &cx), table.size(&audience, &cx));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_is_read_again(records in records(0..12), threads in 1_usize..4) {
        let population: Population = records.iter().cloned().collect();
        for table in tables(&records) {
            let file = written(&table);
            let (again, report) = read(&file, threads);
            prop_assert_eq!((report.skipped, report.problems), (0, None));
            prop_assert_eq!(again.contacts().len(), population.contacts().len());
            for contact in again.contacts() {
                let known = population.get(&contact.phone_number).unwrap();
                prop_assert_eq!(sorted(contact.clone()), sorted(worked_out(known)));
            }
        }
    }

    #[test]
    fn a_table_read_from_it_answers_the_same(
        population in populations(0..12),
        filter in filters(1..=8),
        lists in source_lists(),
        cx in evaluations(),
    ) {
        let audience = Audience { source_lists: lists, ..Audience::of(filter) };
        let file = written(&Table::from(&population));
        let table = RecordReader::new().threads(2).table([input(&file)]).unwrap();
        prop_assert_eq!(table.size(&audience, &cx), population.size(&audience, &cx));
        prop_assert_eq!(table.replaced(), 0);
    }

    #[test]
    fn what_nobody_asks_for_may_be_left_out(
        population in populations(0..12),
        filters in vec(filters(1..=8), 1..4),
        lists in source_lists(),
        cx in evaluations(),
    ) {
        let audience = |filter: &Filter| Audience { source_lists: lists.clone(), ..Audience::of(filter.clone()) };
        let audiences: Vec<Audience> = filters.iter().map(audience).collect();
        let whole = Table::from(&population);
        let file = written(&whole);
        let mut builder = TableBuilder::default();
        let reader = RecordReader::new().for_plans(audiences.iter().map(|audience| audience.plan(&cx)));
        let report = reader.read_into(input(&file), &mut builder).unwrap();
        let totals = report.totals.unwrap();
        prop_assert_eq!((totals.contacts, totals.memberships), (whole.len() as u64, whole.memberships()));
        let table = builder.build();
        for audience in &audiences {
            prop_assert_eq!(table.size(audience, &cx), population.size(audience, &cx));
            let members: BTreeSet<_> = table.members(audience, &cx).phone_numbers().collect();
            let expected = population.members(audience, &cx).map(|contact| contact.phone_number.clone());
            prop_assert_eq!(members, expected.collect());
        }
    }

    #[test]
    fn of_several_files_columns_may_be_left_out(
        parts in vec(records(0..6), 2..4),
        filter in filters(1..=8),
        lists in source_lists(),
        cx in evaluations(),
    ) {
        let audience = Audience { source_lists: lists, ..Audience::of(filter) };
        let reader = RecordReader::new().for_plans_among_files([audience.plan(&cx)]);
        let mut builder = TableBuilder::default();
        // A file says of every contact what counts where records are silent.
        let said = |mut contact: Contact| {
            contact.on_dnc.get_or_insert(false);
            contact.is_valid.get_or_insert(true);
            contact
        };
        let parts: Vec<Vec<Contact>> = parts.into_iter().map(|part| part.into_iter().map(said).collect()).collect();
        for part in &parts {
            let file = written(&Table::from(&part.iter().cloned().collect::<Population>()));
            reader.read_into(input(&file), &mut builder).unwrap();
        }
        let (table, population) = (builder.build(), parts.into_iter().flatten().collect::<Population>());
        prop_assert_eq!(table.size(&audience, &cx), population.size(&audience, &cx));
        prop_assert_eq!(table.len(), population.contacts().len());
    }

    #[test]
    fn what_was_put_in_and_taken_out_is_written_so(records in records(0..12), change in contacts()) {
        for mut table in tables(&records) {
            if let Some(record) = records.first() {
                table.remove(&record.phone_number);
            }
            table.replace(change.clone());
            let (again, _) = read(&written(&table), 1);
            prop_assert_eq!(again.contacts().len(), table.len());
            prop_assert_eq!(again.memberships(), table.memberships());
            let found = again.get(&change.phone_number).cloned().unwrap();
            prop_assert_eq!(sorted(found), sorted(worked_out(&change)));
        }
    }

    #[test]
    fn any_damage_is_an_error_or_nothing(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let record = r#"{"phone_number": "+1", "list_id": 7, "click_count": 3, "custom_fields": {"a": [1], "b": "x"}}"#;
        let contact: Contact = serde_json::from_str(record).unwrap();
        let mut file = written(&[contact].iter().collect());
        let at = at.index(file.len());
        if cut { file.truncate(at) } else { file[at] = byte }
        // Not a panic, whatever it answers.
        for on_error in [OnError::Fail, OnError::Skip] {
            let _ = RecordReader::new().on_error(on_error).contacts(input(&file)).count();
        }
    }
}
