//! Which of a hundred thousand audiences hold a contact: made ready, asked of many contacts, of one, and of one that
//! changes.

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput};
use headcount::filter::Condition;
use headcount::records::Input;
use headcount::{Audience, AudienceSet, Contact, EvalContext, RecordReader};
use headcount_generate::{Population, PopulationFormat, REFERENCE_INSTANT, audiences};

const AUDIENCES: usize = 100_000;
const MEMBERSHIPS: u64 = 10_000;
const SEED: u64 = 42;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let read = |audience: String| Audience::from_json(&audience).expect("generated audiences are valid");
    let audiences: Vec<Audience> = audiences(AUDIENCES, SEED).map(read).collect();
    let cx = EvalContext::at(REFERENCE_INSTANT.parse().expect("the reference instant is a time"));
    let start = Instant::now();
    let set = AudienceSet::new(&audiences, &cx);
    let took = start.elapsed();
    let conditions: HashSet<Condition> = audiences
        .iter()
        .flat_map(|audience| audience.filter.conditions())
        .map(|(_, condition)| condition.clone())
        .collect();
    println!("{set:?} of {} distinct conditions is made in {took:?}", conditions.len());
    let contacts = contacts();
    let mut matching = 0;
    set.matching_each(&contacts, |audiences| matching += audiences.len());
    println!("{} contacts are in {} audiences each", contacts.len(), matching / contacts.len());
    which(&mut criterion, &set, &contacts);
    edits(&mut criterion, &set, &audiences);
    criterion.final_summary();
}

fn which(criterion: &mut Criterion, set: &AudienceSet, contacts: &[Contact]) {
    let mut group = criterion.benchmark_group("which");
    let some = &contacts[..1_024];
    group.throughput(Throughput::Elements(some.len() as u64));
    group.bench_function("a batch", |bencher| {
        bencher.iter(|| set.matching_each(black_box(some), |matching| _ = black_box(matching)))
    });
    group.bench_function("one by one", |bencher| {
        bencher.iter(|| some.iter().for_each(|contact| _ = black_box(set.matching(black_box(contact)))));
    });
    // Somebody clicks, or is written to, as happens most often.
    let changed: Vec<(Contact, Contact)> =
        some.iter().map(|contact| (contact.clone(), touched(contact, set))).collect();
    group.bench_function("one changed", |bencher| {
        bencher.iter(|| {
            changed.iter().for_each(|(former, contact)| _ = black_box(set.changes(black_box(former), contact)));
        });
    });
    group.finish();
    let mut times: Vec<_> = changed
        .iter()
        .map(|(former, contact)| {
            let start = Instant::now();
            black_box(set.changes(former, contact));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("one changed record: median {:?}, 99% {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}

/// A contact whose first membership was just written to, every third time with a click.
fn touched(contact: &Contact, set: &AudienceSet) -> Contact {
    let mut contact = contact.clone();
    let membership = &mut contact.memberships[0];
    membership.send_count += 1;
    membership.last_sent_at = Some(set.cx().now);
    if membership.send_count.is_multiple_of(3) {
        membership.click_count += 1;
        membership.last_clicked_at = Some(set.cx().now);
    }
    contact
}

fn edits(criterion: &mut Criterion, set: &AudienceSet, audiences: &[Audience]) {
    let mut group = criterion.benchmark_group("which");
    let mut edited = set.clone();
    let mut next = audiences.iter().cycle();
    group.bench_function("an audience replaced", |bencher| {
        bencher.iter_batched(
            || next.next().expect("they come again and again"),
            |audience| edited.replace(black_box(17), audience),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Generated contacts.
fn contacts() -> Vec<Contact> {
    let mut lines = Vec::new();
    let population = Population::new(MEMBERSHIPS, SEED);
    population.write(PopulationFormat::Ndjson, &mut lines, &mut |_| {}).expect("memory takes everything");
    let table = RecordReader::new().table([Input::new("population.ndjson", &lines[..])]);
    table.expect("generated records are valid").contacts().collect()
}
