//! Counting a population in columns: one audience after another, and a thousand in one pass.

mod filters;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use headcount::records::Input;
use headcount::{Audience, EvalContext, RecordReader, Semantics, Table, semantics::Unit};
use headcount_generate::{Population, PopulationFormat, REFERENCE_INSTANT, audiences};

const MEMBERSHIPS: u64 = 500_000;
const SEED: u64 = 42;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    count(&mut criterion);
    criterion.final_summary();
}

fn count(criterion: &mut Criterion) {
    let table = table();
    let now = REFERENCE_INSTANT.parse().expect("the reference instant is a time");
    let cx = |unit| EvalContext::at(now).with(Semantics { unit, ..Semantics::default() });
    let units = [("memberships", cx(Unit::Memberships)), ("contacts", cx(Unit::Contacts))];

    let mut group = criterion.benchmark_group("count");
    group.throughput(Throughput::Elements(table.memberships()));
    for conditions in filters::SIZES {
        let audience = Audience::of(filters::filter(conditions));
        for (unit, cx) in &units {
            group.bench_function(BenchmarkId::new(*unit, conditions), |bencher| {
                bencher.iter(|| table.size(black_box(&audience), cx));
            });
        }
    }
    let read = |audience: String| Audience::from_json(&audience).expect("generated audiences are valid");
    let several: Vec<Audience> = audiences(1_000, SEED).map(read).collect();
    for (unit, cx) in &units {
        group.bench_function(BenchmarkId::new("audiences at once", unit), |bencher| {
            bencher.iter(|| table.sizes(black_box(&several), cx));
        });
    }
    group.finish();
}

/// A generated population, read as a service would read it.
fn table() -> Table {
    let mut lines = Vec::new();
    let population = Population::new(MEMBERSHIPS, SEED);
    population.write(PopulationFormat::Ndjson, &mut lines, &mut |_| {}).expect("memory takes everything");
    let table = RecordReader::new().table([Input::new("population.ndjson", &lines[..])]);
    table.expect("generated records are valid")
}
