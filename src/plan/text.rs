//! Comparing texts without building any.

use std::cmp::Ordering;

use super::substring::Substring;
use crate::eval::lower_cased;
use crate::filter::{TextPart, TextTest};
use crate::semantics::TextCase;

/// What a text is compared with; its own texts are lower-cased already where case does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TextMatch {
    pub(crate) pattern: Pattern,
    pub(crate) case: TextCase,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pattern {
    /// It is one of these, which are sorted.
    Is(Vec<String>),
    Contains(Substring),
    StartsWith(String),
    EndsWith(String),
}

impl TextMatch {
    pub(crate) fn is(texts: &[String], case: TextCase) -> Self {
        let mut texts: Vec<String> = texts.iter().map(|text| cased(text, case)).collect();
        texts.sort_unstable();
        texts.dedup();
        Self { pattern: Pattern::Is(texts), case }
    }

    pub(crate) fn has(part: TextPart, text: &str, case: TextCase) -> Self {
        let text = cased(text, case);
        let pattern = match part {
            TextPart::Anywhere => Pattern::Contains(Substring::new(text)),
            TextPart::Start => Pattern::StartsWith(text),
            TextPart::End => Pattern::EndsWith(text),
        };
        Self { pattern, case }
    }

    pub(super) fn of(test: &TextTest, case: TextCase) -> Self {
        match test {
            TextTest::Eq(text) => Self::is(std::slice::from_ref(text), case),
            TextTest::Has(part, text) => Self::has(*part, text, case),
            TextTest::In(texts) => Self::is(texts.as_slice(), case),
        }
    }

    /// Accepts the texts of other matches too, if it is for texts and so are they.
    pub(crate) fn absorb(&mut self, others: impl IntoIterator<Item = Self>) {
        let Pattern::Is(texts) = &mut self.pattern else { return };
        for other in others {
            if let Pattern::Is(more) = other.pattern {
                texts.extend(more);
            }
        }
        texts.sort_unstable();
        texts.dedup();
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        match (&self.pattern, self.case) {
            (Pattern::Is(texts), case) => {
                texts.binary_search_by(|pattern| compare(text, pattern, case).reverse()).is_ok()
            }
            (Pattern::Contains(pattern), case) => pattern.is_in(text, case),
            (Pattern::StartsWith(pattern), TextCase::Sensitive) => text.starts_with(pattern),
            (Pattern::EndsWith(pattern), TextCase::Sensitive) => text.ends_with(pattern),
            (Pattern::StartsWith(pattern), TextCase::Insensitive) => starts_with(lower(text), pattern.chars()),
            (Pattern::EndsWith(pattern), TextCase::Insensitive) => {
                starts_with(lower(text).rev(), pattern.chars().rev())
            }
        }
    }
}

/// How a text stands to a pattern that is cased already, by code point.
pub(crate) fn compare(text: &str, pattern: &str, case: TextCase) -> Ordering {
    match case {
        TextCase::Sensitive => text.cmp(pattern),
        TextCase::Insensitive => lower(text).cmp(pattern.chars()),
    }
}

/// A pattern as texts are compared with it.
pub(crate) fn cased(text: &str, case: TextCase) -> String {
    match case {
        TextCase::Sensitive => text.to_owned(),
        TextCase::Insensitive => lower_cased(text),
    }
}

pub(super) fn lower(text: &str) -> impl DoubleEndedIterator<Item = char> + Clone {
    text.chars().flat_map(char::to_lowercase)
}

fn starts_with(mut text: impl Iterator<Item = char>, mut pattern: impl Iterator<Item = char>) -> bool {
    pattern.all(|c| text.next() == Some(c))
}
