//! A few texts, one of which a value may be.

use crate::plan::{Pattern, TextMatch};
use crate::semantics::TextCase;

/// Texts that are compared eight bytes at a time, byte for byte.
#[derive(Clone, Debug)]
pub(super) struct Texts(Box<[(Head, Box<str>)]>);

/// The length of a text and its first bytes: all of it, where it has no more than eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    length: usize,
    bytes: u64,
}

/// From so many texts on, a search by halves is faster than a look at each.
const FEW: usize = 8;

impl Texts {
    /// The texts of a match, if it is for a few texts as they are.
    pub(super) fn of(texts: &TextMatch) -> Option<Self> {
        match (&texts.pattern, texts.case) {
            (Pattern::Is(texts), TextCase::Sensitive) if texts.len() <= FEW => {
                Some(Self(texts.iter().map(|text| (Head::of(text), text.as_str().into())).collect()))
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn contains(&self, text: &str) -> bool {
        let head = Head::of(text);
        self.0.iter().any(|(known, whole)| *known == head && (head.length <= 8 || **whole == *text))
    }
}

impl Head {
    /// Of texts of one length, those with the same bytes are the same in their first eight.
    #[inline]
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        // Two reads that may overlap: a length that is known is read without a loop.
        let bytes = match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(first), _, _) => u64::from_le_bytes(*first),
            (None, Some(first), Some(last)) => {
                u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
            }
            _ => bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
        };
        Self { length: text.len(), bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::TextPart;

    #[test]
    fn a_text_is_one_of_them_or_not() {
        let all = [
            "",
            "a",
            "b",
            "ab",
            "ba",
            "abc",
            "abcd",
            "abcde",
            "abcdefg",
            "abcdefgh",
            "abcdefghi",
            "abcdefghj",
            "é",
            "éé",
        ];
        for wanted in all.chunks(3).chain(all.windows(2)) {
            let wanted: Vec<String> = wanted.iter().map(|text| (*text).to_owned()).collect();
            let texts = Texts::of(&TextMatch::is(&wanted, TextCase::Sensitive)).unwrap();
            for text in all {
                assert_eq!(texts.contains(text), wanted.iter().any(|wanted| wanted == text), "{text} in {wanted:?}");
            }
        }
    }

    #[test]
    fn what_is_no_few_texts_is_left_to_the_match() {
        let many: Vec<String> = (0..=FEW).map(|at| at.to_string()).collect();
        assert!(Texts::of(&TextMatch::is(&many, TextCase::Sensitive)).is_none());
        assert!(Texts::of(&TextMatch::is(&many[..1], TextCase::Insensitive)).is_none());
        assert!(Texts::of(&TextMatch::has(TextPart::Anywhere, "a", TextCase::Sensitive)).is_none());
    }
}
