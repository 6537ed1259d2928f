//! A population as a table, by way of the records that it is written as.

use std::io;
use std::thread;

use super::{Population, PopulationFormat};
use crate::records::{Input, RecordReader};
use crate::table::Table;

pub(super) fn table(population: Population) -> io::Result<Table> {
    let (records, mut out) = io::pipe()?;
    thread::scope(|scope| {
        let generator = scope.spawn(move || population.write(PopulationFormat::Ndjson, &mut out, &mut |_| {}));
        let reader = RecordReader::new().threads(rayon::current_num_threads());
        let table = reader.table([Input::new("population.ndjson", records)]).map_err(io::Error::other)?;
        // OK because a panic there is one here.
        generator.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(table)
    })
}
