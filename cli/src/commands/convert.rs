//! `convert`: filters in another form.

use std::io::Write;

use headcount::{
    Audience, EvalContext, Filter,
    error::{Note, NoteCode, Warning, WarningCode},
    filter::Spelling,
};

use crate::arguments::{self, ConvertFrom, ConvertTo};
use crate::failure::Failure;
use crate::inputs::Source;
use crate::output::{JsonText, note, write};
use crate::question::{clock, label};

/// Writes the filter of every audience, or the audiences whole.
pub(crate) fn run(arguments: &arguments::Convert) -> Result<(), Failure> {
    let source = Source::open(&arguments.file)?;
    let audiences: Vec<Audience> = match arguments.from {
        None => source.audiences()?,
        Some(ConvertFrom::ReactQuerybuilder) => source.react_querybuilder()?.into_iter().map(Audience::of).collect(),
    };
    let alone = audiences.len() == 1;
    write(|out| {
        for (i, audience) in audiences.iter().enumerate() {
            if i > 0 && matches!(arguments.to, ConvertTo::TextLines) {
                writeln!(out)?;
            }
            writeln!(JsonText(out), "{}", form(audience, arguments.to, alone)?)?;
        }
        Ok(())
    })?;
    if arguments.from.is_some() {
        audiences.iter().for_each(warn);
    }
    let lost: Vec<Note> = match arguments.to {
        ConvertTo::Audience => Vec::new(),
        _ => audiences.iter().filter(|audience| !audience.source_lists.is_empty()).map(scope_lost).collect(),
    };
    lost.iter().for_each(note);
    if arguments.deny_notes && !lost.is_empty() { Err(Failure::Told) } else { Ok(()) }
}

/// Tells what is hardly meant of values that are as forms deliver them: `check` does not read a front end's queries.
fn warn(audience: &Audience) {
    let of_values = |warning: &Warning| matches!(warning.code(), WarningCode::TextOrder | WarningCode::WholeDay);
    for warning in audience.warnings(&EvalContext::at(clock())).into_iter().filter(of_values) {
        note(format_args!("warning[{}]: {}", warning.code(), warning.message()));
    }
}

/// The source lists of an audience are not written.
fn scope_lost(audience: &Audience) -> Note {
    let lists: Vec<String> = audience.source_lists.iter().map(i64::to_string).collect();
    let message = format!(
        "the form has no place for the source lists of `{}` (--source-lists {}); `--to audience` keeps them",
        label(audience),
        lists.join(",")
    );
    Note::new(NoteCode::ScopeLost, message)
}

/// An audience in the form; JSON of several stays on one line each, and is NDJSON together.
fn form(audience: &Audience, to: ConvertTo, alone: bool) -> Result<String, serde_json::Error> {
    let filter = &audience.filter;
    Ok(match to {
        ConvertTo::Text => filter.to_string(),
        ConvertTo::TextLines => filter.to_text_lines(),
        ConvertTo::Json => json(filter, Spelling::Response, alone),
        ConvertTo::JsonRequest => json(filter, Spelling::Request, alone),
        ConvertTo::Audience if alone => serde_json::to_string_pretty(audience)?,
        ConvertTo::Audience => serde_json::to_string(audience)?,
        ConvertTo::ReactQuerybuilder if alone => filter.to_react_querybuilder_pretty(),
        ConvertTo::ReactQuerybuilder => filter.to_react_querybuilder(),
    })
}

fn json(filter: &Filter, spelling: Spelling, alone: bool) -> String {
    if alone { filter.to_json_pretty(spelling) } else { filter.to_json(spelling) }
}
