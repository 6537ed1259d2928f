//! What the binaries share: the population in a table, what is loaded, and times.

pub mod load;

use std::hint::black_box;
use std::io::{self, PipeReader};
use std::thread;
use std::time::{Duration, Instant};

use headcount::records::Input;
use headcount::{
    Contact, Errors, EvalContext, RecordReader, Semantics, Table,
    semantics::{Subscription, Unit},
};
use headcount_generate::{Population, PopulationFormat, REFERENCE_INSTANT};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Every population and audience is made from it.
pub const SEED: u64 = 42;

/// What a generated population is called in errors.
const NAME: &str = "population.ndjson";

/// What anything here fails with.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How filters are asked: at the generator's instant, of active memberships, counting what is wanted.
///
/// # Panics
///
/// Never: the instant is a time.
#[must_use]
pub fn cx(unit: Unit, subscription: Subscription) -> EvalContext {
    let now = REFERENCE_INSTANT.parse().expect("the reference instant is a time");
    EvalContext::at(now).with(Semantics { unit, subscription, ..Semantics::default() })
}

/// A pool of so many threads.
///
/// # Errors
///
/// The threads cannot be started.
pub fn pool(threads: usize) -> Result<ThreadPool, Failure> {
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}

/// Reads the records of a generated population, which is never in memory as a whole.
///
/// # Errors
///
/// A record is invalid, or the pipe breaks.
fn read_generated<T>(memberships: u64, read: impl FnOnce(PipeReader) -> Result<T, Errors>) -> Result<T, Failure> {
    let (reader, mut writer) = io::pipe()?;
    thread::scope(|scope| {
        let generator = scope.spawn(move || {
            Population::new(memberships, SEED).write(PopulationFormat::Ndjson, &mut writer, &mut |_| {})
        });
        let read = read(reader)?;
        generator.join().map_err(|_| "the generator panicked")??;
        Ok(read)
    })
}

/// Hands on each record of a generated population.
///
/// # Errors
///
/// A record is invalid, or the pipe breaks.
pub fn each_record(memberships: u64, each: &mut dyn FnMut(Contact)) -> Result<(), Failure> {
    let reader = RecordReader::new().threads(2);
    read_generated(memberships, |records| {
        for contact in reader.contacts(Input::new(NAME, records)) {
            each(contact?);
        }
        Ok(())
    })
}

/// A generated population in a table.
///
/// # Errors
///
/// As [`each_record`].
pub fn table(memberships: u64) -> Result<Table, Failure> {
    let reader = RecordReader::new().threads(2);
    read_generated(memberships, |records| reader.table([Input::new(NAME, records)]))
}

/// The median time of a call, in nanoseconds, after calls that warm up.
///
/// At least 5 calls; more of short ones, until half a second is over.
pub fn median<T>(mut call: impl FnMut() -> T) -> u64 {
    const AT_LEAST: usize = 5;
    const AT_MOST: usize = 500;
    const WARM_UP: usize = 3;
    const FOR: Duration = Duration::from_millis(500);

    for _ in 0..WARM_UP {
        black_box(call());
    }
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < AT_LEAST || (times.len() < AT_MOST && begun.elapsed() < FOR) {
        let called = Instant::now();
        black_box(call());
        times.push(called.elapsed());
    }
    times.sort_unstable();
    u64::try_from(times[times.len() / 2].as_nanos()).unwrap_or(u64::MAX)
}
