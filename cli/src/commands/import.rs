//! `import`: records of any kind as one file that loads at once.

use std::io::Write;

use headcount::analysis::Sample;
use headcount::records::{write_parquet, write_sample};

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::output;
use crate::progress::Progress;
use crate::records;

/// Reads all records, and writes what they come to.
pub(crate) fn run(arguments: &arguments::Import) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let loaded = records::load_to_write(&arguments.records)?;
    let table = &loaded.table;
    let mut progress = Progress::of_things(table.memberships(), "writing");
    let write = |out: &mut dyn Write| {
        let progress = &mut |written| progress.at(written);
        match loaded.drawn {
            Some(drawn) => write_sample(&Sample::of(table.clone(), drawn), out, progress),
            None => write_parquet(table, out, progress),
        }
    };
    output::write_to(&arguments.output, write)?;
    drop(progress);
    records::tell(&loaded);
    loaded.heard.outcome()
}
