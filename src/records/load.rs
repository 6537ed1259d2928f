//! Records into the columns of a table, on as many threads as are to be busy.
//!
//! Each thread takes a batch from the input, parses it and comes back for the next, so that none is there only to hand
//! out work. What comes of the batches is put into the order of the file at the end.

use std::sync::{Mutex, PoisonError};
use std::thread;

use memchr::memchr;

use super::batch::{Batch, Batches, Cut, Memory, WholeLines};
use super::fast_json::FastJson;
use super::form::ReadOptions;
use super::parse::{contacts, contacts_of_rows, json};
use super::report::{ReadTally, Stop};
use super::slice::{Invalid, RecordSlice};
use super::watch;
use crate::limits::MAX_CUSTOM_FIELDS;
use crate::note::Finding;
use crate::progress::Progress;
use crate::stop::drop_aside;
use crate::table::shard::Shards;

/// How many bytes are read before they are parsed: enough that shards have many records each.
pub(super) const CHUNK: usize = 8 * 1024 * 1024;

/// The input, of which each batch is taken by somebody.
struct Queue<'r> {
    batches: Batches<'r>,
    taken: usize,
    /// How many bytes have been read.
    read: u64,
    stop: Option<Stop>,
}

/// What has come of a batch.
struct LoadedBatch {
    /// Which batch, in the order of the file.
    batch: usize,
    shards: Shards,
    tally: ReadTally,
}

/// Reads all there is, and why there may be more.
pub(super) fn load(
    reading: &ReadOptions,
    batches: Batches<'_>,
    name: &str,
    tally: &mut ReadTally,
) -> (Shards, Option<Stop>) {
    let queue = Mutex::new(Queue { batches, taken: 0, read: 0, stop: None });
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 1..reading.threads.get() {
            scope.spawn(|| work(&queue, &done, name, reading, &Progress::default()));
        }
        work(&queue, &done, name, reading, &reading.progress);
    });
    let mut loaded = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    loaded.sort_unstable_by_key(|of_batch: &LoadedBatch| of_batch.batch);
    let mut all = Shards::default();
    for of_batch in loaded {
        all.append(of_batch.shards);
        tally.add(of_batch.tally);
    }
    let Queue { read, stop, .. } = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    reading.progress.tell(read);
    (all, stop)
}

fn work(
    queue: &Mutex<Queue<'_>>,
    done: &Mutex<Vec<LoadedBatch>>,
    name: &str,
    reading: &ReadOptions,
    progress: &Progress,
) {
    let token = &reading.stop;
    let wanted = reading.watch.findings().cloned().collect();
    let (lines, slices) = (FastJson::new(false, reading), FastJson::new(true, reading));
    let mut parser = BatchParser { name, reading, wanted, lines, slices };
    let mut memory = Memory::default();
    // As many records as in the batch before.
    let mut expected = 0;
    loop {
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        if token.is_stopped() {
            queue.stop = Some(Stop::stopped());
            return;
        }
        let batch = match queue.batches.next(std::mem::take(&mut memory)) {
            Ok(Some(batch)) => batch,
            Ok(None) => return,
            Err(stop) => {
                queue.stop = Some(stop);
                return;
            }
        };
        queue.taken += 1;
        queue.read = batch.read;
        let taken = queue.taken;
        drop(queue);
        let shards = Shards::with_capacity(expected + expected / 32);
        let mut loaded = LoadedBatch { batch: taken, shards, tally: ReadTally::default() };
        parser.parse(&batch, &mut loaded);
        if token.is_stopped() {
            // Nobody sees it: who looks for the next batch says so.
            drop_aside((batch, loaded));
            continue;
        }
        expected = loaded.tally.records as usize;
        loaded.shards.close();
        done.lock().unwrap_or_else(PoisonError::into_inner).push(loaded);
        progress.tell(batch.read);
        memory = batch.memory;
    }
}

/// Puts the records of batches into shards.
struct BatchParser<'n> {
    name: &'n str,
    reading: &'n ReadOptions,
    /// What this thread has not found yet: its batches come in the order of the file.
    wanted: Vec<Finding>,
    /// Of records that end with their line.
    lines: FastJson<'n>,
    /// Of those that are cut out.
    slices: FastJson<'n>,
}

impl BatchParser<'_> {
    fn parse(&mut self, batch: &Batch, loaded: &mut LoadedBatch) {
        self.lines.turn_to_others();
        self.slices.turn_to_others();
        let LoadedBatch { shards, tally, .. } = loaded;
        match (&batch.cut, &batch.header) {
            (Cut::Records(records), Some(header)) => {
                let push = &mut |contact| shards.push(&contact);
                contacts_of_rows(batch.bytes(), records, header, self.name, self.reading, tally, push);
            }
            (Cut::Records(records), None) => self.records(batch.bytes(), records, loaded),
            (Cut::Lines(lines), _) => self.lines(batch.bytes(), *lines, loaded),
        }
        self.lines.tell(&mut loaded.tally.seen);
        self.slices.tell(&mut loaded.tally.seen);
        self.look(batch, loaded);
    }

    /// Looks for what is wanted in the columns, and only where they have it once more at the records, which know their
    /// lines.
    fn look(&mut self, batch: &Batch, LoadedBatch { shards, tally, .. }: &mut LoadedBatch) {
        if self.reading.stop.is_stopped() || !self.wanted.iter().any(|finding| watch::is_in(shards, finding)) {
            return;
        }
        let mut found = ReadTally::watching(&self.reading.watch);
        contacts(batch, self.name, self.reading, &mut found, &mut |_| {});
        let firsts = found.seen.firsts;
        self.wanted.retain(|finding| !firsts.contains_key(finding));
        tally.seen.firsts.extend(firsts);
    }

    /// Lines, of which each is a document.
    fn lines(&mut self, bytes: &[u8], mut lines: WholeLines, loaded: &mut LoadedBatch) {
        let text = std::str::from_utf8(bytes).ok();
        let mut at = 0;
        while at < bytes.len() && !has_too_many(&loaded.shards) && !self.reading.stop.is_stopped() {
            let read = text.and_then(|text| self.lines.read(text, at, &mut loaded.shards));
            loaded.tally.records += u64::from(read.is_some());
            at = read.unwrap_or_else(|| self.line(bytes, at, lines, loaded)) + 1;
            lines.first += 1;
        }
    }

    /// A line that is not a plain record; where it ends.
    #[cold]
    fn line(&mut self, bytes: &[u8], start: usize, lines: WholeLines, loaded: &mut LoadedBatch) -> usize {
        let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |found| start + found);
        let bytes = &bytes[start..end];
        let mut records = Vec::new();
        lines.documents().scan(bytes, true, &mut records);
        self.records(bytes, &records, loaded);
        end
    }

    /// Records that are cut out.
    fn records(&mut self, bytes: &[u8], records: &[RecordSlice], LoadedBatch { shards, tally, .. }: &mut LoadedBatch) {
        let text = std::str::from_utf8(bytes).ok();
        for slice in records {
            if has_too_many(shards) || self.reading.stop.is_stopped() {
                return;
            }
            let record = match slice {
                RecordSlice::Record { bytes: record, at } => {
                    let text = text.and_then(|text| text.get(record.clone()));
                    if text.is_some_and(|text| self.slices.read(text, 0, shards).is_some()) {
                        tally.records += 1;
                        continue;
                    }
                    json(&bytes[record.clone()], *at, self.reading)
                }
                RecordSlice::Invalid(invalid) => Err(Invalid::clone(invalid)),
                RecordSlice::Page(page) => {
                    tally.seen.pages.read(**page);
                    continue;
                }
            };
            tally.count(self.name, record, &mut |contact| shards.push(&contact));
        }
    }
}

/// Whether there are more custom fields than a table may have, so that no more need be put in: half of the columns may be
/// of records that were taken back, and the others are too many.
fn has_too_many(shards: &Shards) -> bool {
    shards.custom_columns() > 2 * MAX_CUSTOM_FIELDS
}
