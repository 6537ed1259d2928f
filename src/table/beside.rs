//! Work on a table that takes long, beside the changes that are made to it meanwhile.

use super::Table;
use super::change_log::LoggedChange;

/// A copy of a table that is worked on while the table is changed, and takes its place in the end.
#[derive(Debug)]
pub(crate) struct TableBeside {
    copy: Table,
    /// Changes that are to be made again, and the table that says how they came out.
    missed: Option<(Table, Vec<LoggedChange>)>,
    rounds: usize,
}

impl Table {
    /// Begins to log what changes, and gives a copy to work on.
    pub(crate) fn beside(&mut self) -> TableBeside {
        self.log.start();
        TableBeside { copy: self.clone(), missed: None, rounds: 0 }
    }

    /// Leaves to others what changes need not do themselves.
    pub(crate) fn leave_work(&mut self) {
        self.others_wait = true;
    }
}

impl TableBeside {
    /// Does something to the copy.
    pub(crate) fn work(&mut self, work: impl FnOnce(&mut Table)) {
        work(&mut self.copy);
        // Nobody waits for its indices.
        self.copy.prepare();
    }

    /// Makes changes again that were made meanwhile; whether there were any.
    pub(crate) fn catch_up(&mut self) -> bool {
        let missed = self.missed.take();
        let has_missed = missed.is_some();
        if let Some((known, changes)) = missed {
            self.copy.replay(&known, changes);
        }
        has_missed
    }

    /// Puts the copy in the place of the table, once few changes have been made meanwhile; else there is more to
    /// [catch up](Self::catch_up) with. Gives up if another table was put in the place of the one that this is a copy of.
    pub(crate) fn finish(mut self, table: &mut Table) -> Option<Self> {
        /// So many changes are made again while others wait.
        const AT_ONCE: usize = 256;
        /// After so many rounds changes come faster than they are made again, and wait for some of them each.
        const ROUNDS: usize = 16;
        let most = if self.rounds < ROUNDS { usize::MAX } else { AT_ONCE };
        self.rounds += 1;
        let changes = table.log.take_first(most)?;
        let are_last = table.log.is_empty();
        if changes.len() > AT_ONCE {
            self.missed = Some((table.clone(), changes));
            return Some(self);
        }
        self.copy.replay(table, changes);
        if !are_last {
            return Some(self);
        }
        *table = self.copy;
        None
    }
}
