//! The kernel: which of a run of one-byte codes are in a set of codes.
//!
//! Invariant: codes come in words of 64, and a mask's bit `i` speaks of code `i` of its word. The vector twin does what
//! the scalar one does, word by word; nothing else in the crate knows which of them runs.

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2;
mod scalar;

/// Codes that one bit each is kept for.
pub(crate) const WORD: usize = 64;

/// A set of one-byte codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);

    pub(crate) fn insert(&mut self, code: u8) {
        self.0[usize::from(code >> 6)] |= 1 << (code & 63);
    }

    pub(crate) fn contains(&self, code: u8) -> bool {
        self.0[usize::from(code >> 6)] >> (code & 63) & 1 == 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    pub(crate) fn codes(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|code| self.contains(*code))
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<I: IntoIterator<Item = u8>>(codes: I) -> Self {
        let mut set = Self::default();
        codes.into_iter().for_each(|code| set.insert(code));
        set
    }
}

/// A set of codes as both twins look it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeSet {
    set: ByteSet,
    /// For each low nibble, the high nibbles 0 to 7 that are in the set with it, a bit each.
    lower: [u8; 16],
    /// The same for the high nibbles 8 to 15.
    upper: [u8; 16],
}

impl CodeSet {
    /// The codes as a set.
    pub(crate) fn set(&self) -> &ByteSet {
        &self.set
    }

    pub(crate) fn contains(&self, code: u8) -> bool {
        self.set.contains(code)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

impl From<ByteSet> for CodeSet {
    fn from(set: ByteSet) -> Self {
        let mut prepared = Self { set, lower: [0; 16], upper: [0; 16] };
        for code in set.codes() {
            let (high, low) = (code >> 4, usize::from(code & 15));
            let table = if high < 8 { &mut prepared.lower } else { &mut prepared.upper };
            table[low] |= 1 << (high & 7);
        }
        prepared
    }
}

/// Which twin runs on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Proof),
}

impl Kernel {
    /// The fastest that the machine has; the standard library remembers what it found.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = avx2::Proof::detect() {
            return Self::Avx2(proof);
        }
        Self::Scalar
    }

    /// Every twin that the machine has, so that tests can hold them against one another.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Scalar, Self::detect()];
        all.dedup();
        all
    }

    /// For each word of codes, which candidates are in a set.
    ///
    /// Words without candidates are not looked at.
    ///
    /// # Panics
    ///
    /// If the lengths do not agree.
    pub(crate) fn select(self, codes: &[u8], set: &CodeSet, candidates: &[u64], out: &mut [u64]) {
        let codes = words(codes, candidates, out);
        match self {
            Self::Scalar => scalar::select(codes, set, candidates, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(proof) => avx2::select(proof, codes, set, candidates, out),
        }
    }

    /// For each word of codes, which candidates are in each of two sets: [`Kernel::select`] twice, for one reading.
    pub(crate) fn select_both(self, codes: &[u8], sets: [&CodeSet; 2], candidates: &[u64], out: [&mut [u64]; 2]) {
        let [first, second] = out;
        let codes = words(codes, candidates, first);
        assert!(first.len() == second.len(), "runs of one length");
        match self {
            Self::Scalar => scalar::select_both(codes, sets, candidates, [first, second]),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(proof) => avx2::select_both(proof, codes, sets, candidates, [first, second]),
        }
    }
}

fn words<'c>(codes: &'c [u8], candidates: &[u64], out: &[u64]) -> &'c [[u8; WORD]] {
    let (words, rest) = codes.as_chunks();
    assert!(rest.is_empty() && words.len() == candidates.len() && words.len() == out.len(), "runs of one length");
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_agree() {
        // A linear congruential sequence is random enough to meet every code in every place.
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 32
        };
        for round in 0..200 {
            let words = round % 9;
            let codes: Vec<u8> = (0..words * WORD).map(|_| next() as u8).collect();
            let candidates: Vec<u64> =
                (0..words).map(|_| if next() % 4 == 0 { 0 } else { next() << 32 | next() }).collect();
            let set: ByteSet = (0..=u8::MAX).filter(|_| next() % 3 == 0).collect();
            let expected: Vec<u64> = (0..words)
                .map(|word| {
                    (0..WORD).fold(0, |mask, bit| mask | u64::from(set.contains(codes[word * WORD + bit])) << bit)
                        & candidates[word]
                })
                .collect();
            let complement: ByteSet = (0..=u8::MAX).filter(|code| !set.contains(*code)).collect();
            for kernel in Kernel::all() {
                let mut out = vec![u64::MAX; words];
                kernel.select(&codes, &set.into(), &candidates, &mut out);
                assert_eq!(out, expected, "{kernel:?}");

                let (mut inside, mut outside) = (vec![u64::MAX; words], vec![u64::MAX; words]);
                let sets = [&CodeSet::from(set), &CodeSet::from(complement)];
                kernel.select_both(&codes, sets, &candidates, [&mut inside, &mut outside]);
                assert_eq!(inside, expected, "{kernel:?}");
                let rest: Vec<u64> = candidates.iter().zip(&expected).map(|(all, inside)| all & !inside).collect();
                assert_eq!(outside, rest, "{kernel:?}");
            }
        }
    }

    #[test]
    fn sets_are_sets() {
        let set: ByteSet = [0, 63, 64, 255].into_iter().collect();
        assert_eq!(set.codes().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert_eq!(ByteSet::ALL.codes().count(), 256);
        assert!(ByteSet::default().is_empty());
    }
}
