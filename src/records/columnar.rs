//! Parquet among the files of records: found by its first bytes, and read from any place of it.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};

use super::RecordReader;
use super::batch::Stop;
use super::parse::{Outcome, Tally};
use crate::error::{Kind, Place};
use crate::parquet::read::{BadRow, Input, MAGIC, ParquetFile, Unreadable};
use crate::table::shard::Shard;

/// The most bytes of an input that knows no places: it is held in memory, which a file is not.
const MOST_IN_MEMORY: u64 = 1 << 30;

/// An input, once it is known whether it is Parquet.
pub(super) enum Known<R> {
    Parquet(Input),
    /// From its first byte on.
    Other(R),
}

/// Looks at the first bytes of a file, and goes back to them.
pub(super) fn of_file(mut file: File) -> io::Result<Known<File>> {
    let mut head = Vec::with_capacity(MAGIC.len());
    Read::by_ref(&mut file).take(MAGIC.len() as u64).read_to_end(&mut head)?;
    file.rewind()?;
    if head == MAGIC { Ok(Known::Parquet(Input::file(file)?)) } else { Ok(Known::Other(file)) }
}

/// Looks at the first bytes of an input that cannot go back, all of which is read if it is Parquet.
pub(super) fn of_input<R: Read>(mut input: R) -> io::Result<Known<io::Chain<Cursor<Vec<u8>>, R>>> {
    let mut bytes = Vec::with_capacity(MAGIC.len());
    Read::by_ref(&mut input).take(MAGIC.len() as u64).read_to_end(&mut bytes)?;
    if bytes != MAGIC {
        return Ok(Known::Other(Cursor::new(bytes).chain(input)));
    }
    Read::by_ref(&mut input).take(MOST_IN_MEMORY).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_IN_MEMORY {
        let reason = "Parquet of more than 1 GiB is read from a file only, and this is none";
        return Err(io::Error::other(reason));
    }
    Ok(Known::Parquet(Input::Memory(bytes.into())))
}

impl RecordReader {
    /// Reads a file, whose records are handed on in columns; each thread prepares those that it read.
    pub(super) fn read_parquet(
        &self,
        name: &str,
        input: Input,
        prepare: fn(&mut Shard),
        each: &mut dyn FnMut(Shard),
        progress: &mut dyn FnMut(u64),
    ) -> Outcome {
        let mut tally = Tally::default();
        let read = ParquetFile::open(input).and_then(|file| {
            file.read(self.threads.get(), prepare, &mut |rows| {
                tally.records += rows.shard.records() as u64;
                tally.skipped += rows.bad.len() as u64;
                rows.bad.into_iter().for_each(|(row, bad)| tell_row(&mut tally, name, row, bad));
                each(rows.shard);
                progress(rows.bytes);
            })
            .map_err(Unreadable::from)
        });
        match read {
            Ok(()) => Outcome { tally, stop: None },
            Err(Unreadable::Damage(damage)) => Outcome { tally, stop: Some(Stop::Unreadable(damage.into_reason())) },
            Err(Unreadable::Columns(wrong)) => {
                for column in wrong {
                    let kind = || Kind::InvalidRecord { key: column.name, reason: column.reason };
                    tally.problems.add(kind, || Place { file: Some(name.to_owned()), ..Place::default() });
                }
                Outcome { tally, stop: Some(Stop::Header(Vec::new())) }
            }
        }
    }
}

/// Rows have no lines, so the message says which it is.
#[cold]
fn tell_row(tally: &mut Tally, name: &str, row: u64, BadRow { key, reason, .. }: BadRow) {
    tally.problems.add(
        || Kind::InvalidRecord { key, reason: format!("{reason} (row {})", row + 1) },
        || Place { file: Some(name.to_owned()), ..Place::default() },
    );
}
