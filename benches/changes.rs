//! A population that changes: a size before 100,000 changes and after them, a snapshot, and the changes themselves.

mod filters;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use criterion::Criterion;
use headcount::{
    Audience, Contact, EvalContext, Membership, Number, Semantics, Table, TableBuilder, Value, semantics::Unit,
};

const MEMBERSHIPS: u64 = 1_000_000;
const CHANGES: u64 = 100_000;
/// 2025-11-15T08:30:00Z.
const NOW: i64 = 1_763_195_400;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let fresh = fresh();
    let mut changed = fresh.clone();
    let start = Instant::now();
    (0..CHANGES).for_each(|n| change(&mut changed, n));
    println!("{CHANGES} changes took {:?}, {:?} each", start.elapsed(), start.elapsed() / CHANGES as u32);
    let mut compacted = changed.clone();
    let start = Instant::now();
    compacted.compact();
    println!("compaction took {:?}", start.elapsed());
    sizes(&mut criterion, [("fresh", &fresh), ("after changes", &changed), ("compacted", &compacted)]);
    changes(&mut criterion, &changed);
    criterion.final_summary();
}

fn sizes(criterion: &mut Criterion, tables: [(&str, &Table); 3]) {
    let at = DateTime::from_timestamp(NOW, 0).expect("now is a time");
    let sizes = &filters::SIZES[..3];
    let audiences: Vec<Audience> = sizes.iter().map(|conditions| Audience::of(filters::filter(*conditions))).collect();
    for unit in [Unit::Contacts, Unit::Memberships] {
        let cx = EvalContext::at(at).with(Semantics { unit, ..Semantics::default() });
        let [(_, _), (_, changed), (_, compacted)] = tables;
        for audience in &audiences {
            assert_eq!(changed.size(audience, &cx), compacted.size(audience, &cx), "{}", audience.filter);
        }
        for (audience, conditions) in audiences.iter().zip(sizes) {
            let mut group = criterion.benchmark_group(format!("size/{unit:?}/{conditions}"));
            for (name, table) in tables {
                group.bench_function(name, |bencher| bencher.iter(|| table.size(black_box(audience), &cx)));
            }
            group.finish();
        }
    }
}

fn changes(criterion: &mut Criterion, table: &Table) {
    let mut group = criterion.benchmark_group("changes");
    group.measurement_time(Duration::from_secs(3));
    group.bench_function("snapshot", |bencher| bencher.iter(|| black_box(table).clone()));
    let mut changing = table.clone();
    let mut next = CHANGES;
    group.bench_function("change", |bencher| {
        bencher.iter(|| {
            next += 1;
            change(&mut changing, next);
        });
    });
    let mut changing = table.clone();
    group.bench_function("snapshot and change", |bencher| {
        bencher.iter(|| {
            let snapshot = changing.clone();
            next += 1;
            change(&mut changing, next);
            snapshot
        });
    });
    group.finish();
}

/// Spreads numbers over all others.
fn spread(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// A record of the contact of a number, `seen` seconds ago.
fn record(number: u64, list: u64, draw: u64, seen: i64) -> Contact {
    let state = ["CA", "TX", "FL", "NY", "WA", "OR", "NV"][(draw % 7) as usize];
    Contact {
        phone_number: format!("+1415{number:07}"),
        carrier: Some(["Alpha", "Beta", "Gamma", "Delta"][(draw % 4) as usize].to_owned()),
        on_dnc: Some(draw.is_multiple_of(50)),
        memberships: vec![Membership {
            list_id: Some(101 + list as i64),
            active: !draw.is_multiple_of(11),
            signup_date: instant(NOW - 40_000_000 - (draw % 20_000_000) as i64),
            send_count: draw % 60,
            click_count: draw % 17,
            conversion_count: draw % 3,
            revenue_total: Number::from(draw % 3 * (draw % 9_973)),
            last_sent_at: instant(NOW - seen - (draw % 600_000) as i64),
            last_clicked_at: (draw.is_multiple_of(3)).then(|| instant(NOW - seen)).flatten(),
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

fn fresh() -> Table {
    let mut builder = TableBuilder::default();
    for n in 0..MEMBERSHIPS {
        let draw = spread(n);
        builder.push(&record(n / 2, n % 2 * (1 + draw % 6), draw, 86_400 + (draw % 8_000_000) as i64));
    }
    builder.build()
}

/// Of ten changes eight are later records of contacts that are known, with instants that none had before; one is of
/// somebody new, and one takes somebody out.
fn change(table: &mut Table, n: u64) {
    let (draw, known) = (spread(n ^ 0x5555), spread(n) % (MEMBERSHIPS / 2));
    let seen = 86_400 - (n % 86_400) as i64;
    match n % 10 {
        0 => _ = table.merge(record(MEMBERSHIPS + n, draw % 7, draw, seen)),
        1 => _ = table.remove(&format!("+1415{known:07}")),
        2 => table.replace(record(known, draw % 7, draw, seen)),
        _ => _ = table.merge(record(known, 0, draw, seen)),
    }
}
