//! The distinct texts of a column.

#[cfg(feature = "image")]
use super::slab::Slab;

/// Distinct texts in their order, found by key.
#[derive(Clone, Debug)]
pub(crate) enum TextValues {
    Owned(Vec<Box<str>>),
    /// Those of an image, one behind the other.
    #[cfg(feature = "image")]
    Mapped {
        /// Where each ends.
        ends: Slab<u64>,
        texts: Slab<u8>,
    },
}

impl TextValues {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Owned(texts) => texts.len(),
            #[cfg(feature = "image")]
            Self::Mapped { ends, .. } => ends.len(),
        }
    }

    /// The text of a key.
    pub(crate) fn get(&self, key: usize) -> &str {
        match self {
            Self::Owned(texts) => &texts[key],
            // Each was looked at when the image was opened; that it is UTF-8 is looked at again in place of a promise that
            // only `unsafe` could make use of, which takes some nanoseconds.
            #[cfg(feature = "image")]
            Self::Mapped { ends, texts } => mapped_text(ends, texts, key).unwrap_or_default(),
        }
    }

    #[cfg(any(feature = "image", test))]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|key| self.get(key))
    }

    /// The key of a text, if it is one of them.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        let key = self.partition_point(0, |known| known < text);
        (key < self.len() && self.get(key) == text).then_some(key)
    }

    /// The first key, not below `from`, whose text does not pass a test that those before it pass.
    pub(crate) fn partition_point(&self, from: usize, passes: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (from, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if passes(self.get(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// How many bytes they take on the heap, roughly.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Owned(texts) => size_of_val(&**texts) + texts.iter().map(|text| text.len()).sum::<usize>(),
            #[cfg(feature = "image")]
            Self::Mapped { .. } => 0,
        }
    }

    /// How many bytes of an image they are.
    pub(crate) fn mapped_bytes(&self) -> usize {
        match self {
            Self::Owned(_) => 0,
            #[cfg(feature = "image")]
            Self::Mapped { ends, texts } => ends.mapped_bytes() + texts.mapped_bytes(),
        }
    }
}

/// The text of a key, if the bytes of it are one.
#[cfg(feature = "image")]
pub(crate) fn mapped_text<'t>(ends: &[u64], texts: &'t [u8], key: usize) -> Option<&'t str> {
    let start = key.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
    let range = usize::try_from(start).ok()?..usize::try_from(*ends.get(key)?).ok()?;
    str::from_utf8(texts.get(range)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(texts: &[&str]) -> TextValues {
        TextValues::Owned(texts.iter().map(|text| (*text).into()).collect())
    }

    #[test]
    fn texts_are_found_by_key_and_keys_by_text() {
        let texts = ["", "a", "ab", "b", "é"];
        let values = owned(&texts);
        assert!(values.iter().eq(texts));
        for (key, text) in texts.iter().enumerate() {
            assert_eq!((values.find(text), values.get(key)), (Some(key), *text));
        }
        for absent in ["aa", "c", "\u{10ffff}"] {
            assert_eq!(values.find(absent), None, "{absent}");
        }
        assert_eq!(owned(&[]).find(""), None);
        assert_eq!(values.partition_point(1, |text| text.starts_with('a')), 3);
    }
}
