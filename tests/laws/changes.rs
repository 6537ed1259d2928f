//! Law 7: a table that was told of changes equals one built from the final records. Law 4: neither layout, threads nor
//! the split into files change an answer.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use headcount::testing::{contacts, records};
use headcount::{
    Audience, Contact, EvalContext, Filter, Population, Semantics, SharedTable, Table, TableBuilder, semantics::Unit,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::cases::{Case, any_filters, audience, cases};
use super::config;

/// Something that happens to a table.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Merge(Contact),
    Replace(Contact),
    Remove(String),
    Compact,
    JoinLevels,
    Snapshot,
}

impl Change {
    fn make_shared(self, table: &SharedTable) {
        match self {
            Self::Merge(record) => _ = table.merge(record),
            Self::Replace(contact) => table.replace(contact),
            Self::Remove(phone_number) => _ = table.remove(&phone_number),
            Self::Compact => table.compact(),
            Self::JoinLevels => _ = table.join_levels(),
            Self::Snapshot => std::thread::yield_now(),
        }
    }

    pub(crate) fn make(self, table: &mut Table) {
        match self {
            Self::Merge(record) => _ = table.merge(record),
            Self::Replace(contact) => table.replace(contact),
            Self::Remove(phone_number) => _ = table.remove(&phone_number),
            Self::Compact => table.compact(),
            // A table that is nobody else's joins them by itself.
            Self::JoinLevels | Self::Snapshot => {}
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => contacts().prop_map(Change::Merge),
        3 => contacts().prop_map(Change::Replace),
        3 => contacts().prop_map(|contact| Change::Remove(contact.phone_number)),
        1 => Just(Change::Compact),
        1 => Just(Change::JoinLevels),
        2 => Just(Change::Snapshot),
    ]
}

pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    vec(change(), 0..24)
}

/// What a table holds after changes, in the order in which contacts are first seen.
#[derive(Clone, Debug, Default)]
struct Known(Vec<Contact>);

impl Known {
    fn find(&mut self, phone_number: &str) -> Option<&mut Contact> {
        self.0.iter_mut().find(|known| known.phone_number == phone_number)
    }

    fn replace(&mut self, contact: Contact) {
        match self.find(&contact.phone_number) {
            Some(known) => *known = contact,
            None => self.0.push(contact),
        }
    }

    fn remove(&mut self, phone_number: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|known| known.phone_number != phone_number);
        self.0.len() < before
    }
}

/// Snapshots that threads took while another made changes, and one compacted beside it, each with the numbers of changes that it may have: those whose
/// calls had returned before, up to one more than had returned after.
fn snapshots(table: &SharedTable, changes: Vec<Change>) -> Vec<(RangeInclusive<usize>, Arc<Table>)> {
    let (made, all) = (AtomicUsize::new(0), changes.len());
    // How often somebody has looked.
    let looks = AtomicUsize::new(0);
    let readers = Barrier::new(4);
    let read = || {
        let mut taken: Vec<(RangeInclusive<usize>, Arc<Table>)> = Vec::new();
        readers.wait();
        loop {
            let before = made.load(Ordering::SeqCst);
            let snapshot = table.snapshot();
            let after = made.load(Ordering::SeqCst);
            let is_new = taken.last().is_none_or(|(_, last)| !Arc::ptr_eq(last, &snapshot));
            if is_new {
                taken.push((before..=(after + 1).min(all), snapshot));
            }
            looks.fetch_add(1, Ordering::SeqCst);
            if before == all {
                return taken;
            }
            if !is_new {
                // Or there may be no core for whoever makes the changes.
                std::thread::yield_now();
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(read));
        scope.spawn(|| {
            readers.wait();
            while made.load(Ordering::SeqCst) < all {
                table.join_levels();
                std::thread::yield_now();
                table.compact();
            }
        });
        readers.wait();
        for change in changes {
            change.make_shared(table);
            let (made, looks_before) = (made.fetch_add(1, Ordering::SeqCst) + 1, looks.load(Ordering::SeqCst));
            // Every other state is seen, whoever has the cores; the others may be.
            while made % 2 == 0 && made < all && looks.load(Ordering::SeqCst) < looks_before + 3 {
                std::thread::yield_now();
            }
        }
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
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

/// Holds every snapshot that is taken while changes are made against tables that are built of the contacts as they had become
/// by then; how many snapshots that were.
fn snapshots_are_what_had_been_merged_by_then(
    case: &Case,
    changes: &[Change],
    layout: (usize, usize),
) -> Result<usize, TestCaseError> {
    let mut told = table(&case.population, layout);
    let shared = SharedTable::from(told.clone());
    let audience = case.audience();
    let answer = |table: &Table| {
        let contacts: Vec<Contact> = table.contacts().collect();
        let members: Vec<String> = table.members(&audience, &case.cx).into_iter().collect();
        (contacts, members, table.size(&audience, &case.cx))
    };
    // Built anew after each change: that a table equals one that is told of changes is a law of its own.
    let built = |told: &Table| answer(&Table::from_iter(told.contacts()));
    let mut expected = vec![built(&told)];
    for change in changes {
        change.clone().make(&mut told);
        expected.push(built(&told));
    }
    let taken = snapshots(&shared, changes.to_vec());
    let count = taken.len();
    for (range, snapshot) in taken {
        let found = answer(&snapshot);
        prop_assert!(range.clone().any(|made| expected[made] == found), "{:?}: {:?}", range, found);
    }
    prop_assert_eq!(&answer(&shared.snapshot()), &expected[expected.len() - 1]);
    Ok(count)
}

/// Of one population, hundreds of changes; `scripts/laws` makes ten thousand.
#[test]
fn hundreds_of_snapshots_under_threads_are_each_what_had_been_merged_by_then() {
    let many = (config().cases as usize * 6).min(10_000);
    let mut runner = TestRunner::deterministic();
    let case = cases().new_tree(&mut runner).unwrap().current();
    let changes = vec(change(), many).new_tree(&mut runner).unwrap().current();
    let taken = snapshots_are_what_had_been_merged_by_then(&case, &changes, LAYOUTS[0]).unwrap();
    assert!(taken > many / 3, "{taken} snapshots of {many} changes");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_table_that_is_told_of_changes_equals_one_built_from_the_final_records(
        case in cases(), changes in changes(), others in vec(any_filters(), 3), layout in 0..LAYOUTS.len(),
    ) {
        let mut told = table(&case.population, LAYOUTS[layout]);
        let mut known = Known(case.population.contacts().to_vec());
        // Each as it was when it was taken: what becomes of the table later is not seen in it.
        let mut snapshots = Vec::new();
        for change in changes {
            match change {
                Change::Merge(record) => {
                    let mut contact = known.find(&record.phone_number).cloned().unwrap_or_else(|| Contact {
                        phone_number: record.phone_number.clone(),
                        ..Contact::default()
                    });
                    prop_assert_eq!(told.merge(record.clone()), contact.merge(record));
                    known.replace(contact);
                }
                Change::Replace(contact) => {
                    known.replace(contact.clone());
                    told.replace(contact);
                }
                Change::Remove(phone_number) => {
                    prop_assert_eq!(told.remove(&phone_number), known.remove(&phone_number));
                }
                Change::Compact => told.compact(),
                Change::JoinLevels => {}
                Change::Snapshot => snapshots.push((told.clone(), known.clone())),
            }
        }
        snapshots.push((told, known));
        let audiences: Vec<Audience> =
            others.iter().chain([&case.filter]).map(|filter| audience(filter, &case.lists)).collect();
        for (told, Known(known)) in snapshots {
            let built = Table::from(&Population::from_iter(known));
            prop_assert_eq!((told.len(), told.memberships()), (built.len(), built.memberships()));
            let [at_once, expected] = [&told, &built].map(|table| table.sizes(&audiences, &case.cx));
            prop_assert_eq!(at_once, expected);
            prop_assert_eq!(told.compare(&audiences, &case.cx), built.compare(&audiences, &case.cx));
            for audience in &audiences {
                let asked = audience.filter.to_string();
                let [told_sizes, built_sizes] =
                    [&told, &built].map(|table| sizes(table, &audience.filter, &case.lists, &case.cx));
                prop_assert_eq!(told_sizes, built_sizes, "{}", asked);
                let members = |table: &Table| -> Vec<String> {
                    table.members(audience, &case.cx).phone_numbers().collect()
                };
                prop_assert_eq!(members(&told), members(&built), "{}", asked);
                let [told_breakdown, built_breakdown] =
                    [&told, &built].map(|table| table.breakdown(audience, &case.cx));
                prop_assert_eq!(told_breakdown, built_breakdown, "{}", asked);
                let to = case.cx.now.checked_add_signed(chrono::TimeDelta::days(40));
                let to = to.unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC);
                let [told_timeline, built_timeline] =
                    [&told, &built].map(|table| table.timeline(audience, &case.cx, to));
                prop_assert_eq!(told_timeline, built_timeline, "{}", asked);
            }
        }
    }

    /// Law 7, under threads that read while another writes.
    #[test]
    fn snapshots_taken_at_any_moment_equal_a_table_built_from_what_had_been_merged_by_then(
        case in cases(), changes in changes(), layout in 0..LAYOUTS.len(),
    ) {
        snapshots_are_what_had_been_merged_by_then(&case, &changes, LAYOUTS[layout])?;
    }

    #[test]
    fn a_contact_is_the_same_record_wherever_it_stands(contacts in vec(contacts(), 0..14)) {
        let population: Population = contacts.into_iter().collect();
        let expected: Vec<Contact> = table(&population, LAYOUTS[0]).contacts().collect();
        let mut told = Table::default();
        population.contacts().iter().for_each(|contact| told.replace(contact.clone()));
        for table in LAYOUTS.map(|layout| table(&population, layout)).iter().chain([&told]) {
            prop_assert_eq!(&table.contacts().collect::<Vec<_>>(), &expected);
            for contact in &expected {
                prop_assert_eq!(table.get(&contact.phone_number), Some(contact.clone()));
            }
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
            (whole.len(), whole.memberships(), whole.replaced()),
            (split.len(), split.memberships(), split.replaced())
        );
        let sizes = |table: &Table| sizes(table, &case.filter, &case.lists, &case.cx);
        prop_assert_eq!(sizes(&whole), sizes(&split));
        prop_assert_eq!(sizes(&whole), sizes(&Table::from_iter(&records)));
    }
}
