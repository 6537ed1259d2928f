//! Law 7: a table that was told of changes equals one built from the final records. Law 4: neither layout, threads nor
//! the split into files change an answer.

use std::collections::BTreeMap;

use headcount::strategies::{contacts, records};
use headcount::{Contact, EvalContext, Filter, Population, Semantics, Table, TableBuilder, Unit};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases::{any_filters, audience, cases};
use super::config;

/// Something that happens to a contact.
#[derive(Clone, Debug)]
enum Change {
    Upsert(Contact),
    Remove(String),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        2 => contacts().prop_map(Change::Upsert),
        1 => contacts().prop_map(|contact| Change::Remove(contact.phone_number)),
    ];
    vec(change, 0..8)
}

fn sizes(table: &Table, filter: &Filter, lists: &[i64], cx: &EvalContext) -> [u64; 2] {
    [Unit::Contacts, Unit::Memberships]
        .map(|unit| table.size(&audience(filter, lists), &cx.with(Semantics { unit, ..cx.semantics })).value)
}

/// A table in columns wherever there are `same` contacts on the same lists, or `mixed` on as many.
pub(crate) fn table(population: &Population, (same, mixed): (usize, usize)) -> Table {
    let mut builder = TableBuilder::default().in_columns_from(same, mixed);
    population.contacts().iter().for_each(|contact| builder.push(contact));
    builder.build()
}

pub(crate) const LAYOUTS: [(usize, usize); 4] = [(1, 1), (2, 3), (usize::MAX, 1), (usize::MAX, usize::MAX)];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_table_that_is_told_of_changes_equals_one_built_from_the_final_records(
        case in cases(), changes in changes(), others in vec(any_filters(), 3), layout in 0..LAYOUTS.len(),
    ) {
        let mut told = table(&case.population, LAYOUTS[layout]);
        let mut known: BTreeMap<String, Contact> = case
            .population
            .contacts()
            .iter()
            .map(|contact| (contact.phone_number.clone(), contact.clone()))
            .collect();
        for change in changes {
            match change {
                Change::Upsert(contact) => {
                    known.insert(contact.phone_number.clone(), contact.clone());
                    told.upsert(contact);
                }
                Change::Remove(phone_number) => {
                    prop_assert_eq!(told.remove(&phone_number), known.remove(&phone_number).is_some());
                }
            }
        }
        let built = Table::from(&Population::from_iter(known.into_values()));
        prop_assert_eq!((told.contacts(), told.memberships()), (built.contacts(), built.memberships()));
        for filter in others.iter().chain([&case.filter]) {
            let [told, built] = [&told, &built].map(|table| sizes(table, filter, &case.lists, &case.cx));
            prop_assert_eq!(told, built, "{}", filter);
        }
    }

    #[test]
    fn layouts_and_threads_never_change_an_answer(case in cases()) {
        let expected = sizes(&Table::from(&case.population), &case.filter, &case.lists, &case.cx);
        for layout in LAYOUTS {
            let table = table(&case.population, layout);
            for pool in pools() {
                let found = pool.install(|| sizes(&table, &case.filter, &case.lists, &case.cx));
                prop_assert_eq!(found, expected, "layout {:?}, {} threads", layout, pool.current_num_threads());
            }
        }
    }

    #[test]
    fn many_at_once_are_each_by_itself(case in cases(), others in vec(any_filters(), 0..6)) {
        let audiences: Vec<_> = others.iter().chain([&case.filter]).map(|filter| audience(filter, &case.lists)).collect();
        for layout in LAYOUTS {
            let table = table(&case.population, layout);
            let alone: Vec<_> = audiences.iter().map(|audience| table.size(audience, &case.cx)).collect();
            prop_assert_eq!(table.sizes(&audiences, &case.cx), alone);
        }
    }
}

/// A pool of one thread, of two and of three.
fn pools() -> &'static [rayon::ThreadPool] {
    static POOLS: std::sync::OnceLock<Vec<rayon::ThreadPool>> = std::sync::OnceLock::new();
    POOLS.get_or_init(|| {
        (1..=3).map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).collect()
    })
}

#[cfg(feature = "records")]
proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_split_into_files_never_changes_an_answer(case in cases(), records in records(1..14), cut in any::<prop::sample::Index>()) {
        let lines: Vec<String> = records.iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect();
        let (one, other) = lines.split_at(cut.index(lines.len()));
        let read = |files: &[String]| {
            let inputs = files.iter().map(|file| headcount::records::Input::new("c.ndjson", file.as_bytes()));
            headcount::RecordReader::new().table(inputs).unwrap()
        };
        let (whole, split) = (read(&[lines.concat()]), read(&[one.concat(), other.concat()]));
        prop_assert_eq!(
            (whole.contacts(), whole.memberships(), whole.replaced()),
            (split.contacts(), split.memberships(), split.replaced())
        );
        let sizes = |table: &Table| sizes(table, &case.filter, &case.lists, &case.cx);
        prop_assert_eq!(sizes(&whole), sizes(&split));
        prop_assert_eq!(sizes(&whole), sizes(&Table::from_iter(&records)));
    }
}
