//! Parquet among the files of records: found by its first bytes, and read from any place of it.

use std::io::{self, Cursor, Read, Seek};

use super::columnar;
use super::form::{ContactBatches, Foreseen, ReadOptions, RecordForm};
use super::input::{Bytes, OpenInput};
use super::report::{ReadTally, Stop, Totals};
use super::unread::UnreadValues;
use crate::contact::Contact;
use crate::parquet::metadata::FileGuarantees;
use crate::parquet::read::{FileBytes, FileRows, MAGIC, ParquetFile, ReadAhead, Unreadable};
use crate::table::shard::{Shard, Shards};

/// The most bytes of an input that knows no places: it is held in memory, which a file is not.
const MOST_IN_MEMORY: u64 = 1 << 30;

impl From<FileGuarantees> for Totals {
    fn from(FileGuarantees { contacts, memberships, .. }: FileGuarantees) -> Self {
        Self { contacts, memberships }
    }
}

/// An input of Parquet.
pub(super) struct ParquetForm {
    input: FileBytes,
    name: String,
    reading: ReadOptions,
}

impl ParquetForm {
    /// An input that is Parquet, or else the input as it was.
    pub(super) fn of<'r>(input: OpenInput<'r>, reading: &ReadOptions) -> io::Result<Result<Self, OpenInput<'r>>> {
        let found = parquet_within(input, MOST_IN_MEMORY)?;
        Ok(found.map(|(input, name)| Self { input, name, reading: reading.clone() }))
    }

    /// Opens the file, and leaves out what need not be read.
    fn open(self, tally: &mut ReadTally) -> Result<(ParquetFile, String, ReadOptions), Stop> {
        let Self { input, name, reading } = self;
        let mut file = ParquetFile::open(input, &reading).map_err(|unreadable| stop(unreadable, &name, tally))?;
        tally.drawn = file.drawn();
        let given = file.given();
        for (name, rows, kind) in file.not_read() {
            tally.seen.not_read(name, &UnreadValues::new(rows, kind), None);
        }
        for (column, records) in file.unfit() {
            tally.seen.unfit(column.clone(), records);
        }
        // What the file says of itself is not true of its records where something else is said of them.
        match reading.foreseen.as_ref().filter(|_| reading.is_plain()) {
            None => {}
            Some(Foreseen { plans, alone }) => {
                tally.seen.custom_keys = file.custom_keys();
                if *alone {
                    tally.totals = file.leave_out(plans).map(Totals::from);
                    tally.seen.lists_left_out = file.lists_left_out();
                } else {
                    file.leave_out_columns(plans);
                }
            }
        }
        tally.seen.give(given & !file.read_whole());
        Ok((file, name, reading))
    }
}

/// Looks at the first bytes of an input. A file goes back to them; of what cannot, all is read if it is Parquet.
fn parquet_within(input: OpenInput<'_>, most_in_memory: u64) -> io::Result<Result<(FileBytes, String), OpenInput<'_>>> {
    let OpenInput { name, length, bytes } = input;
    let mut head = Vec::with_capacity(MAGIC.len());
    match bytes {
        Bytes::File(mut file) if length.is_some() => {
            Read::by_ref(&mut file).take(MAGIC.len() as u64).read_to_end(&mut head)?;
            file.rewind()?;
            if head == MAGIC {
                return Ok(Ok((FileBytes::file(file)?, name)));
            }
            Ok(Err(OpenInput { name, length, bytes: Bytes::File(file) }))
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
                return Ok(Ok((FileBytes::Memory(head.into()), name)));
            }
            let bytes = Bytes::Stream(Box::new(Cursor::new(head).chain(rest)));
            Ok(Err(OpenInput { name, length, bytes }))
        }
    }
}

impl<'r> RecordForm<'r> for ParquetForm {
    fn contacts(self: Box<Self>) -> Box<dyn ContactBatches + 'r> {
        Box::new(ParquetContacts::Closed(self))
    }

    fn load(self: Box<Self>, tally: &mut ReadTally) -> (Shards, Option<Stop>) {
        let mut shards = Shards::default();
        let (file, name, reading) = match self.open(tally) {
            Ok(open) => open,
            Err(stop) => return (shards, Some(stop)),
        };
        let each = &mut |FileRows { rows, bytes }: FileRows| {
            reading.progress.tell(bytes);
            shards.append(Shards::from(columnar::count(rows, &name, &reading.watch, tally)));
        };
        let read = file.read(reading.threads.get(), Shard::close, &reading.stop, each);
        let stop = match read {
            _ if reading.stop.is_stopped() => Some(Stop::stopped()),
            read => read.err().map(|damage| stop(damage.into(), &name, tally)),
        };
        (shards, stop)
    }
}

/// The contacts of a file, as its records are: nothing is worked out.
enum ParquetContacts {
    Closed(Box<ParquetForm>),
    Open { window: Box<ReadAhead>, name: String, reading: ReadOptions },
    Ended,
}

impl ContactBatches for ParquetContacts {
    fn next(&mut self, tally: &mut ReadTally) -> Result<Option<Vec<Contact>>, Stop> {
        let (mut window, name, reading) = match std::mem::replace(self, Self::Ended) {
            Self::Ended => return Ok(None),
            Self::Open { reading, .. } if reading.stop.is_stopped() => return Err(Stop::stopped()),
            Self::Open { window, name, reading } => (window, name, reading),
            Self::Closed(form) => {
                let (file, name, reading) = form.open(tally)?;
                (Box::new(ReadAhead::new(file, reading.threads)), name, reading)
            }
        };
        let rows = window.next();
        if reading.stop.is_stopped() {
            return Err(Stop::stopped());
        }
        let Some(FileRows { rows, bytes }) = rows.map_err(|damage| stop(damage.into(), &name, tally))? else {
            return Ok(None);
        };
        reading.progress.tell(bytes);
        let shard = columnar::count(rows, &name, &reading.watch, tally);
        let contacts = shard.contacts().take_while(|_| !reading.stop.is_stopped()).collect();
        if reading.stop.is_stopped() {
            return Err(Stop::stopped());
        }
        *self = Self::Open { window, name, reading };
        Ok(Some(contacts))
    }
}

/// Why a file cannot be read. What is wrong with its columns is told at once.
#[cold]
fn stop(unreadable: Unreadable, name: &str, tally: &mut ReadTally) -> Stop {
    match unreadable {
        Unreadable::Damage(damage) => Stop::Unreadable(damage.into_reason()),
        Unreadable::Columns(wrong) => columnar::refuse(wrong, name, tally),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an input is known as, where 10 bytes may be held in memory.
    fn known_as(length: Option<u64>, bytes: Bytes<'_>) -> String {
        match parquet_within(OpenInput { name: "c".to_owned(), length, bytes }, 10) {
            Ok(Ok((FileBytes::File(_, length), _))) => format!("Parquet in a file of {length} bytes"),
            Ok(Ok((FileBytes::Memory(bytes), _))) => format!("Parquet of {} bytes in memory", bytes.len()),
            Ok(Err(OpenInput { length, bytes, .. })) => {
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
