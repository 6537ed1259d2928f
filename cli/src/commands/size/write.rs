//! Sizes as a table, as JSON and as CSV.

use std::borrow::Cow;
use std::time::Duration;

use chrono::SecondsFormat;
use headcount::{Audience, Size};
use serde::Serialize;

use crate::failure::Failure;
use crate::heard::Heard;
use crate::output::{self, Holds, instant, signed, thousands, write};
use crate::question::{label, name_in_csv};
use crate::records::Loaded;

/// An audience's size, and how long counting it took.
pub(super) struct Counted<'a> {
    pub(super) audience: &'a Audience,
    pub(super) size: Size,
    /// How many of its members other audiences leave, where there are others.
    pub(super) left: Option<u64>,
    pub(super) time: Duration,
}

/// What is written of a size, in JSON and in CSV.
#[derive(Serialize)]
struct Row<'a> {
    id: Option<&'a str>,
    name: Option<Cow<'a, str>>,
    size: u64,
    /// The size of the audience alone, where others narrow it: `difference` is of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<u64>,
    now: String,
    cached_size: Option<u64>,
    cached_size_updated_at: Option<String>,
    difference: Option<i64>,
    fingerprint: String,
    count_us: f64,
}

/// The names of a [`Row`]'s columns: a file of sizes has them where there is no row, too.
const COLUMNS: [&str; 10] = [
    "id",
    "name",
    "size",
    "of",
    "now",
    "cached_size",
    "cached_size_updated_at",
    "difference",
    "fingerprint",
    "count_us",
];

impl<'a> From<&Counted<'a>> for Row<'a> {
    fn from(Counted { audience, size, left, time }: &Counted<'a>) -> Self {
        Self {
            id: audience.id.as_deref(),
            name: audience.name.as_deref().map(Cow::Borrowed),
            size: left.unwrap_or(size.value),
            of: left.map(|_| size.value),
            now: instant(size.now),
            cached_size: audience.cached_size,
            cached_size_updated_at: audience.cached_size_updated_at.map(instant),
            difference: size.difference,
            fingerprint: size.fingerprint.to_string(),
            count_us: time.as_nanos() as f64 / 1e3,
        }
    }
}

/// What is written in JSON; its keys are stable.
#[derive(Serialize)]
struct Report<'a> {
    contacts: u64,
    memberships: u64,
    replaced: u64,
    skipped: u64,
    load_ms: f64,
    audiences: Vec<Row<'a>>,
    notes: &'a Heard,
}

pub(super) fn json(loaded: &Loaded, sizes: &[Counted<'_>]) -> Result<(), Failure> {
    let report = Report {
        contacts: loaded.contacts(),
        memberships: loaded.memberships(),
        replaced: loaded.table.replaced(),
        skipped: loaded.skipped,
        load_ms: loaded.time.as_micros() as f64 / 1e3,
        audiences: sizes.iter().map(Row::from).collect(),
        notes: &loaded.heard,
    };
    output::json(&report)
}

pub(super) fn csv(bom: bool, sizes: &[Counted<'_>]) -> Result<(), Failure> {
    let is_narrowed = sizes.iter().any(|size| size.left.is_some());
    let columns = COLUMNS.into_iter().filter(|column| *column != "of" || is_narrowed);
    output::csv(bom, columns, |rows| {
        sizes.iter().try_for_each(|size| rows.serialize(Row { name: name_in_csv(size.audience), ..Row::from(size) }))
    })
}

pub(super) fn table(sizes: &[Counted<'_>], with_time: bool) -> Result<(), Failure> {
    let mut columns = vec![
        ("name", Holds::Text),
        ("size", Holds::Number),
        ("of", Holds::Number),
        ("now", Holds::Text),
        ("cached size", Holds::Number),
        ("difference", Holds::Number),
    ];
    if with_time {
        columns.push(("count", Holds::Number));
    }
    let is_narrowed = sizes.iter().any(|size| size.left.is_some());
    columns.retain(|(name, _)| *name != "of" || is_narrowed);
    let rows = sizes.iter().map(|Counted { audience, size, left, time }| {
        let mut row = vec![label(audience), thousands(left.unwrap_or(size.value))];
        row.extend(left.map(|_| thousands(size.value)));
        row.extend([
            size.now.to_rfc3339_opts(SecondsFormat::Secs, true),
            audience.cached_size.map(thousands).unwrap_or_default(),
            size.difference.map(signed).unwrap_or_default(),
        ]);
        if with_time {
            row.push(format!("{time:.1?}"));
        }
        row
    });
    write(|out| output::table(out, &columns, rows))
}
