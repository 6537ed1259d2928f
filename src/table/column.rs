//! A column: what its values are, and which code of one byte stands for which of them.
//!
//! A code is the number of a bucket of neighbouring keys, chosen so that frequent values have a bucket of their own and
//! the others share buckets of about equal weight: a Column Sketch (Hentschel, Kester and Idreos, SIGMOD 2018). A test
//! that splits a bucket leaves the rows of that bucket open, and their exact keys decide.

use super::domain::{Domain, KeySet, Passing};
use super::kernel::{ByteSet, CodeSet};

/// The code of a row without a value.
pub(crate) const NO_VALUE: u8 = 0;
/// Codes for values are 1 to 255.
const BUCKETS: usize = 255;

/// What all stripes of a column share.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) domain: Domain,
    pub(crate) buckets: Buckets,
    /// How many rows have each code.
    pub(crate) weights: Box<[u64; 256]>,
}

/// The buckets that keys fall into.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    /// The first key of each bucket; the code of the first bucket is 1.
    firsts: Vec<u64>,
    /// The key after the last.
    end: u64,
    /// The codes of the buckets that hold more than one key.
    pub(crate) wide: ByteSet,
    /// How many bytes tell the keys of the widest bucket apart.
    refining: usize,
}

impl Buckets {
    /// Buckets for keys below `end`, of which some are known to have a weight. The keys must ascend.
    pub(crate) fn new(weights: &[(u64, u64)], end: u64) -> Self {
        let mut firsts: Vec<u64> = if end <= BUCKETS as u64 { (0..end).collect() } else { balanced(weights) };
        if let Some(first) = firsts.first_mut() {
            *first = 0;
        } else if end > 0 {
            firsts.push(0);
        }
        Self::of_firsts(firsts, end)
    }

    /// Buckets that are known by their first keys, if those can be: from 0 on they ascend, and stay below `end`.
    #[cfg(feature = "image")]
    pub(super) fn restored(firsts: Vec<u64>, end: u64) -> Option<Self> {
        let first = if end == 0 { None } else { Some(&0) };
        let ascend = firsts.is_sorted_by(|a, b| a < b) && firsts.last().is_none_or(|last| *last < end);
        (firsts.len() <= BUCKETS && firsts.first() == first && ascend).then(|| Self::of_firsts(firsts, end))
    }

    /// The first key of each bucket.
    #[cfg(feature = "image")]
    pub(super) fn firsts(&self) -> &[u64] {
        &self.firsts
    }

    fn of_firsts(firsts: Vec<u64>, end: u64) -> Self {
        let mut buckets = Self { firsts, end, wide: ByteSet::default(), refining: 0 };
        buckets.wide = buckets.codes().filter(|code| buckets.width(*code) > 1).collect();
        let bits = buckets.codes().map(|code| bits(buckets.width(code))).max().unwrap_or(0);
        buckets.refining = bits.div_ceil(8) as usize;
        buckets
    }

    fn width(&self, code: u8) -> u64 {
        let (from, to) = self.keys(code);
        to - from
    }

    /// How many bytes refine a code to its key, at most 8.
    pub(crate) fn refining(&self) -> usize {
        self.refining
    }

    /// The bytes that refine a code to a key of its bucket, in the order of the keys: the key's distance from the
    /// bucket's first, moved so far to the left that the first byte tells as much as it can.
    pub(crate) fn refinement(&self, code: u8, key: u64) -> [u8; 8] {
        let distance = key - self.keys(code).0;
        (distance << self.shift(code)).to_be_bytes()
    }

    /// The key of a code and its refinement; one of the column's, whatever bytes an image has for it.
    pub(crate) fn key(&self, code: u8, refinement: [u8; 8]) -> u64 {
        let key = self.keys(code).0.saturating_add(u64::from_be_bytes(refinement) >> self.shift(code));
        key.min(self.end - 1)
    }

    fn shift(&self, code: u8) -> u32 {
        (64 - bits(self.width(code))).min(63)
    }

    pub(crate) fn code(&self, key: u64) -> u8 {
        if self.wide.is_empty() {
            return key as u8 + 1;
        }
        self.firsts.partition_point(|first| *first <= key) as u8
    }

    /// The keys of a code: from the first up to the second.
    pub(crate) fn keys(&self, code: u8) -> (u64, u64) {
        let at = usize::from(code) - 1;
        (self.firsts[at], self.firsts.get(at + 1).copied().unwrap_or(self.end))
    }

    /// The codes all of whose keys are in a set, and those of which some are.
    fn passing(&self, keys: &KeySet) -> (ByteSet, ByteSet) {
        match keys {
            KeySet::Range(from, to) => self.within(*from, *to),
            KeySet::Outside(from, to) => {
                let (within, partly) = self.within(*from, *to);
                (self.all().without(&within).without(&partly), partly)
            }
            KeySet::Set(_) => {
                let (mut yes, mut maybe) = (ByteSet::default(), ByteSet::default());
                for code in self.codes() {
                    let (from, to) = self.keys(code);
                    match keys.count(from, to) {
                        0 => {}
                        all if all == to - from => yes.insert(code),
                        _ => maybe.insert(code),
                    }
                }
                (yes, maybe)
            }
        }
    }

    /// The same of a range of keys: no more than the buckets at its ends need a look.
    fn within(&self, from: u64, to: u64) -> (ByteSet, ByteSet) {
        let (to, mut maybe) = (to.min(self.end), ByteSet::default());
        if from >= to {
            return (ByteSet::default(), maybe);
        }
        let (first, last) = (self.code(from), self.code(to - 1));
        for code in [first, last] {
            let (begin, end) = self.keys(code);
            if begin < from || to < end {
                maybe.insert(code);
            }
        }
        (ByteSet::range(first, last).without(&maybe), maybe)
    }

    fn all(&self) -> ByteSet {
        self.firsts.len().checked_sub(1).map_or_else(ByteSet::default, |more| ByteSet::range(1, more as u8 + 1))
    }

    /// The key as a place within a bucket, where it is not at the bucket's beginning.
    fn bound(&self, key: u64) -> Option<KeyBound> {
        if key >= self.end {
            return None;
        }
        let code = self.code(key);
        let short = self.width(code) <= 256;
        (key > self.keys(code).0).then(|| KeyBound { code, refinement: self.refinement(code, key), short })
    }

    fn codes(&self) -> impl Iterator<Item = u8> {
        1..=self.firsts.len() as u8
    }
}

/// How many bits tell so many keys apart.
fn bits(keys: u64) -> u32 {
    u64::BITS - keys.saturating_sub(1).leading_zeros()
}

/// The first keys of at most 255 buckets of about equal weight, in which a key heavier than a bucket is alone.
fn balanced(weights: &[(u64, u64)]) -> Vec<u64> {
    let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
    // The least share that gives at most 255 buckets is found by halving: the count falls as the share grows. It may be
    // far below a 255th of the total, where few keys have most of the weight.
    let (mut low, mut high) = (1, total.max(1));
    while low < high {
        let middle = low + (high - low) / 2;
        if split(weights, middle).len() <= BUCKETS { high = middle } else { low = middle + 1 }
    }
    split(weights, high)
}

fn split(weights: &[(u64, u64)], share: u64) -> Vec<u64> {
    let mut firsts = Vec::new();
    let mut weight = 0;
    let mut alone = true;
    for &(key, of_key) in weights {
        let heavy = of_key >= share;
        if alone || heavy || weight + of_key > share {
            firsts.push(key);
            weight = 0;
        }
        weight += of_key;
        alone = heavy;
    }
    firsts
}

/// A leaf's test, as codes and keys of a column.
#[derive(Clone, Debug)]
pub(crate) struct ColumnTest {
    /// The codes all of whose keys pass.
    pub(crate) yes: ByteSet,
    /// The codes of which some keys pass.
    pub(crate) maybe: CodeSet,
    /// Both.
    pub(crate) possible: CodeSet,
    /// Which of those keys do.
    pub(crate) open: OpenKeys,
}

/// Which keys pass of the codes that leave it open.
#[derive(Clone, Debug)]
pub(crate) enum OpenKeys {
    /// Those of a range that begins in the bucket of one code and ends in that of another.
    Range {
        low: Option<KeyBound>,
        high: Option<KeyBound>,
        /// All but those.
        negated: bool,
    },
    KeySet(KeySet),
}

/// A key within a bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyBound {
    pub(crate) code: u8,
    pub(crate) refinement: [u8; 8],
    /// Whether the first byte tells all keys of the bucket apart.
    pub(crate) short: bool,
}

impl OpenKeys {
    fn of(keys: KeySet, buckets: &Buckets) -> Self {
        let range = |from, to, negated| Self::Range { low: buckets.bound(from), high: buckets.bound(to), negated };
        match keys {
            KeySet::Range(from, to) => range(from, to, false),
            KeySet::Outside(from, to) => range(from, to, true),
            keys @ KeySet::Set(_) => Self::KeySet(keys),
        }
    }
}

impl Column {
    pub(crate) fn new(domain: Domain, buckets: Buckets) -> Self {
        Self { domain, buckets, weights: Box::new([0; 256]) }
    }

    /// What a test of the column's values says of its codes; `missing` is what it says of none.
    pub(crate) fn test(&self, passing: Passing, negated: bool, missing: bool) -> ColumnTest {
        let keys = passing.keys(negated, missing);
        let (mut yes, maybe) = self.buckets.passing(&keys);
        if missing {
            yes.insert(NO_VALUE);
        }
        ColumnTest {
            yes,
            maybe: maybe.into(),
            possible: yes.or(&maybe).into(),
            open: OpenKeys::of(keys, &self.buckets),
        }
    }

    /// How many bytes the values take on the heap, and what there is to know of their codes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.domain.heap_bytes() + size_of_val(&*self.buckets.firsts) + size_of_val(&*self.weights)
    }

    /// How many rows have one of these codes.
    pub(crate) fn weight(&self, codes: &ByteSet) -> u64 {
        codes.codes().map(|code| self.weights[usize::from(code)]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(weights: &[(u64, u64)], end: u64) -> Buckets {
        let buckets = Buckets::new(weights, end);
        let mut next = 0;
        for code in buckets.codes() {
            let (from, to) = buckets.keys(code);
            assert_eq!(from, next, "no gap");
            assert!(to > from, "no empty bucket");
            assert_eq!((buckets.code(from), buckets.code(to - 1)), (code, code));
            assert_eq!(buckets.wide.contains(code), to - from > 1);
            next = to;
        }
        assert_eq!(next, end);
        buckets
    }

    #[test]
    fn the_codes_of_a_range_are_those_that_a_look_at_every_bucket_finds() {
        for (step, end) in [(1, 40), (1, 255), (3, 2_000), (7, 100_000)] {
            let weights: Vec<(u64, u64)> = (0..end).step_by(step).map(|key| (key, 1 + key % 5)).collect();
            let buckets = buckets(&weights, end);
            let ends = || (0..=end + 3).step_by(1 + end as usize / 97).chain([1, 2, end - 1, end, u64::MAX]);
            for (from, to) in ends().flat_map(|from| ends().map(move |to| (from, to.max(from)))) {
                for keys in [KeySet::Range(from, to), KeySet::Outside(from.min(end), to.min(end))] {
                    let counted = |code: &u8| {
                        let (first, after) = buckets.keys(*code);
                        (keys.count(first, after), after - first)
                    };
                    let of =
                        |wanted: fn((u64, u64)) -> bool| buckets.codes().filter(|code| wanted(counted(code))).collect();
                    let expected = (of(|(in_set, all)| in_set == all), of(|(in_set, all)| 0 < in_set && in_set < all));
                    assert_eq!(buckets.passing(&keys), expected, "{keys:?} of {end}");
                }
            }
        }
        assert_eq!(Buckets::new(&[], 0).passing(&KeySet::Outside(0, 0)), Default::default());
    }

    #[test]
    fn few_keys_have_a_bucket_each() {
        assert!(buckets(&[(3, 5)], 255).wide.is_empty());
        assert!(buckets(&[], 0).wide.is_empty());
    }

    #[test]
    fn frequent_keys_are_alone() {
        let weights: Vec<(u64, u64)> = (0..10_000).map(|key| (key, if key % 1000 == 7 { 5_000 } else { 1 })).collect();
        let buckets = buckets(&weights, 10_000);
        for key in (7..10_000).step_by(1000) {
            assert_eq!(buckets.keys(buckets.code(key)), (key, key + 1));
        }
    }

    #[test]
    fn what_frequent_keys_leave_is_balanced() {
        let weights: Vec<(u64, u64)> = (0..1_000).map(|key| (key, if key < 20 { 1_000_000 } else { 1 })).collect();
        let buckets = buckets(&weights, 1_000);
        for code in buckets.codes() {
            let (from, to) = buckets.keys(code);
            assert!(to - from <= if from < 20 { 1 } else { 5 }, "{from} to {to}");
        }
    }

    #[test]
    fn buckets_are_of_about_equal_weight_whatever_their_keys_weigh() {
        let weights: Vec<(u64, u64)> = (0..20_000).map(|key| (key, if key < 10_000 { 1 } else { 97 })).collect();
        let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
        let buckets = buckets(&weights, 20_000);
        for code in buckets.codes() {
            let (from, to) = buckets.keys(code);
            let weight: u64 = weights[from as usize..to as usize].iter().map(|(_, weight)| weight).sum();
            assert!(weight < total / 255 * 5 / 4, "{from} to {to}: {weight}");
        }
    }

    #[test]
    fn buckets_are_balanced() {
        let weights: Vec<(u64, u64)> = (0..1_000_000).map(|key| (key, 1)).collect();
        let buckets = buckets(&weights, 1_000_000);
        let widest = buckets.codes().map(|code| buckets.keys(code)).map(|(from, to)| to - from).max().unwrap();
        assert!(widest < 1_000_000 / 250, "{widest}");
    }
}
