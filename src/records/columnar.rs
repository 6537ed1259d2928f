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
    known_within(input, MOST_IN_MEMORY)
}

fn known_within(input: Input<'_>, most_in_memory: u64) -> io::Result<Known<'_>> {
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
                Read::by_ref(&mut rest).take(most_in_memory).read_to_end(&mut head)?;
                if head.len() as u64 > most_in_memory {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What an input is known as, where 10 bytes may be held in memory.
    fn known_as(length: Option<u64>, bytes: Bytes<'_>) -> String {
        match known_within(Input { name: "c", length, bytes }, 10) {
            Ok(Known::Parquet(parquet::Input::File(_, length))) => format!("Parquet in a file of {length} bytes"),
            Ok(Known::Parquet(parquet::Input::Memory(bytes))) => format!("Parquet of {} bytes in memory", bytes.len()),
            Ok(Known::Other(Input { length, bytes, .. })) => {
                let mut all = String::new();
                bytes.into_read().read_to_string(&mut all).unwrap();
                format!("{all} of {length:?}")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn parquet_is_held_in_memory_up_to_a_size_unless_it_is_in_a_file() {
        let too_large = "Parquet of more than 1 GiB is read from a file only, and this is none";
        for (input, of_a_stream, of_a_file) in [
            ("PAR1", "Parquet of 4 bytes in memory", "Parquet in a file of 4 bytes"),
            ("PAR1567890", "Parquet of 10 bytes in memory", "Parquet in a file of 10 bytes"),
            ("PAR1567890x", too_large, "Parquet in a file of 11 bytes"),
            ("PAR1567890xyz and so on", too_large, "Parquet in a file of 23 bytes"),
            ("PAR", "PAR of None", "PAR of Some(3)"),
            ("phone\n+1\n", "phone\n+1\n of None", "phone\n+1\n of Some(9)"),
        ] {
            assert_eq!(known_as(None, Bytes::Stream(Box::new(input.as_bytes()))), of_a_stream);
            let path = std::env::temp_dir().join(format!("headcount-known-{}-{}", std::process::id(), input.len()));
            std::fs::write(&path, input).unwrap();
            let file = std::fs::File::open(&path).unwrap();
            assert_eq!(known_as(Some(input.len() as u64), Bytes::File(file)), of_a_file);
            std::fs::remove_file(path).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_opened_as_a_file_and_has_no_places_is_read_from_its_front() {
        use std::io::Write;
        use std::os::fd::OwnedFd;
        use std::os::unix::net::UnixStream;

        for (input, expected) in [("PAR1567890", "Parquet of 10 bytes in memory"), ("{}", "{} of None")] {
            let (mut here, there) = UnixStream::pair().unwrap();
            here.write_all(input.as_bytes()).unwrap();
            drop(here);
            assert_eq!(known_as(None, Bytes::File(OwnedFd::from(there).into())), expected);
        }
    }
}
