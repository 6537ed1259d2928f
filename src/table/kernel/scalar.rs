//! The scalar twin.

use super::{CodeSet, WORD};

pub(super) fn select(codes: &[[u8; WORD]], set: &CodeSet, candidates: &[u64], out: &mut [u64]) {
    for ((codes, candidates), out) in codes.iter().zip(candidates).zip(out) {
        *out = if *candidates == 0 { 0 } else { word(codes, set) & candidates };
    }
}

pub(super) fn select_both(codes: &[[u8; WORD]], sets: [&CodeSet; 2], candidates: &[u64], out: [&mut [u64]; 2]) {
    for (set, out) in sets.into_iter().zip(out) {
        select(codes, set, candidates, out);
    }
}

fn word(codes: &[u8; WORD], set: &CodeSet) -> u64 {
    codes.iter().enumerate().fold(0, |mask, (bit, code)| mask | u64::from(set.contains(*code)) << bit)
}
