//! Levels that are joined beside the changes that are made to their table meanwhile.

use std::sync::Arc;

use super::build::{Built, Layout, Pauses, build};
use super::level::{Level, LevelRow};
use super::overflow::{Overflow, OverflowRow};
use super::shard::Shards;
use super::{Table, TableRow};

/// Levels of a table, up to its youngest, and its overflow: what they are joined to takes their place in the end. Meanwhile
/// changes may take contacts out of them, and join none of them.
#[derive(Debug)]
pub(crate) struct JoinBeside {
    /// The levels as they were when somebody last looked.
    levels: Vec<Level>,
    overflow: Overflow,
    layout: Layout,
    joined: Option<Level>,
    /// The rows of which level were removed before that, and are still in what it was joined to.
    removed: Vec<(usize, LevelRow)>,
    rounds: usize,
}

/// Whether a level is being joined beside changes. A clone's is not.
#[derive(Debug, Default)]
pub(super) struct InHand(bool);

impl Clone for InHand {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl InHand {
    pub(super) fn is_taken(&self) -> bool {
        self.0
    }
}

impl Table {
    /// Begins to join what is due, of the levels that nobody has in hand.
    pub(crate) fn begin_join(&mut self) -> Option<JoinBeside> {
        self.due_level().map(|first| self.take_in_hand(first))
    }

    /// Begins to join all there is, if that makes the table any smaller.
    pub(crate) fn begin_compaction(&mut self) -> Option<JoinBeside> {
        let is_joined = self.newer.is_empty() && self.overflow.rows().is_empty();
        let is_whole = is_joined && self.base.contacts() == self.base.rows();
        (!is_whole).then(|| self.take_in_hand(0))
    }

    fn take_in_hand(&mut self, first: usize) -> JoinBeside {
        let levels = self.levels().skip(first).cloned().collect();
        self.levels_mut().skip(first).for_each(|level| level.in_hand = InHand(true));
        let overflow = self.overflow.clone();
        JoinBeside { levels, overflow, layout: self.layout, joined: None, removed: Vec::new(), rounds: 0 }
    }

    /// Nobody has levels in hand any more: who had has given up.
    pub(crate) fn let_go(&mut self) {
        self.levels_mut().for_each(|level| level.in_hand = InHand(false));
    }

    /// Leaves to others what changes need not do themselves; contacts that changed may stand in no column for long.
    pub(crate) fn leave_work(&mut self) {
        self.others_wait = true;
        self.leaves_records = true;
    }

    fn levels_mut(&mut self) -> impl Iterator<Item = &mut Level> {
        std::iter::once(&mut self.base).chain(&mut self.newer)
    }
}

impl JoinBeside {
    /// Joins the levels; or, once that is done, takes out what was removed meanwhile. `between` is called again and again, so
    /// that what else there is to do need not wait for the end.
    pub(crate) fn work(&mut self, between: &(dyn Fn() + Sync)) {
        let Self { levels, overflow, layout, joined, removed, .. } = self;
        let joined = joined.get_or_insert_with(|| {
            let (built, order) = join(levels, overflow.rows(), *layout, &Pauses::between(between));
            let joined = Level::new(built, Some(order));
            // Nobody is to wait for its index.
            joined.by_phone();
            joined
        });
        removed.drain(..).for_each(|(level, row)| joined.remove_contact(&levels[level].phone_number(row)));
    }

    /// Puts what the levels were joined to in their place, once few of their rows have been removed meanwhile; else there is
    /// more [work](Self::work). Gives up where they are not the table's any more, since another was put in its place.
    pub(crate) fn finish(mut self, table: &mut Table) -> Option<Self> {
        /// So many rows are removed while others wait.
        const AT_ONCE: usize = 256;
        /// After so many rounds rows are removed faster than they can be removed again, and others wait for all of them.
        const ROUNDS: usize = 16;
        let first = table.levels().position(|level| level.shares_contents(&self.levels[0]))?;
        let now = || table.levels().skip(first).zip(&self.levels);
        if now().filter(|(now, known)| now.in_hand.is_taken() && now.shares_contents(known)).count() < self.levels.len()
        {
            return None;
        }
        for (at, (now, known)) in now().enumerate() {
            self.removed.extend(known.removed_in(now).map(|row| (at, row)));
        }
        self.levels = now().map(|(now, _)| now.clone()).collect();
        self.rounds += 1;
        if self.joined.is_none() || self.removed.len() > AT_ONCE && self.rounds < ROUNDS {
            return Some(self);
        }
        self.work(&|| {});
        let mut joined = self.joined?;
        // Those who are not in the overflow any more have changed, or stand in a younger level.
        let left = |row: &&Arc<OverflowRow>| !table.overflow.take_out(row);
        self.overflow.rows().iter().filter(left).for_each(|row| joined.remove_contact(&row.contact.phone_number));
        match first.checked_sub(1) {
            None => {
                table.base = joined;
                table.newer.drain(..self.levels.len() - 1);
            }
            Some(newer) => {
                let joined = Some(joined).filter(|joined| joined.contacts() > 0);
                table.newer.splice(newer..newer + self.levels.len(), joined);
            }
        }
        None
    }
}

/// One level of several and of contacts that stand in none; with their places in the order in which all were first seen.
pub(super) fn join(
    levels: &[Level],
    overflow: &[Arc<OverflowRow>],
    layout: Layout,
    pauses: &Pauses<'_>,
) -> (Built, Vec<u64>) {
    /// So many contacts are read between two pauses.
    const BETWEEN: usize = 256;
    let mut rows: Vec<(u64, TableRow)> = Vec::new();
    for (at, level) in levels.iter().enumerate() {
        rows.extend(level.present_rows().map(|row| (level.order(row), TableRow::Level(at, row))));
    }
    rows.extend(overflow.iter().enumerate().map(|(at, row)| (row.order, TableRow::Overflow(at))));
    rows.sort_unstable_by_key(|(order, _)| *order);
    let mut shards = Shards::default();
    for some in rows.chunks(BETWEEN) {
        for (_, row) in some {
            match row {
                TableRow::Level(level, row) => levels[*level].push_into(&mut shards, *row),
                TableRow::Overflow(row) => shards.push(&overflow[*row].contact),
            }
        }
        pauses.pause();
    }
    let order = rows.iter().map(|(order, _)| *order).collect();
    (build(shards.into_closed(), layout, pauses), order)
}
