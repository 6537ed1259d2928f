//! Who comes and who goes, and the steps that this makes: by buckets of time first, then by instant within each, so that
//! threads share the work and each sorts what fits its cache.

use rayon::prelude::*;

use crate::stop::StopToken;

/// The comings and goings of a range of instants.
#[derive(Debug)]
pub(crate) struct Changes {
    from: i64,
    /// How many there are at the range's first instant.
    pub(crate) first: u64,
    /// When somebody comes, in microseconds after the first instant.
    comings: Vec<u64>,
    goings: Vec<u64>,
}

impl Changes {
    pub(crate) fn new(from: i64) -> Self {
        Self { from, first: 0, comings: Vec::new(), goings: Vec::new() }
    }

    /// Takes in somebody who is in at first or is not, and the instants at which that changes.
    #[inline]
    pub(crate) fn add(&mut self, begins: bool, transitions: &[i64]) {
        self.first += u64::from(begins);
        let mut is_in = begins;
        for transition in transitions {
            is_in = !is_in;
            // OK because transitions come after the first instant.
            let after = transition.wrapping_sub(self.from) as u64;
            if is_in { &mut self.comings } else { &mut self.goings }.push(after);
        }
    }

    /// The size at first, and the instants at which it becomes another one, each with the one that it becomes: of changes
    /// that several threads found. If it is to stop before its end, what there is by then is of no use.
    pub(crate) fn into_steps(parts: Vec<Self>, stop: &StopToken) -> (u64, Vec<(i64, u64)>) {
        let first: u64 = parts.iter().map(|part| part.first).sum();
        let from = parts.first().map_or(0, |part| part.from);
        let (comings, goings): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.comings, part.goings)).unzip();
        let buckets = TimeBuckets::of(comings.iter().chain(&goings));
        let (comings, goings) = rayon::join(|| buckets.sort_into(comings, stop), || buckets.sort_into(goings, stop));
        // Some buckets at a time, so that there are not as many vectors as buckets.
        const AT_A_TIME: usize = 16;
        let found: Vec<Vec<(u64, i64)>> = (0..buckets.count.div_ceil(AT_A_TIME))
            .into_par_iter()
            .take_any_while(|_| !stop.is_stopped())
            .map(|at| {
                let (mut steps, mut come, mut go) = (Vec::new(), Vec::new(), Vec::new());
                for bucket in at * AT_A_TIME..buckets.count.min((at + 1) * AT_A_TIME) {
                    gather(&comings, bucket, &mut come);
                    gather(&goings, bucket, &mut go);
                    differences(&come, &go, &mut steps);
                }
                steps
            })
            .collect();
        let mut size = first;
        let mut steps = Vec::with_capacity(found.iter().map(Vec::len).sum());
        for found in found.into_iter().take_while(|_| !stop.is_stopped()) {
            steps.extend(found.into_iter().map(|(at, difference)| {
                // OK because nobody goes who is not in.
                size = size.wrapping_add_signed(difference);
                (from.wrapping_add(at as i64), size)
            }));
        }
        (first, steps)
    }
}

/// Stretches of time of one length, so many that what falls into each is sorted in the first cache.
#[derive(Clone, Copy)]
struct TimeBuckets {
    shift: u32,
    count: usize,
}

/// Numbers that stand together by bucket.
struct Bucketed {
    /// Where each bucket begins, and where the last ends.
    begins: Vec<usize>,
    numbers: Vec<u64>,
}

impl TimeBuckets {
    /// The most there are.
    const MOST: u32 = 11;
    /// What fewer numbers fall into need not be divided.
    const FEW: usize = 1 << 10;

    fn of<'n>(parts: impl Iterator<Item = &'n Vec<u64>> + Clone) -> Self {
        let total: usize = parts.clone().map(Vec::len).sum();
        let last = parts.flatten().max().copied().unwrap_or(0);
        let bits = u64::BITS - last.leading_zeros();
        let wanted = (total / Self::FEW + 1).ilog2() + 1;
        let shift = bits.saturating_sub(wanted.min(Self::MOST)).min(63);
        Self { shift, count: (last >> shift) as usize + 1 }
    }

    fn sort_into(self, parts: Vec<Vec<u64>>, stop: &StopToken) -> Vec<Bucketed> {
        parts.into_par_iter().filter(|part| !part.is_empty()).map(|part| self.sort(&part, stop)).collect()
    }

    fn sort(self, part: &[u64], stop: &StopToken) -> Bucketed {
        /// So many are sorted in some hundred microseconds.
        const BETWEEN_LOOKS: usize = 1 << 16;
        let chunks = || part.chunks(BETWEEN_LOOKS).take_while(|_| !stop.is_stopped());
        let bucket = |number: u64| (number >> self.shift) as usize;
        let mut begins = vec![0; self.count + 1];
        for chunk in chunks() {
            chunk.iter().for_each(|number| begins[bucket(*number) + 1] += 1);
        }
        (1..begins.len()).for_each(|at| begins[at] += begins[at - 1]);
        let mut next = begins.clone();
        let mut numbers = vec![0; part.len()];
        // These are no more than were counted: what has stopped there stops here.
        for chunk in chunks() {
            for number in chunk {
                let next = &mut next[bucket(*number)];
                numbers[*next] = *number;
                *next += 1;
            }
        }
        Bucketed { begins, numbers }
    }
}

/// The numbers of a bucket, sorted.
fn gather(parts: &[Bucketed], bucket: usize, into: &mut Vec<u64>) {
    into.clear();
    for Bucketed { begins, numbers } in parts {
        into.extend_from_slice(&numbers[begins[bucket]..begins[bucket + 1]]);
    }
    into.sort_unstable();
}

/// The instants at which not as many come as go, each with how many more come.
fn differences(mut come: &[u64], mut go: &[u64], steps: &mut Vec<(u64, i64)>) {
    while let Some(at) = come.first().into_iter().chain(go.first()).min().copied() {
        let difference = take(&mut come, at) - take(&mut go, at);
        if difference != 0 {
            steps.push((at, difference));
        }
    }
}

/// Takes the numbers off the front that are equal to one, and tells how many there were.
fn take(sorted: &mut &[u64], at: u64) -> i64 {
    let count = sorted.iter().take_while(|next| **next == at).count();
    *sorted = &sorted[count..];
    count as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn into_steps(parts: Vec<Changes>) -> (u64, Vec<(i64, u64)>) {
        Changes::into_steps(parts, &StopToken::never())
    }

    #[test]
    fn comings_and_goings_are_summed() {
        let mut changes = Changes::new(-10);
        changes.add(true, &[3]);
        changes.add(false, &[3]);
        changes.add(false, &[-5, 7]);
        let mut more = Changes::new(-10);
        more.first = 5;
        more.add(true, &[7, 8]);
        assert_eq!(into_steps(vec![changes, more]), (7, vec![(-5, 8), (7, 6), (8, 7)]));
    }

    #[test]
    fn the_calendar_fits() {
        let (from, to) = (chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::DateTime::<chrono::Utc>::MAX_UTC);
        let mut changes = Changes::new(from.timestamp_micros());
        changes.add(false, &[to.timestamp_micros()]);
        assert_eq!(into_steps(vec![changes]), (0, vec![(to.timestamp_micros(), 1)]));
    }

    #[test]
    fn many_are_sorted_as_few_are() {
        let (mut state, mut parts) = (1_u64, Vec::new());
        let mut expected = std::collections::BTreeMap::new();
        for span in [10, 1_000_000, 1 << 40, u64::MAX >> 2] {
            let mut changes = Changes::new(5);
            for _ in 0..20_000 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let (at, begins) = (6 + ((state >> 1) % span) as i64, state >> 63 == 1);
                changes.add(begins, &[at]);
                *expected.entry(at).or_insert(0) += if begins { -1_i64 } else { 1 };
            }
            parts.push(changes);
        }
        let (first, steps) = into_steps(parts);
        let mut size = first as i64;
        expected.retain(|_, difference| *difference != 0);
        let expected = expected.into_iter().map(|(at, difference)| {
            size += difference;
            (at, size as u64)
        });
        assert_eq!(steps, expected.collect::<Vec<_>>());
    }
}
