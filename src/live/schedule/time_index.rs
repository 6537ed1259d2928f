//! The instants of one field, in their order: as chunks, each of which is sorted.
//!
//! Sixteen bytes an instant, and a change moves no more than one chunk: a B+ tree of two levels, whose upper one holds the
//! first of each chunk and stays in the cache. What lies in the past goes a chunk at a time.

use std::collections::VecDeque;

use crate::table::Phone;

/// An instant, in microseconds, of the contact that has it; of contacts at one instant in the order of [`Phone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::live) struct TimeEntry {
    pub(in crate::live) at: i64,
    pub(in crate::live) phone: Phone,
}

impl TimeEntry {
    /// What comes behind all that lie at an instant or before it.
    pub(super) fn last_at(at: i64) -> Self {
        Self { at, phone: Phone::LAST }
    }

    /// The same some time later, unless no instant is so late.
    pub(super) fn later(self, delay: u64) -> Option<Self> {
        Some(Self { at: self.at.checked_add_unsigned(delay)?, ..self })
    }

    /// The same some time sooner, or else the first there can be.
    pub(super) fn sooner(self, delay: u64) -> Self {
        let at = self.at.checked_sub_unsigned(delay);
        at.map_or(Self { at: i64::MIN, phone: Phone::FIRST }, |at| Self { at, ..self })
    }
}

/// A set of instants.
#[derive(Clone, Debug, Default)]
pub(super) struct TimeIndex {
    /// None is empty.
    chunks: VecDeque<Vec<TimeEntry>>,
    /// The first of each.
    firsts: VecDeque<TimeEntry>,
}

/// The most entries of a chunk: 8 KiB.
const CHUNK: usize = 512;

impl TimeIndex {
    /// The chunk where an entry is, if it is in any; there is one at least.
    fn chunk_of(&self, entry: TimeEntry) -> usize {
        self.firsts.partition_point(|first| *first <= entry).saturating_sub(1)
    }

    pub(super) fn insert(&mut self, entry: TimeEntry) {
        if self.chunks.is_empty() {
            self.put(0, vec![entry]);
            return;
        }
        let at = self.chunk_of(entry);
        let chunk = &mut self.chunks[at];
        let Err(place) = chunk.binary_search(&entry) else { return };
        if chunk.len() < CHUNK {
            chunk.insert(place, entry);
            self.firsts[at] = chunk[0];
        } else if place == CHUNK {
            // Time goes on: most entries come behind all others, and leave full chunks behind.
            self.put(at + 1, vec![entry]);
        } else {
            let rest = chunk.split_off(CHUNK / 2);
            self.put(at + 1, rest);
            self.insert(entry);
        }
    }

    pub(super) fn remove(&mut self, entry: TimeEntry) {
        if self.firsts.front().is_none_or(|first| entry < *first) {
            return;
        }
        let at = self.chunk_of(entry);
        let chunk = &mut self.chunks[at];
        let Ok(place) = chunk.binary_search(&entry) else { return };
        chunk.remove(place);
        match chunk.first() {
            None => {
                self.chunks.remove(at);
                self.firsts.remove(at);
            }
            Some(first) => {
                self.firsts[at] = *first;
                self.join_next(at);
            }
        }
    }

    /// Joins a chunk with the next one, where there are few entries in both.
    fn join_next(&mut self, at: usize) {
        let both = self.chunks.get(at + 1).map(|next| self.chunks[at].len() + next.len());
        if both.is_some_and(|both| both <= CHUNK / 2)
            && let Some(next) = self.chunks.remove(at + 1)
        {
            self.firsts.remove(at + 1);
            self.chunks[at].extend(next);
        }
    }

    fn put(&mut self, at: usize, chunk: Vec<TimeEntry>) {
        self.firsts.insert(at, chunk[0]);
        self.chunks.insert(at, chunk);
    }

    /// The entries behind one, in their order.
    pub(super) fn behind(&self, entry: TimeEntry) -> impl Iterator<Item = TimeEntry> {
        let at = self.chunk_of(entry);
        let place = self.chunks.get(at).map_or(0, |chunk| chunk.partition_point(|known| *known <= entry));
        self.chunks.range(at.min(self.chunks.len())..).flatten().copied().skip(place)
    }

    /// Forgets entries up to an instant; a part of a chunk of them may stay.
    pub(super) fn forget_until(&mut self, at: i64) {
        while self.chunks.front().and_then(|chunk| chunk.last()).is_some_and(|last| last.at <= at) {
            self.chunks.pop_front();
            self.firsts.pop_front();
        }
    }

    /// Takes in entries up to an instant; those that there are behind it stay.
    pub(super) fn extend_until(&mut self, at: i64, mut entries: Vec<TimeEntry>) {
        self.forget_until(at);
        if let Some(first) = self.chunks.front_mut() {
            let passed = first.partition_point(|entry| entry.at <= at);
            first.drain(..passed);
            self.firsts[0] = first[0];
        }
        entries.sort_unstable();
        entries.dedup();
        for chunk in entries.chunks(CHUNK).rev() {
            self.put(0, chunk.to_vec());
        }
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let of_chunks: usize = self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<TimeEntry>()).sum();
        of_chunks
            + self.chunks.capacity() * size_of::<Vec<TimeEntry>>()
            + self.firsts.capacity() * size_of::<TimeEntry>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ops::Bound;

    use super::*;
    use crate::table::OddPhones;

    fn entries(index: &TimeIndex) -> Vec<TimeEntry> {
        assert!(index.chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
        assert!(index.firsts.iter().eq(index.chunks.iter().map(|chunk| &chunk[0])));
        index.chunks.iter().flatten().copied().collect()
    }

    #[test]
    fn it_is_a_sorted_set() {
        let mut phones = OddPhones::default();
        let phones: Vec<Phone> = (0..8).map(|number| phones.intern(&format!("+{number}"))).collect();
        let (mut index, mut known) = (TimeIndex::default(), BTreeSet::new());
        let mut state = 1_u64;
        for round in 0..20_000_i64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let random = (state >> 33) as i64;
            // First they come from all sides, then behind all others; and some go again.
            let at = if round < 10_000 { random % 1_000 } else { round + random % 10 };
            let entry = TimeEntry { at, phone: phones[random as usize % phones.len()] };
            if random % 5 < 3 {
                index.insert(entry);
                known.insert(entry);
            } else {
                let entry = known.range(entry..).next().copied().unwrap_or(entry);
                index.remove(entry);
                known.remove(&entry);
            }
            let behind = (Bound::Excluded(entry), Bound::Unbounded);
            assert!(index.behind(entry).take(3).eq(known.range(behind).take(3).copied()));
        }
        assert_eq!(entries(&index), known.iter().copied().collect::<Vec<_>>());
        let passed: Vec<TimeEntry> = known.iter().copied().filter(|entry| entry.at <= 500).collect();
        index.forget_until(500);
        let forgotten = known.len() - entries(&index).len();
        assert!(forgotten <= passed.len() && passed.len() < forgotten + CHUNK);
        index.extend_until(500, passed);
        assert_eq!(entries(&index), known.iter().copied().collect::<Vec<_>>());
        for entry in known {
            index.remove(entry);
            index.remove(entry);
        }
        assert_eq!((index.chunks.len(), index.behind(TimeEntry::last_at(i64::MIN)).next()), (0, None));
    }

    #[test]
    fn entries_that_come_in_their_order_take_sixteen_bytes() {
        let mut index = TimeIndex::default();
        for at in 0..100_000 {
            index.insert(TimeEntry { at, phone: Phone::FIRST });
        }
        assert!(index.bytes() < 100_000 * 17, "{}", index.bytes());
    }
}
