//! `convert`: filters in another form.

use headcount::{Filter, Spelling};

use crate::arguments::{self, ConvertTo};
use crate::failure::Failure;
use crate::inputs::Source;
use crate::output::write;

/// Writes the filter of every audience.
pub(crate) fn run(arguments: &arguments::Convert) -> Result<(), Failure> {
    let audiences = Source::open(&arguments.file)?.audiences()?;
    let alone = audiences.len() == 1;
    write(|out| {
        for (i, audience) in audiences.iter().enumerate() {
            if i > 0 && matches!(arguments.to, ConvertTo::TextLines) {
                writeln!(out)?;
            }
            writeln!(out, "{}", form(&audience.filter, arguments.to, alone))?;
        }
        Ok(())
    })
}

/// A filter in the form; JSON of several filters stays on one line each, and is NDJSON together.
fn form(filter: &Filter, to: ConvertTo, alone: bool) -> String {
    match to {
        ConvertTo::Text => filter.to_string(),
        ConvertTo::TextLines => filter.to_text_lines(),
        ConvertTo::Json => json(filter, Spelling::Response, alone),
        ConvertTo::JsonRequest => json(filter, Spelling::Request, alone),
    }
}

fn json(filter: &Filter, spelling: Spelling, alone: bool) -> String {
    if alone { filter.to_json_pretty(spelling) } else { filter.to_json(spelling) }
}
