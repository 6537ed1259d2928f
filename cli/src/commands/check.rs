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

/// How bad a finding is.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Error,
    Warning,
}

/// A problem or a warning, for programs; the keys are stable.
#[derive(Serialize)]
struct Finding<'w> {
    level: Level,
    file: Option<&'w str>,
    code: &'static str,
    message: String,
    pointer: Option<&'w str>,
    line: Option<u64>,
    column: Option<u64>,
    suggestion: Option<&'w str>,
}

impl<'w> Finding<'w> {
    fn new(level: Level, code: &'static str, message: String, place: &'w Place) -> Self {
        let Place { file, pointer, line, column, .. } = place;
        let (file, pointer) = (file.as_deref(), pointer.as_deref());
        Self { level, file, code, message, pointer, line: *line, column: *column, suggestion: None }
    }

    fn of(problem: &'w Problem) -> Self {
        let finding = Self::new(Level::Error, problem.code().as_str(), problem.message(), problem.place());
        Self { suggestion: problem.suggestion(), ..finding }
    }

    fn warning(warning: &'w Warning) -> Self {
        let finding = Self::new(Level::Warning, warning.code().as_str(), warning.message(), warning.place());
        Self { suggestion: warning.suggestion(), ..finding }
    }

    fn unreadable(file: &'w str, reason: &str) -> Self {
        let code = Wrong::UNREADABLE.as_str();
        let (pointer, line, column, suggestion) = (None, None, None, None);
        Self {
            level: Level::Error,
            file: Some(file),
            code,
            message: reason.to_owned(),
            pointer,
            line,
            column,
            suggestion,
        }
    }
}

fn json(checked: &[Result<Fine, Wrong>]) -> Result<(), Failure> {
    let mut findings = Vec::new();
    for result in checked {
        match result {
            Ok(fine) => findings.extend(fine.warnings.iter().map(Finding::warning)),
            Err(Wrong::Text { errors, .. } | Wrong::Records(errors)) => {
                findings.extend(errors.iter().map(Finding::of));
                if errors.omitted() > 0 {
                    note(format_args!("and {} more problems", errors.omitted()));
                }
            }
            Err(Wrong::Unreadable { file, reason }) => findings.push(Finding::unreadable(file, reason)),
        }
    }
    output::json(&findings)
}
