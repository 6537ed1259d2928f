//! A column: one byte a value, and the exact value where a byte cannot tell.
//!
//! A byte is the number of a bucket of neighbouring keys, chosen so that frequent values have a bucket of their own and
//! the others share buckets of about equal weight: a Column Sketch (Hentschel, Kester and Idreos, SIGMOD 2018). A test
//! that splits a bucket consults the exact keys of that bucket's rows; only rows of buckets with several keys keep one.

use super::bits::ones;
use super::domain::{Domain, Keys, Passing};
use super::kernel::{ByteSet, CodeSet, WORD};

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
    pub(crate) wide: CodeSet,
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
        let mut buckets = Self { firsts, end, wide: ByteSet::default().into() };
        let is_wide = |code: &u8| {
            let (from, to) = buckets.keys(*code);
            to - from > 1
        };
        let wide: ByteSet = buckets.codes().filter(is_wide).collect();
        buckets.wide = wide.into();
        buckets
    }

    pub(crate) fn code(&self, key: u64) -> u8 {
        self.firsts.partition_point(|first| *first <= key) as u8
    }

    /// The keys of a code: from the first up to the second.
    pub(crate) fn keys(&self, code: u8) -> (u64, u64) {
        let at = usize::from(code) - 1;
        (self.firsts[at], self.firsts.get(at + 1).copied().unwrap_or(self.end))
    }

    fn codes(&self) -> impl Iterator<Item = u8> {
        1..=self.firsts.len() as u8
    }
}

/// The first keys of at most 255 buckets of about equal weight, in which a key heavier than a bucket is alone.
fn balanced(weights: &[(u64, u64)]) -> Vec<u64> {
    let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
    // A share of the total that gives at most 255 buckets is found by halving: the count falls as the share grows.
    let (mut low, mut high) = (total / BUCKETS as u64, total.max(1));
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
    /// The codes that pass.
    pub(crate) yes: CodeSet,
    /// The codes of which some keys pass.
    pub(crate) maybe: CodeSet,
    /// The keys that pass.
    pub(crate) keys: Keys,
}

impl Column {
    pub(crate) fn new(domain: Domain, buckets: Buckets) -> Self {
        Self { domain, buckets, weights: Box::new([0; 256]) }
    }

    /// What a test of the column's values says of its codes; `missing` is what it says of none.
    pub(crate) fn test(&self, passing: Passing, negated: bool, missing: bool) -> ColumnTest {
        let keys = passing.keys(self.domain.keys(), negated, missing);
        let (mut yes, mut maybe) = (ByteSet::default(), ByteSet::default());
        for code in self.buckets.codes() {
            let (from, to) = self.buckets.keys(code);
            match keys.count(from, to) {
                0 => {}
                all if all == to - from => yes.insert(code),
                _ => maybe.insert(code),
            }
        }
        if missing {
            yes.insert(NO_VALUE);
        }
        ColumnTest { yes: yes.into(), maybe: maybe.into(), keys }
    }

    /// How many rows have one of these codes.
    pub(crate) fn weight(&self, codes: &ByteSet) -> u64 {
        codes.codes().map(|code| self.weights[usize::from(code)]).sum()
    }
}

/// The values of one column in a run of rows.
#[derive(Clone, Debug)]
pub(crate) enum Stripe {
    /// All rows have this code, whose bucket has at most one key.
    Same(u8),
    Each {
        /// A code a row, filled up with [`NO_VALUE`] to whole words.
        codes: Vec<u8>,
        exact: Exact,
    },
}

/// The exact keys of the rows whose codes stand for several.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    /// For each word of rows, where its keys begin.
    starts: Vec<u32>,
    keys: Packed,
}

/// Keys in as few bytes as the largest needs.
#[derive(Clone, Debug)]
enum Packed {
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
}

impl Packed {
    fn new(keys: u64) -> Self {
        match keys {
            ..=0x1_0000 => Self::U16(Vec::new()),
            0x1_0001..=0x1_0000_0000 => Self::U32(Vec::new()),
            _ => Self::U64(Vec::new()),
        }
    }

    fn extend(&mut self, more: impl Iterator<Item = u64>) {
        match self {
            Self::U16(keys) => keys.extend(more.map(|key| key as u16)),
            Self::U32(keys) => keys.extend(more.map(|key| key as u32)),
            Self::U64(keys) => keys.extend(more),
        }
    }

    fn get(&self, at: usize) -> u64 {
        match self {
            Self::U16(keys) => u64::from(keys[at]),
            Self::U32(keys) => u64::from(keys[at]),
            Self::U64(keys) => keys[at],
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::U16(keys) => keys.len(),
            Self::U32(keys) => keys.len(),
            Self::U64(keys) => keys.len(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::U16(keys) => keys.capacity() * 2,
            Self::U32(keys) => keys.capacity() * 4,
            Self::U64(keys) => keys.capacity() * 8,
        }
    }

    fn shrink(&mut self) {
        match self {
            Self::U16(keys) => keys.shrink_to_fit(),
            Self::U32(keys) => keys.shrink_to_fit(),
            Self::U64(keys) => keys.shrink_to_fit(),
        }
    }
}

impl Exact {
    /// The keys of those rows whose codes have several; codes are filled up to whole words with one that has none.
    fn new(column: &Column, codes: &[u8], key: impl Fn(usize) -> u64) -> Self {
        let mut starts = Vec::with_capacity(codes.len() / WORD);
        let mut keys = Packed::new(column.domain.keys());
        for (word, codes) in codes.chunks_exact(WORD).enumerate() {
            // Rows are counted in 32 bits throughout.
            starts.push(keys.len() as u32);
            let wide = |at: &usize| column.buckets.wide.contains(codes[*at]);
            keys.extend((0..WORD).filter(wide).map(|at| key(word * WORD + at)));
        }
        if keys.len() == 0 {
            starts = Vec::new();
        }
        keys.shrink();
        Self { starts, keys }
    }

    /// The key of a row; `before` are those rows of its word that have a key and come first.
    fn get(&self, row: usize, before: u32) -> u64 {
        self.keys.get(self.starts[row / WORD] as usize + before as usize)
    }

    /// Of some rows of a word, those whose keys are among others; `keyed` are all rows of the word that have a key.
    pub(crate) fn select(&self, word: usize, rows: u64, keyed: u64, among: &Keys) -> u64 {
        let start = self.starts[word] as usize;
        match (&self.keys, among) {
            (Packed::U16(keys), Keys::Range(from, to)) => {
                select(&keys[start..], rows, keyed, |key| (*from..*to).contains(&key))
            }
            (Packed::U32(keys), Keys::Range(from, to)) => {
                select(&keys[start..], rows, keyed, |key| (*from..*to).contains(&key))
            }
            (Packed::U64(keys), Keys::Range(from, to)) => {
                select(&keys[start..], rows, keyed, |key| (*from..*to).contains(&key))
            }
            (_, Keys::Outside(from, to)) => rows & !self.select(word, rows, keyed, &Keys::Range(*from, *to)),
            (Packed::U16(keys), Keys::Set(set)) => select(&keys[start..], rows, keyed, |key| set.get(key as usize)),
            (Packed::U32(keys), Keys::Set(set)) => select(&keys[start..], rows, keyed, |key| set.get(key as usize)),
            (Packed::U64(keys), Keys::Set(set)) => select(&keys[start..], rows, keyed, |key| set.get(key as usize)),
        }
    }
}

fn select<K: Copy + Into<u64>>(keys: &[K], rows: u64, keyed: u64, passes: impl Fn(u64) -> bool) -> u64 {
    let mut selected = 0;
    for bit in ones(rows) {
        let before = (keyed & ((1 << bit) - 1)).count_ones() as usize;
        selected |= u64::from(passes(keys[before].into())) << bit;
    }
    selected
}

impl Stripe {
    /// The stripe of a run of codes, which are added to the column's weights; `key` tells the key of a row, and is asked
    /// where its code does not.
    pub(crate) fn new(
        column: &Column,
        weights: &mut [u64; 256],
        codes: impl ExactSizeIterator<Item = u8>,
        key: impl Fn(usize) -> u64,
    ) -> Self {
        let rows = codes.len();
        let codes = match Self::of_codes(codes, weights) {
            Self::Each { codes, .. } => codes,
            // All rows have the same code, but each has a key of its own.
            Self::Same(code) if column.buckets.wide.contains(code) => {
                let mut codes = Vec::with_capacity(rows.next_multiple_of(WORD));
                codes.resize(rows, code);
                codes.resize(rows.next_multiple_of(WORD), NO_VALUE);
                codes
            }
            same @ Self::Same(_) => return same,
        };
        let exact = Exact::new(column, &codes, key);
        Self::Each { codes, exact }
    }

    /// The stripe of a run of codes that each stand for one key.
    pub(crate) fn of_codes(codes: impl ExactSizeIterator<Item = u8>, weights: &mut [u64; 256]) -> Self {
        let rows = codes.len();
        let mut all = Vec::with_capacity(rows.next_multiple_of(WORD));
        all.extend(codes);
        // Neighbours mostly have the same code: two counts need not wait for each other.
        let (pairs, last) = all.as_chunks::<2>();
        let mut odd = [0_u64; 256];
        for [even_row, odd_row] in pairs {
            weights[usize::from(*even_row)] += 1;
            odd[usize::from(*odd_row)] += 1;
        }
        last.iter().for_each(|code| weights[usize::from(*code)] += 1);
        weights.iter_mut().zip(odd).for_each(|(weight, odd)| *weight += odd);
        let first = all.first().copied().unwrap_or(NO_VALUE);
        if all.iter().all(|code| *code == first) {
            return Self::Same(first);
        }
        all.resize(rows.next_multiple_of(WORD), NO_VALUE);
        Self::Each { codes: all, exact: Exact { starts: Vec::new(), keys: Packed::new(0) } }
    }

    /// The key of a row.
    pub(crate) fn key(&self, column: &Column, row: usize) -> Option<u64> {
        let (code, before) = match self {
            Self::Same(code) => (*code, 0),
            Self::Each { codes, .. } => {
                let word = row / WORD * WORD;
                let wide = |code: &&u8| column.buckets.wide.contains(**code);
                (codes[row], codes[word..row].iter().filter(wide).count() as u32)
            }
        };
        if code == NO_VALUE {
            None
        } else if column.buckets.wide.contains(code) {
            self.exact().map(|exact| exact.get(row, before))
        } else {
            Some(column.buckets.keys(code).0)
        }
    }

    fn exact(&self) -> Option<&Exact> {
        match self {
            Self::Same(_) => None,
            Self::Each { exact, .. } => Some(exact),
        }
    }

    /// How many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Same(_) => 0,
            Self::Each { codes, exact } => codes.capacity() + exact.starts.capacity() * 4 + exact.keys.bytes(),
        }
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
    fn buckets_are_balanced() {
        let weights: Vec<(u64, u64)> = (0..1_000_000).map(|key| (key, 1)).collect();
        let buckets = buckets(&weights, 1_000_000);
        let widest = buckets.codes().map(|code| buckets.keys(code)).map(|(from, to)| to - from).max().unwrap();
        assert!(widest < 1_000_000 / 250, "{widest}");
    }

    #[test]
    fn keys_come_back() {
        let keys: Vec<Option<u64>> = (0..1000).map(|row| (row % 3 > 0).then_some(row * row % 70_001)).collect();
        let mut weights: Vec<(u64, u64)> = keys.iter().flatten().map(|key| (*key, 1)).collect();
        weights.sort_unstable();
        weights.dedup_by_key(|(key, _)| *key);
        let lists = Domain::Lists((0..70_001).collect());
        let column = Column::new(lists, Buckets::new(&weights, 70_001));
        let codes = keys.iter().map(|key| key.map_or(NO_VALUE, |key| column.buckets.code(key)));
        let stripe = Stripe::new(&column, &mut [0; 256], codes, |row| keys[row].unwrap());
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(stripe.key(&column, row), *key, "{row}");
        }
    }
}
