//! Bits, 64 to a word.

/// Bits that are all clear at first, and as many as were ever made room for.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// Makes room for at least `len` bits.
    pub(super) fn grow(&mut self, len: usize) {
        let words = len.div_ceil(64);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    #[inline]
    pub(super) fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    #[inline]
    pub(super) fn unset(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }

    /// Sets a bit; whether it was clear.
    #[inline]
    pub(super) fn insert(&mut self, at: usize) -> bool {
        let (word, bit) = (&mut self.0[at / 64], 1 << (at % 64));
        let was_clear = *word & bit == 0;
        *word |= bit;
        was_clear
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }

    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }

    /// Where bits are set, ascending.
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| ones(*word).map(move |bit| at * 64 + bit))
    }

    /// Where bits are set in one of two and not in the other, ascending.
    pub(super) fn differences(&self, other: &Self) -> impl Iterator<Item = usize> {
        let both = self.0.iter().zip(&other.0).map(|(one, other)| one ^ other);
        both.enumerate().flat_map(|(at, word)| ones(word).map(move |bit| at * 64 + bit))
    }

    /// Sets the bits that are set in one of two and not in the other, and no others; whether there are any.
    pub(super) fn set_differences(&mut self, one: &Self, other: &Self) -> bool {
        self.0.clear();
        self.0.extend(one.0.iter().zip(&other.0).map(|(one, other)| one ^ other));
        self.0.iter().any(|word| *word != 0)
    }
}

/// Where bits of a word are set, ascending.
#[inline]
pub(super) fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros() as usize;
        (word != 0).then(|| {
            word &= word - 1;
            bit
        })
    })
}
