//! A table says how many bytes it takes, and does not grow by being changed. A program of its own, because it counts what
//! all of the process allocates.

#![cfg(feature = "table")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use headcount::{Contact, Membership, Number, Table, TableBuilder, Value};

/// The system's allocator, which counts the bytes that are taken.
struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Debug builds take their time over every record.
const MEMBERSHIPS: u64 = if cfg!(debug_assertions) { 120_000 } else { 1_000_000 };
const CHANGES: u64 = MEMBERSHIPS / 10;

/// Spreads numbers over all others.
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn record(number: u64, list: u64, draw: u64) -> Contact {
    let state = ["CA", "TX", "FL", "NY", "WA", "OR", "NV"][(draw % 7) as usize];
    let instant = |seconds: u64| chrono::DateTime::from_timestamp(1_763_000_000 - seconds as i64, 0);
    Contact {
        phone_number: format!("+1415{number:07}"),
        carrier: Some(["Alpha", "Beta", "Gamma", "Delta"][(draw % 4) as usize].to_owned()),
        on_dnc: Some(draw.is_multiple_of(50)),
        memberships: vec![Membership {
            list_id: Some(101 + list as i64),
            active: !draw.is_multiple_of(11),
            signup_date: instant(draw % 20_000_000),
            send_count: draw % 60,
            click_count: draw % 17,
            conversion_count: draw % 3,
            revenue_total: Number::from(draw % 3 * (draw % 9_973)),
            last_sent_at: instant(draw % 600_000),
            last_clicked_at: (draw.is_multiple_of(3)).then(|| instant(draw % 8_000_000)).flatten(),
            custom_fields: [
                ("state".to_owned(), Value::from(state)),
                ("score".to_owned(), Value::from(Number::from(draw % 1_000))),
            ]
            .into(),
            ..Membership::default()
        }],
        ..Contact::default()
    }
}

fn built() -> Table {
    let mut builder = TableBuilder::default();
    for number in 0..MEMBERSHIPS {
        let draw = spread(number);
        builder.push(&record(number / 2, number % 2 * (1 + draw % 6), draw));
    }
    builder.build()
}

/// Of ten changes eight are later records of contacts that are known, one is of somebody new, and one takes somebody out.
fn change(table: &mut Table, number: u64) {
    let (draw, known) = (spread(number ^ 0x5555), spread(number) % (MEMBERSHIPS / 2));
    match number % 10 {
        0 => _ = table.merge(record(MEMBERSHIPS + number, draw % 7, draw)),
        1 => _ = table.remove(&format!("+1415{known:07}")),
        2 => table.replace(record(known, draw % 7, draw)),
        _ => _ = table.merge(record(known, 0, draw)),
    }
}

/// Makes a table, and tells how many bytes the process gained by it.
fn gained(make: impl FnOnce() -> Table) -> (Table, usize) {
    let before = TAKEN.load(Ordering::Relaxed);
    let table = make();
    (table, TAKEN.load(Ordering::Relaxed) - before)
}

#[track_caller]
fn assert_told(table: &Table, gained: usize, which: &str) {
    let told = table.memory().total();
    println!("{which}: {told} bytes told, {gained} gained: {:?}", table.memory());
    assert!(told.abs_diff(gained) * 10 <= gained, "{which}: {told} bytes told, {gained} gained: {:?}", table.memory());
}

#[test]
fn a_table_takes_as_many_bytes_as_it_says_and_no_more_for_being_changed() {
    // What threads set up for themselves is not the table's.
    drop(built());
    let (fresh, of_fresh) = gained(built);
    assert_told(&fresh, of_fresh, "fresh");
    drop(fresh);

    let (mut changed, of_changed) = gained(|| {
        let mut table = built();
        (0..CHANGES).for_each(|number| change(&mut table, number));
        table
    });
    assert_told(&changed, of_changed, "changed");
    let (anew, of_anew) = gained(|| changed.contacts().collect());
    assert_told(&anew, of_anew, "built of the final contacts");
    assert!(of_changed * 2 <= of_anew * 3, "{of_changed} bytes changed, {of_anew} built of the final contacts");

    changed.compact();
    let (compacted, again) = (changed.memory(), anew.memory());
    assert!(compacted.total().abs_diff(again.total()) * 20 <= again.total(), "{compacted:?} {again:?}");
    let snapshot = changed.clone();
    let (_, of_snapshot) = gained(|| changed.clone());
    assert!(of_snapshot < 1_000, "a snapshot takes {of_snapshot} bytes");
    drop(snapshot);
}
