//! A population that changes: a size before 100,000 changes and after them, a snapshot, and the changes themselves.

mod filters;
mod population;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::DateTime;
use criterion::Criterion;
use headcount::{Audience, EvalContext, Semantics, Table, semantics::Unit};

use self::population::{NOW, change, fresh};

const MEMBERSHIPS: u64 = 1_000_000;
const CHANGES: u64 = 100_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let fresh = fresh(MEMBERSHIPS);
    let mut changed = fresh.clone();
    let start = Instant::now();
    (0..CHANGES).for_each(|n| change(&mut changed, MEMBERSHIPS, n));
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
            change(&mut changing, MEMBERSHIPS, next);
        });
    });
    let mut changing = table.clone();
    group.bench_function("snapshot and change", |bencher| {
        bencher.iter(|| {
            let snapshot = changing.clone();
            next += 1;
            change(&mut changing, MEMBERSHIPS, next);
            snapshot
        });
    });
    group.finish();
}
