//! Which audiences of a set: a bit for each.

use std::fmt;

use super::bits::{Bits, ones};

/// Some audiences of an [`AudienceSet`](super::AudienceSet), by their numbers, with a bit for each audience of the set.
///
/// ```
/// use headcount::{Audience, AudienceSet, Contact, EvalContext};
///
/// let audiences = ["click_count > 0", "click_count > 5", "click_count > 9"];
/// let audiences: Vec<Audience> = audiences.iter().map(|filter| Ok(Audience::of(filter.parse()?))).collect::<Result<_, headcount::Errors>>()?;
/// let set = AudienceSet::new(&audiences, &EvalContext::at("2025-11-15T08:30:00Z".parse()?));
/// let contact = |clicks| Contact::from_json(&format!(r#"{{"phone_number": "+1", "click_count": {clicks}}}"#));
///
/// let former = set.matching(&contact(3)?);
/// let matching = set.matching(&contact(7)?);
/// assert_eq!(matching.iter().collect::<Vec<_>>(), [0, 1]);
/// assert!(matching.contains(1) && !former.contains(1));
/// assert_eq!(matching.len(), 2);
/// assert_eq!(matching.changes_since(&former).entered, [1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct AudienceBitmap {
    bits: Bits,
}

/// What became of somebody's audiences: the numbers of those entered and of those left, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudienceChanges {
    /// The audiences that the contact is in now, and was not before.
    pub entered: Vec<usize>,
    /// The audiences that the contact was in before, and is not now.
    pub left: Vec<usize>,
}

impl AudienceChanges {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entered.is_empty() && self.left.is_empty()
    }
}

impl AudienceBitmap {
    pub(super) fn new(audiences: usize) -> Self {
        Self { bits: Bits::new(audiences) }
    }

    pub(super) fn insert(&mut self, audience: usize) {
        self.bits.set(audience);
    }

    pub(super) fn clear(&mut self) {
        self.bits.clear();
    }

    /// Puts in words of audiences from one on: others than those that are there, or more.
    #[inline]
    pub(super) fn put(&mut self, first: usize, are_more: bool, audiences: impl Iterator<Item = u64>) {
        let words = &mut self.bits.words_mut()[first / 64..];
        for (word, audiences) in words.iter_mut().zip(audiences) {
            *word = if are_more { *word | audiences } else { audiences };
        }
    }

    /// The numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.bits.ones()
    }

    /// Whether an audience is among them.
    #[must_use]
    pub fn contains(&self, audience: usize) -> bool {
        self.bits.words().get(audience / 64).is_some_and(|word| word >> (audience % 64) & 1 == 1)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bits.words().iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits.words().iter().all(|word| *word == 0)
    }

    /// What changed since others were the matching ones: those of another time, or of a record that is another now.
    #[must_use]
    pub fn changes_since(&self, former: &Self) -> AudienceChanges {
        AudienceChanges { entered: self.without(former).collect(), left: former.without(self).collect() }
    }

    /// Those that are not among others.
    fn without(&self, others: &Self) -> impl Iterator<Item = usize> {
        let others = others.bits.words().iter().copied().chain(std::iter::repeat(0));
        let words = self.bits.words().iter().zip(others).map(|(word, others)| word & !others);
        words.enumerate().flat_map(|(at, word)| ones(word).map(move |bit| at * 64 + bit))
    }
}

/// Equal where they are of the same numbers, whatever the size of their sets.
impl PartialEq for AudienceBitmap {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for AudienceBitmap {}

impl fmt::Debug for AudienceBitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
