//! Reading a filter, from JSON and from text.
//!
//! `value` reads the same JSON into a `serde_json::Value`: the price of taking the bytes in at all. A filter from JSON
//! may cost twice that, and one from text no more than one from JSON.

mod filters;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use headcount::{Filter, filter::Spelling};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    parse(&mut criterion);
    criterion.final_summary();
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for conditions in filters::SIZES {
        let filter = filters::filter(conditions);
        let json = filter.to_json(Spelling::Response);
        let text = filter.to_string();
        assert_eq!(Filter::from_json(&json).as_ref(), Ok(&filter));
        assert_eq!(text.parse().as_ref(), Ok(&filter));
        group.throughput(Throughput::Elements(conditions as u64));
        group.bench_function(BenchmarkId::new("value", conditions), |bencher| {
            bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&json)));
        });
        group.bench_function(BenchmarkId::new("json", conditions), |bencher| {
            bencher.iter(|| Filter::from_json(black_box(&json)));
        });
        group.bench_function(BenchmarkId::new("text", conditions), |bencher| {
            bencher.iter(|| black_box(&text).parse::<Filter>());
        });
    }
    group.finish();
}
