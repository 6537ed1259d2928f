//! JSON and CSV: bytes that are cut into records, a batch at a time.

use std::panic::resume_unwind;
use std::thread;

use super::batch::{self, Batch, Batches, Memory};
use super::form::{ContactBatches, ReadOptions, RecordForm};
use super::input::OpenInput;
#[cfg(feature = "table")]
use super::load;
use super::parse::contacts;
use super::report::{ReadTally, Stop};
use crate::contact::Contact;
use crate::stop::drop_aside;
#[cfg(feature = "table")]
use crate::table::shard::Shards;

/// An input of JSON or CSV.
pub(super) struct TextForm<'r> {
    input: OpenInput<'r>,
    reading: ReadOptions,
}

impl<'r> TextForm<'r> {
    pub(super) fn new(input: OpenInput<'r>, reading: &ReadOptions) -> Self {
        Self { input, reading: reading.clone() }
    }

    /// Its batches, of `chunk` bytes each unless something else is asked for.
    fn batches(input: OpenInput<'r>, reading: &ReadOptions, chunk: usize) -> Batches<'r> {
        let OpenInput { name, length, bytes } = input;
        Batches::new(&name, length, chunk, bytes.into_read(), reading)
    }
}

impl<'r> RecordForm<'r> for TextForm<'r> {
    fn contacts(self: Box<Self>) -> Box<dyn ContactBatches + 'r> {
        let Self { input, reading } = *self;
        let name = input.name.clone();
        let batches = Self::batches(input, &reading, batch::CHUNK);
        Box::new(TextContacts { batches, name, reading, parsed: Vec::new().into_iter(), stop: None })
    }

    #[cfg(feature = "table")]
    fn load(self: Box<Self>, tally: &mut ReadTally) -> (Shards, Option<Stop>) {
        let Self { input, reading } = *self;
        let name = input.name.clone();
        let batches = Self::batches(input, &reading, load::CHUNK);
        load::load(&reading, batches, &name, tally)
    }
}

/// The contacts of batches, of which as many are parsed at one time as there are threads.
struct TextContacts<'r> {
    batches: Batches<'r>,
    name: String,
    reading: ReadOptions,
    parsed: std::vec::IntoIter<Parsed>,
    /// Why there is no batch behind those that were parsed last.
    stop: Option<Stop>,
}

struct Parsed {
    contacts: Vec<Contact>,
    tally: ReadTally,
    read: u64,
}

impl Parsed {
    fn of(batch: &Batch, name: &str, reading: &ReadOptions) -> Self {
        let tally = ReadTally::watching(&reading.watch);
        let mut parsed = Self { contacts: Vec::new(), tally, read: batch.read };
        contacts(batch, name, reading, &mut parsed.tally, &mut |contact| parsed.contacts.push(contact));
        parsed
    }
}

impl TextContacts<'_> {
    /// Parses the next batches, each on a thread of its own, the first on this one.
    fn parse(&mut self) {
        let mut batches = Vec::new();
        while batches.len() < self.reading.threads.get() && self.stop.is_none() {
            match self.batches.next(Memory::default()) {
                Ok(Some(batch)) => batches.push(batch),
                Ok(None) => break,
                Err(stop) => self.stop = Some(stop),
            }
        }
        let (name, reading) = (&*self.name, &self.reading);
        let parsed: Vec<Parsed> = thread::scope(|scope| {
            let mut batches = batches.into_iter();
            let first = batches.next();
            let others: Vec<_> = batches.map(|batch| scope.spawn(move || Parsed::of(&batch, name, reading))).collect();
            let first = first.map(|batch| Parsed::of(&batch, name, reading));
            let others = others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            first.into_iter().chain(others).collect()
        });
        self.parsed = parsed.into_iter();
    }
}

impl ContactBatches for TextContacts<'_> {
    fn next(&mut self, tally: &mut ReadTally) -> Result<Option<Vec<Contact>>, Stop> {
        if self.parsed.len() == 0 && self.stop.is_none() && !self.reading.stop.is_stopped() {
            self.parse();
        }
        // What was parsed by then may be a part of it.
        if self.reading.stop.is_stopped() {
            drop_aside(std::mem::take(&mut self.parsed));
            return Err(Stop::stopped());
        }
        match self.parsed.next() {
            Some(Parsed { contacts, tally: of_batch, read }) => {
                tally.add(of_batch);
                self.reading.progress.tell(read);
                Ok(Some(contacts))
            }
            None => self.stop.take().map_or(Ok(None), Err),
        }
    }
}
