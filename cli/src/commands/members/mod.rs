//! `members`: who is in an audience.

mod columns;

use std::io::{self, Write};

use headcount::Members;
use serde::Serialize;

pub(crate) use self::columns::Column;
use self::columns::Rows;

use crate::arguments::{self, MembersFormat};
use crate::failure::Failure;
use crate::inputs;
use crate::output::{self, escaped, write};
use crate::question::{self, Question};
use crate::records::{self, Loaded};

/// Writes the phone number of every member, or the columns that are asked for.
pub(crate) fn run(arguments: &arguments::Members) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audience.file.iter().chain(&arguments.records.files))?;
    let Question { audience, cx } = question::one(inputs::one(&arguments.audience)?, &arguments.asking)?;
    let Some(columns) = &arguments.columns else {
        let Loaded { table, heard, .. } = records::load_for(&arguments.records, [audience.plan(&cx)], &[&audience])?;
        phone_numbers(&table.members(&audience, &cx), arguments)?;
        return heard.outcome();
    };
    // What nobody asks is written here.
    let Loaded { table, heard, .. } = records::load(&arguments.records, &[&audience])?;
    let members = table.members(&audience, &cx);
    let rows = Rows { columns, table: &table, members: &members, audience: &audience, cx: &cx };
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
fn phone_numbers(members: &Members<'_>, arguments: &arguments::Members) -> Result<(), Failure> {
    let mut members = members.phone_numbers();
    match arguments.format.unwrap_or_default() {
        MembersFormat::Plain => write(|out| members.try_for_each(|member| writeln!(out, "{}", escaped(&member)))),
        MembersFormat::Csv => output::csv(arguments.bom, ["phone_number"], |rows| {
            members.try_for_each(|member| rows.write_record([member]))
        }),
        MembersFormat::Ndjson => write(|out| members.try_for_each(|member| ndjson(member, out))),
    }
}

fn ndjson(phone_number: String, mut out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Row {
        phone_number: String,
    }

    serde_json::to_writer(&mut out, &Row { phone_number })?;
    out.write_all(b"\n")
}
