//! `check`: everything that is wrong with audiences and filters.

use headcount::{Audience, Problem};
use serde::Serialize;

use crate::arguments::{self, ProblemsFormat};
use crate::failure::{Failure, Wrong};
use crate::inputs::{self, Source};
use crate::output::{counted, note, write};

/// Writes every problem of every input.
pub(crate) fn run(arguments: &arguments::Check) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.files)?;
    let sources = inputs::sources(&arguments.files, &arguments.filters);
    let checked: Vec<Result<String, Wrong>> = sources.into_iter().map(|source| source.and_then(fine)).collect();
    match arguments.format {
        ProblemsFormat::Text => text(&checked)?,
        ProblemsFormat::Json => json(&checked)?,
    }
    if checked.iter().any(Result::is_err) { Err(Failure::Told) } else { Ok(()) }
}

/// What is said of a source in which nothing is wrong.
fn fine(source: Source) -> Result<String, Wrong> {
    let audiences = source.audiences()?;
    let are_filters = !audiences.is_empty() && audiences.iter().all(is_bare_filter);
    let one = if are_filters { "filter" } else { "audience" };
    Ok(format!("{}: {}, fine", source.name, counted(audiences.len() as u64, one)))
}

fn is_bare_filter(audience: &Audience) -> bool {
    *audience == Audience::of(audience.filter.clone())
}

fn text(checked: &[Result<String, Wrong>]) -> Result<(), Failure> {
    write(|out| {
        for (i, result) in checked.iter().enumerate() {
            match result {
                Ok(fine) => writeln!(out, "{fine}")?,
                Err(wrong) if i == 0 => write!(out, "{wrong}")?,
                Err(wrong) => write!(out, "\n{wrong}")?,
            }
            if result.is_err() && checked.get(i + 1).is_some_and(Result::is_ok) {
                writeln!(out)?;
            }
        }
        Ok(())
    })
}

/// A problem, for programs; the keys are stable.
#[derive(Serialize)]
struct Finding<'w> {
    file: Option<&'w str>,
    code: &'static str,
    message: String,
    pointer: Option<&'w str>,
    line: Option<u64>,
    column: Option<u64>,
    suggestion: Option<&'w str>,
}

impl<'w> Finding<'w> {
    fn of(problem: &'w Problem) -> Self {
        let place = problem.place();
        Self {
            file: place.file.as_deref(),
            code: problem.code().as_str(),
            message: problem.message(),
            pointer: place.pointer.as_deref(),
            line: place.line,
            column: place.column,
            suggestion: problem.suggestion(),
        }
    }

    fn unreadable(file: &'w str, reason: &str) -> Self {
        Self {
            file: Some(file),
            code: Wrong::UNREADABLE.as_str(),
            message: reason.to_owned(),
            pointer: None,
            line: None,
            column: None,
            suggestion: None,
        }
    }
}

fn json(checked: &[Result<String, Wrong>]) -> Result<(), Failure> {
    let mut findings = Vec::new();
    for wrong in checked.iter().filter_map(|result| result.as_ref().err()) {
        match wrong {
            Wrong::Text { errors, .. } | Wrong::Records(errors) => {
                findings.extend(errors.iter().map(Finding::of));
                if errors.omitted() > 0 {
                    note(format_args!("and {} more problems", errors.omitted()));
                }
            }
            Wrong::Unreadable { file, reason } => findings.push(Finding::unreadable(file, reason)),
        }
    }
    write(|out| {
        serde_json::to_writer_pretty(&mut *out, &findings)?;
        out.write_all(b"\n")
    })
}
