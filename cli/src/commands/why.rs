//! `why`: why a contact is in an audience, or is not.

use crate::arguments::{self, ExplanationFormat};
use crate::failure::Failure;
use crate::heard::WithNotes;
use crate::inputs;
use crate::output::{JsonText, write};
use crate::question::{self, Question};
use crate::records;

/// Writes the explanation.
pub(crate) fn run(arguments: &arguments::Why) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audience.file.iter().chain(&arguments.records.files))?;
    let Question { audience, cx } = question::one(inputs::one(&arguments.audience)?, &arguments.asking)?;
    let (contact, heard) = records::load_contact(&arguments.records, &arguments.phone, &[&audience])?;
    let explanation = audience.explain(&contact, &cx);
    write(|out| match arguments.format {
        ExplanationFormat::Text => write!(out, "{explanation}"),
        ExplanationFormat::Json => {
            serde_json::to_writer_pretty(JsonText(out), &WithNotes { answer: &explanation, notes: &heard })?;
            out.write_all(b"\n")
        }
    })?;
    heard.outcome()
}
