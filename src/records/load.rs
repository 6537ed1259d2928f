//! Records into the columns of a table, on as many threads as are to be busy.
//!
//! Each thread takes a batch from the input, parses it and comes back for the next, so that none is there only to hand
//! out work. What comes of the batches is put into the order of the file at the end.

use std::sync::{Mutex, PoisonError};
use std::thread;

use memchr::memchr;

use super::RecordReader;
use super::batch::{Batch, Batches, Cut, Invalid, Memory, Piece, Stop};
use super::cells;
use super::documents::Documents;
use super::fast_json::FastJson;
use super::parse::{Outcome, Tally, json};
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
struct Part {
    /// Which batch, in the order of the file.
    batch: usize,
    shards: Shards,
    tally: Tally,
}

/// Reads all there is, and tells what came of it beside the records.
pub(super) fn load(
    threads: usize,
    batches: Batches<'_>,
    name: &str,
    progress: &mut dyn FnMut(u64),
) -> (Outcome, Shards) {
    let queue = Mutex::new(Queue { batches, taken: 0, read: 0, stop: None });
    let parts = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| work(&queue, &parts, name, &mut |_| {}));
        }
        work(&queue, &parts, name, progress);
    });
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_unstable_by_key(|part: &Part| part.batch);
    let (mut all, mut tally) = (Shards::default(), Tally::default());
    for part in parts {
        all.append(part.shards);
        tally.add(part.tally);
    }
    let Queue { read, stop, .. } = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    progress(read);
    (Outcome { tally, stop }, all)
}

fn work(queue: &Mutex<Queue<'_>>, parts: &Mutex<Vec<Part>>, name: &str, progress: &mut dyn FnMut(u64)) {
    let mut parser = Parser { name, lines: FastJson::new(false), pieces: FastJson::new(true) };
    let mut memory = Memory::default();
    // As many records as in the batch before.
    let mut expected = 0;
    loop {
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut part = Part { batch: taken, shards, tally: Tally::default() };
        parser.parse(&batch, &mut part);
        expected = part.tally.records as usize;
        part.shards.close();
        parts.lock().unwrap_or_else(PoisonError::into_inner).push(part);
        progress(batch.read);
        memory = batch.memory;
    }
}

/// Puts the records of batches into shards.
struct Parser<'n> {
    name: &'n str,
    /// Of records that end with their line.
    lines: FastJson,
    /// Of those that are cut out.
    pieces: FastJson,
}

impl Parser<'_> {
    fn parse(&mut self, batch: &Batch, part: &mut Part) {
        self.lines.turn_to_others();
        self.pieces.turn_to_others();
        let Part { shards, tally, .. } = part;
        match (&batch.cut, &batch.header) {
            (Cut::Pieces(pieces), Some(header)) => cells::contacts(batch.bytes(), pieces, header, &mut |row| {
                tally.count(self.name, row, &mut |contact| shards.push(&contact));
            }),
            (Cut::Pieces(pieces), None) => self.records(batch.bytes(), pieces, part),
            (Cut::Lines(line), _) => self.lines(batch.bytes(), *line, part),
        }
    }

    /// Lines, of which each is a document.
    fn lines(&mut self, bytes: &[u8], mut line: u64, part: &mut Part) {
        let text = std::str::from_utf8(bytes).ok();
        let mut at = 0;
        while at < bytes.len() && !has_too_many(&part.shards) {
            let read = text.and_then(|text| self.lines.read(text, at, &mut part.shards));
            part.tally.records += u64::from(read.is_some());
            at = read.unwrap_or_else(|| self.line(bytes, at, line, part)) + 1;
            line += 1;
        }
    }

    /// A line that is not a plain record; where it ends.
    #[cold]
    fn line(&mut self, bytes: &[u8], start: usize, line: u64, part: &mut Part) -> usize {
        let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |found| start + found);
        let bytes = &bytes[start..end];
        let mut pieces = Vec::new();
        Documents::of_lines(line).scan(bytes, true, &mut pieces);
        self.records(bytes, &pieces, part);
        end
    }

    /// Records that are cut out.
    fn records(&mut self, bytes: &[u8], pieces: &[Piece], Part { shards, tally, .. }: &mut Part) {
        let text = std::str::from_utf8(bytes).ok();
        for piece in pieces {
            let record = match piece {
                Piece::Record { bytes: record, at } => {
                    let text = text.and_then(|text| text.get(record.clone()));
                    if text.is_some_and(|text| self.pieces.read(text, 0, shards).is_some()) {
                        tally.records += 1;
                        continue;
                    }
                    json(&bytes[record.clone()], *at)
                }
                Piece::Invalid(invalid) => Err(Invalid::clone(invalid)),
            };
            tally.count(self.name, record, &mut |contact| shards.push(&contact));
            if has_too_many(shards) {
                return;
            }
        }
    }
}

/// Whether there are more custom fields than a table may have, so that no more need be put in: half of the columns may be
/// of records that were taken back, and the others are too many.
fn has_too_many(shards: &Shards) -> bool {
    shards.custom_columns() > 2 * RecordReader::MAX_CUSTOM_FIELDS
}
