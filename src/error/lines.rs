//! From a byte of a source to its line and column.

use std::ops::Range;

/// How many bytes lie between two places up to which the characters are counted.
const STEP: usize = 1024;

/// Where the lines of a source begin, and how many characters lie before every 1,024th byte: a place costs the same
/// wherever it is, on a line of any length.
pub(crate) struct Lines<'s> {
    source: &'s str,
    starts: Vec<usize>,
    /// How many characters begin before each multiple of `STEP`.
    characters: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(i, _)| i + 1);
        let mut characters = vec![0];
        for block in source.as_bytes().chunks_exact(STEP) {
            characters.push(characters[characters.len() - 1] + count(block));
        }
        Self { source, starts: std::iter::once(0).chain(breaks).collect(), characters }
    }

    pub(crate) fn source(&self) -> &'s str {
        self.source
    }

    /// Line and column of a byte, both from 1; the column in characters.
    pub(crate) fn position(&self, offset: usize) -> (u64, u64) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.characters_before(offset) - self.characters_before(self.starts[line - 1]) + 1;
        (line as u64, column as u64)
    }

    /// The text of a line counted from 1, from a character counted from 0 on and without its end; of a source that does
    /// not have it, none.
    pub(crate) fn line_from(&self, line: u64, character: usize) -> Option<&'s str> {
        let start = *self.starts.get(line.checked_sub(1)? as usize)?;
        let end = self.starts.get(line as usize).copied().unwrap_or(self.source.len());
        let from = self.byte_of(self.characters_before(start) + character).clamp(start, end);
        Some(self.source[from..end].trim_end_matches(['\n', '\r']))
    }

    /// How many characters a part of the source has; 1 where the source does not have that part.
    pub(crate) fn characters_in(&self, span: &Range<usize>) -> usize {
        match self.source.get(span.clone()) {
            Some(_) => self.characters_before(span.end) - self.characters_before(span.start),
            None => 1,
        }
    }

    /// The byte at a line and a byte column, both from 1, as parsers of documents tell them; the document begins at
    /// `start`.
    pub(crate) fn offset(&self, start: usize, line: usize, byte_column: usize) -> usize {
        let line_start = match line.saturating_sub(1) {
            0 => start,
            further => {
                let first = self.starts.partition_point(|begin| *begin <= start);
                self.starts.get(first - 1 + further).copied().unwrap_or(self.source.len())
            }
        };
        let mut offset = (line_start + byte_column.saturating_sub(1)).min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// How many characters begin before a byte.
    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.source.len());
        let block = offset / STEP;
        self.characters[block] + count(&self.source.as_bytes()[block * STEP..offset])
    }

    /// The byte at which a character begins, counted from 0 over the whole source; its end, if there are not as many.
    fn byte_of(&self, character: usize) -> usize {
        let block = self.characters.partition_point(|before| *before <= character) - 1;
        let begin = block * STEP;
        let characters = self.source.as_bytes()[begin..].iter().enumerate().filter(|(_, byte)| begins(**byte));
        let mut bytes = characters.map(|(at, _)| begin + at);
        bytes.nth(character - self.characters[block]).unwrap_or(self.source.len())
    }
}

/// Whether a byte is the first of a character.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| begins(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every place of sources with lines and characters of every length is where counting from the start finds it.
    #[test]
    fn places_are_where_counting_finds_them() {
        let long = "é€x\u{1f600}".repeat(700);
        for source in ["", "\n", "a\r\nb", "é\né", &long, &format!("{long}\n{long}x\n\n")] {
            let lines = Lines::new(source);
            let (mut line, mut column, mut start) = (1, 1, 0);
            for (at, c) in source.char_indices() {
                assert_eq!(lines.position(at), (line, column), "byte {at}");
                assert_eq!(lines.characters_in(&(start..at)), column as usize - 1);
                let rest = source[at..].lines().next().unwrap_or_default();
                assert_eq!(lines.line_from(line, column as usize - 1), Some(rest), "byte {at}");
                assert_eq!(lines.offset(0, line as usize, at - start + 1), at);
                assert_eq!(lines.offset(start, 1, at - start + 1), at);
                (line, column, start) = if c == '\n' { (line + 1, 1, at + 1) } else { (line, column + 1, start) };
            }
            assert_eq!(lines.position(source.len()), (line, column));
            assert_eq!(lines.line_from(line, column as usize), Some(""), "behind the end of a line");
            assert_eq!(lines.line_from(line + 1, 0), None);
            assert_eq!(lines.characters_in(&(0..source.len() + 1)), 1);
            assert_eq!(lines.offset(0, 1_000_000, 1), source.len());
        }
    }
}
