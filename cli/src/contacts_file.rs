//! Contacts as a file that loads at once: a table image where its name says so, else Parquet.

use std::io::Write;
use std::path::Path;

use headcount::Table;
use headcount::analysis::{Sample, SampleInfo};
use headcount::records::{write_parquet, write_sample};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// The end of the name of a table image.
const IMAGE: &str = "headcount";

/// Writes contacts, which may be a sample; the file appears once it is whole.
pub(crate) fn write(table: &Table, drawn: Option<SampleInfo>, path: &Path) -> Result<(), Failure> {
    let sample = drawn.map(|drawn| Sample::of(table.clone(), drawn));
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(IMAGE)) {
        let saved = sample.map_or_else(|| table.save(path), |sample| sample.save(path));
        return saved.map_err(|error| Failure::Output { to: path.display().to_string(), error });
    }
    let mut progress = Progress::of_things(table.memberships(), "writing");
    output::write_to(path, |out: &mut dyn Write| {
        let progress = &mut |written| progress.at(written);
        match &sample {
            Some(sample) => write_sample(sample, out, progress),
            None => write_parquet(table, out, progress),
        }
    })
}
