//! `reconcile`: what cached sizes can have been, and how they were counted.

use std::io::{self, Write};

use headcount::{
    Audience, EvalContext, Semantics,
    analysis::{
        AudienceReconciliation, Bounds, Discrepancy, Reading, Reconciliation, UntracedChange, UntracedChanges, Verdict,
    },
};
use headcount_page::{alternatives, verdict};
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
    let told =
        table.reconcile(&audiences, &cx, arguments.unchanged()).map_err(|errors| Failure::Unfit(errors.to_string()))?;
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
        ("untraced", Holds::Number),
        ("inactive", Holds::Number),
        ("on_dnc", Holds::Number),
        ("missing", Holds::Number),
        ("duplicates", Holds::Number),
    ];
    let rows = told.audiences.iter().map(|reconciled| {
        let Discrepancy { drift, overwritten, untraced, inactive, on_dnc, missing, duplicates, .. } = reconciled.items;
        vec![
            label(&audiences[reconciled.audience]),
            thousands(reconciled.bounds.recorded),
            signed(drift),
            thousands(overwritten),
            thousands(untraced),
            signed(inactive),
            thousands(on_dnc),
            signed(missing),
            signed(duplicates),
        ]
    });
    output::table(out, &columns, rows)?;

    writeln!(out)?;
    readings(out, audiences, told)?;
    if !told.without.is_empty() {
        let without = counted(told.without.len() as u64, "audience");
        writeln!(out, "left out: {without} without a cached_size or a cached_size_updated_at")?;
    }
    if told.audiences.is_empty() {
        return Ok(());
    }
    premises(told.unchanged).iter().try_for_each(|premise| writeln!(out, "{premise}"))
}

/// Which ways to read the filters the cached sizes leave.
fn readings(out: &mut dyn Write, audiences: &[Audience], told: &Reconciliation) -> io::Result<()> {
    if told.audiences.is_empty() {
        return writeln!(out, "no audience has a cached_size and a cached_size_updated_at");
    }
    let Ranked { headline, readings, others } = rank(told);
    writeln!(out, "{headline}:")?;
    for reading in readings {
        let label = |audience: &usize| label(&audiences[*audience]);
        let because = |(why, by): (&str, &[usize])| {
            let labels: Vec<_> = by.iter().map(label).collect();
            if labels.is_empty() { String::new() } else { format!(", {why} {}", labels.join("; ")) }
        };
        let reasons = [("ruled out by", &*reading.by), ("if something changed for", &*reading.if_changed)];
        writeln!(out, "  {}{}", flags(&reading.semantics), reasons.map(because).concat())?;
    }
    if others > 0 {
        writeln!(out, "and not with {others} other ways to read the filters")?;
    }
    Ok(())
}

/// The ways to read the filters that fewest cached sizes rule out.
pub(crate) struct Ranked<'t> {
    pub(crate) headline: &'static str,
    pub(crate) readings: Vec<&'t Reading>,
    /// How many others are ruled out; 0 where all are.
    others: usize,
}

/// Ranks the ways to read the filters.
pub(crate) fn rank(told: &Reconciliation) -> Ranked<'_> {
    let fewest = told.readings.iter().map(|reading| reading.by.len()).min().unwrap_or(0);
    let (readings, others): (Vec<_>, Vec<_>) = told.readings.iter().partition(|reading| reading.by.len() == fewest);
    let headline = if fewest == 0 && readings.iter().all(|reading| reading.if_changed.is_empty()) {
        "every cached size is explained with"
    } else if fewest == 0 {
        "every cached size is possible with"
    } else if told.unchanged.is_empty() {
        "no way to read the filters explains every cached size; those that explain the most"
    } else {
        "no way to read the filters explains every cached size under what is assumed; those that explain the most"
    };
    Ranked { headline, readings, others: if fewest == 0 { others.len() } else { 0 } }
}

/// What the bounds go by: what is assumed, what may have changed, and what no record tells.
pub(crate) fn premises(unchanged: UntracedChanges) -> Vec<String> {
    let list = |changes: UntracedChanges| changes.iter().map(UntracedChange::name).collect::<Vec<_>>().join(", ");
    let changed = unchanged.complement();
    let mut premises = vec![];
    if !unchanged.is_empty() {
        premises.push(format!("assumed unchanged: {}", list(unchanged)));
    }
    if !changed.is_empty() {
        premises.push(format!("may have changed without a trace: {} (see --assume-unchanged)", list(changed)));
    }
    if changed.contains(UntracedChange::Memberships) {
        premises
            .push("`most` is of those in the records: whoever was removed since may have been in besides".to_owned());
    }
    premises
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
    /// What was assumed not to have changed without a trace.
    assume_unchanged: UntracedChanges,
    /// What may have.
    may_have_changed: UntracedChanges,
    audiences: Vec<Row<'a>>,
    readings: Vec<ReadingRow<'a>>,
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
    /// Whether any number above `most` may have been in, who were removed since.
    unbounded: bool,
    /// Whether it is possible.
    explained: bool,
    verdict: &'static str,
    /// What explains it, or would if it were not assumed unchanged: each by itself, kinds that stand together together.
    if_changed: &'a [UntracedChanges],
    as_recorded: u64,
    items: Discrepancy,
}

#[derive(Serialize)]
struct ReadingRow<'a> {
    semantics: Semantics,
    flags: String,
    ruled_out_by: Vec<Option<&'a str>>,
    if_changed_for: Vec<Option<&'a str>>,
}

fn row<'a>(audiences: &'a [Audience], reconciled: &'a AudienceReconciliation) -> Row<'a> {
    let audience = &audiences[reconciled.audience];
    let (verdict, if_changed): (_, &[_]) = match &reconciled.verdict {
        Verdict::Explained => ("explained", &[]),
        Verdict::Possible { if_changed } => ("possible", if_changed),
        Verdict::Impossible { unless_changed } => ("impossible", unless_changed),
        _ => ("unknown", &[]),
    };
    Row {
        id: audience.id.as_deref(),
        name: audience.name.as_deref(),
        fingerprint: reconciled.fingerprint.to_string(),
        cached_size: reconciled.cached,
        cached_size_updated_at: instant(reconciled.at),
        least: reconciled.bounds.low,
        most: reconciled.bounds.high,
        unbounded: reconciled.bounds.unbounded,
        explained: reconciled.bounds.contain(reconciled.cached),
        verdict,
        if_changed,
        as_recorded: reconciled.bounds.recorded,
        items: reconciled.items,
    }
}

fn report<'a>(audiences: &'a [Audience], told: &'a Reconciliation, cx: &EvalContext, heard: &'a Heard) -> Report<'a> {
    let called = |place: &usize| audiences[*place].id.as_deref().or(audiences[*place].name.as_deref());
    let readings = told.readings.iter().map(|reading| ReadingRow {
        semantics: reading.semantics,
        flags: arguments::flags(&reading.semantics).join(" "),
        ruled_out_by: reading.by.iter().map(called).collect(),
        if_changed_for: reading.if_changed.iter().map(called).collect(),
    });
    Report {
        now: instant(cx.now),
        semantics: cx.semantics,
        assume_unchanged: told.unchanged,
        may_have_changed: told.unchanged.complement(),
        audiences: told.audiences.iter().map(|reconciled| row(audiences, reconciled)).collect(),
        readings: readings.collect(),
        left_out: told.without.iter().filter_map(called).collect(),
        notes: heard,
    }
}

fn csv(bom: bool, audiences: &[Audience], told: &Reconciliation) -> Result<(), Failure> {
    const COLUMNS: [&str; 18] = [
        "id",
        "name",
        "fingerprint",
        "cached_size",
        "cached_size_updated_at",
        "least",
        "most",
        "explained",
        "verdict",
        "if_changed",
        "as_recorded",
        "drift",
        "overwritten",
        "untraced",
        "inactive",
        "on_dnc",
        "missing",
        "duplicates",
    ];
    output::csv(bom, COLUMNS, |rows| {
        told.audiences.iter().try_for_each(|reconciled| {
            let row = row(audiences, reconciled);
            let Discrepancy { drift, overwritten, untraced, inactive, on_dnc, missing, duplicates, .. } = row.items;
            rows.write_record([
                row.id.unwrap_or_default(),
                &name_in_csv(&audiences[reconciled.audience]).unwrap_or_default(),
                &row.fingerprint,
                &row.cached_size.to_string(),
                &row.cached_size_updated_at,
                &row.least.to_string(),
                &row.most.to_string(),
                &row.explained.to_string(),
                row.verdict,
                &alternatives(row.if_changed),
                &row.as_recorded.to_string(),
                &drift.to_string(),
                &overwritten.to_string(),
                &untraced.to_string(),
                &inactive.to_string(),
                &on_dnc.to_string(),
                &missing.to_string(),
                &duplicates.to_string(),
            ])
        })
    })
}
