//! Do the engines count what the definition counts?
//!
//! Each engine is asked every case of `tests/suite` and as many drawn ones as are wanted: how many, who, and how many
//! in all audiences of a population at once; with values bound and with values inlined; in each layout of the tables; with
//! settings of the session that are drawn. What differs is shrunk to the least that still does, and printed with its SQL.

mod ask;
#[allow(dead_code, clippy::unwrap_used, reason = "the suite's own tests use all of it, and fail by a panic")]
#[path = "../../tests/cases/mod.rs"]
mod cases;
mod draw;
mod engine;
mod file;
mod layout;
mod load;
mod question;
mod settings;
mod suite;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;

use headcount::sql::Dialect;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::ask::{Difference, Tally};
use crate::engine::Engine;
use crate::layout::Layout;

/// What is wanted.
struct Arguments {
    engines: Vec<Dialect>,
    layouts: Vec<Layout>,
    cases: usize,
    every: usize,
    seed: u64,
    python: String,
}

fn arguments() -> Result<Arguments, String> {
    let mut wanted = Arguments {
        engines: Dialect::ALL.to_vec(),
        layouts: Layout::ALL.to_vec(),
        cases: 2_000,
        every: 1,
        seed: 42,
        python: "python3".to_owned(),
    };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--engines" => {
                let engine = |name: &str| Dialect::from_name(name).ok_or_else(|| format!("there is no engine {name}"));
                wanted.engines = value.split(',').map(engine).collect::<Result<_, _>>()?;
            }
            "--layouts" => {
                let layout = |name: &str| {
                    let named = Layout::ALL.into_iter().find(|layout| layout.name() == name);
                    named.ok_or_else(|| format!("there is no layout {name}"))
                };
                wanted.layouts = value.split(',').map(layout).collect::<Result<_, _>>()?;
            }
            "--cases" => wanted.cases = value.parse().map_err(|error| format!("--cases: {error}"))?,
            "--every" => {
                wanted.every = value.parse::<NonZero<usize>>().map_err(|error| format!("--every: {error}"))?.get();
            }
            "--seed" => wanted.seed = value.parse().map_err(|error| format!("--seed: {error}"))?,
            "--python" => wanted.python = value,
            _ => return Err(format!("unknown argument {name}")),
        }
    }
    Ok(wanted)
}

fn main() -> ExitCode {
    let wanted = match arguments() {
        Ok(wanted) => wanted,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    let reports = report_all(&wanted);
    file::clean();
    println!("| engine | version | layout | cases | equal | refused | unequal |\n|---|---|---|--:|--:|--:|--:|");
    reports.iter().flat_map(|report| &report.rows).for_each(|row| println!("{row}"));
    if reports.iter().all(|report| report.good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What came of an engine.
struct Report {
    /// The table's, one for each layout.
    rows: Vec<String>,
    good: bool,
}

/// The reports of all engines, in the order in which they are wanted. As many are asked at once as there are cores: an
/// engine waits while its next questions are drawn, and whoever draws them while the engine answers.
fn report_all(wanted: &Arguments) -> Vec<Report> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let waiting = Mutex::new(wanted.engines.iter().enumerate());
    let reports = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, &dialect)) = next else { break };
                    let report = report(dialect, wanted);
                    reports.lock().unwrap_or_else(PoisonError::into_inner).insert(place, report);
                }
            });
        }
    });
    reports.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn report(dialect: Dialect, wanted: &Arguments) -> Report {
    let mut report = Report { rows: Vec::new(), good: true };
    let mut engine = match Engine::start(dialect, &wanted.python) {
        Ok(engine) => engine,
        Err(message) => {
            eprintln!("error: {message}");
            return Report { rows: vec![format!("| {dialect} | failed | | 0 | 0 | 0 | 0 |")], good: false };
        }
    };
    for &layout in wanted.layouts.iter().filter(|layout| layout.is_of(dialect)) {
        let name = layout.name();
        match run(&mut engine, layout, wanted) {
            Ok(tally) => {
                let Tally { cases, equal, refused, ref reasons } = tally;
                let (version, unequal) = (&engine.version, tally.unequal());
                report.good &= unequal == 0;
                report
                    .rows
                    .push(format!("| {dialect} | {version} | {name} | {cases} | {equal} | {refused} | {unequal} |"));
                for (reason, times) in reasons {
                    eprintln!("{dialect}, {name}: refused {times} times: {reason}");
                }
            }
            Err(message) => {
                report.good = false;
                eprintln!("error: {message}");
                report.rows.push(format!("| {dialect} | failed | {name} | 0 | 0 | 0 | 0 |"));
                break;
            }
        }
    }
    report
}

fn run(engine: &mut Engine, layout: Layout, wanted: &Arguments) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut told = 0;
    let mut tell = |difference: &Difference| {
        told += 1;
        if told <= 5 {
            eprintln!("{difference}");
        }
    };
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&wanted.seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let questions: Vec<_> = suite::questions().into_iter().step_by(wanted.every).collect();
    for batch in questions.chunks(ask::BATCH) {
        engine.settings = draw::drawn_settings(engine, &mut runner)?;
        for result in ask::all(engine, layout, batch, &mut tally)? {
            result.iter().for_each(&mut tell);
        }
        progress(engine.dialect, layout, &tally);
    }
    let suite = tally.cases;
    // The layouts differ in one thing, the default has most of the cases.
    let drawn = if layout == Layout::Rows { wanted.cases } else { wanted.cases.div_ceil(4) };
    while tally.cases < suite + drawn {
        draw::batch(engine, layout, &mut runner, &mut tally, &mut tell)?;
        progress(engine.dialect, layout, &tally);
    }
    Ok(tally)
}

fn progress(dialect: Dialect, layout: Layout, tally: &Tally) {
    eprintln!("{dialect}, {}: {} cases, {} equal, {} refused", layout.name(), tally.cases, tally.equal, tally.refused);
}
