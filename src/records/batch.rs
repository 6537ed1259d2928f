//! Bytes cut into records, a batch at a time.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::memrchr;

use super::cells::Header;
use super::documents::Documents;
use super::foreign;
use super::form::ReadOptions;
use super::format::Format;
use super::report::Stop;
use super::rows::CsvSplitter;
use super::separator::Separator;
use super::slice::RecordSlice;
use super::source::{Source, inner_extension};
use crate::contact::NameMap;
use crate::stop::StopToken;

/// How many bytes are read before they are handed on: enough that threads seldom wait for each other, little enough to
/// stay in the cache between cutting and parsing.
pub(super) const CHUNK: usize = 1024 * 1024;

/// How many bytes are read before it is known what they are.
const FIRST_CHUNK: usize = 64 * 1024;

pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Records in the order of the file.
pub(super) struct Batch {
    pub(super) memory: Memory,
    pub(super) cut: Cut,
    /// What the cells of rows mean; documents need none.
    pub(super) header: Option<Arc<Header>>,
    /// How many bytes of the input were read for it, counted from the start.
    pub(super) read: u64,
}

impl Batch {
    pub(super) fn bytes(&self) -> &[u8] {
        self.memory.bytes()
    }
}

/// Bytes of the input. What is behind them has been used before and need not be cleared again.
#[derive(Default)]
pub(super) struct Memory {
    all: Vec<u8>,
    length: usize,
}

impl Memory {
    fn bytes(&self) -> &[u8] {
        &self.all[..self.length]
    }

    /// These bytes, and none of those before.
    fn set(&mut self, bytes: &[u8]) {
        self.length = bytes.len();
        self.grow(0);
        self.all[..self.length].copy_from_slice(bytes);
    }

    fn grow(&mut self, by: usize) {
        if self.all.len() < self.length + by {
            // No more than is asked for: it may be much.
            self.all.reserve_exact(self.length + by - self.all.len());
            self.all.resize(self.length + by, 0);
        }
    }

    /// Reads a chunk more, until it is to stop; false where the input ends with it.
    fn fill(&mut self, source: &mut impl Read, chunk: usize, stop: &StopToken) -> io::Result<bool> {
        /// So many bytes are unpacked in some hundred microseconds.
        const AT_ONCE: usize = 128 * 1024;
        self.grow(chunk);
        let end = self.length + chunk;
        while self.length < end && !stop.is_stopped() {
            match source.read(&mut self.all[self.length..end.min(self.length + AT_ONCE)]) {
                Ok(0) => return Ok(false),
                Ok(count) => self.length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The first bytes go away.
    fn forget(&mut self, count: usize) {
        self.all.copy_within(count..self.length, 0);
        self.length -= count;
    }
}

/// How far a batch is cut.
pub(super) enum Cut {
    /// Into records.
    Records(Vec<RecordSlice>),
    /// Into whole lines, of which each is a document. Whoever parses them cuts them, which takes longer than finding where the
    /// last ends.
    Lines(WholeLines),
}

/// Lines of which each is a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct WholeLines {
    /// The number of the first.
    pub(super) first: u64,
    /// An object with `contacts` is a page, and not a record.
    pub(super) has_pages: bool,
}

impl WholeLines {
    /// What cuts them into records.
    pub(super) fn documents(self) -> Documents {
        let documents = Documents::of_lines(self.first);
        if self.has_pages { documents } else { documents.without_pages() }
    }
}

/// The batches of an input.
pub(super) struct Batches<'r> {
    source: io::Result<Source<'r>>,
    name: String,
    format: Option<Format>,
    length: Option<u64>,
    chunk: usize,
    /// What is said of CSV.
    names: NameMap,
    separator: Option<Separator>,
    splitter: Option<Splitter>,
    /// Bytes of a record that is not complete.
    rest: Vec<u8>,
    /// When reading is to stop.
    stop: StopToken,
    /// Why there is no more to read; told after what there was.
    failure: Option<io::Error>,
    ended: bool,
}

enum Splitter {
    Documents(Box<Documents>),
    Rows(CsvSplitter),
}

impl<'r> Batches<'r> {
    /// `length`: the least number of bytes there are. `chunk`: how many are read at a time, unless `reading` says it.
    pub(super) fn new(
        name: &str,
        length: Option<u64>,
        chunk: usize,
        input: impl Read + Send + 'r,
        reading: &ReadOptions,
    ) -> Self {
        Self {
            names: reading.conventions.names.clone(),
            separator: reading.csv.separator,
            source: Source::open(name, reading.form.packing(), input),
            name: name.to_owned(),
            format: reading.form.format,
            length,
            chunk: reading.chunk.unwrap_or(chunk),
            splitter: None,
            rest: Vec::new(),
            stop: reading.stop.clone(),
            failure: None,
            ended: false,
        }
    }

    /// The next batch, in memory that is there already; nothing after the last, and nothing after a reason to stop.
    pub(super) fn next(&mut self, memory: Memory) -> Result<Option<Batch>, Stop> {
        if self.ended {
            return Ok(None);
        }
        let batch = self.advance(memory);
        self.ended |= batch.is_err();
        batch.map(Some)
    }

    fn advance(&mut self, mut memory: Memory) -> Result<Batch, Stop> {
        memory.set(&self.rest);
        self.rest.clear();
        loop {
            if let Some(error) = self.failure.take() {
                return Err(Stop::cannot_read(&error));
            }
            let source = self.source.as_mut().map_err(|error| Stop::cannot_read(error))?;
            // Little at first: where each line is a document, only those before that is known are cut here.
            let chunk = if self.splitter.is_some() { self.chunk } else { self.chunk.min(FIRST_CHUNK) };
            let full = memory.fill(source, chunk, &self.stop).unwrap_or_else(|error| {
                self.failure = Some(error);
                true
            });
            if self.stop.is_stopped() {
                return Err(Stop::stopped());
            }
            let read = source.bytes_read();
            if !full && self.length.is_some_and(|length| read < length) {
                return Err(Stop::Unreadable("cannot be read: it became shorter while it was read".to_owned()));
            }
            self.ended = !full;
            let splitter = match &mut self.splitter {
                Some(splitter) => splitter,
                None if !self.ended && memory.length < CHUNK && says_nothing(memory.bytes()) => continue,
                none => {
                    let rows = CsvSplitter::new(self.names.clone(), self.separator);
                    none.insert(Splitter::of(&mut memory, self.chunk, &self.name, self.format, rows)?.until(&self.stop))
                }
            };
            let bytes = memory.bytes();
            if let Some((end, lines)) = splitter.whole_lines(bytes, self.ended) {
                self.rest.extend_from_slice(&bytes[end..]);
                memory.length = end;
                return Ok(Batch { memory, cut: Cut::Lines(lines), header: None, read });
            }
            let mut records = Vec::new();
            let (done, header) = match splitter {
                Splitter::Documents(documents) => (documents.scan(bytes, self.ended, &mut records), None),
                Splitter::Rows(rows) => {
                    let done = rows.scan(bytes, self.ended, &mut records).map_err(Stop::Header)?;
                    (done, rows.header().map(Arc::clone))
                }
            };
            if self.stop.is_stopped() {
                return Err(Stop::stopped());
            }
            if records.is_empty() && !self.ended {
                memory.forget(done);
                continue;
            }
            self.rest.extend_from_slice(&bytes[done..]);
            return Ok(Batch { memory, cut: Cut::Records(records), header, read });
        }
    }
}

/// Whether the first bytes are too few to tell what follows.
fn says_nothing(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    bytes.len() < BYTE_ORDER_MARK.len() || text.trim_ascii_start().is_empty()
}

impl Splitter {
    /// The same, which stops cutting when it is to.
    fn until(self, stop: &StopToken) -> Self {
        match self {
            Self::Documents(documents) => Self::Documents(Box::new(documents.until(stop))),
            Self::Rows(rows) => Self::Rows(rows.until(stop)),
        }
    }

    /// By what was said; else by the first bytes, of which a byte-order mark is taken away, and by the name only where those can
    /// be either.
    fn of(
        memory: &mut Memory,
        chunk: usize,
        name: &str,
        format: Option<Format>,
        rows: CsvSplitter,
    ) -> Result<Self, Stop> {
        let bytes = memory.bytes();
        if let Some(reason) = foreign::named(bytes).or_else(|| foreign::utf_16(bytes)) {
            return Err(Stop::Unreadable(reason));
        }
        if bytes.starts_with(BYTE_ORDER_MARK) {
            memory.forget(BYTE_ORDER_MARK.len());
        }
        match format {
            None => {}
            Some(Format::Json) => return Ok(Self::Documents(Box::new(Documents::new(false, chunk).without_pages()))),
            Some(Format::Ndjson) => {
                return Ok(Self::Documents(Box::new(Documents::new(true, chunk).on_lines().without_pages())));
            }
            Some(Format::Csv) => return Ok(Self::Rows(rows)),
            #[cfg(feature = "parquet")]
            Some(Format::Parquet) => {
                return Err(Stop::Unreadable("expected Parquet, found bytes that do not begin as it does".to_owned()));
            }
            #[cfg(feature = "image")]
            Some(Format::Image) => {
                let reason = "expected a table image, which is never packed, found what is said to be packed";
                return Err(Stop::Unreadable(reason.to_owned()));
            }
        }
        let extension = inner_extension(name);
        let named = |names: &[&str]| extension.as_deref().is_some_and(|extension| names.contains(&extension));
        let json = match memory.bytes().iter().find(|byte| !byte.is_ascii_whitespace()) {
            None | Some(b'{' | b'[') => true,
            Some(_) => named(&["json", "ndjson", "jsonl"]),
        };
        Ok(if json {
            Self::Documents(Box::new(Documents::new(named(&["ndjson", "jsonl"]), chunk)))
        } else {
            Self::Rows(rows)
        })
    }

    /// Where the whole lines end that are there, and which they are, if each is a document.
    fn whole_lines(&mut self, bytes: &[u8], all: bool) -> Option<(usize, WholeLines)> {
        let Self::Documents(documents) = self else { return None };
        let end = if all { bytes.len() } else { memrchr(b'\n', bytes)? + 1 };
        let has_pages = documents.has_pages();
        let lines = |documents: &mut Documents| WholeLines { first: documents.skip_lines(&bytes[..end]), has_pages };
        documents.is_before_line().then(|| (end, lines(documents)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_grows_by_what_is_asked_for() {
        let mut memory = Memory::default();
        memory.set(&[b'x'; 1_000]);
        for chunk in [1_000, 8_000, 10_000] {
            let before = memory.length;
            assert!(memory.fill(&mut io::repeat(b'x'), chunk, &StopToken::never()).unwrap());
            assert_eq!(memory.bytes(), vec![b'x'; before + chunk]);
            // Allocators may round up.
            assert!(memory.all.capacity() < memory.length + 500, "{} for {}", memory.all.capacity(), memory.length);
        }
        memory.set(b"abc");
        assert_eq!((memory.bytes(), memory.all.len()), (&b"abc"[..], 20_000), "it is used again");
    }
}
