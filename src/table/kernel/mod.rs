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

    /// Whether the two have no code in common.
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & b == 0)
    }

    /// Whether every code of this one is in the other.
    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & !b == 0)
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

    /// For each word of codes, which candidates are in the set.
    ///
    /// Words without candidates are not looked at.
    ///
    /// # Panics
    ///
    /// If the lengths do not agree.
    pub(crate) fn select(self, codes: &[u8], set: &ByteSet, candidates: &[u64], out: &mut [u64]) {
        let codes = words(codes, candidates, out);
        match self {
            Self::Scalar => scalar::select(codes, set, candidates, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(proof) => avx2::select(proof, codes, set, candidates, out),
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
            let candidates: Vec<u64> = (0..words).map(|_| if next() % 4 == 0 { 0 } else { next() << 32 | next() }).collect();
            let set: ByteSet = (0..=u8::MAX).filter(|_| next() % 3 == 0).collect();
            let expected: Vec<u64> = (0..words)
                .map(|word| {
                    (0..WORD).fold(0, |mask, bit| mask | u64::from(set.contains(codes[word * WORD + bit])) << bit)
                        & candidates[word]
                })
                .collect();
            for kernel in Kernel::all() {
                let mut out = vec![u64::MAX; words];
                kernel.select(&codes, &set, &candidates, &mut out);
                assert_eq!(out, expected, "{kernel:?}");
            }
        }
    }

    #[test]
    fn sets_are_sets() {
        let set: ByteSet = [0, 63, 64, 255].into_iter().collect();
        assert_eq!(set.codes().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert!(set.is_subset(&ByteSet::ALL) && !ByteSet::ALL.is_subset(&set));
        assert!(set.is_disjoint(&[1, 65].into_iter().collect()) && !set.is_disjoint(&[64].into_iter().collect()));
        assert!(ByteSet::default().is_empty());
    }
}
