//! `report`: everything there is to say of audiences, on one page to look at.

mod page;

use chrono::{DateTime, TimeDelta, Utc};
use headcount::{
    Audience,
    analysis::{Breakdown, Description, Overlap, Reconciliation, Timeline, UntracedChanges},
};

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::output;
use crate::question::{self, Question, label};
use crate::records::{self, Loaded};

/// What the page tells.
struct Report {
    records: Description,
    audiences: Vec<Told>,
    overlap: Option<Overlap>,
    reconciliation: Option<Reconciliation>,
}

/// What it tells of one audience.
struct Told {
    label: String,
    audience: Audience,
    breakdown: Breakdown,
    timeline: Timeline,
    valid_until: Option<DateTime<Utc>>,
}

/// Writes the page.
pub(crate) fn run(arguments: &arguments::Report) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audiences.files.iter().chain(&arguments.records.files))?;
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    let loaded = records::load_to_describe(&arguments.records, &question::audiences(&questions))?;
    let report = report(questions, &loaded, TimeDelta::days(arguments.days.into()))?;
    let html = page::html(&report, &loaded.heard);
    output::write_to(&arguments.output, |out| out.write_all(html.as_bytes()))?;
    loaded.heard.outcome()
}

fn report(questions: Vec<Question>, loaded: &Loaded, ahead: TimeDelta) -> Result<Report, Failure> {
    let table = &loaded.table;
    let overlap = (questions.len() > 1)
        .then(|| table.compare_each(questions.iter().map(|Question { audience, cx }| (audience, cx))));
    // Held against the instant that the first is asked at: with `--now cached` drift is up to that.
    let cached = questions.iter().any(|Question { audience, .. }| audience.cached_size.is_some());
    let reconciliation = match questions.first() {
        Some(Question { cx, .. }) if cached => {
            let audiences: Vec<Audience> = questions.iter().map(|question| question.audience.clone()).collect();
            Some(
                table
                    .reconcile(&audiences, cx, UntracedChanges::NONE)
                    .map_err(|errors| Failure::Unfit(errors.to_string()))?,
            )
        }
        _ => None,
    };
    let audiences = questions.into_iter().map(|Question { audience, cx }| {
        let to = cx.now.checked_add_signed(ahead).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Told {
            label: label(&audience),
            breakdown: table.breakdown(&audience, &cx),
            timeline: table.timeline(&audience, &cx, to),
            valid_until: table.valid_until(&audience, &cx),
            audience,
        }
    });
    Ok(Report { records: loaded.describe(), audiences: audiences.collect(), overlap, reconciliation })
}
