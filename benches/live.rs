//! A thousand live audiences: updates a second and how long the slowest take, a day that passes, a size that is asked.
//!
//! It prints rows of a table. `HEADCOUNT_MEMBERSHIPS` says over how many memberships, a million if it does not;
//! `HEADCOUNT_AUDIENCES` says how many audiences.

use std::fmt::Display;
use std::fs;
use std::hint::black_box;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use headcount::live::Upkeep;
use headcount::records::Input;
use headcount::{Audience, Contact, EvalContext, Live, RecordReader, Table};
use headcount_generate::{Population, PopulationFormat, REFERENCE_INSTANT, audiences};

const SEED: u64 = 42;
/// Contacts who are written to, and may click.
const TOUCHED: usize = 100_000;
const UPDATES: usize = 200_000;
/// Contacts that are asked before an update is taken.
const AT_A_TIME: usize = 100;

fn main() {
    let given = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let table = table(given("HEADCOUNT_MEMBERSHIPS").unwrap_or(1_000_000));
    let (contacts, memberships) = (table.len(), table.memberships());
    let step = (contacts / TOUCHED).max(1);
    let touched: Vec<Contact> = table.contacts().step_by(step).collect();
    let mut updates = Updates { contacts: touched, next: 0 };

    println!("| {memberships} memberships of {contacts} contacts | wall | this thread alone |\n|---|--:|--:|");
    let audiences = given("HEADCOUNT_AUDIENCES").unwrap_or(1_000) as usize;
    let begun = Watch::start();
    let mut live = live(table, audiences);
    begun.row(format!("{audiences} audiences made"), 1);
    updates_alone(&mut live, &mut updates);
    updates_beside_upkeep(&mut live, &mut updates);
    sizes(&live);
    let bytes = live.schedule_bytes();
    days(&mut live, &mut updates);
    println!("| bytes a contact beside the table | {:.1} | |", bytes as f64 / contacts as f64);
}

/// Time that passes, and what of it this thread has had: others use the machine too.
struct Watch {
    wall: Instant,
    alone: Duration,
}

impl Watch {
    fn start() -> Self {
        Self { wall: Instant::now(), alone: alone() }
    }

    /// Prints what each of some things took.
    fn row(&self, what: impl Display, things: usize) {
        let [wall, alone] = [self.wall.elapsed(), alone() - self.alone].map(|took| took / things as u32);
        println!("| {what} | {wall:.1?} | {alone:.1?} |");
    }
}

/// How long this thread has run, as Linux counts it.
fn alone() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// How long the slowest of some things took.
fn slowest(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let [half, most, nearly_all, all] = [500, 990, 999, 1_000].map(|part| times[(times.len() - 1) * part / 1_000]);
    println!("| {what}: 50%, 99%, 99.9%, all | {half:.1?}, {most:.1?}, {nearly_all:.1?}, {all:.1?} | |");
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

    /// Applies one and takes its events; tells how long that took, and how many they were.
    fn apply(&mut self, live: &mut Live) -> (Duration, usize) {
        let at = live.now() + TimeDelta::microseconds(3);
        let record = self.next(at);
        let start = Instant::now();
        let events = live.apply(record, at).expect("records have phone numbers").map(black_box).count();
        (start.elapsed(), events)
    }
}

/// All on one thread, the table among it.
fn updates_alone(live: &mut Live, updates: &mut Updates) {
    let (mut times, mut events) = (Vec::with_capacity(UPDATES), 0);
    let begun = Watch::start();
    for _ in 0..UPDATES {
        let (took, told) = updates.apply(live);
        times.push(took);
        events += told;
    }
    begun.row(format!("an update, {:.1} events each", events as f64 / UPDATES as f64), UPDATES);
    slowest("an update", times);
}

/// What is to be done for the table, on another thread.
struct Background(Option<thread::JoinHandle<Upkeep>>);

impl Background {
    /// Takes what is done, and begins what there is to do.
    fn look(&mut self, live: &mut Live) {
        if self.0.as_ref().is_some_and(|working| !working.is_finished()) {
            return;
        }
        let done = self.0.take().map(|working| working.join().expect("it comes to its end"));
        let begun = match done {
            Some(done) => live.end_upkeep(done),
            None => live.begin_upkeep(),
        };
        self.0 = begun.map(|mut upkeep| {
            thread::spawn(move || {
                upkeep.work();
                upkeep
            })
        });
    }
}

fn updates_beside_upkeep(live: &mut Live, updates: &mut Updates) {
    let (mut times, mut background) = (Vec::with_capacity(UPDATES), Background(None));
    let begun = Watch::start();
    for _ in 0..UPDATES {
        let start = Instant::now();
        background.look(live);
        let looked = start.elapsed();
        times.push(looked + updates.apply(live).0);
    }
    begun.row("an update, the table kept up by another thread", UPDATES);
    slowest("an update, the table kept up by another thread", times);
}

fn sizes(live: &Live) {
    const ASKED: usize = 1_000_000;
    let name = live.audiences().next().expect("there are some").0.to_owned();
    let begun = Watch::start();
    let sum: u64 = (0..ASKED).map(|_| live.size(black_box(&name)).expect("it is there").value).sum();
    begun.row("a size", ASKED);
    black_box(sum);
}

/// Days by which an update is taken whenever some contacts have been asked what time does to them.
fn days(live: &mut Live, updates: &mut Updates) {
    for day in 1..=3 {
        let (to, mut times, mut events, mut background) =
            (live.now() + TimeDelta::days(1), Vec::new(), 0, Background(None));
        let begun = Watch::start();
        while live.now() < to {
            let start = Instant::now();
            background.look(live);
            // Events of one instant are taken as they can be sent.
            events += live.advance_some(to, AT_A_TIME).expect("time goes on").take(AT_A_TIME).map(black_box).count();
            let waited = start.elapsed();
            times.push(waited + updates.apply(live).0);
        }
        begun.row(format!("day {day} passes: {events} events, {} updates meanwhile", times.len()), 1);
        slowest("an update meanwhile, with the wait for it", times);
    }
}

fn live(table: Table, count: usize) -> Live {
    let read = |audience: String| Audience::from_json(&audience).expect("generated audiences are valid");
    // By their places: names come again.
    let audiences = audiences(count, SEED).map(read).map(|audience| Audience { id: None, name: None, ..audience });
    let cx = EvalContext::at(REFERENCE_INSTANT.parse().expect("the reference instant is a time"));
    Live::new(table, audiences, &cx).expect("no two have one name")
}

/// Generated contacts, which are read as they are written.
fn table(memberships: u64) -> Table {
    let (lines, mut out) = io::pipe().expect("there are pipes");
    let population = Population::new(memberships, SEED);
    let writing = thread::spawn(move || population.write(PopulationFormat::Ndjson, &mut out, &mut |_| {}));
    let table = RecordReader::new().table([Input::new("population.ndjson", lines)]);
    writing.join().expect("it comes to its end").expect("a pipe takes everything");
    table.expect("generated records are valid")
}
