//! What a scan knows of the value in hand.

use memchr::memchr3;

use super::CONTACTS;
use crate::limits::MAX_RECORD_BYTES;
use crate::records::cursor::Position;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Between documents.
    Between,
    /// In what is no document.
    Stray,
    /// In a value that may be a record.
    OpenValue,
    /// Before an element of an array.
    Element(Expected),
    /// In a page, behind its contacts.
    Envelope,
}

/// What may stand before an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// The array's end, too.
    ElementOrEnd,
    Element,
    /// Whatever there is: it has been said that there should be something else.
    Anything,
}

/// What a value is an element of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// Nothing: it is a document.
    File,
    Array,
    Page {
        in_array: bool,
    },
}

/// The value in hand, or the envelope.
pub(super) struct OpenValue {
    /// Its first byte that is still there.
    pub(super) start: usize,
    pub(super) at: Position,
    pub(super) depth: usize,
    pub(super) in_string: bool,
    pub(super) escaped: bool,
    pub(super) key: PageKey,
    /// It is larger than a record may be, and its bytes are no longer kept.
    pub(super) too_long: bool,
    /// It is what follows a page in an array: nothing, normally.
    pub(super) after_page: bool,
}

/// How far the key of a page's contacts has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PageKey {
    #[default]
    Other,
    Contacts,
    ContactsAndColon,
}

impl PageKey {
    pub(super) fn and_colon(self) -> Self {
        if self == Self::Contacts { Self::ContactsAndColon } else { Self::Other }
    }
}

impl OpenValue {
    pub(super) fn new(start: usize, at: Position) -> Self {
        Self {
            start,
            at,
            depth: 0,
            in_string: false,
            escaped: false,
            key: PageKey::Other,
            too_long: false,
            after_page: false,
        }
    }

    pub(super) fn is_too_long(&self, end: usize) -> bool {
        self.too_long || end - self.start > MAX_RECORD_BYTES
    }

    /// Goes on inside a string, to behind its end or to the line break that no string can hold.
    pub(super) fn string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        while at < bytes.len() {
            if std::mem::take(&mut self.escaped) && bytes[at] != b'\n' {
                at += 1;
                continue;
            }
            let Some(found) = memchr3(b'"', b'\\', b'\n', &bytes[at..]) else { break };
            at += found;
            match bytes[at] {
                b'\\' => {
                    self.escaped = true;
                    at += 1;
                }
                b'"' => {
                    self.in_string = false;
                    if self.depth == 1 {
                        // Where a string ends behind these bytes, it began with them: a quote inside it has a `\` before.
                        let head = &bytes[self.start.min(at)..=at];
                        let is_contacts = head.ends_with(CONTACTS) && !head.ends_with(b"\\\"contacts\"");
                        self.key = if is_contacts { PageKey::Contacts } else { PageKey::Other };
                    }
                    return at + 1;
                }
                _ => return at,
            }
        }
        bytes.len()
    }

    /// What stands at its depth is not the key of a page's contacts.
    pub(super) fn other_key(&mut self) {
        self.key = PageKey::Other;
    }

    /// Whether a `{` cannot belong to it: then it lacks its end.
    ///
    /// In an object, one follows a `:`. Behind anything but a comma or a bracket, one on a line of its own is a record
    /// that begins; on the same line it is more likely part of a record that is wrong in another way.
    pub(super) fn starts_over(&self, bytes: &[u8], at: usize) -> bool {
        if self.depth == 0 || self.is_too_long(at) {
            return false;
        }
        let before = &bytes[self.start..at];
        let Some(last) = before.iter().rposition(|byte| !byte.is_ascii_whitespace()) else { return false };
        match before[last] {
            b':' | b'[' => false,
            b',' => self.depth == 1 && before[0] == b'{',
            _ => before[last..].contains(&b'\n'),
        }
    }

    /// Whether a `[` begins the contacts of a page, if it may be one.
    pub(super) fn opens_page(&self, bytes: &[u8], at: usize) -> bool {
        self.depth == 1
            && self.key == PageKey::ContactsAndColon
            && !self.after_page
            && !self.is_too_long(at)
            && bytes[self.start] == b'{'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGINNING: Position = Position { line: 1, column: Some(1) };

    #[test]
    fn a_value_may_have_so_many_bytes_and_no_more() {
        let most = MAX_RECORD_BYTES;
        for (start, end, too_long) in [
            (0, 0, false),
            (0, most, false),
            (0, most + 1, true),
            (7, most + 7, false),
            (7, most + 8, true),
            (7, 3 * most, true),
        ] {
            let mut value = OpenValue::new(start, BEGINNING);
            assert_eq!(value.is_too_long(end), too_long, "{start}..{end}");
            value.too_long = true;
            assert!(value.is_too_long(end), "it was before: {start}..{end}");
        }
    }

    #[test]
    fn a_string_goes_on_wherever_its_bytes_were_cut() {
        let inside = br#"a\"\\b\\\"c\u0022"#;
        let text = [inside, &b"\" d"[..]].concat();
        for cut in 0..=inside.len() {
            let mut value = OpenValue { in_string: true, ..OpenValue::new(0, BEGINNING) };
            assert_eq!((value.string(&text[..cut], 0), value.in_string), (cut, true), "{cut}");
            assert_eq!((value.string(&text, cut), value.in_string), (inside.len() + 1, false), "{cut}");
        }
    }
}
