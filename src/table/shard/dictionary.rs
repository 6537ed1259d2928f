//! The distinct values of a column, numbered from 1 in the order in which they came; 0 is no value.

use std::hash::{BuildHasher, Hash, Hasher};

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

/// Texts, one behind the other.
#[derive(Debug)]
pub(crate) struct Texts {
    texts: String,
    /// Where each ends, and in front of them where the first begins.
    ends: Vec<usize>,
    places: HashTable<u16>,
    hashes: DefaultHashBuilder,
}

impl Default for Texts {
    fn default() -> Self {
        Self { texts: String::new(), ends: vec![0], places: HashTable::new(), hashes: DefaultHashBuilder::default() }
    }
}

impl Dictionary for Texts {
    type Value = str;

    #[inline]
    fn code(&mut self, text: &str) -> Option<u16> {
        let hash = hash(&self.hashes, text);
        let found = self.places.find(hash, |code| same(bytes(&self.texts, &self.ends, *code), text.as_bytes()));
        found.copied().or_else(|| self.add(hash, text))
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
        self.places = HashTable::new();
    }
}

impl Texts {
    #[inline(never)]
    fn add(&mut self, hash: u64, text: &str) -> Option<u16> {
        let Self { texts, ends, places, hashes } = self;
        let code = u16::try_from(ends.len()).ok()?;
        texts.push_str(text);
        ends.push(texts.len());
        places.insert_unique(hash, code, |code| {
            let at = usize::from(*code);
            self::hash(hashes, &texts[ends[at - 1]..ends[at]])
        });
        Some(code)
    }
}

/// Whether bytes are the same, without a call: what is compared here is short and mostly the same.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last word overlaps the one before it.
    let (Some(last), Some(last_of_b)) = (a.last_chunk::<8>(), b.last_chunk::<8>()) else {
        return a.iter().zip(b).all(|(a, b)| a == b);
    };
    let mut words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    words.all(|(a, b)| a == b) && last == last_of_b
}

/// Without the byte that `str` hashes to tell neighbours apart: it stands alone.
fn hash(hashes: &DefaultHashBuilder, text: &str) -> u64 {
    let mut hasher = hashes.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn bytes<'t>(texts: &'t str, ends: &[usize], code: u16) -> &'t [u8] {
    let at = usize::from(code);
    &texts.as_bytes()[ends[at - 1]..ends[at]]
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

        let mut values = Values::default();
        let codes: Vec<_> = [7, 0, 7, 9].iter().map(|value| values.code(value)).collect();
        assert_eq!(codes, [1, 2, 1, 3].map(Some));
        assert_eq!(values.value(3), &9);
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
