//! Runs of bits, 64 to a word.

/// A fixed number of bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    pub(crate) fn new(len: usize, value: bool) -> Self {
        let mut bits = Self { words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)], len };
        if value && !len.is_multiple_of(64) {
            // Bits past the end are never set.
            bits.words[len / 64] = (1 << (len % 64)) - 1;
        }
        bits
    }

    /// The same bits, each turned over.
    pub(crate) fn complement(mut self) -> Self {
        let words: Vec<u64> = self.words.iter().map(|word| !word).collect();
        self.put(0, &words);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn get(&self, at: usize) -> bool {
        self.words[at / 64] >> (at % 64) & 1 == 1
    }

    pub(crate) fn set(&mut self, at: usize, value: bool) {
        let bit = 1 << (at % 64);
        if value { self.words[at / 64] |= bit } else { self.words[at / 64] &= !bit }
    }

    /// Puts words in from one on; bits past the end are dropped.
    pub(crate) fn put(&mut self, start: usize, words: &[u64]) {
        let end = (start + words.len()).min(self.words.len());
        self.words[start..end].copy_from_slice(&words[..end - start]);
        if !self.len.is_multiple_of(64)
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }

    pub(crate) fn set_range(&mut self, range: std::ops::Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            if at.is_multiple_of(64) && range.end - at >= 64 {
                self.words[at / 64] = u64::MAX;
                at += 64;
            } else {
                self.set(at, true);
                at += 1;
            }
        }
    }

    /// How many bits of a range are set.
    pub(crate) fn count_range(&self, range: std::ops::Range<usize>) -> usize {
        let mut count = 0;
        let mut at = range.start;
        while at < range.end {
            if at.is_multiple_of(64) && range.end - at >= 64 {
                count += self.words[at / 64].count_ones() as usize;
                at += 64;
            } else {
                count += usize::from(self.get(at));
                at += 1;
            }
        }
        count
    }

    /// The first bit from one on that is set.
    pub(crate) fn first_from(&self, at: usize) -> Option<usize> {
        let first = self.words.get(at / 64)? & u64::MAX << (at % 64);
        let rest = self.words[at / 64 + 1..].iter().copied();
        let (word, bits) = (at / 64..).zip(std::iter::once(first).chain(rest)).find(|(_, bits)| *bits != 0)?;
        Some(word * 64 + bits.trailing_zeros() as usize)
    }

    /// Bits whose words are made of the words of these and of as many others.
    pub(crate) fn zip_words(&self, others: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        debug_assert_eq!(self.len, others.len);
        let words: Vec<u64> = self.words.iter().zip(&others.words).map(|(word, other)| join(*word, *other)).collect();
        let mut joined = Self { words: vec![0; words.len()], len: self.len };
        joined.put(0, &words);
        joined
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// The places of the bits that are set in a word.
pub(crate) fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let at = word.trailing_zeros() as usize;
            word &= word - 1;
            at
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_set_and_counted() {
        for (from, to) in [(0, 0), (0, 64), (3, 64), (60, 200), (64, 128), (199, 200), (0, 200)] {
            let mut bits = Bits::new(200, false);
            bits.set_range(from..to);
            assert_eq!((0..200).filter(|at| bits.get(*at)).collect::<Vec<_>>(), (from..to).collect::<Vec<_>>());
            assert_eq!(bits.count(), to - from);
            assert_eq!(bits.count_range(50..150), (from.max(50)..to.min(150)).len());
        }
    }

    #[test]
    fn bits_past_the_end_are_not_set() {
        for len in [0, 1, 63, 64, 65, 200] {
            assert_eq!(Bits::new(len, true).count(), len);
        }
    }

    #[test]
    fn words_are_put_in_where_they_belong() {
        for len in [65, 100, 128, 190, 192] {
            let mut bits = Bits::new(len, false);
            bits.put(1, &[0b101, u64::MAX]);
            bits.put(0, &[1 << 63]);
            let expected: Vec<usize> = [63, 64, 66].into_iter().chain(128..len).filter(|at| *at < len).collect();
            assert_eq!((0..len).filter(|at| bits.get(*at)).collect::<Vec<_>>(), expected, "{len}");
            assert_eq!(bits.count(), expected.len(), "{len}");
            bits.put(0, &[u64::MAX; 4]);
            assert_eq!((bits.count(), bits.complement().count()), (len, 0));
        }
    }

    #[test]
    fn the_first_from_one_on_is_found() {
        let mut bits = Bits::new(200, false);
        [3, 63, 64, 199].into_iter().for_each(|at| bits.set(at, true));
        for (from, expected) in
            [(0, Some(3)), (3, Some(3)), (4, Some(63)), (64, Some(64)), (65, Some(199)), (199, Some(199)), (200, None)]
        {
            assert_eq!(bits.first_from(from), expected, "{from}");
        }
        assert_eq!((Bits::new(0, true).first_from(0), Bits::new(64, true).first_from(64)), (None, None));
    }

    #[test]
    fn words_are_joined() {
        let of = |range| {
            let mut bits = Bits::new(70, false);
            bits.set_range(range);
            bits
        };
        let (few, many) = (of(60..66), of(0..64));
        assert_eq!(few.zip_words(&many, |few, many| few & many), of(60..64));
        assert_eq!(few.zip_words(&many, |few, many| few | many), of(0..66));
        assert_eq!(few.zip_words(&many, |few, many| few & !many), of(64..66));
        assert_eq!(few.zip_words(&many, |_, _| u64::MAX), of(0..70));
    }

    #[test]
    fn ones_come_in_order() {
        assert_eq!(ones(1 << 63 | 0b1010).collect::<Vec<_>>(), [1, 3, 63]);
    }
}
