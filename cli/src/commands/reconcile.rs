//! `reconcile`: what cached sizes can have been, and how they were counted.

use std::io::{self, Write};

use headcount::{
    Audience, EvalContext, Semantics,
    analysis::{AudienceReconciliation, Bounds, Discrepancy, Reconciliation},
};
use serde::Serialize;

use crate::arguments::{self, Now, TableFormat};
use crate::failure::Failure;
use crate::heard::Heard;
use crate::inputs;
use crate::output::{self, Holds, counted, instant, signed, thousands, write};
use crate::question::{self, Question, label, name_in_csv};
use crate::records::{self, Loaded};

/// Writes what the records say of every cached size.
pub(crate) fn run(arguments: &arguments::Reconcile) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audiences.files.iter().chain(&arguments.records.files))?;
    if let Some(Now::Cached) = arguments.asking.now {
        return Err(Failure::Unfit(
            "cached sizes are held against their own instants already, and against the size `--now` is for: \
             give a time in place of `cached`"
                .to_owned(),
        ));
    }
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    let Some(cx) = questions.first().map(|question| question.cx) else { return Ok(()) };
    let audiences: Vec<Audience> = questions.into_iter().map(|Question { audience, .. }| audience).collect();
    let Loaded { table, heard, .. } = records::load(&arguments.records, &audiences.iter().collect::<Vec<_>>())?;
    let told = table.reconcile(&audiences, &cx).map_err(|errors| Failure::Unfit(errors.to_string()))?;
    match arguments.tabular.format {
        TableFormat::Table => write(|out| tables(out, &audiences, &told)),
        TableFormat::Json => output::json(&report(&audiences, &told, &cx, &heard)),
        TableFormat::Csv => csv(arguments.tabular.bom, &audiences, &told),
    }?;
    heard.outcome()
}

fn tables(out: &mut dyn Write, audiences: &[Audience], told: &Reconciliation) -> io::Result<()> {
    let columns = [
        ("name", Holds::Text),
        ("cached at", Holds::Text),
        ("cached", Holds::Number),
        ("least", Holds::Number),
        ("most", Holds::Number),
        ("", Holds::Text),
    ];
    let rows = told.audiences.iter().map(|reconciled| {
        let Bounds { low, high, .. } = reconciled.bounds;
        vec![
            label(&audiences[reconciled.audience]),
            instant(reconciled.at),
            thousands(reconciled.cached),
            thousands(low),
            thousands(high),
            verdict(reconciled),
        ]
    });
    output::table(out, &columns, rows)?;

    writeln!(out)?;
    let columns = [
        ("name", Holds::Text),
        ("as recorded", Holds::Number),
        ("drift", Holds::Number),
        ("overwritten", Holds::Number),
        ("inactive", Holds::Number),
        ("on_dnc", Holds::Number),
        ("missing", Holds::Number),
        ("duplicates", Holds::Number),
    ];
    let rows = told.audiences.iter().map(|reconciled| {
        let Discrepancy { drift, overwritten, inactive, on_dnc, missing, duplicates, .. } = reconciled.items;
        vec![
            label(&audiences[reconciled.audience]),
            thousands(reconciled.bounds.recorded),
            signed(drift),
            thousands(overwritten),
            signed(inactive),
            thousands(on_dnc),
            signed(missing),
            signed(duplicates),
        ]
    });
    output::table(out, &columns, rows)?;

    writeln!(out)?;
    let consistent: Vec<String> = told.consistent().map(|semantics| flags(&semantics)).collect();
    if told.audiences.is_empty() {
        writeln!(out, "no audience has a cached_size and a cached_size_updated_at")?;
    } else if consistent.is_empty() {
        writeln!(out, "no way to read the filters explains every cached size; those that explain the most:")?;
        let fewest = told.readings.iter().map(|reading| reading.by.len()).min().unwrap_or(0);
        for reading in told.readings.iter().filter(|reading| reading.by.len() == fewest) {
            let by: Vec<String> = reading.by.iter().map(|audience| label(&audiences[*audience])).collect();
            writeln!(out, "  {}, ruled out by {}", flags(&reading.semantics), by.join("; "))?;
        }
    } else {
        writeln!(out, "every cached size is explained with:")?;
        consistent.iter().try_for_each(|flags| writeln!(out, "  {flags}"))?;
        let others = told.readings.len() - consistent.len();
        if others > 0 {
            writeln!(out, "and not with {others} other ways to read the filters")?;
        }
    }
    if !told.without.is_empty() {
        let without = counted(told.without.len() as u64, "audience");
        writeln!(out, "left out: {without} without a cached_size or a cached_size_updated_at")?;
    }
    Ok(())
}

fn verdict(reconciled: &AudienceReconciliation) -> String {
    let AudienceReconciliation { cached, bounds: Bounds { low, high, .. }, .. } = *reconciled;
    if cached < low {
        format!("{} too few", thousands(low - cached))
    } else if cached > high {
        format!("{} too many", thousands(cached - high))
    } else if low == high {
        "equal".to_owned()
    } else {
        "within".to_owned()
    }
}

fn flags(semantics: &Semantics) -> String {
    let flags = arguments::flags(semantics);
    if flags.is_empty() { "no flag: the defaults".to_owned() } else { flags.join(" ") }
}

/// What is written in JSON; its keys are stable.
#[derive(Serialize)]
struct Report<'a> {
    now: String,
    semantics: Semantics,
    audiences: Vec<Row<'a>>,
    readings: Vec<Reading<'a>>,
    left_out: Vec<&'a str>,
    notes: &'a Heard,
}

#[derive(Serialize)]
struct Row<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    fingerprint: String,
    cached_size: u64,
    cached_size_updated_at: String,
    least: u64,
    most: u64,
    explained: bool,
    as_recorded: u64,
    items: Discrepancy,
}

#[derive(Serialize)]
struct Reading<'a> {
    semantics: Semantics,
    flags: String,
    ruled_out_by: Vec<Option<&'a str>>,
}

fn row<'a>(audiences: &'a [Audience], reconciled: &AudienceReconciliation) -> Row<'a> {
    let audience = &audiences[reconciled.audience];
    Row {
        id: audience.id.as_deref(),
        name: audience.name.as_deref(),
        fingerprint: reconciled.fingerprint.to_string(),
        cached_size: reconciled.cached,
        cached_size_updated_at: instant(reconciled.at),
        least: reconciled.bounds.low,
        most: reconciled.bounds.high,
        explained: reconciled.bounds.contain(reconciled.cached),
        as_recorded: reconciled.bounds.recorded,
        items: reconciled.items,
    }
}

fn report<'a>(audiences: &'a [Audience], told: &Reconciliation, cx: &EvalContext, heard: &'a Heard) -> Report<'a> {
    let called = |place: &usize| audiences[*place].id.as_deref().or(audiences[*place].name.as_deref());
    let readings = told.readings.iter().map(|reading| Reading {
        semantics: reading.semantics,
        flags: arguments::flags(&reading.semantics).join(" "),
        ruled_out_by: reading.by.iter().map(called).collect(),
    });
    Report {
        now: instant(cx.now),
        semantics: cx.semantics,
        audiences: told.audiences.iter().map(|reconciled| row(audiences, reconciled)).collect(),
        readings: readings.collect(),
        left_out: told.without.iter().filter_map(called).collect(),
        notes: heard,
    }
}

fn csv(bom: bool, audiences: &[Audience], told: &Reconciliation) -> Result<(), Failure> {
    const COLUMNS: [&str; 15] = [
        "id",
        "name",
        "fingerprint",
        "cached_size",
        "cached_size_updated_at",
        "least",
        "most",
        "explained",
        "as_recorded",
        "drift",
        "overwritten",
        "inactive",
        "on_dnc",
        "missing",
        "duplicates",
    ];
    output::csv(bom, COLUMNS, |rows| {
        told.audiences.iter().try_for_each(|reconciled| {
            let row = row(audiences, reconciled);
            let Discrepancy { drift, overwritten, inactive, on_dnc, missing, duplicates, .. } = row.items;
            rows.write_record([
                row.id.unwrap_or_default(),
                &name_in_csv(&audiences[reconciled.audience]).unwrap_or_default(),
                &row.fingerprint,
                &row.cached_size.to_string(),
                &row.cached_size_updated_at,
                &row.least.to_string(),
                &row.most.to_string(),
                &row.explained.to_string(),
                &row.as_recorded.to_string(),
                &drift.to_string(),
                &overwritten.to_string(),
                &inactive.to_string(),
                &on_dnc.to_string(),
                &missing.to_string(),
                &duplicates.to_string(),
            ])
        })
    })
}
