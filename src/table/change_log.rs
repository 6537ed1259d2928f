//! What changes while a table is compacted beside it.

use super::Table;

/// The changes of a table since somebody wanted to know them. A clone has none: nobody asked to know of its changes.
#[derive(Debug, Default)]
pub(super) struct ChangeLog(Option<Vec<LoggedChange>>);

/// A change, of which the table says how it came out.
#[derive(Debug)]
pub(super) enum LoggedChange {
    Put(String),
    Removed(String),
}

impl Clone for ChangeLog {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl ChangeLog {
    /// Begins with none.
    pub(super) fn start(&mut self) {
        self.0 = Some(Vec::new());
    }

    /// The first changes since it began, if it did, `most` of them at most; it goes on with the others.
    pub(super) fn take_first(&mut self, most: usize) -> Option<Vec<LoggedChange>> {
        let changes = self.0.as_mut()?;
        let rest = changes.split_off(changes.len().min(most));
        Some(std::mem::replace(changes, rest))
    }

    /// Whether there was no change since those that were taken.
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(Vec::is_empty)
    }

    pub(super) fn put(&mut self, phone_number: &str) {
        if let Some(changes) = &mut self.0 {
            changes.push(LoggedChange::Put(phone_number.to_owned()));
        }
    }

    pub(super) fn removed(&mut self, phone_number: &str) {
        if let Some(changes) = &mut self.0 {
            changes.push(LoggedChange::Removed(phone_number.to_owned()));
        }
    }
}

impl Table {
    /// Makes the changes that another table has seen, as they came out there in the end.
    pub(super) fn replay(&mut self, other: &Self, changes: Vec<LoggedChange>) {
        for change in changes {
            match change {
                // One that is not there was removed later: that follows.
                LoggedChange::Put(phone_number) => _ = other.get(&phone_number).map(|contact| self.replace(contact)),
                LoggedChange::Removed(phone_number) => _ = self.remove(&phone_number),
            }
        }
        self.replaced = other.replaced;
    }
}
