//! What cutting finds: the bytes of a record, or what is wrong where none can be cut out.

use std::ops::Range;

use super::cursor::Position;
use crate::note::PageSays;

/// A record that is cut out of its file.
#[derive(Debug, PartialEq)]
pub(super) enum RecordSlice {
    /// A record, that parsing may still find invalid.
    Record { bytes: Range<usize>, at: Position },
    /// What cannot be cut out.
    Invalid(Box<Invalid>),
    /// A page ends here; what it says of itself and of all the pages there are.
    Page(Box<PageSays>),
}

/// What is wrong with a record, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Invalid {
    pub(super) at: Position,
    pub(super) key: Option<String>,
    pub(super) pointer: Option<String>,
    pub(super) reason: String,
}

impl Invalid {
    pub(super) fn new(at: Position, reason: impl Into<String>) -> Self {
        Self { at, key: None, pointer: None, reason: reason.into() }
    }

    /// What is no UTF-8 is mostly in the encoding that Windows and older databases have.
    #[cold]
    pub(super) fn not_utf8(at: Position) -> Self {
        Self::new(at, "not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it")
    }
}
