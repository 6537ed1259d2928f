//! Predicates on a text: a dictionary of those that ask for a whole one, and the patterns beside it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Hit;
use crate::eval::lower_cased;
use crate::plan::{Pattern, TextMatch};
use crate::semantics::TextCase;

/// Predicates on one text.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    whole: HashMap<Box<str>, Vec<Hit>>,
    /// Asked one by one.
    patterns: Vec<(TextMatch, Hit)>,
    case: TextCase,
}

impl Texts {
    pub(super) fn new(case: TextCase) -> Self {
        Self { whole: HashMap::new(), patterns: Vec::new(), case }
    }

    pub(super) fn add(&mut self, text: &TextMatch, hit: Hit) {
        match &text.pattern {
            Pattern::Is(texts) => {
                for text in texts {
                    self.whole.entry(text.as_str().into()).or_default().push(hit);
                }
            }
            Pattern::Contains(_) | Pattern::StartsWith(_) | Pattern::EndsWith(_) => {
                self.patterns.push((text.clone(), hit));
            }
        }
    }

    /// The predicates that a text passes.
    #[inline]
    pub(super) fn matching(&self, text: &str, mut each: impl FnMut(Hit)) {
        if !self.whole.is_empty() {
            let cased = match self.case {
                TextCase::Sensitive => Cow::Borrowed(text),
                TextCase::Insensitive => Cow::Owned(lower_cased(text)),
            };
            self.whole.get(&*cased).into_iter().flatten().for_each(|hit| each(*hit));
        }
        self.patterns.iter().filter(|(pattern, _)| pattern.holds(text)).for_each(|(_, hit)| each(*hit));
    }
}
