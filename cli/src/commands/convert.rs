//! `convert`: filters in another form.

use headcount::{Filter, Spelling};

use crate::arguments::{self, ConvertFrom, ConvertTo};
use crate::failure::Failure;
use crate::inputs::Source;
use crate::output::write;

/// Writes the filter of every audience.
pub(crate) fn run(arguments: &arguments::Convert) -> Result<(), Failure> {
    let source = Source::open(&arguments.file)?;
    let filters: Vec<Filter> = match arguments.from {
        None => source.audiences()?.into_iter().map(|audience| audience.filter).collect(),
        Some(ConvertFrom::ReactQuerybuilder) => vec![source.react_querybuilder()?],
    };
    let alone = filters.len() == 1;
    write(|out| {
        for (i, filter) in filters.iter().enumerate() {
            if i > 0 && matches!(arguments.to, ConvertTo::TextLines) {
                writeln!(out)?;
            }
            writeln!(out, "{}", form(filter, arguments.to, alone))?;
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
        ConvertTo::ReactQuerybuilder if alone => filter.to_react_querybuilder_pretty(),
        ConvertTo::ReactQuerybuilder => filter.to_react_querybuilder(),
    }
}

fn json(filter: &Filter, spelling: Spelling, alone: bool) -> String {
    if alone { filter.to_json_pretty(spelling) } else { filter.to_json(spelling) }
}
