//! A table for one who writes and any number who read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::Table;
use crate::contact::Contact;
use crate::span::span;

/// A [`Table`] that many threads share: changes are made one after the other, and whoever reads takes a snapshot, which
/// never waits for a change to be made.
///
/// A change is in every snapshot that is taken after its call has returned, and in none that was taken before the call.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, SharedTable, Table};
///
/// let table = SharedTable::from(Table::default());
/// let before = table.snapshot();
/// table.merge(serde_json::from_str::<Contact>(r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#)?);
///
/// let audience = Audience::of("click_count >= 3".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// assert_eq!(before.size(&audience, &cx).value, 0);
/// assert_eq!(table.snapshot().size(&audience, &cx).value, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct SharedTable {
    /// The table that changes are made to.
    changing: Mutex<Table>,
    /// The table with all changes whose calls have returned. Nobody holds the lock for longer than a pointer takes.
    current: RwLock<Arc<Table>>,
    /// Held by whoever compacts.
    compacting: Mutex<()>,
}

impl From<Table> for SharedTable {
    fn from(table: Table) -> Self {
        table.prepare();
        Self { current: RwLock::new(Arc::new(table.clone())), changing: Mutex::new(table), ..Self::default() }
    }
}

impl SharedTable {
    /// The table as it is: what is changed later is not seen in it.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Table> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// As [`Table::merge`].
    pub fn merge(&self, record: Contact) -> u64 {
        self.change(|table| table.merge(record))
    }

    /// As [`Table::replace`].
    pub fn replace(&self, contact: Contact) {
        self.change(|table| table.replace(contact));
    }

    /// As [`Table::remove`].
    pub fn remove(&self, phone_number: &str) -> bool {
        self.change(|table| table.remove(phone_number))
    }

    /// As [`Table::compact`], beside the changes that are made meanwhile: on the caller's thread, which may be one in the
    /// background. Changes wait for some hundred others to be made again at most, and snapshots for nothing. It gives up if
    /// [`SharedTable::change`] puts another table in the place of this one.
    ///
    /// ```
    /// use std::thread;
    ///
    /// use headcount::{Contact, SharedTable};
    ///
    /// let table = SharedTable::default();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| table.compact());
    ///     table.merge(Contact { phone_number: "+1".into(), ..Contact::default() });
    /// });
    /// assert_eq!(table.snapshot().len(), 1);
    /// ```
    pub fn compact(&self) {
        /// So many changes are made again while others wait.
        const AT_ONCE: usize = 256;
        /// Whoever changes the table faster than changes can be made again waits for more of them after some rounds.
        const ROUNDS: usize = 16;
        let _alone = self.compacting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut compacted = {
            let mut table = self.lock();
            if table.is_compact() {
                return;
            }
            table.log.start();
            table.clone()
        };
        compacted.compact();
        for round in 0.. {
            let mut table = self.lock();
            let Some(changes) = table.log.take() else { return };
            if changes.len() <= AT_ONCE || round == ROUNDS {
                compacted.replay(&table, changes);
                *table = compacted;
                return self.publish(table);
            }
            table.log.start();
            let known = table.clone();
            drop(table);
            compacted.replay(&known, changes);
        }
    }

    /// Makes several changes that snapshots have all of, or none. If `change` panics, it is none.
    ///
    /// ```
    /// use headcount::{Contact, SharedTable};
    ///
    /// let table = SharedTable::default();
    /// let ported: Contact = serde_json::from_str(r#"{"phone_number": "+2", "list_id": 7}"#)?;
    /// table.change(|table| {
    ///     table.remove("+1");
    ///     table.merge(ported);
    /// });
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        span!("change");
        let mut table = self.lock();
        let done = change(&mut table);
        self.publish(table);
        done
    }

    /// Lets snapshots see the table that changes were made to.
    fn publish(&self, table: MutexGuard<'_, Table>) {
        table.prepare();
        let changed = Arc::new(table.clone());
        // The one before is let go of behind the lock: whoever is the last to hold it frees what it alone has.
        let before = std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), changed);
        drop(table);
        drop(before);
    }

    /// The table that changes are made to; what a change left behind that panicked is undone.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.changing.lock().unwrap_or_else(|poisoned| {
            let mut table = poisoned.into_inner();
            *table = Table::clone(&self.snapshot());
            self.changing.clear_poison();
            table
        })
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::audience::Audience;
    use crate::contact::Membership;
    use crate::semantics::EvalContext;
    use crate::table::TableBuilder;

    const CONTACTS: u64 = 40;

    fn contact(number: u64, click_count: u64) -> Contact {
        let membership = Membership { list_id: Some(1), click_count, ..Membership::default() };
        Contact { phone_number: format!("+{number}"), memberships: vec![membership], ..Contact::default() }
    }

    fn table() -> SharedTable {
        let mut builder = TableBuilder::default().in_columns_from(1, 1);
        (0..CONTACTS).for_each(|number| builder.push(&contact(number, 0)));
        builder.build().into()
    }

    /// How many have clicked as often, or more often.
    fn clicked(table: &Table, times: u64) -> u64 {
        let audience = Audience::of(format!("click_count >= {times}").parse().unwrap());
        table.size(&audience, &EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())).value
    }

    #[test]
    fn every_snapshot_has_all_changes_that_were_made_by_then_and_no_others() {
        const ROUNDS: u64 = 30;
        let table = table();
        // How many changes have returned.
        let made = AtomicU64::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for change in 0..ROUNDS * CONTACTS {
                    let (round, number) = (change / CONTACTS + 1, change % CONTACTS);
                    match change % 3 {
                        0 => _ = table.merge(contact(number, round)),
                        1 => table.replace(contact(number, round)),
                        _ => table.change(|table| {
                            assert!(table.remove(&format!("+{number}")));
                            table.merge(contact(number, round));
                        }),
                    }
                    made.store(change + 1, Ordering::SeqCst);
                    if change % 97 == 0 {
                        table.compact();
                    }
                }
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let before = made.load(Ordering::SeqCst);
                        let snapshot = table.snapshot();
                        let after = made.load(Ordering::SeqCst);
                        assert_eq!(snapshot.len() as u64, CONTACTS);
                        let changes: u64 = (1..=ROUNDS).map(|round| clicked(&snapshot, round)).sum();
                        // One more may be in it whose call has not returned yet.
                        assert!((before..=after + 1).contains(&changes), "{before} to {after}: {changes}");
                        if before == ROUNDS * CONTACTS {
                            break;
                        }
                    }
                });
            }
        });
    }

    #[test]
    fn a_compaction_takes_in_what_is_changed_beside_it() {
        let table = table();
        (0..CONTACTS).for_each(|number| _ = table.merge(contact(number, 1)));
        std::thread::scope(|scope| {
            let compacted = scope.spawn(|| (0..20).for_each(|_| table.compact()));
            let mut round = 2;
            loop {
                (0..CONTACTS).for_each(|number| {
                    table.remove(&format!("+{}", CONTACTS + number));
                    table.merge(contact(number, round));
                    table.replace(contact(CONTACTS + number, round));
                });
                round += 1;
                if compacted.is_finished() {
                    break;
                }
            }
        });
        table.compact();
        let (snapshot, expected) = (table.snapshot(), 0..2 * CONTACTS);
        assert!(snapshot.is_compact());
        assert!(
            snapshot.contacts().map(|contact| contact.phone_number).eq(expected.map(|number| format!("+{number}")))
        );
        let clicks = snapshot.get("+7").unwrap().memberships[0].click_count;
        assert_eq!(clicked(&snapshot, clicks), 2 * CONTACTS, "all are of the last round");
    }

    #[test]
    fn a_compaction_gives_up_where_another_table_takes_the_place() {
        let table = table();
        table.merge(contact(1, 1));
        table.changing.lock().unwrap().log.start();
        table.change(|table| *table = Table::default());
        assert!(table.changing.lock().unwrap().log.take().is_none());
        table.compact();
        assert!(table.snapshot().is_empty());
    }

    #[test]
    fn a_change_that_panics_is_none() {
        let table = table();
        let panics = catch_unwind(AssertUnwindSafe(|| {
            table.change(|table| {
                table.remove("+1");
                panic!("half way");
            })
        }));
        assert!(panics.is_err());
        assert_eq!(table.snapshot().len() as u64, CONTACTS);
        assert!(table.remove("+2"));
        assert_eq!(table.snapshot().len() as u64, CONTACTS - 1, "the one that panicked is not in it");
    }
}
