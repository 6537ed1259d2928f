//! `check`: everything that is wrong with audiences and filters, and what is right and hardly meant.

use headcount::{
    Audience, EvalContext, Warnings,
    error::{Place, Problem, Warning},
};
use serde::Serialize;

use crate::arguments::{self, ProblemsFormat};
use crate::failure::{Failure, Wrong};
use crate::inputs::{self, Source};
use crate::output::{self, counted, note, write};
use crate::question::clock;

/// Writes every problem of every input.
pub(crate) fn run(arguments: &arguments::Check) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.files)?;
    let sources = inputs::sources(&arguments.files, &arguments.filters, inputs::FILTER);
    let cx = EvalContext::at(arguments.now.unwrap_or_else(clock)).with(arguments.semantics());
    let checked: Vec<Result<Fine, Wrong>> =
        sources.into_iter().map(|source| source.and_then(|source| fine(source, &cx))).collect();
    match arguments.format {
        ProblemsFormat::Text => text(&checked)?,
        ProblemsFormat::Json => json(&checked)?,
    }
    let is_amiss = |result: &Result<Fine, Wrong>| match result {
        Ok(fine) => arguments.deny_warnings && !fine.warnings.is_empty(),
        Err(_) => true,
    };
    if checked.iter().any(is_amiss) { Err(Failure::Told) } else { Ok(()) }
}

/// A source in which nothing is wrong.
struct Fine {
    source: Source,
    /// What is in it: `1 filter`.
    holds: String,
    warnings: Warnings,
}

fn fine(source: Source, cx: &EvalContext) -> Result<Fine, Wrong> {
    let audiences = source.audiences()?;
    let are_filters = !audiences.is_empty() && audiences.iter().all(is_bare_filter);
    let holds = counted(audiences.len() as u64, if are_filters { "filter" } else { "audience" });
    let warnings = source.warnings(cx)?;
    Ok(Fine { source, holds, warnings })
}

fn is_bare_filter(audience: &Audience) -> bool {
    *audience == Audience::of(audience.filter.clone())
}

fn text(checked: &[Result<Fine, Wrong>]) -> Result<(), Failure> {
    write(|out| {
        // Drawings have an empty line around them.
        let mut was_drawn = None;
        for result in checked {
            let is_drawn = !matches!(result, Ok(fine) if fine.warnings.is_empty());
            if was_drawn.is_some_and(|was_drawn| was_drawn || is_drawn) {
                writeln!(out)?;
            }
            match result {
                Ok(fine) if is_drawn => write!(out, "{}", fine.warnings.report(&fine.source.text))?,
                Ok(Fine { source, holds, .. }) => writeln!(out, "{}: {holds}, fine", source.name)?,
                Err(wrong) => write!(out, "{wrong}")?,
            }
            was_drawn = Some(is_drawn);
        }
        Ok(())
    })
}

/// A problem or a warning, as the library writes it.
#[derive(Serialize)]
#[serde(untagged)]
enum Finding<'w> {
    Problem(&'w Problem),
    Unreadable(Problem),
    Warning(&'w Warning),
}

fn json(checked: &[Result<Fine, Wrong>]) -> Result<(), Failure> {
    let mut findings = Vec::new();
    for result in checked {
        match result {
            Ok(fine) => findings.extend(fine.warnings.iter().map(Finding::Warning)),
            Err(Wrong::Text { errors, .. } | Wrong::Records(errors)) => {
                findings.extend(errors.iter().map(Finding::Problem));
                if errors.omitted() > 0 {
                    note(format_args!("and {} more problems", errors.omitted()));
                }
            }
            Err(Wrong::Unreadable { file, reason }) => {
                let place = Place { file: Some(file.clone()), ..Place::default() };
                findings.push(Finding::Unreadable(Problem::custom(Wrong::UNREADABLE, reason, place)));
            }
        }
    }
    output::json(&findings)
}
