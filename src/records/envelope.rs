//! What stands around the contacts of a page.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::cursor::{Position, within};
use super::pagination;
use super::slice::Invalid;
use crate::limits::MAX_RECORD_BYTES;
use crate::note::PageSays;

/// A page without its contacts, kept to see whether it is a page at all: `{"contacts": []`, and what follows.
pub(super) struct Envelope {
    at: Position,
    bytes: Vec<u8>,
    /// Where the contacts would stand.
    contacts: usize,
    /// How many lines they take.
    lines: u64,
    too_long: bool,
}

impl Envelope {
    /// A page begins, up to where its contacts do, which is on line `line`.
    pub(super) fn new(at: Position, head: &[u8], line: u64) -> Self {
        // The lines before the contacts end are taken off again when they do.
        Self { at, bytes: head.to_vec(), contacts: head.len(), lines: line, too_long: false }
    }

    /// The contacts end on line `line`.
    pub(super) fn contacts_end(&mut self, line: u64) {
        self.lines = line - self.lines;
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.too_long |= self.bytes.len() + bytes.len() > MAX_RECORD_BYTES;
        if !self.too_long {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// What has been read of it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the page says of itself and of all pages, now that it is closed, or what is wrong with it.
    pub(super) fn check(&self) -> Result<PageSays, Box<Invalid>> {
        /// Only `contacts` counts, and only once.
        #[derive(Deserialize)]
        struct Page {
            #[serde(rename = "contacts")]
            _contacts: IgnoredAny,
            phone_number: Option<IgnoredAny>,
        }
        let invalid = |reason: String| Err(Box::new(Invalid::new(self.at, reason)));
        if self.too_long {
            return invalid("what stands around the contacts of a page is larger than 16 MiB".to_owned());
        }
        if let Err(error) = std::str::from_utf8(&self.bytes) {
            return Err(Box::new(Invalid::not_utf8(self.place(error.valid_up_to()))));
        }
        match serde_json::from_slice(&self.bytes) {
            // Nobody is held to the form of what stands beside.
            Ok(Page { phone_number: None, .. }) => Ok(serde_json::from_slice(&self.bytes)
                .map_or_else(|_| PageSays::default(), |page| pagination::said(&page))),
            Ok(Page { phone_number: Some(_), .. }) => {
                invalid("a record with a `phone_number` cannot have `contacts`: is it a contact or a page?".to_owned())
            }
            Err(error) => {
                let message = error.to_string();
                let position = format!(" at line {} column {}", error.line(), error.column());
                let lines = self.bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
                let offset = lines.map(<[u8]>::len).sum::<usize>() + error.column().saturating_sub(1);
                let reason =
                    format!("a page that is no valid JSON: {}", message.strip_suffix(&position).unwrap_or(&message));
                Err(Box::new(Invalid::new(self.place(offset), reason)))
            }
        }
    }

    /// Where a byte of the envelope is in the file.
    fn place(&self, offset: usize) -> Position {
        let (line, column) = within(&self.bytes, offset);
        let after = offset >= self.contacts;
        let lines = if after { self.lines } else { 0 };
        // After the contacts, the column is only known on lines that they are not on.
        let contacts_line = within(&self.bytes, self.contacts).0;
        let column = match line {
            _ if after && line == contacts_line => None,
            1 => self.at.column.map(|start| start + column - 1),
            _ => Some(column),
        };
        Position { line: self.at.line + line - 1 + lines, column }
    }
}
