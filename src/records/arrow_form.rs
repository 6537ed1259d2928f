//! Record batches among the forms of records: taken from their stream as they are read.

use std::sync::{Mutex, PoisonError};
use std::{io, mem, thread};

use super::columnar;
use super::form::{ContactBatches, ReadOptions, RecordForm};
use super::report::{ReadTally, Stop};
use super::unread::UnreadValues;
use crate::arrow::read::{BatchColumns, BatchReader, BatchStream, RowsFilled, Unreadable, ValueCounts};
use crate::columnar::{Filled, RowsRead};
use crate::contact::Contact;
use crate::table::shard::{Shard, Shards};

/// An input of record batches.
pub(super) struct ArrowForm<'r> {
    name: String,
    reader: BatchReader<'r>,
    reading: ReadOptions,
}

impl<'r> ArrowForm<'r> {
    /// Batches, whose form nobody can have said to be another.
    pub(super) fn new(name: String, reader: BatchReader<'r>, reading: &ReadOptions) -> io::Result<Self> {
        match reading.form.format {
            None => Ok(Self { name, reader, reading: reading.clone() }),
            Some(format) => Err(io::Error::other(format!("expected {}, found record batches", format.name()))),
        }
    }

    fn open(self, tally: &mut ReadTally) -> Result<OpenStream<'r>, Stop> {
        let Self { name, reader, reading } = self;
        let stream = BatchStream::new(reader);
        let columns =
            BatchColumns::of(&stream, &reading.conventions).map_err(|wrong| columnar::refuse(wrong, &name, tally))?;
        tally.seen.give(reading.conventions.given());
        Ok(OpenStream { name, reading, columns, stream, counts: ValueCounts::default() })
    }
}

/// A stream of batches whose columns are known.
struct OpenStream<'r> {
    name: String,
    reading: ReadOptions,
    columns: BatchColumns,
    stream: BatchStream<'r>,
    counts: ValueCounts,
}

impl OpenStream<'_> {
    /// Counts rows that have been read.
    fn count(&mut self, rows: FilledRows, tally: &mut ReadTally) -> Shard {
        let FilledRows { start, filled: RowsFilled { filled: Filled { shard, bad, given }, values }, .. } = rows;
        self.counts.add(&values);
        let bad = bad.into_iter().map(|bad| (start + bad.row as u64, bad)).collect();
        columnar::count(RowsRead { shard, start, bad, given }, &self.name, &self.reading.watch, tally)
    }

    /// Tells what all rows have in columns that are not read.
    fn tell_counts(&self, tally: &mut ReadTally) {
        for (name, rows, kind) in self.columns.not_read(&self.counts) {
            tally.seen.not_read(name.to_owned(), &UnreadValues::new(rows, kind), None);
        }
        for (column, records) in self.columns.unfit(&self.counts) {
            tally.seen.unfit(column.clone(), records);
        }
    }

    fn stop(&self, unreadable: Unreadable, tally: &mut ReadTally) -> Stop {
        match unreadable {
            Unreadable::Damage(reason) => Stop::Unreadable(reason),
            Unreadable::Columns(wrong) => columnar::refuse(wrong, &self.name, tally),
        }
    }
}

/// Rows that have been read, and where they were in the stream.
struct FilledRows {
    start: u64,
    bytes: u64,
    filled: RowsFilled,
}

/// The stream, of which the next rows are taken by somebody; and what came of those that were.
struct Queue<'s, 'r> {
    stream: &'s mut BatchStream<'r>,
    done: Vec<FilledRows>,
    /// From which row on it cannot be read, and why.
    unreadable: Option<(u64, Unreadable)>,
}

impl Queue<'_, '_> {
    /// Keeps the first failure: what is told is the same however many threads read.
    fn fail(&mut self, start: u64, unreadable: Unreadable) {
        if self.unreadable.as_ref().is_none_or(|(first, _)| start < *first) {
            self.unreadable = Some((start, unreadable));
        }
    }

    /// Fills in what others do not, and comes back for more.
    fn work(queue: &Mutex<Self>, columns: &BatchColumns, reading: &ReadOptions, tells: bool) {
        let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let mut taken = lock();
            if taken.unreadable.is_some() {
                return;
            }
            let rows = match taken.stream.next(&reading.stop) {
                Ok(Some(rows)) => rows,
                Ok(None) => return,
                Err(unreadable) => return taken.fail(u64::MAX, unreadable),
            };
            drop(taken);
            match columns.fill(&rows, reading) {
                Ok(mut filled) => {
                    filled.filled.shard.close();
                    lock().done.push(FilledRows { start: rows.start, bytes: rows.bytes, filled });
                }
                Err(unreadable) => lock().fail(rows.start, unreadable),
            }
            if tells {
                reading.progress.tell(rows.bytes);
            }
        }
    }
}

impl<'r> RecordForm<'r> for ArrowForm<'r> {
    fn contacts(self: Box<Self>) -> Box<dyn ContactBatches + 'r> {
        Box::new(ArrowContacts::Closed(self))
    }

    fn load(self: Box<Self>, tally: &mut ReadTally) -> (Shards, Option<Stop>) {
        let mut shards = Shards::default();
        let mut open = match self.open(tally) {
            Ok(open) => open,
            Err(stop) => return (shards, Some(stop)),
        };
        let OpenStream { reading, columns, stream, .. } = &mut open;
        let (reading, columns) = (&*reading, &*columns);
        let queue = Mutex::new(Queue { stream, done: Vec::new(), unreadable: None });
        thread::scope(|scope| {
            for _ in 1..reading.threads.get() {
                scope.spawn(|| Queue::work(&queue, columns, reading, false));
            }
            Queue::work(&queue, columns, reading, true);
        });
        let Queue { mut done, unreadable, .. } = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((first, _)) = &unreadable {
            done.retain(|rows| rows.start < *first);
        }
        done.sort_unstable_by_key(|rows| rows.start);
        reading.progress.tell(done.last().map_or(0, |rows| rows.bytes));
        for rows in done {
            shards.append(Shards::from(open.count(rows, tally)));
        }
        open.tell_counts(tally);
        let stop = match unreadable {
            _ if open.reading.stop.is_stopped() => Some(Stop::stopped()),
            unreadable => unreadable.map(|(_, unreadable)| open.stop(unreadable, tally)),
        };
        (shards, stop)
    }
}

/// The contacts of batches, as their records are: nothing is worked out.
enum ArrowContacts<'r> {
    Closed(Box<ArrowForm<'r>>),
    Open(Box<OpenStream<'r>>),
    Ended,
}

impl ContactBatches for ArrowContacts<'_> {
    fn next(&mut self, tally: &mut ReadTally) -> Result<Option<Vec<Contact>>, Stop> {
        let mut open = match mem::replace(self, Self::Ended) {
            Self::Ended => return Ok(None),
            Self::Closed(form) => Box::new(form.open(tally)?),
            Self::Open(open) => open,
        };
        let rows = open.stream.next(&open.reading.stop).and_then(|rows| {
            let Some(rows) = rows else { return Ok(None) };
            let filled = open.columns.fill(&rows, &open.reading)?;
            Ok(Some(FilledRows { start: rows.start, bytes: rows.bytes, filled }))
        });
        if open.reading.stop.is_stopped() {
            return Err(Stop::stopped());
        }
        match rows {
            Ok(Some(rows)) => {
                open.reading.progress.tell(rows.bytes);
                let contacts = open.count(rows, tally).contacts().collect();
                *self = Self::Open(open);
                Ok(Some(contacts))
            }
            Ok(None) => {
                open.tell_counts(tally);
                Ok(None)
            }
            Err(unreadable) => Err(open.stop(unreadable, tally)),
        }
    }
}
