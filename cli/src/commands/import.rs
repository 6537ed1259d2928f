//! `import`: records of any kind as one file that loads at once.

use crate::arguments;
use crate::contacts_file;
use crate::failure::Failure;
use crate::inputs;
use crate::records;

/// Reads all records, and writes what they come to.
pub(crate) fn run(arguments: &arguments::Import) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let loaded = records::load_to_write(&arguments.records)?;
    contacts_file::write(&loaded.table, loaded.drawn, &arguments.output)?;
    records::tell(&loaded);
    loaded.heard.outcome()
}
