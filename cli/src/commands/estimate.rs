//! `estimate`: about how many are in each audience, and how far off that may be.

use std::borrow::Cow;

use headcount::{Audience, Semantics, analysis::Estimate};
use serde::Serialize;

use crate::arguments::{self, TableFormat};
use crate::failure::Failure;
use crate::heard::Heard;
use crate::inputs;
use crate::output::{self, Holds, counted, instant, note, thousands, write};
use crate::question::{self, Question, label, name_in_csv};
use crate::records::{self, SEED, Sampled};

/// Estimates every audience from one sample.
pub(crate) fn run(arguments: &arguments::Estimate) -> Result<(), Failure> {
    let arguments::Estimate { audiences, drawing, confidence, asking, records, tabular } = arguments;
    inputs::read_standard_input_once(audiences.files.iter().chain(&records.files))?;
    if asking.readings.counts_memberships() {
        return Err(Failure::usage("an estimate is of contacts, which are sampled whole: --unit memberships is not"));
    }
    let questions = question::all(inputs::all(audiences)?, asking)?;
    let sampled = records::sample(
        records,
        drawing.take(*confidence),
        drawing.seed.unwrap_or(SEED),
        &question::audiences(&questions),
    )?;
    if sampled.kept && drawing.is_given() {
        return Err(Failure::usage(
            "these records are a sample already: --margin, --share and --seed say how to draw one",
        ));
    }
    let estimates: Vec<(&Audience, Estimate)> = questions
        .iter()
        .map(|Question { audience, cx }| (audience, sampled.sample.estimate(audience, cx, *confidence)))
        .collect();
    match tabular.format {
        TableFormat::Table => {
            table(&estimates)?;
            tell(&sampled);
            Ok(())
        }
        TableFormat::Json => json(&sampled, &estimates),
        TableFormat::Csv => csv(tabular.bom, &estimates),
    }?;
    sampled.heard.outcome()
}

/// What is written of an estimate, in JSON; its keys are stable.
#[derive(Serialize)]
struct Row<'a> {
    id: Option<&'a str>,
    name: Option<Cow<'a, str>>,
    estimate: u64,
    low: u64,
    high: u64,
    confidence: f64,
    exact: bool,
    found: u64,
    sampled: u64,
    population: u64,
    now: String,
    fingerprint: String,
    cached_size: Option<u64>,
}

impl<'a> Row<'a> {
    fn of((audience, estimate): &(&'a Audience, Estimate)) -> Self {
        Self {
            id: audience.id.as_deref(),
            name: audience.name.as_deref().map(Cow::Borrowed),
            estimate: estimate.value,
            low: estimate.low,
            high: estimate.high,
            confidence: estimate.confidence.get(),
            exact: estimate.is_exact(),
            found: estimate.found,
            sampled: estimate.sampled,
            population: estimate.population,
            now: instant(estimate.now),
            fingerprint: estimate.fingerprint.to_string(),
            cached_size: audience.cached_size,
        }
    }
}

/// The names of a [`Row`]'s columns: a file of estimates has them where there is no row, too.
const COLUMNS: [&str; 13] = [
    "id",
    "name",
    "estimate",
    "low",
    "high",
    "confidence",
    "exact",
    "found",
    "sampled",
    "population",
    "now",
    "fingerprint",
    "cached_size",
];

/// What is written in JSON; its keys are stable.
#[derive(Serialize)]
struct Report<'a> {
    seed: u64,
    population: u64,
    sampled: u64,
    skipped: u64,
    semantics: Option<Semantics>,
    audiences: Vec<Row<'a>>,
    notes: &'a Heard,
}

fn json(sampled: &Sampled, estimates: &[(&Audience, Estimate)]) -> Result<(), Failure> {
    let drawn = sampled.sample.drawn();
    let report = Report {
        seed: drawn.seed,
        population: drawn.population,
        sampled: sampled.sample.table().len() as u64,
        skipped: sampled.skipped,
        semantics: estimates.first().map(|(_, estimate)| estimate.semantics),
        audiences: estimates.iter().map(Row::of).collect(),
        notes: &sampled.heard,
    };
    output::json(&report)
}

fn csv(bom: bool, estimates: &[(&Audience, Estimate)]) -> Result<(), Failure> {
    output::csv(bom, COLUMNS, |rows| {
        estimates
            .iter()
            .try_for_each(|estimate| rows.serialize(Row { name: name_in_csv(estimate.0), ..Row::of(estimate) }))
    })
}

fn table(estimates: &[(&Audience, Estimate)]) -> Result<(), Failure> {
    let columns = [
        ("name", Holds::Text),
        ("estimate", Holds::Number),
        ("low", Holds::Number),
        ("high", Holds::Number),
        ("confidence", Holds::Text),
        ("found", Holds::Number),
        ("sampled", Holds::Number),
        ("contacts", Holds::Number),
        ("now", Holds::Text),
    ];
    let rows = estimates.iter().map(|(audience, estimate)| {
        let confidence = if estimate.is_exact() { "exact".to_owned() } else { percent(estimate.confidence.get()) };
        let mut row = vec![label(audience)];
        row.extend([estimate.value, estimate.low, estimate.high].map(thousands));
        row.push(confidence);
        row.extend([estimate.found, estimate.sampled, estimate.population].map(thousands));
        row.push(instant(estimate.now));
        row
    });
    write(|out| output::table(out, &columns, rows))
}

/// `95%`, `99.9%`: without what a float adds.
fn percent(share: f64) -> String {
    format!("{}%", (share * 1e8).round() / 1e6)
}

fn tell(Sampled { sample, kept, skipped, time, .. }: &Sampled) {
    note(format_args!(
        "{} of {} {}, seed {}, {} skipped, read in {time:.1?}",
        thousands(sample.table().len() as u64),
        counted(sample.drawn().population, "contact"),
        if *kept { "in the sample" } else { "sampled" },
        sample.drawn().seed,
        thousands(*skipped),
    ));
}
