//! Squares of bits, turned over their diagonals: what holds of each membership becomes who passes each predicate, and who is
//! in each audience becomes which audiences each is in.

use std::ops::Range;

/// Words side by side: together they are a line of the cache.
const WORDS: usize = 8;

/// Memberships that are asked at a time.
pub(in crate::audience_set) const LANES: usize = 64 * WORDS;

/// Audiences that are worked out at a time: some lines of each contact's bitmap, and answers that the second cache holds.
pub(super) const BLOCK: usize = 64 * 64;

/// A bit for each of some memberships. Each word has every eighth of them, so that neighbours have the same place in
/// neighbouring words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(64))]
pub(super) struct Word([u64; WORDS]);

/// What can be joined: a bit for each of some memberships.
pub(super) trait Joined: Copy {
    const NONE: Self;
    const ALL: Self;

    /// Leaves those that are among others.
    fn retain(&mut self, others: &Self);

    /// Adds others.
    fn extend(&mut self, others: &Self);
}

impl Joined for u64 {
    const NONE: Self = 0;
    const ALL: Self = Self::MAX;

    #[inline(always)]
    fn retain(&mut self, others: &Self) {
        *self &= others;
    }

    #[inline(always)]
    fn extend(&mut self, others: &Self) {
        *self |= others;
    }
}

impl Joined for Word {
    const NONE: Self = Self([0; WORDS]);
    const ALL: Self = Self([u64::MAX; WORDS]);

    #[inline(always)]
    fn retain(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, others)| *word &= others);
    }

    #[inline(always)]
    fn extend(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, others)| *word |= others);
    }
}

/// Which audiences of a block each of some memberships is in.
pub(in crate::audience_set) struct Answers<'c>(&'c [[Word; 64]]);

impl<'c> Answers<'c> {
    /// Turns the audiences of a block, for each of which there is who is in it.
    pub(super) fn of(audiences: &'c mut [Word]) -> Self {
        let (squares, _) = audiences.as_chunks_mut();
        squares.iter_mut().for_each(transpose);
        Self(squares)
    }

    /// Parts of as many audiences as make a line of the cache, each with its distance from the first audience.
    pub(in crate::audience_set) fn lines(&self) -> impl Iterator<Item = (usize, Answers<'c>)> {
        let lines = self.0.chunks(WORDS).map(Answers);
        (0..).step_by(64 * WORDS).zip(lines)
    }

    /// The audiences that any of some memberships is in, a word of them after the other.
    #[inline]
    pub(in crate::audience_set) fn of_any(&self, lanes: Range<usize>) -> impl Iterator<Item = u64> {
        let of = |square: &[Word; 64], lane: usize| square[lane / WORDS].0[lane % WORDS];
        self.0.iter().map(move |square| lanes.clone().fold(0, |any, lane| any | of(square, lane)))
    }
}

/// Turns what holds of each membership into who passes each predicate; `truths` tells the words of a membership's bits.
pub(super) fn turn_truths<'t>(memberships: usize, truths: impl Fn(usize) -> &'t [u64], predicates: &mut [Word]) {
    for (at, predicates) in predicates.chunks_mut(64).enumerate() {
        let mut square = [Word::NONE; 64];
        for lane in 0..memberships {
            square[lane / WORDS].0[lane % WORDS] = truths(lane)[at];
        }
        transpose(&mut square);
        predicates.copy_from_slice(&square[..predicates.len()]);
    }
}

/// Turns as many squares as there are words side by side: halves change places, then halves of halves (Warren, Hacker's
/// Delight, §7–3).
fn transpose(squares: &mut [Word; 64]) {
    exchange::<32>(squares);
    exchange::<16>(squares);
    exchange::<8>(squares);
    exchange::<4>(squares);
    exchange::<2>(squares);
    exchange::<1>(squares);
}

/// Has the right of each upper row and the left of the lower one change places.
#[inline(always)]
fn exchange<const WIDTH: usize>(squares: &mut [Word; 64]) {
    let mask = u64::MAX / ((1 << WIDTH) + 1);
    for rows in squares.chunks_exact_mut(2 * WIDTH) {
        let (upper, lower) = rows.split_at_mut(WIDTH);
        for (upper, lower) in upper.iter_mut().zip(lower) {
            for (upper, lower) in upper.0.iter_mut().zip(&mut lower.0) {
                let swapped = (*upper >> WIDTH ^ *lower) & mask;
                *upper ^= swapped << WIDTH;
                *lower ^= swapped;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state
        };
        let squares: [Word; 64] = std::array::from_fn(|_| Word(std::array::from_fn(|_| random())));
        let mut turned = squares;
        transpose(&mut turned);
        for (row, words) in squares.iter().enumerate() {
            for (column, turned) in turned.iter().enumerate() {
                let [bits, turned] =
                    [(words, column), (turned, row)].map(|(words, bit)| words.0.map(|word| word >> bit & 1));
                assert_eq!(turned, bits, "{row}, {column}");
            }
        }
    }
}
