//! Who comes and who goes, and the steps that this makes.

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

    /// Takes in somebody who is in at first or is not, and the instants at which that turns.
    #[inline]
    pub(crate) fn add(&mut self, begins: bool, turns: &[i64]) {
        self.first += u64::from(begins);
        let mut is_in = begins;
        for turn in turns {
            is_in = !is_in;
            // OK because turns come after the first instant.
            let after = turn.wrapping_sub(self.from) as u64;
            if is_in { &mut self.comings } else { &mut self.goings }.push(after);
        }
    }

    pub(crate) fn append(&mut self, mut others: Self) {
        self.first += others.first;
        self.comings.append(&mut others.comings);
        self.goings.append(&mut others.goings);
    }

    /// The size at first, and the instants at which it becomes another one, each with the one that it becomes.
    pub(crate) fn into_steps(mut self) -> (u64, Vec<(i64, u64)>) {
        rayon::join(|| sort(&mut self.comings), || sort(&mut self.goings));
        let mut size = self.first;
        let mut steps = Vec::with_capacity(self.comings.len().max(self.goings.len()));
        let (mut comings, mut goings) = (&*self.comings, &*self.goings);
        loop {
            let at = match (comings.first(), goings.first()) {
                (Some(coming), Some(going)) => *coming.min(going),
                (Some(only), None) | (None, Some(only)) => *only,
                (None, None) => break,
            };
            let (come, go) = (take(&mut comings, at), take(&mut goings, at));
            if come != go {
                size = size + come - go;
                steps.push((self.from.wrapping_add(at as i64), size));
            }
        }
        (self.first, steps)
    }
}

/// Takes the numbers off the front that are equal to one, and tells how many there were.
fn take(sorted: &mut &[u64], at: u64) -> u64 {
    let count = sorted.iter().take_while(|next| **next == at).count();
    *sorted = &sorted[count..];
    count as u64
}

fn sort(numbers: &mut [u64]) {
    use rayon::slice::ParallelSliceMut;
    numbers.par_sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comings_and_goings_are_summed() {
        let mut changes = Changes::new(-10);
        changes.add(true, &[3]);
        changes.add(false, &[3]);
        changes.add(false, &[-5, 7]);
        let mut more = Changes::new(-10);
        more.first = 5;
        more.add(true, &[7, 8]);
        changes.append(more);
        assert_eq!(changes.into_steps(), (7, vec![(-5, 8), (7, 6), (8, 7)]));
    }

    #[test]
    fn the_calendar_fits() {
        let (from, to) = (chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::DateTime::<chrono::Utc>::MAX_UTC);
        let mut changes = Changes::new(from.timestamp_micros());
        changes.add(false, &[to.timestamp_micros()]);
        assert_eq!(changes.into_steps(), (0, vec![(to.timestamp_micros(), 1)]));
    }
}
