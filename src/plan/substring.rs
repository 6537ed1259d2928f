//! Looking for a text inside others, in time that grows with their lengths and no faster, and without building any.

use super::text::lower;
use crate::semantics::TextCase;

/// A text that is looked for, lower-cased already where case does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Substring {
    text: String,
    /// For each byte, how long the longest beginning of the text is that ends with it, short of the whole: where a search
    /// goes on after a byte that does not fit (Knuth, Morris and Pratt, 1977).
    borders: Box<[u32]>,
}

impl Substring {
    pub(super) fn new(text: String) -> Self {
        let bytes = text.as_bytes();
        let mut borders = vec![0u32; bytes.len()];
        for at in 1..bytes.len() {
            borders[at] = extended(borders[at - 1] as usize, bytes[at], bytes, &borders) as u32;
        }
        Self { text, borders: borders.into() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the text stands somewhere in another.
    pub(super) fn is_in(&self, text: &str, case: TextCase) -> bool {
        match case {
            TextCase::Sensitive => text.contains(&self.text),
            TextCase::Insensitive if text.is_ascii() => self.is_among(text.bytes().map(|b| b.to_ascii_lowercase())),
            TextCase::Insensitive => self.is_among(lower(text).flat_map(|c| {
                let mut bytes = [0; 4];
                let len = c.encode_utf8(&mut bytes).len();
                bytes.into_iter().take(len)
            })),
        }
    }

    fn is_among(&self, mut bytes: impl Iterator<Item = u8>) -> bool {
        let pattern = self.text.as_bytes();
        let mut matched = 0;
        pattern.is_empty()
            || bytes.any(|byte| {
                matched = extended(matched, byte, pattern, &self.borders);
                matched == pattern.len()
            })
    }
}

/// How much of the beginning of `pattern` stands at the end of what was read, after one byte more; before it were
/// `matched` bytes, not all of the pattern.
#[inline]
fn extended(mut matched: usize, byte: u8, pattern: &[u8], borders: &[u32]) -> usize {
    while pattern[matched] != byte {
        match matched.checked_sub(1) {
            Some(last) => matched = borders[last] as usize,
            None => return 0,
        }
    }
    matched + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of up to six letters holds every one of up to four, or not, as the standard library says.
    #[test]
    fn a_text_is_found_where_it_is() {
        let texts = |longest: usize| {
            (0..=longest).flat_map(move |length| {
                (0..1 << length).map(move |bits: u32| -> String {
                    (0..length).map(|at| if bits >> at & 1 == 1 { 'A' } else { 'é' }).collect()
                })
            })
        };
        for pattern in texts(4) {
            let lower_cased = Substring::new(pattern.to_lowercase());
            let as_it_is = Substring::new(pattern.clone());
            for text in texts(6) {
                let expected = text.contains(&pattern);
                assert_eq!(lower_cased.is_in(&text, TextCase::Insensitive), expected, "{pattern} in {text}");
                assert_eq!(as_it_is.is_in(&text, TextCase::Sensitive), expected, "{pattern} in {text}");
                let ascii = (pattern.replace('é', "b"), text.replace('é', "B"));
                let pattern = Substring::new(ascii.0.to_lowercase());
                assert_eq!(pattern.is_in(&ascii.1, TextCase::Insensitive), expected, "{ascii:?}");
            }
        }
    }
}
