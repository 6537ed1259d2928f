//! `sample`: a few contacts that stand for all.

use headcount::analysis::Confidence;

use crate::arguments;
use crate::contacts_file;
use crate::failure::Failure;
use crate::inputs;
use crate::output::{counted, note, thousands};
use crate::records::{self, SEED};

/// Draws a sample of all records, and writes it.
pub(crate) fn run(arguments: &arguments::Sample) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let take = arguments.drawing.take(Confidence::default());
    let sampled = records::sample(&arguments.records, take, arguments.drawing.seed.unwrap_or(SEED), &[])?;
    if sampled.kept {
        return Err(Failure::Unfit("these records are a sample already".to_owned()));
    }
    let sample = &sampled.sample;
    contacts_file::write(sample.table(), Some(sample.drawn()), &arguments.output)?;
    note(format_args!(
        "{} of {} sampled, seed {}, {} skipped, drawn in {:.1?}",
        thousands(sample.table().len() as u64),
        counted(sample.drawn().population, "contact"),
        sample.drawn().seed,
        thousands(sampled.skipped),
        sampled.time,
    ));
    sampled.heard.outcome()
}
