//! What stands between the cells of CSV: a comma, or what else spreadsheets and databases write.

use std::fmt;
use std::str::FromStr;

use super::cells::names_a_phone_number;
use crate::contact::NameMap;

/// What stands between the cells of CSV: one ASCII character that is neither a letter, a digit, a quote nor a line break.
///
/// ```
/// use headcount::RecordReader;
/// use headcount::records::{Input, Separator};
///
/// let csv = "phone_number:click_count\n+14155550101:3\n";
/// let reader = RecordReader::new().separator(":".parse::<Separator>()?);
/// let contact = reader.contacts(Input::new("contacts.csv", csv.as_bytes())).next().unwrap()?;
/// assert_eq!(contact.memberships[0].click_count, 3);
/// assert_eq!("tab".parse::<Separator>(), "\t".parse());
/// assert!(";;".parse::<Separator>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Separator(u8);

impl FromStr for Separator {
    type Err = NotASeparator;

    /// Reads the character itself, or `tab` or `\t` for a tab.
    fn from_str(text: &str) -> Result<Self, NotASeparator> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\n\r".contains(byte) => Ok(Self(*byte)),
            _ => Err(NotASeparator),
        }
    }
}

/// A text that is no [`Separator`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASeparator;

impl fmt::Display for NotASeparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one character such as `;`, or `tab`; no letter, digit, quote or line break")
    }
}

impl std::error::Error for NotASeparator {}

impl Separator {
    /// Those that a header may have, the usual ones first.
    const ALL: [Self; 4] = [Self(b','), Self(b';'), Self(b'\t'), Self(b'|')];

    pub(super) fn byte(self) -> u8 {
        self.0
    }

    /// Whether a byte may be one.
    pub(super) fn may_be(byte: u8) -> bool {
        Self::ALL.contains(&Self(byte))
    }

    /// The one that a line `sep=;` in front of the header says, as Excel writes and reads it.
    pub(super) fn said_by(row: &[u8]) -> Option<Self> {
        match row.trim_ascii_end() {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', byte] => Some(Self(*byte)),
            // A tab is trimmed away.
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] if row.contains(&b'\t') => Some(Self(b'\t')),
            _ => None,
        }
    }

    /// The one by which a header has a column for phone numbers; where there is none, the one it has most of.
    pub(super) fn of_header(row: &[u8], names: &NameMap) -> Self {
        let is_phone_number = |name: &[u8]| names_a_phone_number(name, names);
        let with_phone_number = Self::ALL.into_iter().find(|separator| separator.names(row).any(is_phone_number));
        with_phone_number.unwrap_or_else(|| {
            let count = |separator: &Self| row.iter().filter(|byte| **byte == separator.0).count();
            Self::ALL.into_iter().rev().max_by_key(count).unwrap_or(Self(b','))
        })
    }

    /// The names between separators, without quotes around them.
    fn names(self, row: &[u8]) -> impl Iterator<Item = &[u8]> {
        row.split(move |byte| *byte == self.0).map(|name| {
            let name = name.trim_ascii();
            name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name).trim_ascii()
        })
    }

    /// What it is called in messages.
    pub(super) fn described(self) -> String {
        match self.0 {
            b',' => "commas".to_owned(),
            b';' => "semicolons".to_owned(),
            b'\t' => "tabs".to_owned(),
            byte => format!("`{}`", char::from(byte)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_its_separator() {
        for (header, expected) in [
            ("phone_number,list_id", b','),
            ("phone_number", b','),
            ("phone_number;click_count", b';'),
            ("phone_number\tclick_count", b'\t'),
            ("phone_number|click_count", b'|'),
            ("\"a,b,c\";\"phone\"", b';'),
            ("list_id; phone ;x,y,z", b';'),
            ("Name;Clicks", b';'),
            ("Name", b','),
        ] {
            assert_eq!(Separator::of_header(header.as_bytes(), &NameMap::default()), Separator(expected), "{header}");
        }
    }

    #[test]
    fn a_line_in_front_says_it() {
        for (row, expected) in [
            ("sep=;", Some(b';')),
            ("SEP=|\r", Some(b'|')),
            ("sep=\t", Some(b'\t')),
            ("sep=", None),
            ("sep=;;", None),
            ("phone", None),
        ] {
            assert_eq!(Separator::said_by(row.as_bytes()), expected.map(Separator), "{row:?}");
        }
    }
}
