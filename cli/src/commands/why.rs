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
    let (ReadContacts { population, heard }, alike) =
        records::load_one(&arguments.records, &arguments.phone, &[&audience])?;
    let Some(contact) = population.get(&arguments.phone) else {
        let meant = alike.map(|alike| format!(", did you mean `{}`?", escaped(&alike)));
        return Err(Failure::Unfit(format!(
            "no contact in the records has the phone number `{}`{}",
            escaped(&arguments.phone),
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
