//! The vector twin, 32 codes at a time.
//!
//! A set of bytes is looked up by nibbles: the low nibble of a code picks a byte of two 16-byte tables by a shuffle,
//! which says for which high nibbles the code is in the set; the high nibble picks the bit to look at. (Mula and
//! Langdale use the same look-up to classify characters in simdjson, 2019.)

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_xor_si256,
};

use super::{CodeSet, WORD};

/// The machine has AVX2: `detect` is the only way to get one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proof(());

impl Proof {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

pub(super) fn select(_: Proof, codes: &[[u8; WORD]], set: &CodeSet, candidates: &[u64], out: &mut [u64]) {
    // SAFETY: the proof says that the machine has AVX2.
    unsafe { select_words(codes, set, candidates, out) }
}

pub(super) fn select_both(
    _: Proof,
    codes: &[[u8; WORD]],
    sets: [&CodeSet; 2],
    candidates: &[u64],
    out: [&mut [u64]; 2],
) {
    // SAFETY: the proof says that the machine has AVX2.
    unsafe { select_both_words(codes, sets, candidates, out) }
}

#[target_feature(enable = "avx2")]
fn select_words(codes: &[[u8; WORD]], set: &CodeSet, candidates: &[u64], out: &mut [u64]) {
    let tables = Tables::new(set);
    for ((codes, candidates), out) in codes.iter().zip(candidates).zip(out) {
        *out = if *candidates == 0 { 0 } else { joined(halves(codes).map(|half| tables.look_up(half))) & candidates };
    }
}

#[target_feature(enable = "avx2")]
fn select_both_words(codes: &[[u8; WORD]], sets: [&CodeSet; 2], candidates: &[u64], out: [&mut [u64]; 2]) {
    let (first_tables, second_tables) = (Tables::new(sets[0]), Tables::new(sets[1]));
    let [first, second] = out;
    for (((codes, candidates), first), second) in codes.iter().zip(candidates).zip(first).zip(second) {
        if *candidates == 0 {
            (*first, *second) = (0, 0);
            continue;
        }
        let halves = halves(codes);
        *first = joined(halves.map(|half| first_tables.look_up(half))) & candidates;
        *second = joined(halves.map(|half| second_tables.look_up(half))) & candidates;
    }
}

#[target_feature(enable = "avx2")]
fn halves(codes: &[u8; WORD]) -> [Half; 2] {
    let (halves, _) = codes.as_chunks::<32>();
    [Half::new(&halves[0]), Half::new(&halves[1])]
}

fn joined(masks: [u32; 2]) -> u64 {
    u64::from(masks[0]) | u64::from(masks[1]) << 32
}

/// 32 codes, as indices of the tables.
#[derive(Clone, Copy)]
struct Half {
    codes: __m256i,
    /// The codes with their top bits turned over.
    turned: __m256i,
    /// The bit to look at for each.
    bits: __m256i,
}

impl Half {
    #[target_feature(enable = "avx2")]
    fn new(codes: &[u8; 32]) -> Self {
        const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        // SAFETY: an array of 32 bytes is 32 bytes to read; the load needs no alignment.
        let codes = unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) };
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(codes), _mm256_set1_epi8(15));
        Self {
            codes,
            turned: _mm256_xor_si256(codes, _mm256_set1_epi8(-128)),
            bits: _mm256_shuffle_epi8(broadcast(&BITS), high),
        }
    }
}

/// The set as shuffles look it up.
struct Tables {
    lower: __m256i,
    upper: __m256i,
}

impl Tables {
    #[target_feature(enable = "avx2")]
    fn new(set: &CodeSet) -> Self {
        Self { lower: broadcast(&set.lower), upper: broadcast(&set.upper) }
    }

    #[target_feature(enable = "avx2")]
    fn look_up(&self, half: Half) -> u32 {
        // A shuffle gives 0 where the index has its top bit set, so each table answers for its own half of the codes.
        let lower = _mm256_shuffle_epi8(self.lower, half.codes);
        let upper = _mm256_shuffle_epi8(self.upper, half.turned);
        let found = _mm256_and_si256(_mm256_or_si256(lower, upper), half.bits);
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(found, half.bits)).cast_unsigned()
    }
}

#[target_feature(enable = "avx2")]
fn broadcast(table: &[u8; 16]) -> __m256i {
    // SAFETY: an array of 16 bytes is 16 bytes to read; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}
