//! What a JSON text is made of, as far as it is written plainly. `None` always means: not plainly, ask somebody else.

use crate::number::Number;
use crate::table::shard::Packed;

/// A place in a text.
pub(super) struct JsonScanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pub(super) at: usize,
    /// Whether a line break may stand between two tokens.
    many_lines: bool,
}

/// The same byte eight times.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Of the bytes of a word, the highest bits of those that end a plain string: a quote, a backslash, a control character.
/// Above the first of them there may be others that do not.
fn ends_of_strings(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(all(1)) & !word;
    let control = word.wrapping_sub(all(b' ')) & !word;
    (zero(word ^ all(b'"')) | zero(word ^ all(b'\\')) | control) & all(0x80)
}

impl<'t> JsonScanner<'t> {
    pub(super) fn new(text: &'t str, at: usize, many_lines: bool) -> Self {
        Self { text, bytes: text.as_bytes(), at, many_lines }
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// What has been read since a place.
    pub(super) fn since(&self, start: usize) -> &'t [u8] {
        &self.bytes[start..self.at]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Goes behind a byte, if that is the next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' if self.many_lines => self.at += 1,
                _ => return,
            }
        }
    }

    /// Whether the text, or the line that a record is, ends here.
    pub(super) fn ends(&mut self) -> bool {
        self.space();
        self.peek().is_none_or(|byte| byte == b'\n')
    }

    pub(super) fn null(&mut self) -> bool {
        self.peek() == Some(b'n') && self.eat_word("null")
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.peek()? {
            b't' => self.eat_word("true").then_some(true),
            b'f' => self.eat_word("false").then_some(false),
            _ => None,
        }
    }

    /// A string without escapes.
    pub(super) fn string(&mut self) -> Option<&'t str> {
        if !self.eat(b'"') {
            return None;
        }
        let start = self.at;
        let mut end = start;
        loop {
            let Some(word) = self.bytes.get(end..end + 8).and_then(|word| word.try_into().ok()) else {
                let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
                end += self.bytes.get(end..)?.iter().position(ends)?;
                break;
            };
            let found = ends_of_strings(u64::from_le_bytes(word));
            if found != 0 {
                end += found.trailing_zeros() as usize / 8;
                break;
            }
            end += 8;
        }
        if self.bytes[end] != b'"' {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// A string without escapes, and packed: a short one is found to end and packed without a branch on its length.
    #[inline]
    pub(super) fn packed(&mut self) -> Option<(Packed, &'t str)> {
        let start = self.at + 1;
        let word = self.bytes.get(start..).and_then(|rest| rest.first_chunk::<{ Packed::SHORT + 1 }>());
        if let Some(word) = word.filter(|_| self.bytes[self.at] == b'"') {
            let word = u128::from_le_bytes(*word);
            let ends = [word as u64, (word >> 64) as u64].map(ends_of_strings);
            let ends = u128::from(ends[0]) | u128::from(ends[1]) << 64;
            if ends != 0 {
                let length = ends.trailing_zeros() as usize / 8;
                let end = start + length;
                if self.bytes[end] != b'"' {
                    return None;
                }
                self.at = end + 1;
                return Some((Packed::beginning(word, length), self.text.get(start..end)?));
            }
        }
        let text = self.string()?;
        Some((Packed::new(text), text))
    }

    /// So many bytes between two quotes, if the next are.
    pub(super) fn quoted<const LENGTH: usize>(&self) -> Option<&'t [u8; LENGTH]> {
        let (text, behind) = self.rest().strip_prefix(b"\"")?.split_first_chunk()?;
        (behind.first() == Some(&b'"')).then_some(text)
    }

    /// A number of few digits, without an exponent: one that a float holds exactly once its point is taken away.
    pub(super) fn number(&mut self) -> Option<Number> {
        let negative = self.eat(b'-');
        let start = self.at;
        let mut digits = 0;
        self.digits(&mut digits);
        let whole = self.at - start;
        if whole == 0 || whole > 1 && self.bytes[start] == b'0' {
            return None;
        }
        let signed = |value: i64| if negative { -value } else { value };
        if !self.eat(b'.') {
            let plain = whole <= MOST_DIGITS && !matches!(self.peek(), Some(b'e' | b'E'));
            return plain.then(|| Number::from(signed(digits)));
        }
        let point = self.at;
        self.digits(&mut digits);
        let places = self.at - point;
        if places == 0 || whole + places > MOST_DIGITS || matches!(self.peek(), Some(b'e' | b'E')) {
            return None;
        }
        // Both are exact, so their quotient is the nearest float (Clinger, PLDI 1990).
        Number::from_f64(signed(digits) as f64 / POWERS[places])
    }

    /// Digits behind others, of which the last seventeen are right.
    fn digits(&mut self, value: &mut i64) {
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            *value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
    }
}

/// 10^15 is below 2^53.
const MOST_DIGITS: usize = 15;

const POWERS: [f64; MOST_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_where_it_does() {
        for end in ["\"", "\\", "\n", "\u{0}", "\u{1f}"] {
            for before in ["", "a", "é\u{7f}", "\u{10ffff}", "12345678", "123456789012345", "1234567 !#[]"] {
                for behind in ["", "\"", "\\\"\\\"\\\"\\\"", "abcdefghi"] {
                    let text = format!("\"{before}{end}{behind}");
                    let mut scan = JsonScanner::new(&text, 0, true);
                    assert_eq!(scan.string(), (end == "\"").then_some(before), "{text:?}");
                    let packed = JsonScanner::new(&text, 0, true).packed();
                    assert_eq!(packed, (end == "\"").then_some((Packed::new(before), before)), "{text:?}");
                }
            }
        }
        assert_eq!(JsonScanner::new("\"never closed", 0, true).string(), None);
        assert_eq!(JsonScanner::new("\"", 0, true).string(), None);
        assert_eq!(JsonScanner::new("", 0, true).string(), None);
    }

    #[test]
    fn a_string_begins_with_a_quote() {
        for text in ["+1\"", "+1\", \"and\": \"more than sixteen bytes\"", "12, \"and\": \"more than sixteen bytes\""] {
            assert_eq!(JsonScanner::new(text, 0, true).string(), None, "{text}");
            assert_eq!(JsonScanner::new(text, 0, true).packed(), None, "{text}");
        }
    }

    #[test]
    fn bytes_between_two_quotes() {
        assert_eq!(JsonScanner::new("\"abc\"", 0, true).quoted(), Some(b"abc"));
        assert_eq!(JsonScanner::new(" \"abc\", 1", 1, true).quoted(), Some(b"abc"));
        for text in ["", "\"", "abc", "\"abc", "\"ab\"", "\"abcd\"", " \"abc\"", "1abc\""] {
            assert_eq!(JsonScanner::new(text, 0, true).quoted::<3>(), None, "{text}");
        }
    }

    #[test]
    fn a_line_break_is_space_only_where_a_record_may_have_many_lines() {
        for (many_lines, at) in [(true, 5), (false, 3)] {
            let mut scan = JsonScanner::new(" \t\r\n x", 0, many_lines);
            scan.space();
            assert_eq!(scan.at, at, "{many_lines}");
        }
    }

    #[test]
    fn plain_numbers() {
        for text in
            ["0", "-0", "7", "-7", "123456789012345", "0.1", "12.50", "-0.0", "-12.05", "1.0", "99999999.9999999"]
        {
            assert_eq!(JsonScanner::new(text, 0, true).number(), text.parse().ok(), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "1e3", "1.5E3", "1234567890123456", "0.1234567890123456", "--1", "+1"] {
            assert_eq!(JsonScanner::new(text, 0, true).number(), None, "{text}");
        }
    }
}
