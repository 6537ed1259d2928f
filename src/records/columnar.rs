//! Parquet among the files of records: found by its first bytes, and read from any place of it.

use std::io::{self, Cursor, Read, Seek};

use super::batch::Stop;
use super::cells::WrongHeader;
use super::parse::{Outcome, Tally};
use super::{Bytes, Foreseen, Input, Totals};
use crate::error::{Kind, Place};
use crate::parquet::read::{self as parquet, BadRow, MAGIC, ParquetFile, RowsRead, Unreadable};
use crate::table::shard::Shard;

/// The most bytes of an input that knows no places: it is held in memory, which a file is not.
const MOST_IN_MEMORY: u64 = 1 << 30;

/// An input, once it is known whether it is Parquet.
pub(super) enum Known<'r> {
    Parquet(parquet::Input),
    Other(Input<'r>),
}

/// Looks at the first bytes of an input. A file goes back to them; of what cannot, all is read if it is Parquet.
pub(super) fn known(input: Input<'_>) -> io::Result<Known<'_>> {
    let Input { name, length, bytes } = input;
    let mut head = Vec::with_capacity(MAGIC.len());
    match bytes {
        Bytes::File(mut file) if length.is_some() => {
            Read::by_ref(&mut file).take(MAGIC.len() as u64).read_to_end(&mut head)?;
            file.rewind()?;
            if head == MAGIC {
                return Ok(Known::Parquet(parquet::Input::file(file)?));
            }
            Ok(Known::Other(Input { name, length, bytes: Bytes::File(file) }))
        }
        bytes => {
            let mut rest = bytes.into_read();
            Read::by_ref(&mut rest).take(MAGIC.len() as u64).read_to_end(&mut head)?;
            if head == MAGIC {
                Read::by_ref(&mut rest).take(MOST_IN_MEMORY).read_to_end(&mut head)?;
                if head.len() as u64 > MOST_IN_MEMORY {
                    let reason = "Parquet of more than 1 GiB is read from a file only, and this is none";
                    return Err(io::Error::other(reason));
                }
                return Ok(Known::Parquet(parquet::Input::Memory(head.into())));
            }
            let bytes = Bytes::Stream(Box::new(Cursor::new(head).chain(rest)));
            Ok(Known::Other(Input { name, length, bytes }))
        }
    }
}

/// Reads a file, whose records are handed on in columns; each thread prepares those that it read.
pub(super) fn read(
    input: parquet::Input,
    name: &str,
    (threads, foreseen): (usize, Option<&Foreseen>),
    prepare: fn(&mut Shard),
    each: &mut dyn FnMut(Shard),
    progress: &mut dyn FnMut(u64),
) -> Outcome {
    let mut tally = Tally::default();
    let read = ParquetFile::open(input).and_then(|mut file| {
        tally.drawn = file.drawn();
        match foreseen {
            None => {}
            Some(Foreseen { plans, alone: true }) => tally.totals = file.leave_out(plans).map(Totals::from),
            Some(Foreseen { plans, alone: false }) => file.leave_out_columns(plans),
        }
        let each = &mut |rows: RowsRead| {
            tally.records += rows.shard.records() as u64;
            tally.skipped += rows.bad.len() as u64;
            rows.bad.into_iter().for_each(|(row, bad)| tell_row(&mut tally, name, row, bad));
            each(rows.shard);
            progress(rows.bytes);
        };
        file.read(threads, prepare, each).map_err(Unreadable::from)
    });
    let stop = match read {
        Ok(()) => None,
        Err(Unreadable::Damage(damage)) => Some(Stop::Unreadable(damage.into_reason())),
        Err(Unreadable::Columns(wrong)) => {
            for column in wrong {
                let kind = || Kind::InvalidRecord { key: column.name, reason: column.reason };
                tally.problems.add(kind, || Place { file: Some(name.to_owned()), ..Place::default() });
            }
            Some(Stop::Header(WrongHeader::default()))
        }
    };
    Outcome { tally, stop }
}

/// Rows have no lines, so the message says which it is.
#[cold]
fn tell_row(tally: &mut Tally, name: &str, row: u64, BadRow { key, reason, .. }: BadRow) {
    tally.problems.add(
        || Kind::InvalidRecord { key, reason: format!("{reason} (row {})", row + 1) },
        || Place { file: Some(name.to_owned()), ..Place::default() },
    );
}
