//! A population as a table, by way of the records that it is written as.

use std::io;
use std::thread;

use headcount::{RecordReader, Table, TableBuilder};

use crate::{Population, PopulationFormat};

pub(crate) fn table(population: Population) -> io::Result<Table> {
    let (records, mut out) = io::pipe()?;
    thread::scope(|scope| {
        let generator = scope.spawn(move || population.write(PopulationFormat::Ndjson, &mut out, &mut |_| {}));
        let mut builder = TableBuilder::default();
        let reader = RecordReader::new().threads(rayon::current_num_threads());
        reader.read_into("population.ndjson", records, &mut builder, &mut |_| {}).map_err(io::Error::other)?;
        // OK because a panic there is one here.
        generator.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(builder.build())
    })
}
