//! The scalar twin, and the bit operations that every twin compiles for its own instructions.

use super::codes::{Range, Tables};
use super::{Kernel, PLANES, WORD};

pub(super) static KERNEL: Kernel = Kernel { name: "scalar", range, nibbles, planes, and, and_not, or, count };

fn range(codes: &[[u8; WORD]], range: Range, rows: &mut [u64]) {
    retain(codes, rows, |code| code.wrapping_sub(range.first) <= range.more);
}

fn nibbles(codes: &[[u8; WORD]], tables: &Tables, rows: &mut [u64]) {
    retain(codes, rows, |code| {
        let (high, low) = (usize::from(code >> 4), usize::from(code & 15));
        tables[high / 8][low] >> (high % 8) & 1 == 1
    });
}

fn retain(codes: &[[u8; WORD]], rows: &mut [u64], holds: impl Fn(u8) -> bool) {
    for (codes, rows) in codes.iter().zip(rows).filter(|(_, rows)| **rows != 0) {
        *rows &= codes.iter().enumerate().fold(0, |mask, (bit, code)| mask | u64::from(holds(*code)) << bit);
    }
}

/// A tree of choices over the planes: each halves what the code can still be (as a multiplexer does).
#[inline(always)]
pub(super) fn planes(planes: &[&[u64]], truth: u16, rows: &mut [u64]) {
    match *planes {
        [] if truth & 1 == 1 => {}
        [] => rows.fill(0),
        [a] => choose([a], truth, rows),
        [a, b] => choose([a, b], truth, rows),
        [a, b, c] => choose([a, b, c], truth, rows),
        [a, b, c, d] => choose([a, b, c, d], truth, rows),
        _ => unreachable!("at most {PLANES} planes"),
    }
}

#[inline(always)]
fn choose<const N: usize>(planes: [&[u64]; N], truth: u16, rows: &mut [u64]) {
    let answers: [u64; 1 << PLANES] = std::array::from_fn(|code| if truth >> code & 1 == 1 { u64::MAX } else { 0 });
    let planes = planes.map(|plane| &plane[..rows.len()]);
    for (word, rows) in rows.iter_mut().enumerate() {
        let mut left = answers;
        for (plane, bits) in planes.iter().enumerate() {
            for at in 0..1 << (N - 1 - plane) {
                left[at] = left[2 * at] ^ ((left[2 * at] ^ left[2 * at + 1]) & bits[word]);
            }
        }
        *rows &= left[0];
    }
}

#[inline(always)]
pub(super) fn and(rows: &mut [u64], others: &[u64]) {
    rows.iter_mut().zip(others).for_each(|(rows, others)| *rows &= others);
}

#[inline(always)]
pub(super) fn and_not(rows: &mut [u64], others: &[u64]) {
    rows.iter_mut().zip(others).for_each(|(rows, others)| *rows &= !others);
}

#[inline(always)]
pub(super) fn or(rows: &mut [u64], others: &[u64]) {
    rows.iter_mut().zip(others).for_each(|(rows, others)| *rows |= others);
}

#[inline(always)]
pub(super) fn count(rows: &[u64]) -> u64 {
    rows.iter().map(|rows| u64::from(rows.count_ones())).sum()
}
