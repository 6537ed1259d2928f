//! The vector twin, 32 codes at a time.
//!
//! A set of bytes is looked up by nibbles: the low nibble of a code picks a byte of two 16-byte tables by a shuffle,
//! which says for which high nibbles the code is in the set; the high nibble picks the bit to look at. (Mula and
//! Langdale use the same look-up to classify characters in simdjson, 2019.)

use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_xor_si256, _mm_loadu_si128,
};

use super::{ByteSet, WORD};

/// The machine has AVX2: `detect` is the only way to get one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proof(());

impl Proof {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

pub(super) fn select(_: Proof, codes: &[[u8; WORD]], set: &ByteSet, candidates: &[u64], out: &mut [u64]) {
    // SAFETY: the proof says that the machine has AVX2.
    unsafe { select_words(codes, set, candidates, out) }
}

#[target_feature(enable = "avx2,popcnt")]
fn select_words(codes: &[[u8; WORD]], set: &ByteSet, candidates: &[u64], out: &mut [u64]) {
    let tables = Tables::new(set);
    for ((codes, candidates), out) in codes.iter().zip(candidates).zip(out) {
        *out = if *candidates == 0 { 0 } else { tables.word(codes) & candidates };
    }
}

/// The set as shuffles look it up.
struct Tables {
    /// For each low nibble, the high nibbles 0 to 7 that are in the set with it.
    lower: __m256i,
    /// The same for the high nibbles 8 to 15.
    upper: __m256i,
    /// For each high nibble, its bit in the above.
    bits: __m256i,
}

impl Tables {
    #[target_feature(enable = "avx2")]
    fn new(set: &ByteSet) -> Self {
        let mut lower = [0u8; 16];
        let mut upper = [0u8; 16];
        for code in set.codes() {
            let (high, low) = (code >> 4, usize::from(code & 15));
            let table = if high < 8 { &mut lower } else { &mut upper };
            table[low] |= 1 << (high & 7);
        }
        let bits = std::array::from_fn(|high| 1 << (high & 7));
        Self { lower: broadcast(&lower), upper: broadcast(&upper), bits: broadcast(&bits) }
    }

    #[target_feature(enable = "avx2")]
    fn word(&self, codes: &[u8; WORD]) -> u64 {
        let (halves, _) = codes.as_chunks::<32>();
        u64::from(self.half(&halves[0])) | u64::from(self.half(&halves[1])) << 32
    }

    #[target_feature(enable = "avx2")]
    fn half(&self, codes: &[u8; 32]) -> u32 {
        // SAFETY: an array of 32 bytes is 32 bytes to read; the load needs no alignment.
        let codes = unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) };
        // A shuffle gives 0 where the index has its top bit set, so each table answers for its own half of the codes.
        let lower = _mm256_shuffle_epi8(self.lower, codes);
        let upper = _mm256_shuffle_epi8(self.upper, _mm256_xor_si256(codes, _mm256_set1_epi8(-128)));
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(codes), _mm256_set1_epi8(15));
        let bit = _mm256_shuffle_epi8(self.bits, high);
        let found = _mm256_and_si256(_mm256_or_si256(lower, upper), bit);
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(found, bit)).cast_unsigned()
    }
}

#[target_feature(enable = "avx2")]
fn broadcast(table: &[u8; 16]) -> __m256i {
    // SAFETY: an array of 16 bytes is 16 bytes to read; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}
