//! `members`: who is in an audience.

mod columns;

use std::io::{self, Write};

use headcount::Audience;
use headcount::table::Members;
use serde::Serialize;

pub(crate) use self::columns::Column;
use self::columns::Rows;

use crate::arguments::{self, MembersFormat};
use crate::failure::Failure;
use crate::inputs;
use crate::output::{self, escaped, write};
use crate::question::{self, Question};
use crate::records::{self, Loaded};
use crate::sets::Sets;

/// Writes the phone number of every member, or the columns that are asked for.
pub(crate) fn run(arguments: &arguments::Members) -> Result<(), Failure> {
    let files = arguments.audience.file.iter().chain(arguments.sets.files()).chain(&arguments.records.files);
    inputs::read_standard_input_once(files)?;
    let Question { audience, cx } = question::one(inputs::one(&arguments.audience)?, &arguments.asking)?;
    let sets = Sets::read(&arguments.sets)?;
    let asked: Vec<&Audience> = std::iter::once(&audience).chain(sets.audiences()).collect();
    let Some(columns) = &arguments.columns else {
        let plans = asked.iter().map(|audience| audience.plan(&cx));
        let Loaded { table, heard, .. } = records::load_for(&arguments.records, plans, &asked)?;
        phone_numbers(&sets.narrow(table.members(&audience, &cx), &table, &cx), arguments)?;
        return heard.outcome();
    };
    // What no filter asks is written here, and told of where no record has it.
    let of_columns: Vec<Audience> = columns.iter().filter_map(Column::asks).collect();
    let asked: Vec<&Audience> = asked.into_iter().chain(&of_columns).collect();
    let Loaded { table, heard, .. } = records::load(&arguments.records, &asked)?;
    let members = sets.narrow(table.members(&audience, &cx), &table, &cx);
    let rows = Rows { columns, members: &members, audience: &audience, cx: &cx };
    match arguments.format {
        Some(MembersFormat::Plain) => {
            Err(Failure::usage("--columns are written as CSV or NDJSON: --format plain has phone numbers alone"))
        }
        Some(MembersFormat::Ndjson) => rows.ndjson(),
        Some(MembersFormat::Csv) | None => rows.csv(arguments.bom),
    }?;
    heard.outcome()
}

/// Writes phone numbers alone.
fn phone_numbers(members: &Members, arguments: &arguments::Members) -> Result<(), Failure> {
    let mut members = members.phone_numbers();
    match arguments.format.unwrap_or_default() {
        MembersFormat::Plain => write(|out| members.try_for_each(|member| writeln!(out, "{}", escaped(&member)))),
        MembersFormat::Csv => output::csv(arguments.bom, ["phone_number"], |rows| {
            members.try_for_each(|member| rows.write_record([member]))
        }),
        MembersFormat::Ndjson => write(|out| members.try_for_each(|member| ndjson(member, out))),
    }
}

fn ndjson(phone_number: String, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Row {
        phone_number: String,
    }

    output::json_line(out, &Row { phone_number })
}
