//! The scalar twin.

use super::{ByteSet, WORD};

pub(super) fn select(codes: &[[u8; WORD]], set: &ByteSet, candidates: &[u64], out: &mut [u64]) {
    for ((codes, candidates), out) in codes.iter().zip(candidates).zip(out) {
        *out = if *candidates == 0 { 0 } else { word(codes, set) & candidates };
    }
}

fn word(codes: &[u8; WORD], set: &ByteSet) -> u64 {
    codes.iter().enumerate().fold(0, |mask, (bit, code)| mask | u64::from(set.contains(*code)) << bit)
}
