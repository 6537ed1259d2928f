//! The vector twin of 64 codes at a time.
//!
//! A comparison gives the bits of a word at once. A set that is no range is looked up by nibbles, as [`super::avx2`]
//! does.

use std::arch::x86_64::{
    __m512i, _MM_HINT_T1, _mm_loadu_si128, _mm_prefetch, _mm512_and_si512, _mm512_broadcast_i32x4,
    _mm512_cmple_epu8_mask, _mm512_loadu_si512, _mm512_or_si512, _mm512_set1_epi8, _mm512_shuffle_epi8,
    _mm512_srli_epi16, _mm512_sub_epi8, _mm512_test_epi8_mask, _mm512_xor_si512,
};

use super::codes::{Range, Tables};
use super::{Kernel, RUN, WORD, is_sparse, scalar};

/// How many bytes ahead of those in hand are asked for: what the next run of the column begins with.
const AHEAD: usize = RUN * WORD;

/// The kernel, if the machine has AVX-512 with its byte and bit-counting instructions.
pub(super) fn detect() -> Option<&'static Kernel> {
    let has_all = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("popcnt");
    has_all.then_some(&KERNEL)
}

// SAFETY of all: only `detect` gives the kernel out, and only where the machine has the features.
static KERNEL: Kernel = Kernel {
    name: "AVX-512",
    range: |codes, wanted, rows| unsafe { range(codes, wanted, rows) },
    nibbles: |codes, tables, rows| unsafe { nibbles(codes, tables, rows) },
    planes: |each, truth, rows| unsafe { planes(each, truth, rows) },
    and: |rows, others| unsafe { and(rows, others) },
    and_not: |rows, others| unsafe { and_not(rows, others) },
    or: |rows, others| unsafe { or(rows, others) },
    count: |rows| unsafe { count(rows) },
};

#[target_feature(enable = "avx512f,avx512bw")]
fn range(codes: &[[u8; WORD]], range: Range, rows: &mut [u64]) {
    let (first, more) = (_mm512_set1_epi8(range.first.cast_signed()), _mm512_set1_epi8(range.more.cast_signed()));
    retain(codes, rows, |codes| _mm512_cmple_epu8_mask(_mm512_sub_epi8(load(codes), first), more));
}

#[target_feature(enable = "avx512f,avx512bw")]
fn nibbles(codes: &[[u8; WORD]], tables: &Tables, rows: &mut [u64]) {
    const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let (bits, lower, upper) = (broadcast(&BITS), broadcast(&tables[0]), broadcast(&tables[1]));
    let (nibble, top) = (_mm512_set1_epi8(15), _mm512_set1_epi8(-128));
    retain(codes, rows, |codes| {
        let codes = load(codes);
        let high = _mm512_and_si512(_mm512_srli_epi16::<4>(codes), nibble);
        // A shuffle gives 0 where the index has its top bit set, so each table answers for its own half of the codes.
        let found = _mm512_or_si512(
            _mm512_shuffle_epi8(lower, codes),
            _mm512_shuffle_epi8(upper, _mm512_xor_si512(codes, top)),
        );
        _mm512_test_epi8_mask(found, _mm512_shuffle_epi8(bits, high))
    });
}

/// Whether words without rows are skipped is decided for the run: a branch a word costs more than the word.
#[inline(always)]
fn retain(codes: &[[u8; WORD]], rows: &mut [u64], mask: impl Fn(&[u8; WORD]) -> u64) {
    if is_sparse(rows) {
        codes.iter().zip(rows).filter(|(_, rows)| **rows != 0).for_each(|(codes, rows)| *rows &= mask(codes));
    } else {
        codes.iter().zip(rows).for_each(|(codes, rows)| *rows &= mask(codes));
    }
}

/// Loads a word of codes, and asks for the one that is wanted a run later: hardware does not look past the end of a
/// page.
#[target_feature(enable = "avx512f")]
fn load(codes: &[u8; WORD]) -> __m512i {
    _mm_prefetch::<_MM_HINT_T1>(codes.as_ptr().wrapping_add(AHEAD).cast());
    // SAFETY: an array of 64 bytes is 64 bytes to read; the load needs no alignment.
    unsafe { _mm512_loadu_si512(codes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn broadcast(table: &[u8; 16]) -> __m512i {
    // SAFETY: an array of 16 bytes is 16 bytes to read; the load needs no alignment.
    _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}

bit_operations!("avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt");
