//! `describe`: what is in records, before anything is asked of them.

mod csv;
mod tables;

use headcount_page::page;

use crate::arguments::{self, TableFormat};
use crate::failure::Failure;
use crate::heard::WithNotes;
use crate::inputs;
use crate::output;
use crate::records;

/// Writes the description.
pub(crate) fn run(arguments: &arguments::Describe) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let loaded = records::load_to_describe(&arguments.records, &[])?;
    let (description, heard) = (loaded.describe(), &loaded.heard);
    match (&arguments.output, arguments.tabular.format) {
        (Some(path), _) => {
            let page = page("Records", heard.notes(), &headcount_page::records(&description));
            output::write_to(path, |out| out.write_all(page.as_bytes()))
        }
        (None, TableFormat::Table) => tables::write(&description),
        (None, TableFormat::Json) => output::json(&WithNotes { answer: &description, notes: heard }),
        (None, TableFormat::Csv) => csv::write(arguments.tabular.bom, &description),
    }?;
    heard.outcome()
}
