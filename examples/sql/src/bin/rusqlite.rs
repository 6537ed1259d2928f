//! Contacts in SQLite: asked one by one by a matcher as `rusqlite` gives them, and a query written by hand that is held against
//! the definition.
//!
//! SQLite is none of the dialects: its numbers end at 64 bits with a sign, a column holds values of any type, and it orders a
//! number before every text, so that hardly any condition could be asked of it exactly.
//! `cargo run --manifest-path examples/sql/Cargo.toml --bin rusqlite`

use std::error::Error;

use headcount::chrono::TimeDelta;
use headcount::filter::{CountField, TextField, TimeField};
use headcount::testing::{noon, populations_for};
use headcount::{Audience, EvalContext, Population, Record};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rusqlite::{Connection, named_params, params};

const TABLE: &str = "CREATE TABLE memberships (
    phone_number TEXT NOT NULL, list_id INTEGER, active INTEGER NOT NULL, click_count INTEGER NOT NULL, last_clicked_at INTEGER)";

/// The audience `click_count >= 3 and last_clicked_at within 30 days`, written by hand; instants are microseconds.
const CLICKERS: &str = "SELECT count(DISTINCT phone_number) FROM memberships
    WHERE active AND click_count >= :least AND last_clicked_at BETWEEN :from AND :now";

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let audience = Audience::of("click_count >= 3 and last_clicked_at within 30 days".parse()?);
    let cx = EvalContext::at(noon());
    let matcher = audience.matcher(&cx);
    let mut runner = TestRunner::default();
    let populations = populations_for(&audience.filter, &cx, 0..12);
    for _ in 0..500 {
        let population = populations.new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
        let connection = stored(&population)?;
        let expected = population.size(&audience, &cx).value;

        let from = (cx.now - TimeDelta::days(30)).timestamp_micros();
        let values = named_params! {":least": 3, ":from": from, ":now": cx.now.timestamp_micros()};
        let by_hand: i64 = connection.query_row(CLICKERS, values, |row| row.get(0))?;
        let mut statement = connection.prepare("SELECT * FROM memberships")?;
        let rows = statement.query_map([], Row::of)?.collect::<Result<Vec<_>, _>>()?;
        let mut members: Vec<&str> =
            rows.iter().filter(|row| matcher.matches(*row)).map(|row| &*row.phone_number).collect();
        members.sort_unstable();
        members.dedup();
        if (by_hand.cast_unsigned(), members.len() as u64) != (expected, expected) {
            return Err(format!("by hand {by_hand}, by the matcher {}, expected {expected}", members.len()).into());
        }
    }
    println!("500 populations are counted as the definition does");
    Ok(())
}

/// A row as `rusqlite` gives it: what a matcher asks for is named once, and nothing is converted.
struct Row {
    phone_number: String,
    list_id: Option<i64>,
    active: bool,
    /// No fewer than none: they were stored as such.
    click_count: i64,
    last_clicked_at: Option<i64>,
}

impl Row {
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            phone_number: row.get("phone_number")?,
            list_id: row.get("list_id")?,
            active: row.get("active")?,
            click_count: row.get("click_count")?,
            last_clicked_at: row.get("last_clicked_at")?,
        })
    }
}

impl Record for Row {
    fn text(&self, field: TextField, _: usize) -> Option<&str> {
        (field == TextField::PhoneNumber).then_some(&self.phone_number)
    }

    fn list(&self, _: usize) -> Option<i64> {
        self.list_id
    }

    fn active(&self, _: usize) -> bool {
        self.active
    }

    fn count(&self, field: CountField, _: usize) -> u64 {
        if field == CountField::ClickCount { self.click_count.cast_unsigned() } else { 0 }
    }

    fn time(&self, field: TimeField, _: usize) -> Option<i64> {
        if field == TimeField::LastClickedAt { self.last_clicked_at } else { None }
    }
}

/// A database in memory with a row for each membership.
fn stored(population: &Population) -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute(TABLE, [])?;
    let mut insert = connection.prepare("INSERT INTO memberships VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for contact in population.contacts() {
        for on in &contact.memberships {
            // Counts past the end of its numbers are counts all the same: none that is asked for is as large.
            let click_count = i64::try_from(on.click_count).unwrap_or(i64::MAX);
            let clicked = on.last_clicked_at.map(|at| at.timestamp_micros());
            insert.execute(params![contact.phone_number, on.list_id, on.active, click_count, clicked])?;
        }
    }
    drop(insert);
    Ok(connection)
}
