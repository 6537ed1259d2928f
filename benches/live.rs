//! A thousand live audiences: updates a second and how long the slowest take, a day that passes, a size that is asked.
//!
//! `HEADCOUNT_MEMBERSHIPS` says over how many memberships; a million, if it does not.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, Criterion, Throughput};
use headcount::records::Input;
use headcount::{Audience, Contact, EvalContext, Live, RecordReader, Table};
use headcount_generate::{Population, PopulationFormat, REFERENCE_INSTANT, audiences};

const AUDIENCES: usize = 1_000;
const SEED: u64 = 42;
/// Contacts who are written to, and may click.
const TOUCHED: usize = 100_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let memberships = std::env::var("HEADCOUNT_MEMBERSHIPS").ok().and_then(|text| text.parse().ok());
    let table = table(memberships.unwrap_or(1_000_000));
    let step = (table.len() / TOUCHED).max(1);
    let contacts: Vec<Contact> = table.contacts().step_by(step).collect();
    let start = Instant::now();
    let mut live = live(table);
    println!("{live:?} is made in {:?}, and its schedule takes {} bytes", start.elapsed(), live.schedule_bytes());
    let mut updates = Updates { contacts, next: 0 };
    latencies(&mut live, &mut updates);
    updates_and_sizes(&mut criterion, &mut live, &mut updates);
    days(&mut live);
    criterion.final_summary();
}

/// Records of memberships that were just written to, every third time with a click; whose they are is spread over all.
struct Updates {
    contacts: Vec<Contact>,
    next: usize,
}

impl Updates {
    fn next(&mut self, at: DateTime<Utc>) -> Contact {
        self.next += 1;
        let place = self.next.wrapping_mul(0x9e37_79b9) % self.contacts.len();
        let contact = &mut self.contacts[place];
        let membership = &mut contact.memberships[0];
        membership.send_count += 1;
        membership.last_sent_at = Some(at);
        if self.next.is_multiple_of(3) {
            membership.click_count += 1;
            membership.last_clicked_at = Some(at);
        }
        Contact {
            phone_number: contact.phone_number.clone(),
            memberships: vec![contact.memberships[0].clone()],
            ..Contact::default()
        }
    }
}

/// Instants of updates that come so often.
fn tick() -> TimeDelta {
    TimeDelta::microseconds(3)
}

fn latencies(live: &mut Live, updates: &mut Updates) {
    const UPDATES: usize = 300_000;
    let (mut events, mut times) = (0, Vec::with_capacity(UPDATES));
    for _ in 0..UPDATES {
        let at = live.now() + tick();
        let record = updates.next(at);
        let start = Instant::now();
        events += live.apply(record, at).expect("records have phone numbers").count();
        times.push(start.elapsed());
    }
    let all: Duration = times.iter().sum();
    times.sort_unstable();
    let per_second = UPDATES as f64 / all.as_secs_f64();
    let [median, late, latest] = [50, 99, 100].map(|percent| times[(UPDATES - 1) * percent / 100]);
    println!("{per_second:.0} updates a second, {events} events of {UPDATES}");
    println!("an update: median {median:?}, 99% {late:?}, at most {latest:?}");
}

fn updates_and_sizes(criterion: &mut Criterion, live: &mut Live, updates: &mut Updates) {
    let mut group = criterion.benchmark_group("live");
    group.throughput(Throughput::Elements(1));
    let mut now = live.now();
    group.bench_function("an update", |bencher| {
        bencher.iter_batched(
            || {
                now += tick();
                (updates.next(now), now)
            },
            |(record, at)| {
                live.apply(record, at).expect("records have phone numbers").for_each(|event| _ = black_box(event))
            },
            BatchSize::SmallInput,
        );
    });
    let name = live.audiences().next().expect("there are some").0.to_owned();
    group.bench_function("a size", |bencher| bencher.iter(|| live.size(black_box(&name)).expect("it is there").value));
    group.finish();
}

/// What a day takes by which nothing happens but that it passes, and how long the longest step of it.
fn days(live: &mut Live) {
    /// Contacts that are asked before updates could be taken.
    const AT_A_TIME: usize = 100;
    for _ in 0..3 {
        let (start, to) = (Instant::now(), live.now() + TimeDelta::days(1));
        let (mut events, mut longest, mut steps) = (0, Duration::ZERO, 0);
        while live.now() < to {
            let step = Instant::now();
            // Events of one instant are taken as they can be sent.
            events += live.advance_some(to, AT_A_TIME).expect("time goes on").take(AT_A_TIME).count();
            longest = longest.max(step.elapsed());
            steps += 1;
        }
        events += live.events().count();
        println!("a day passes in {:?}: {events} events, {steps} steps of {longest:?} at most", start.elapsed());
    }
}

fn live(table: Table) -> Live {
    let read = |audience: String| Audience::from_json(&audience).expect("generated audiences are valid");
    // By their places: names come again.
    let audiences = audiences(AUDIENCES, SEED).map(read).map(|audience| Audience { id: None, name: None, ..audience });
    let cx = EvalContext::at(REFERENCE_INSTANT.parse().expect("the reference instant is a time"));
    Live::new(table, audiences, &cx).expect("no two have one name")
}

/// Generated contacts.
fn table(memberships: u64) -> Table {
    let mut lines = Vec::new();
    let population = Population::new(memberships, SEED);
    population.write(PopulationFormat::Ndjson, &mut lines, &mut |_| {}).expect("memory takes everything");
    let table = RecordReader::new().table([Input::new("population.ndjson", &lines[..])]);
    table.expect("generated records are valid")
}
