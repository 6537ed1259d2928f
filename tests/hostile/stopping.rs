//! What is stopped ends soon, however many conditions are asked, and gives no result.

use std::time::{Duration, Instant};

use headcount::{
    Audience, Contact, EvalContext, Membership, RecordReader, StopToken, Table, TableBuilder,
    error::{Code, Stopped},
    records::Input,
};

/// What is stopped takes so much longer at most: milliseconds when optimised, on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 50 });
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

/// Asks with deadlines that pass at once, a little later, and in the midst of it. What goes before the scan, the plans of
/// filters, is not stopped: it takes `planned` a plan, of which no question has more than some.
#[track_caller]
fn stops<T>(asked: &str, planned: Duration, ask: impl Fn(&StopToken) -> Result<T, Stopped>) {
    for after in [0, 1, 5, 20] {
        let deadline = Instant::now() + Duration::from_millis(after);
        let answer = ask(&StopToken::at(deadline));
        let late = Instant::now().saturating_duration_since(deadline);
        assert!(late < PATIENCE + 8 * planned || answer.is_ok(), "{asked} after {after} ms ends {late:?} late");
        if after == 0 {
            assert_eq!(answer.err(), Some(Stopped), "{asked}");
        }
    }
}

#[test]
fn answers_stop_at_a_deadline() {
    let (table, cx) = (table(), EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()));
    for audience in &audiences() {
        let start = Instant::now();
        assert!(!audience.plan(&cx).is_never());
        let planned = start.elapsed();
        stops("size", planned, |stop| table.stoppable(stop).size(audience, &cx));
        stops("sizes", planned, |stop| table.stoppable(stop).sizes([audience, audience], &cx));
        stops("members", planned, |stop| table.stoppable(stop).members(audience, &cx));
        stops("compare", planned, |stop| table.stoppable(stop).compare([audience, audience], &cx));
        stops("breakdown", planned, |stop| table.stoppable(stop).breakdown(audience, &cx));
        let to = cx.now + chrono::TimeDelta::days(7);
        stops("timeline", planned, |stop| table.stoppable(stop).timeline(audience, &cx, to));
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

#[test]
fn reading_stops() {
    let csv = format!("phone_number,click_count\n{}", "+1,2\n".repeat(400_000));
    let ndjson = "{\"phone_number\": \"+1\", \"click_count\": 2}\n".repeat(400_000);
    for (name, text) in [("c.csv", &csv), ("c.ndjson", &ndjson)] {
        for after in [0, 2] {
            let input = || Input::new(name, text.as_bytes());
            let deadline = Instant::now() + Duration::from_millis(after);
            let reader = RecordReader::new().threads(2).stop(&StopToken::at(deadline));
            let mut builder = TableBuilder::default();
            let loaded = reader.read_into(input(), &mut builder).unwrap_err();
            assert_eq!(loaded.first().code(), Code::UnreadableInput, "{name}");
            assert_eq!(loaded.first().message(), "reading was stopped before its end", "{name}");
            assert!(builder.build().is_empty(), "{name}");
            let late = Instant::now().saturating_duration_since(deadline);
            assert!(late < PATIENCE, "{name} after {after} ms ends {late:?} late");
            let read = reader.contacts(input()).last().unwrap().unwrap_err();
            assert_eq!(read.first().code(), Code::UnreadableInput, "{name}");
        }
    }
}
