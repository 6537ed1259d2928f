//! The kernel: what is done to runs of codes and of bits, by the widest instructions that the machine has.
//!
//! Invariant: codes come in words of 64, and bit `i` of a word of rows speaks of code `i` of its word. The vector twins
//! do what the scalar one does, word by word; nothing else in the crate knows which of them runs.

/// The scalar twin's bit operations, compiled for the instructions of a vector twin.
#[cfg(target_arch = "x86_64")]
macro_rules! bit_operations {
    ($features:literal) => {
        #[target_feature(enable = $features)]
        fn planes(planes: &[&[u64]], truth: u16, rows: &mut [u64]) {
            scalar::planes(planes, truth, rows);
        }

        #[target_feature(enable = $features)]
        fn and(rows: &mut [u64], others: &[u64]) {
            scalar::and(rows, others);
        }

        #[target_feature(enable = $features)]
        fn and_not(rows: &mut [u64], others: &[u64]) {
            scalar::and_not(rows, others);
        }

        #[target_feature(enable = $features)]
        fn or(rows: &mut [u64], others: &[u64]) {
            scalar::or(rows, others);
        }

        #[target_feature(enable = $features)]
        fn count(rows: &[u64]) -> u64 {
            scalar::count(rows)
        }
    };
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx512;
mod codes;
mod scalar;

use std::fmt;

pub(crate) use self::codes::{ByteSet, CodeSet};
use self::codes::{Form, Range, Tables};

/// Codes that one bit each is kept for.
pub(crate) const WORD: usize = 64;

/// Words of rows that are worked on at a time: the codes of a column and the bits of a few nodes fit the first cache.
pub(crate) const RUN: usize = 128;

/// The most bit planes that codes are kept in.
pub(crate) const PLANES: usize = 4;

/// The operations of one twin. Each takes slices of one length.
pub(crate) struct Kernel {
    name: &'static str,
    range: fn(&[[u8; WORD]], Range, &mut [u64]),
    nibbles: fn(&[[u8; WORD]], &Tables, &mut [u64]),
    planes: fn(&[&[u64]], u16, &mut [u64]),
    and: fn(&mut [u64], &[u64]),
    and_not: fn(&mut [u64], &[u64]),
    or: fn(&mut [u64], &[u64]),
    count: fn(&[u64]) -> u64,
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Kernel {
    /// The fastest that the machine has; the standard library remembers what it found.
    pub(crate) fn detect() -> &'static Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(kernel) = avx512::detect().or_else(avx2::detect) {
            return kernel;
        }
        &scalar::KERNEL
    }

    /// Every twin that the machine has, so that tests can hold them against one another.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<&'static Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [avx2::detect(), avx512::detect()];
        #[cfg(not(target_arch = "x86_64"))]
        let vectors: [Option<&Self>; 0] = [];
        std::iter::once(&scalar::KERNEL).chain(vectors.into_iter().flatten()).collect()
    }

    /// Leaves those rows whose code is in a set.
    ///
    /// # Panics
    ///
    /// If the lengths do not agree.
    pub(crate) fn retain(&self, codes: &[u8], set: &CodeSet, rows: &mut [u64]) {
        let (words, rest) = codes.as_chunks();
        assert!(rest.is_empty() && words.len() == rows.len(), "runs of one length");
        match set.form() {
            Form::Nothing => rows.fill(0),
            Form::Range(range) => (self.range)(words, *range, rows),
            Form::Nibbles(tables) => (self.nibbles)(words, tables, rows),
        }
    }

    /// Leaves those rows whose code, a bit in each of at most [`PLANES`] planes, has its bit set in `truth`.
    ///
    /// # Panics
    ///
    /// If the lengths do not agree.
    pub(crate) fn retain_planes(&self, planes: &[&[u64]], truth: u16, rows: &mut [u64]) {
        assert!(planes.iter().all(|plane| plane.len() == rows.len()), "runs of one length");
        (self.planes)(planes, truth, rows);
    }

    /// Leaves those rows that are among others.
    pub(crate) fn and(&self, rows: &mut [u64], others: &[u64]) {
        debug_assert_eq!(rows.len(), others.len(), "runs of one length");
        (self.and)(rows, others);
    }

    /// Leaves those rows that are not among others.
    pub(crate) fn and_not(&self, rows: &mut [u64], others: &[u64]) {
        debug_assert_eq!(rows.len(), others.len(), "runs of one length");
        (self.and_not)(rows, others);
    }

    /// Adds others to the rows.
    pub(crate) fn or(&self, rows: &mut [u64], others: &[u64]) {
        debug_assert_eq!(rows.len(), others.len(), "runs of one length");
        (self.or)(rows, others);
    }

    /// How many rows there are.
    pub(crate) fn count(&self, rows: &[u64]) -> u64 {
        (self.count)(rows)
    }
}

/// Whether most words have no rows: then each is looked at before its codes are.
fn is_sparse(rows: &[u64]) -> bool {
    rows.iter().filter(|rows| **rows == 0).count() * 2 > rows.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential sequence is random enough to meet every code in every place.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0 >> 32
        }

        fn rows(&mut self, words: usize, filled: u64) -> Vec<u64> {
            (0..words).map(|_| if self.next() % 8 < filled { self.next() << 32 | self.next() } else { 0 }).collect()
        }
    }

    fn expected(rows: &[u64], holds: impl Fn(usize) -> bool) -> Vec<u64> {
        let word = |(at, rows): (usize, &u64)| {
            (0..WORD).fold(0, |mask, bit| mask | u64::from(holds(at * WORD + bit)) << bit) & rows
        };
        rows.iter().enumerate().map(word).collect()
    }

    #[test]
    fn a_twin_tells_its_name() {
        let names: Vec<String> = Kernel::all().iter().map(|kernel| format!("{kernel:?}")).collect();
        assert_eq!(names[0], "scalar");
        assert!(names[1..].iter().all(|name| ["AVX2", "AVX-512"].contains(&&**name)), "{names:?}");
    }

    #[test]
    fn twins_agree_on_codes() {
        let mut random = Random(1);
        for round in 0..400 {
            let words = round % 9;
            let codes: Vec<u8> = (0..words * WORD).map(|_| random.next() as u8).collect();
            let rows = random.rows(words, round as u64 % 9);
            let set: ByteSet = match round % 3 {
                0 => (0..=u8::MAX).filter(|_| random.next().is_multiple_of(3)).collect(),
                1 => (0..random.next() % 257).map(|code| code as u8).collect(),
                _ => {
                    let first = random.next() as u8;
                    (0..random.next() % 257).map(|code| first.wrapping_add(code as u8)).collect()
                }
            };
            let expected = expected(&rows, |at| set.contains(codes[at]));
            for kernel in Kernel::all() {
                let mut left = rows.clone();
                kernel.retain(&codes, &set.into(), &mut left);
                assert_eq!(left, expected, "{kernel:?}");
            }
        }
    }

    #[test]
    fn twins_agree_on_planes() {
        let mut random = Random(2);
        for round in 0..400 {
            let (words, count) = (round % 19, round % (PLANES + 1));
            let planes: Vec<Vec<u64>> = (0..count).map(|_| random.rows(words, 8)).collect();
            let planes: Vec<&[u64]> = planes.iter().map(Vec::as_slice).collect();
            let (rows, truth) = (random.rows(words, 7), random.next() as u16);
            let code = |at: usize| {
                (0..count).fold(0, |code, plane| code | (planes[plane][at / WORD] >> (at % WORD) & 1) << plane)
            };
            let expected = expected(&rows, |at| truth >> code(at) & 1 == 1);
            for kernel in Kernel::all() {
                let mut left = rows.clone();
                kernel.retain_planes(&planes, truth, &mut left);
                assert_eq!(left, expected, "{kernel:?}");
            }
        }
    }

    #[test]
    fn twins_agree_on_bits() {
        let mut random = Random(3);
        for words in 0..40 {
            let (rows, others) = (random.rows(words, 6), random.rows(words, 6));
            let paired = |join: fn(u64, u64) -> u64| -> Vec<u64> {
                rows.iter().zip(&others).map(|(row, other)| join(*row, *other)).collect()
            };
            for kernel in Kernel::all() {
                let done = |operation: fn(&Kernel, &mut [u64], &[u64])| {
                    let mut done = rows.clone();
                    operation(kernel, &mut done, &others);
                    done
                };
                assert_eq!(done(Kernel::and), paired(|row, other| row & other), "{kernel:?}");
                assert_eq!(done(Kernel::and_not), paired(|row, other| row & !other), "{kernel:?}");
                assert_eq!(done(Kernel::or), paired(|row, other| row | other), "{kernel:?}");
                let ones: u32 = rows.iter().map(|row| row.count_ones()).sum();
                assert_eq!(kernel.count(&rows), u64::from(ones), "{kernel:?}");
            }
        }
    }
}
