//! The rows of a file for whoever takes them when it likes: read ahead on several threads, and not far.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::thread;

use super::damage::Damage;
use super::{Decoded, FileRows, OpenGroup, ParquetFile, SoFar};

/// A file whose row groups are read ahead, each on a thread of its own, but no further than [`AHEAD`].
pub(crate) struct ReadAhead {
    file: ParquetFile,
    threads: NonZeroUsize,
    /// How many row groups have been opened.
    opened: usize,
    groups: VecDeque<GroupAhead>,
    so_far: SoFar,
}

/// How many shards of a row group may wait to be taken.
const AHEAD: usize = 2;

struct GroupAhead {
    group: usize,
    /// None once all of it is read.
    open: Option<OpenGroup>,
    ready: VecDeque<Result<Decoded, Damage>>,
}

impl GroupAhead {
    /// Reads as far ahead as may be.
    fn advance(&mut self, file: &ParquetFile) {
        while self.ready.len() < AHEAD
            && let Some(open) = &mut self.open
        {
            match file.next_shard(open) {
                Ok(Some(decoded)) => self.ready.push_back(Ok(decoded)),
                Ok(None) => self.open = None,
                Err(damage) => {
                    self.ready.push_back(Err(damage));
                    self.open = None;
                }
            }
        }
    }
}

impl ReadAhead {
    pub(crate) fn new(file: ParquetFile, threads: NonZeroUsize) -> Self {
        Self { file, threads, opened: 0, groups: VecDeque::new(), so_far: SoFar::default() }
    }

    /// The next rows, in the order of the file; none behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<FileRows>, Damage> {
        loop {
            if let Some(front) = self.groups.front_mut() {
                if let Some(decoded) = front.ready.pop_front() {
                    return decoded.map(|decoded| Some(self.so_far.add(&self.file, front.group, decoded)));
                }
                if front.open.is_none() {
                    self.groups.pop_front();
                    continue;
                }
            } else if self.opened == self.file.groups.len() {
                return Ok(None);
            }
            self.advance()?;
        }
    }

    /// Opens as many row groups as there are threads, and reads ahead in each of them.
    fn advance(&mut self) -> Result<(), Damage> {
        let Self { file, threads, opened, groups, .. } = self;
        while groups.len() < threads.get()
            && let Some(group) = file.groups.get(*opened)
        {
            *opened += 1;
            let open = Some(file.open_group(*group)?);
            groups.push_back(GroupAhead { group: *group, open, ready: VecDeque::new() });
        }
        let file = &*file;
        thread::scope(|scope| {
            let mut groups = groups.iter_mut();
            let first = groups.next();
            groups.for_each(|group| drop(scope.spawn(|| group.advance(file))));
            first.into_iter().for_each(|group| group.advance(file));
        });
        Ok(())
    }
}
