//! `timeline`: how the size of an audience changes as time passes.

use chrono::{DateTime, Utc};
use headcount::{
    Audience, Semantics,
    analysis::{Change, Timeline},
};
use serde::Serialize;

use crate::arguments::{self, TableFormat, Until};
use crate::failure::Failure;
use crate::heard::Heard;
use crate::inputs;
use crate::output::{self, Holds, counted, instant, note, signed, thousands, write};
use crate::question::{self, Question};
use crate::records;

/// The most rows of a table: a screen that a person reads.
const MOST_ROWS: usize = 40;

/// Writes the sizes of an audience from one instant to another.
pub(crate) fn run(arguments: &arguments::Timeline) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audience.file.iter().chain(&arguments.records.files))?;
    let audience = inputs::one(&arguments.audience)?;
    let Question { audience, cx } = question::at(audience, arguments.from, &arguments.readings, "--from")?;
    let to = match arguments.to {
        Until::At(instant) => instant,
        Until::After(length) => cx.now.checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC),
    };
    if to < cx.now {
        return Err(Failure::usage(format_args!("--to ({}) is before --from ({})", instant(to), instant(cx.now))));
    }
    // All of the records: what nobody asks now may be asked later.
    let loaded = records::load(&arguments.records, &[&audience])?;
    let timeline = loaded.table.timeline(&audience, &cx, to);
    let until = loaded.table.valid_until(&audience, &cx);
    let sizes: Box<dyn Iterator<Item = Change>> = match arguments.step {
        None => Box::new(timeline.every_change()),
        Some(step) => Box::new(timeline.every(step)),
    };
    match arguments.tabular.format {
        TableFormat::Table => {
            table(sizes)?;
            records::tell(&loaded);
            Ok(())
        }
        TableFormat::Json => json(&audience, &timeline, until, sizes, &loaded.heard),
        TableFormat::Csv => csv(arguments.tabular.bom, sizes),
    }?;
    loaded.heard.outcome()
}

/// A size, in JSON and in CSV.
#[derive(Serialize)]
struct Row {
    now: String,
    size: u64,
}

impl From<Change> for Row {
    fn from(change: Change) -> Self {
        Self { now: instant(change.at), size: change.value }
    }
}

/// What is written in JSON; its keys are stable.
#[derive(Serialize)]
struct Report<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    from: String,
    to: String,
    semantics: Semantics,
    fingerprint: String,
    /// The first instant at which the first size is no longer true, also if it is after `to`.
    valid_until: Option<String>,
    least: u64,
    greatest: u64,
    changes: usize,
    sizes: Vec<Row>,
    notes: &'a Heard,
}

fn json(
    audience: &Audience,
    timeline: &Timeline,
    until: Option<DateTime<Utc>>,
    sizes: impl Iterator<Item = Change>,
    heard: &Heard,
) -> Result<(), Failure> {
    let (least, greatest) = timeline.extremes();
    let report = Report {
        id: audience.id.as_deref(),
        name: audience.name.as_deref(),
        from: instant(timeline.from),
        to: instant(timeline.to),
        semantics: timeline.semantics,
        fingerprint: timeline.fingerprint.to_string(),
        valid_until: until.map(instant),
        least,
        greatest,
        changes: timeline.changes().len(),
        sizes: sizes.map(Row::from).collect(),
        notes: heard,
    };
    output::json(&report)
}

fn csv(bom: bool, mut sizes: impl Iterator<Item = Change>) -> Result<(), Failure> {
    output::csv(bom, ["now", "size"], |rows| sizes.try_for_each(|size| rows.serialize(Row::from(size))))
}

fn table(mut sizes: impl Iterator<Item = Change>) -> Result<(), Failure> {
    let shown: Vec<Change> = sizes.by_ref().take(MOST_ROWS).collect();
    let before = std::iter::once(None).chain(shown.iter().map(|size| Some(size.value)));
    let rows = shown.iter().zip(before).map(|(size, before)| {
        // Sizes stay far below 2^63.
        let change = before.map(|before| signed(size.value as i64 - before as i64)).unwrap_or_default();
        vec![instant(size.at), thousands(size.value), change]
    });
    write(|out| output::table(out, &[("now", Holds::Text), ("size", Holds::Number), ("change", Holds::Number)], rows))?;
    let left_out = sizes.count() as u64;
    if left_out > 0 {
        note(format_args!(
            "{} left out: a longer --step has fewer, --format csv has all",
            counted(left_out, "more size")
        ));
    }
    Ok(())
}
