//! `why`: why a contact is in an audience, or is not.

use crate::arguments::{self, ExplanationFormat};
use crate::failure::Failure;
use crate::heard::WithNotes;
use crate::inputs;
use crate::output::{escaped, write};
use crate::question::{self, Question};
use crate::records::{self, ReadContacts};

/// Writes the explanation.
pub(crate) fn run(arguments: &arguments::Why) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audience.file.iter().chain(&arguments.records.files))?;
    let Question { audience, cx } = question::one(inputs::one(&arguments.audience)?, &arguments.asking)?;
    let phone_number = arguments.records.phone_number(&arguments.phone)?;
    let (ReadContacts { population, heard }, alike) =
        records::load_one(&arguments.records, &phone_number, &[&audience])?;
    let Some(contact) = population.get(&phone_number) else {
        let meant = alike.map(|alike| format!(", did you mean `{}`?", escaped(&alike)));
        return Err(Failure::Unfit(format!(
            "no contact in the records has the phone number `{}`{}",
            escaped(&phone_number),
            meant.unwrap_or_default()
        )));
    };
    let explanation = audience.explain(contact, &cx);
    write(|out| match arguments.format {
        ExplanationFormat::Text => write!(out, "{explanation}"),
        ExplanationFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &WithNotes { answer: &explanation, notes: &heard })?;
            out.write_all(b"\n")
        }
    })?;
    heard.outcome()
}
