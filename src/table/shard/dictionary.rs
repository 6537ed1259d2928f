//! The distinct values of a column, numbered from 1 in the order in which they came; 0 is no value.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// The distinct values of a column of a shard.
pub(crate) trait Dictionary: Default {
    type Value: ?Sized + Hash + Eq;

    /// The code of a value, a new one if it is new; `None` where there are as many as codes.
    fn code(&mut self, value: &Self::Value) -> Option<u16>;

    /// The value of a code that is not 0.
    fn value(&self, code: u16) -> &Self::Value;

    /// How many values there are.
    fn len(&self) -> usize;

    /// No value comes any more: what is only there to find them goes away.
    fn close(&mut self);
}

/// Values of a fixed size.
#[derive(Debug)]
pub(crate) struct Values<T> {
    values: Vec<T>,
    places: HashTable<u16>,
    hashes: DefaultHashBuilder,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { values: Vec::new(), places: HashTable::new(), hashes: DefaultHashBuilder::default() }
    }
}

impl<T: Clone + Hash + Eq> Values<T> {
    #[inline(never)]
    fn add(&mut self, hash: u64, value: &T) -> Option<u16> {
        let Self { values, places, hashes } = self;
        let code = u16::try_from(values.len() + 1).ok()?;
        values.push(value.clone());
        places.insert_unique(hash, code, |code| hashes.hash_one(&values[usize::from(*code) - 1]));
        Some(code)
    }
}

impl<T: Clone + Hash + Eq> Dictionary for Values<T> {
    type Value = T;

    #[inline]
    fn code(&mut self, value: &T) -> Option<u16> {
        // The first is the zero of counts and amounts, which many of them are.
        if self.values.first() == Some(value) {
            return Some(1);
        }
        let hash = self.hashes.hash_one(value);
        let found = self.places.find(hash, |code| self.values[usize::from(*code) - 1] == *value);
        found.copied().or_else(|| self.add(hash, value))
    }

    fn value(&self, code: u16) -> &T {
        &self.values[usize::from(code) - 1]
    }

    fn len(&self) -> usize {
        self.values.len()
    }

    fn close(&mut self) {
        self.values.shrink_to_fit();
        self.places = HashTable::new();
    }
}

/// A short text in a word, so that it is found by comparing words; of a longer one, only that it is longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Packed(u128);

impl Packed {
    /// The most bytes of a short text: one is left for how many there are.
    pub(crate) const SHORT: usize = 15;
    const LONG: Self = Self(u128::MAX);

    pub(crate) fn new(text: &str) -> Self {
        if text.len() > Self::SHORT {
            return Self::LONG;
        }
        let mut word = [0; 16];
        word[..text.len()].copy_from_slice(text.as_bytes());
        Self::beginning(u128::from_le_bytes(word), text.len())
    }

    /// The short text of `length` bytes that a word begins with.
    #[inline]
    pub(crate) fn beginning(word: u128, length: usize) -> Self {
        let text = word & ((1 << (8 * length)) - 1);
        Self(text | (length as u128) << (8 * Self::SHORT))
    }
}

/// Texts, one behind the other.
#[derive(Debug)]
pub(crate) struct Texts {
    texts: String,
    /// Where each ends, and in front of them where the first begins.
    ends: Vec<usize>,
    /// Each as it is looked for.
    packed: Vec<Packed>,
    places: HashTable<u16>,
    hashes: DefaultHashBuilder,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            texts: String::new(),
            ends: vec![0],
            packed: Vec::new(),
            places: HashTable::new(),
            hashes: DefaultHashBuilder::default(),
        }
    }
}

impl Dictionary for Texts {
    type Value = str;

    fn code(&mut self, text: &str) -> Option<u16> {
        self.code_of(Packed::new(text), text)
    }

    fn value(&self, code: u16) -> &str {
        let at = usize::from(code);
        &self.texts[self.ends[at - 1]..self.ends[at]]
    }

    fn len(&self) -> usize {
        self.ends.len() - 1
    }

    fn close(&mut self) {
        self.texts.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.packed = Vec::new();
        self.places = HashTable::new();
    }
}

impl Texts {
    /// As [`Dictionary::code`], of a text that is packed already.
    #[inline]
    pub(crate) fn code_of(&mut self, packed: Packed, text: &str) -> Option<u16> {
        let hash = hash(&self.hashes, packed, text);
        let found = self.places.find(hash, |code| {
            self.packed[usize::from(*code) - 1] == packed && (packed != Packed::LONG || self.value(*code) == text)
        });
        found.copied().or_else(|| self.add(hash, packed, text))
    }

    #[inline(never)]
    fn add(&mut self, hash: u64, new: Packed, text: &str) -> Option<u16> {
        let Self { texts, ends, packed, places, hashes } = self;
        let code = u16::try_from(ends.len()).ok()?;
        texts.push_str(text);
        ends.push(texts.len());
        packed.push(new);
        places.insert_unique(hash, code, |code| {
            let at = usize::from(*code);
            self::hash(hashes, packed[at - 1], &texts[ends[at - 1]..ends[at]])
        });
        Some(code)
    }
}

#[inline]
fn hash(hashes: &DefaultHashBuilder, packed: Packed, text: &str) -> u64 {
    if packed == Packed::LONG { hashes.hash_one(text) } else { hashes.hash_one(packed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_as_they_come() {
        let mut texts = Texts::default();
        let codes: Vec<_> = ["b", "", "a", "b", "", "é"].iter().map(|text| texts.code(text)).collect();
        assert_eq!(codes, [1, 2, 3, 1, 2, 4].map(Some));
        assert_eq!((1..=4).map(|code| texts.value(code)).collect::<Vec<_>>(), ["b", "", "a", "é"]);
        assert_eq!((texts.len(), Texts::default().len()), (4, 0));

        let mut values = Values::default();
        let codes: Vec<_> = [7, 0, 7, 9].iter().map(|value| values.code(value)).collect();
        assert_eq!(codes, [1, 2, 1, 3].map(Some));
        assert_eq!((values.value(3), values.len()), (&9, 3));
    }

    #[test]
    fn many_long_texts_are_told_apart() {
        let mut texts = Texts::default();
        for round in 0..2 {
            for i in 1..=2_000 {
                assert_eq!(texts.code(&format!("what is too long for a word: {i}")), Some(i), "{round}");
            }
        }
    }

    #[test]
    fn texts_of_any_length_are_told_apart() {
        let mut texts = Texts::default();
        let long = "0123456789abcdefg";
        let all = (0..=long.len()).map(|end| &long[..end]).chain(["\0", "\0\0", "0123456789abcdeX", "0123456789abcdX"]);
        for (code, text) in (1..).zip(all) {
            assert_eq!((texts.code(text), texts.code(text)), (Some(code), Some(code)), "{text:?}");
        }
    }

    #[test]
    fn there_are_as_many_values_as_codes() {
        let (mut texts, mut values) = (Texts::default(), Values::default());
        for value in 1..=u16::MAX {
            assert_eq!((texts.code(&value.to_string()), values.code(&value)), (Some(value), Some(value)));
        }
        assert_eq!((texts.code("one more"), values.code(&0)), (None, None));
        assert_eq!((texts.code("7"), values.code(&7)), (Some(7), Some(7)), "known ones are still found");
    }
}
