//! Lines and columns, kept up while bytes go by.

/// A place in a file, both from 1; the column in characters, where it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u64,
    pub(super) column: Option<u64>,
}

/// Where a scan is. The characters of a line are only counted where a position is asked for.
pub(super) struct Cursor {
    line: u64,
    /// The bytes before this one are counted.
    counted: usize,
    /// The characters of the line before that one.
    characters: u64,
}

impl Cursor {
    /// At the beginning of a line.
    pub(super) fn new(line: u64) -> Self {
        Self { line, counted: 0, characters: 0 }
    }

    /// Whether the first byte that is there begins a line.
    pub(super) fn begins_line(&self) -> bool {
        self.counted == 0 && self.characters == 0
    }

    /// So many lines go by that are nobody's here.
    pub(super) fn skip_lines(&mut self, count: u64) {
        self.line += count;
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A line ends with the byte at `at`.
    pub(super) fn newline(&mut self, at: usize) {
        self.line += 1;
        self.counted = at + 1;
        self.characters = 0;
    }

    /// The position of a byte on the current line, not before any other that was asked for.
    pub(super) fn position(&mut self, bytes: &[u8], at: usize) -> Position {
        if let Some(more) = bytes.get(self.counted..at) {
            self.characters += characters(more);
            self.counted = at;
        }
        Position { line: self.line, column: Some(self.characters + 1) }
    }

    /// The first bytes go away.
    pub(super) fn forget(&mut self, bytes: &[u8], count: usize) {
        if self.counted < count {
            self.position(bytes, count);
        }
        self.counted -= count;
    }
}

/// How many characters there are, whether or not all of it is UTF-8.
pub(super) fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64
}

/// The line, and the column in characters, of a byte counted from the start; both from 1.
pub(super) fn within(bytes: &[u8], offset: usize) -> (u64, u64) {
    let before = &bytes[..offset.min(bytes.len())];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    (line, characters(&before[start..]) + 1)
}
