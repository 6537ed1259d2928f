//! `import`: records of any kind as one file that loads at once.

use std::io::Write;

use headcount::records::write_parquet;

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::output;
use crate::progress::Progress;
use crate::records;

/// Reads all records, and writes what they come to.
pub(crate) fn run(arguments: &arguments::Import) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let loaded = records::load(&arguments.records, &[])?;
    let table = &loaded.table;
    let mut progress = Progress::of_things(table.memberships(), "writing");
    let write = |out: &mut dyn Write| write_parquet(table, out, &mut |written| progress.at(written));
    output::write_to(&arguments.output, write)?;
    drop(progress);
    records::tell(&loaded);
    loaded.heard.outcome()
}
