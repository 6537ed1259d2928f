//! `documents`: records as `query` asks them.

use std::io::Write;

use headcount::interop;

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::output::{self, JsonText};
use crate::records::{self, ReadContacts};

/// Reads all records, and writes a document for each contact.
pub(crate) fn run(arguments: &arguments::Documents) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let ReadContacts { population, heard } = records::load_each(&arguments.records)?;
    output::write(|out| {
        for contact in population.contacts() {
            writeln!(JsonText(out), "{}", interop::document(contact))?;
        }
        Ok(())
    })?;
    heard.outcome()
}
