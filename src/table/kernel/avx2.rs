//! The vector twin of 32 codes at a time.
//!
//! A set that is no range is looked up by nibbles: the low nibble of a code picks a byte of two 16-byte tables by a
//! shuffle, which says for which high nibbles the code is in the set; the high nibble picks the bit to look at. (Mula
//! and Langdale use the same look-up to classify characters in simdjson, 2019.)

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16,
    _mm256_sub_epi8, _mm256_xor_si256,
};

use super::codes::{Range, Tables};
use super::{Kernel, WORD, is_sparse, scalar};

/// The kernel, if the machine has AVX2; what has it counts bits as well.
pub(super) fn detect() -> Option<&'static Kernel> {
    (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt")).then_some(&KERNEL)
}

// SAFETY of all: only `detect` gives the kernel out, and only where the machine has the features.
static KERNEL: Kernel = Kernel {
    name: "AVX2",
    range: |codes, wanted, rows| unsafe { range(codes, wanted, rows) },
    nibbles: |codes, tables, rows| unsafe { nibbles(codes, tables, rows) },
    planes: |each, truth, rows| unsafe { planes(each, truth, rows) },
    and: |rows, others| unsafe { and(rows, others) },
    and_not: |rows, others| unsafe { and_not(rows, others) },
    or: |rows, others| unsafe { or(rows, others) },
    count: |rows| unsafe { count(rows) },
};

#[target_feature(enable = "avx2")]
fn range(codes: &[[u8; WORD]], range: Range, rows: &mut [u64]) {
    let (first, more) = (_mm256_set1_epi8(range.first.cast_signed()), _mm256_set1_epi8(range.more.cast_signed()));
    retain(codes, rows, |codes| {
        let distance = _mm256_sub_epi8(codes, first);
        _mm256_cmpeq_epi8(_mm256_min_epu8(distance, more), distance)
    });
}

#[target_feature(enable = "avx2")]
fn nibbles(codes: &[[u8; WORD]], tables: &Tables, rows: &mut [u64]) {
    const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let (bits, lower, upper) = (broadcast(&BITS), broadcast(&tables[0]), broadcast(&tables[1]));
    let (nibble, top) = (_mm256_set1_epi8(15), _mm256_set1_epi8(-128));
    retain(codes, rows, |codes| {
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(codes), nibble);
        // A shuffle gives 0 where the index has its top bit set, so each table answers for its own half of the codes.
        let found = _mm256_or_si256(
            _mm256_shuffle_epi8(lower, codes),
            _mm256_shuffle_epi8(upper, _mm256_xor_si256(codes, top)),
        );
        let bit = _mm256_shuffle_epi8(bits, high);
        _mm256_cmpeq_epi8(_mm256_and_si256(found, bit), bit)
    });
}

/// Whether words without rows are skipped is decided for the run: a branch a word costs more than the word.
#[inline(always)]
fn retain(codes: &[[u8; WORD]], rows: &mut [u64], holds: impl Fn(__m256i) -> __m256i) {
    if is_sparse(rows) {
        let words = codes.iter().zip(rows).filter(|(_, rows)| **rows != 0);
        words.for_each(|(codes, rows)| *rows &= mask(codes, &holds));
    } else {
        codes.iter().zip(rows).for_each(|(codes, rows)| *rows &= mask(codes, &holds));
    }
}

#[inline(always)]
fn mask(codes: &[u8; WORD], holds: impl Fn(__m256i) -> __m256i) -> u64 {
    let (halves, _) = codes.as_chunks::<32>();
    // SAFETY: only functions with the feature call this one, inlined into them; an array of 32 bytes is 32 bytes to
    // read, and the load needs no alignment.
    let half = |codes: &[u8; 32]| unsafe {
        u64::from(_mm256_movemask_epi8(holds(_mm256_loadu_si256(codes.as_ptr().cast()))).cast_unsigned())
    };
    half(&halves[0]) | half(&halves[1]) << 32
}

#[target_feature(enable = "avx2")]
fn broadcast(table: &[u8; 16]) -> __m256i {
    // SAFETY: an array of 16 bytes is 16 bytes to read; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}

bit_operations!("avx2,popcnt");
