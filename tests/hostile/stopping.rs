//! What is stopped ends soon, however many conditions are asked, and gives no result.

use std::io::Write;
use std::time::{Duration, Instant};

use headcount::{
    Audience, Contact, EvalContext, Membership, RecordReader, StopToken, Table, TableBuilder,
    analysis::{Confidence, SampleBuilder, SampleSize},
    error::{Code, Stopped},
    records::{Input, write_parquet},
    table::StoppableTable,
};

/// What is stopped goes on for so long at most: not optimised, on a machine that does other things, it may be longer.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 5 });
/// The least late of so many tries counts: whatever else the machine does only makes one later.
const TRIES: usize = if cfg!(debug_assertions) { 1 } else { 7 };
const CONTACTS: u64 = 20_000;
const CONDITIONS: u64 = 9_999;

fn table() -> Table {
    let contact = |number: u64| {
        let instant = chrono::DateTime::from_timestamp(1_763_000_000 - (number * 977 % 9_000_000) as i64, 0);
        let membership = |list: u64| Membership {
            list_id: Some(list as i64),
            click_count: number * 37 % 1_009,
            last_sent_at: instant,
            ..Membership::default()
        };
        let memberships = (0..1 + number % 2).map(membership).collect();
        Contact { phone_number: format!("+{number}"), memberships, ..Contact::default() }
    };
    let mut builder = TableBuilder::default();
    (0..CONTACTS).for_each(|number| builder.push(&contact(number)));
    let mut table = builder.build();
    // Some stand in no column.
    (0..500).for_each(|number| table.replace(contact(CONTACTS + number)));
    table
}

/// Asks ten thousand conditions that leave most rows open until the last.
fn audiences() -> [Audience; 2] {
    let conditions = |condition: &dyn Fn(u64) -> String| {
        let conditions: Vec<String> = (0..CONDITIONS).map(condition).collect();
        Audience::of(conditions.join(" or ").parse().unwrap())
    };
    [
        conditions(&|n| format!("click_count@{} = {}", n % 5, 2_000 + n)),
        conditions(&|n| format!("last_sent_at within {n} minutes")),
    ]
}

/// How it is stopped.
#[derive(Clone, Copy, Debug)]
enum By {
    Deadline,
    Somebody,
}

/// How late an answer is that is stopped after some time; none where it is there before.
fn late<T, E>(by: By, after: Duration, ask: impl Fn(&StopToken) -> Result<T, E>) -> Option<Duration> {
    match by {
        By::Deadline => {
            let deadline = Instant::now() + after;
            let answer = ask(&StopToken::at(deadline));
            answer.is_err().then(|| Instant::now().saturating_duration_since(deadline))
        }
        By::Somebody => {
            let stop = StopToken::new();
            std::thread::scope(|scope| {
                let stopped = scope.spawn(|| {
                    std::thread::sleep(after);
                    stop.stop();
                    Instant::now()
                });
                let answer = ask(&stop);
                let end = Instant::now();
                let stopped = stopped.join().unwrap();
                answer.is_err().then(|| end.saturating_duration_since(stopped))
            })
        }
    }
}

/// Stops an answer at moments that are spread over all the time that it takes.
#[track_caller]
fn stops<T, E>(asked: &str, ask: impl Fn(&StopToken) -> Result<T, E>) {
    let moments: Vec<Duration> = if cfg!(debug_assertions) {
        // All of it takes minutes.
        [0, 1, 5, 20].map(Duration::from_millis).to_vec()
    } else {
        let start = Instant::now();
        assert!(ask(&StopToken::never()).is_ok(), "{asked}");
        let whole = start.elapsed();
        (0..16).map(|part| whole * part / 16).collect()
    };
    for by in [By::Deadline, By::Somebody] {
        for after in &moments {
            let tries: Vec<Option<Duration>> = (0..TRIES).map(|_| late(by, *after, &ask)).collect();
            if let Some(least) = tries.iter().flatten().min() {
                assert!(*least <= PATIENCE, "{asked}: stopped by {by:?} after {after:?}, it ends {least:?} late");
            }
            assert!(!after.is_zero() || matches!(by, By::Somebody) || tries[0].is_some(), "{asked}");
        }
    }
}

#[test]
fn answers_stop_at_a_deadline() {
    let (table, cx) = (table(), EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()));
    let to = cx.now + chrono::TimeDelta::days(7);
    let mut builder = SampleBuilder::new(SampleSize::Contacts(CONTACTS), 1);
    table.contacts().for_each(|contact| builder.push(contact));
    let sample = builder.build();
    for (audience, which) in audiences().iter().zip(["counts", "times"]) {
        let stops_at = |asked: &str, ask: &dyn Fn(&StoppableTable) -> Result<(), Stopped>| {
            stops(&format!("{asked} of {which}"), |stop| ask(&table.stoppable(stop)));
        };
        stops_at("size", &|table| table.size(audience, &cx).map(drop));
        stops_at("sizes", &|table| table.sizes([audience, audience], &cx).map(drop));
        stops_at("members", &|table| table.members(audience, &cx).map(drop));
        stops_at("compare", &|table| table.compare([audience, audience], &cx).map(drop));
        stops_at("breakdown", &|table| table.breakdown(audience, &cx).map(drop));
        stops_at("timeline", &|table| table.timeline(audience, &cx, to).map(drop));
        stops_at("valid_until", &|table| table.valid_until(audience, &cx).map(drop));
        stops(&format!("estimate of {which}"), |stop| {
            sample.stoppable(stop).estimate(audience, &cx, Confidence::default())
        });
    }
}

#[test]
fn what_is_not_stopped_is_answered_as_ever() {
    let (table, cx) = (table(), EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()));
    let audience = Audience::of("click_count >= 500 and last_sent_at within 30 days".parse().unwrap());
    let to = cx.now + chrono::TimeDelta::days(7);
    for stop in [StopToken::never(), StopToken::new(), StopToken::at(Instant::now() + Duration::from_secs(3_600))] {
        let stoppable = table.stoppable(&stop);
        assert_eq!(stoppable.size(&audience, &cx), Ok(table.size(&audience, &cx)));
        assert_eq!(stoppable.sizes([&audience], &cx), Ok(table.sizes([&audience], &cx)));
        assert!(stoppable.members(&audience, &cx).unwrap().into_iter().eq(table.members(&audience, &cx)));
        assert_eq!(stoppable.compare([&audience], &cx), Ok(table.compare([&audience], &cx)));
        assert_eq!(stoppable.breakdown(&audience, &cx), Ok(table.breakdown(&audience, &cx)));
        assert_eq!(stoppable.timeline(&audience, &cx, to), Ok(table.timeline(&audience, &cx, to)));
    }
}

/// Files of records: their names, and their bytes.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    const RECORDS: u64 = if cfg!(debug_assertions) { 40_000 } else { 1_000_000 };
    let record = |number: u64, end: &str| {
        format!("{{\"phone_number\": \"+1415{number:07}\", \"list_id\": 7, \"click_count\": {}}}{end}", number % 97)
    };
    let ndjson: String = (0..RECORDS).map(|number| record(number, "\n")).collect();
    let array: String = (1..RECORDS).map(|number| record(number, ",")).collect();
    let csv: String = (0..RECORDS).map(|number| format!("+1415{number:07},7,{}\n", number % 97)).collect();
    let csv = format!("phone_number,list_id,click_count\n{csv}");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(csv.as_bytes()).unwrap();
    let mut parquet = Vec::new();
    let table = RecordReader::new().threads(2).table([Input::new("c.csv", csv.as_bytes())]).unwrap();
    write_parquet(&table, &mut parquet, &mut |_| {}).unwrap();
    vec![
        ("c.ndjson", ndjson.into_bytes()),
        ("c.json", format!("[{array}{}]", record(0, "")).into_bytes()),
        ("c.csv", csv.into_bytes()),
        ("c.csv.gz", packed.finish().unwrap()),
        ("c.parquet", parquet),
    ]
}

#[test]
fn reading_stops() {
    for (name, bytes) in files() {
        let input = || Input::new(name, &bytes[..]);
        for threads in [1, 2] {
            let reader = |stop: &StopToken| RecordReader::new().threads(threads).stop(stop);
            stops(&format!("a table of {name} on {threads} threads"), |stop| reader(stop).table([input()]));
            stops(&format!("the contacts of {name} on {threads} threads"), |stop| {
                reader(stop).contacts(input()).try_for_each(|contact| contact.map(drop))
            });
        }
    }
}

#[test]
fn what_was_read_until_it_stopped_is_not_kept() {
    for (name, bytes) in files() {
        let input = || Input::new(name, &bytes[..]);
        let reader = RecordReader::new().threads(2).stop(&StopToken::at(Instant::now()));
        let mut builder = TableBuilder::default();
        let loaded = reader.read_into(input(), &mut builder).unwrap_err();
        let built = reader.table([input()]).unwrap_err();
        let read = reader.contacts(input()).last().unwrap().unwrap_err();
        for errors in [loaded, built, read] {
            assert_eq!(errors.first().code(), Code::UnreadableInput, "{name}");
            assert_eq!(errors.first().message(), "reading was stopped before its end", "{name}");
        }
        assert!(builder.build().is_empty(), "{name}");
    }
}

#[test]
fn whoever_is_told_how_far_reading_is_may_stop_it() {
    for (name, bytes) in files() {
        let stop = StopToken::new();
        let told = stop.clone();
        let reader = RecordReader::new().stop(&stop).progress(move |_| told.stop());
        let errors = reader.table([Input::new(name, &bytes[..])]).unwrap_err();
        assert_eq!(errors.first().message(), "reading was stopped before its end", "{name}");
    }
}
