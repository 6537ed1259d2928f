//! A table for one who writes and any number who read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::{JoinBeside, Table};
use crate::contact::Contact;
use crate::span::span;

/// A [`Table`] that many threads share: changes are made one after the other, and whoever reads takes a snapshot, which
/// never waits for a change to be made.
///
/// A change is in every snapshot that is taken after its call has returned, and in none that was taken before the call.
/// None takes longer than writing some hundred contacts into columns, however large the table: what is more to do is
/// left to [`SharedTable::join_levels`]. Where nobody calls that, a change writes some thousand, and after some hundred thousand
/// others as many as there are.
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
    /// Held by whoever joins levels.
    joining: Mutex<()>,
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
    /// background. Changes wait until some hundred contacts are taken out again at most, and snapshots for nothing. It gives up
    /// if [`SharedTable::change`] puts another table in the place of this one.
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
        self.join(Table::begin_compaction);
    }

    /// Does what changes have left to be done: a [`Table`] that is changed joins its levels by itself, however long that
    /// takes, and here a change only begins new ones. It works beside changes, as [`SharedTable::compact`] does, and costs less;
    /// while it joins many contacts, it stops again and again to join the few that changes have put in columns meanwhile. Whether
    /// there was anything to do.
    ///
    /// Call it again and again on a thread in the background, as `examples/service` does: without it a size takes the
    /// longer the more changes there were. Work that rayon shares out runs on the current pool: in a pool of its own it
    /// leaves that of the counts to them. A thread of a lower priority may keep changes waiting, since for moments it locks
    /// the table.
    ///
    /// ```
    /// use headcount::{Contact, SharedTable};
    ///
    /// let table = SharedTable::default();
    /// for number in 0..5_000 {
    ///     table.merge(Contact { phone_number: format!("+{number}"), ..Contact::default() });
    /// }
    /// assert!(table.join_levels());
    /// assert!(!table.join_levels(), "one call does all there is");
    /// ```
    pub fn join_levels(&self) -> bool {
        self.join(Table::begin_join)
    }

    /// Joins levels beside changes, and what is due of those that changes make meanwhile; whether anything was to be done.
    fn join(&self, begin: impl FnOnce(&mut Table) -> Option<JoinBeside>) -> bool {
        let _alone = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = {
            let mut table = self.lock();
            // Of somebody who panicked.
            table.let_go();
            begin(&mut table)
        };
        let Some(begun) = begun else { return false };
        let meanwhile = Mutex::new(());
        self.end(begun, &|| {
            // Whoever waits for a processor goes first: else counts wait until the scheduler takes it away from this thread.
            std::thread::yield_now();
            let Ok(_alone) = meanwhile.try_lock() else { return };
            let begun = self.lock().begin_join();
            begun.into_iter().for_each(|begun| self.end(begun, &std::thread::yield_now));
        });
        true
    }

    /// Joins what somebody has begun to.
    fn end(&self, mut join: JoinBeside, between: &(dyn Fn() + Sync)) {
        loop {
            join.work(between);
            let mut table = self.lock();
            match join.finish(&mut table) {
                Some(more) => join = more,
                None => return self.publish(table),
            }
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
        // Nobody waits for whoever changes a snapshot.
        let changed = Arc::new(Table { others_wait: false, ..table.clone() });
        // The one before is let go of behind the lock: whoever is the last to hold it frees what it alone has.
        let before = std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), changed);
        drop(table);
        drop(before);
    }

    /// The table that changes are made to; what a change left behind that panicked is undone.
    fn lock(&self) -> MutexGuard<'_, Table> {
        let mut table = self.changing.lock().unwrap_or_else(|poisoned| {
            let mut table = poisoned.into_inner();
            *table = Table::clone(&self.snapshot());
            self.changing.clear_poison();
            table
        });
        // Of a table that was put in this one's place, too.
        table.others_wait = true;
        table
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::audience::Audience;
    use crate::contact::Membership;
    use crate::population::Population;
    use crate::semantics::EvalContext;
    use crate::table::TableBuilder;
    use crate::table::level::Level;

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
        for compact in [SharedTable::compact, |table: &SharedTable| _ = table.join_levels()] {
            let table = table();
            (0..CONTACTS).for_each(|number| _ = table.merge(contact(number, 1)));
            std::thread::scope(|scope| {
                let compacted = scope.spawn(|| (0..20).for_each(|_| compact(&table)));
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
            compact(&table);
            let (snapshot, expected) = (table.snapshot(), 0..2 * CONTACTS);
            assert_eq!(snapshot.due_level(), None);
            assert!(
                snapshot.contacts().map(|contact| contact.phone_number).eq(expected.map(|number| format!("+{number}")))
            );
            let clicks = snapshot.get("+7").unwrap().memberships[0].click_count;
            assert_eq!(clicked(&snapshot, clicks), 2 * CONTACTS, "all are of the last round");
        }
    }

    /// How many contacts a table has in columns that another one had not put there.
    fn put_into_columns(before: &Table, after: &Table) -> usize {
        let is_new = |level: &&Level| !before.levels().any(|known| known.shares_contents(level));
        after.levels().filter(is_new).map(Level::rows).sum()
    }

    /// Changes, whom they are of spread over all.
    fn change(table: &mut Table, at: u64) {
        let number = at * 37 % (8 * CONTACTS);
        match at % 5 {
            0 => _ = table.remove(&format!("+{number}")),
            1 => table.replace(contact(number, at)),
            _ => _ = table.merge(contact(number, at)),
        }
    }

    #[test]
    fn a_change_does_no_more_than_some_work_and_leaves_the_rest() {
        let shared = table();
        let mut alone = Table::clone(&shared.snapshot());
        let bound = alone.most_in_a_change();
        let (mut most, mut most_alone) = (0, 0);
        for at in 0..40 * CONTACTS {
            let (before, before_alone) = (shared.snapshot(), alone.clone());
            shared.change(|table| change(table, at));
            change(&mut alone, at);
            most = most.max(put_into_columns(&before, &shared.snapshot()));
            most_alone = most_alone.max(put_into_columns(&before_alone, &alone));
        }
        assert!(
            most <= bound && 4 * bound < most_alone,
            "{most} of {bound} contacts, and {most_alone} by a table alone"
        );

        assert!(shared.snapshot().levels().count() > 2 * alone.levels().count());
        assert!(shared.join_levels());
        assert_eq!(shared.snapshot().levels().count(), 1);
        assert!(!shared.join_levels());
        assert!(shared.snapshot().contacts().eq(alone.contacts()));
    }

    #[test]
    fn what_is_put_in_the_place_of_a_table_is_bounded_too() {
        let shared = SharedTable::default();
        shared.change(|shared| *shared = Table::clone(&table().snapshot()));
        let bound = shared.snapshot().most_in_a_change();
        for at in 0..4 * CONTACTS {
            let before = shared.snapshot();
            shared.change(|table| change(table, at));
            assert!(put_into_columns(&before, &shared.snapshot()) <= bound);
        }
        let panics = catch_unwind(AssertUnwindSafe(|| shared.change(|_| panic!("half way"))));
        assert!(panics.is_err());
        for at in 0..4 * CONTACTS {
            let before = shared.snapshot();
            shared.change(|table| change(table, at));
            assert!(put_into_columns(&before, &shared.snapshot()) <= bound);
        }
    }

    /// What is to be true of a table whatever is done to its levels.
    #[track_caller]
    fn assert_is(table: &Table, known: &Population) {
        let built = Table::from(known);
        assert!(table.contacts().eq(built.contacts()));
        assert_eq!((table.len(), table.memberships()), (built.len(), built.memberships()));
        for times in [0, 1, 7, 1_000] {
            assert_eq!(clicked(table, times), clicked(&built, times), "{times}");
        }
        assert!(built.contacts().all(|contact| table.get(&contact.phone_number) == Some(contact)));
    }

    #[test]
    fn what_is_changed_while_levels_are_joined_is_joined_meanwhile() {
        let table = table();
        let mut known: Population = table.snapshot().contacts().collect();
        let mut next = 0..;
        let mut merge = |numbers: std::ops::Range<u64>, known: &mut Population| {
            for record in numbers.zip(&mut next).map(|(number, clicks)| contact(number, clicks)) {
                known.insert(record.clone());
                table.merge(record);
            }
        };
        merge(0..CONTACTS / 2, &mut known);
        let mut join = table.lock().begin_compaction().unwrap();
        let before = table.snapshot();
        join.work(&|| ());
        // Of those whom it joins, of those whom it took from the overflow, and of some who are new.
        merge(CONTACTS / 4..2 * CONTACTS, &mut known);
        let mut younger = table.lock().begin_join().unwrap();
        assert!(table.lock().begin_join().is_none(), "all have been taken in hand");
        merge(0..CONTACTS / 8, &mut known);
        younger.work(&|| ());
        table.end(younger, &|| ());
        assert_is(&table.snapshot(), &known);
        merge(0..CONTACTS / 8, &mut known);
        table.end(join, &|| ());
        assert_is(&table.snapshot(), &known);
        table.compact();
        assert_is(&table.snapshot(), &known);
        assert_eq!(clicked(&before, CONTACTS / 2), 0, "a snapshot stays as it is");
    }

    #[test]
    fn a_join_ends_however_fast_rows_are_removed_meanwhile() {
        const MANY: u64 = 6_000;
        let mut known: Population = (0..MANY).map(|number| contact(number, 0)).collect();
        let table = SharedTable::from(Table::from(&known));
        table.merge(contact(0, 1));
        known.insert(contact(0, 1));
        let mut join = Some(table.lock().begin_compaction().unwrap());
        let (mut rounds, mut numbers) = (0, 1..MANY);
        while let Some(mut next) = join {
            next.work(&|| ());
            table.change(|table| {
                for record in numbers.by_ref().take(300).map(|number| contact(number, 2)) {
                    table.merge(record.clone());
                    known.insert(record);
                }
            });
            let mut locked = table.lock();
            join = next.finish(&mut locked);
            table.publish(locked);
            rounds += 1;
        }
        assert!((2..20).contains(&rounds), "{rounds} rounds");
        assert_is(&table.snapshot(), &known);
    }

    #[test]
    fn where_nobody_joins_levels_they_are_no_more_than_a_hundred_or_so() {
        let shared = table();
        let mut known: Population = shared.snapshot().contacts().collect();
        let mut most = 0;
        for number in 0..5_000 {
            let record = contact(number * 7 % 4_099, number);
            known.insert(record.clone());
            shared.merge(record);
            let levels = shared.snapshot().levels().count();
            if levels > most && levels.is_multiple_of(32) {
                assert_is(&shared.snapshot(), &known);
            }
            most = most.max(levels);
        }
        assert!((128..=130).contains(&most), "{most} levels");
        assert_is(&shared.snapshot(), &known);
        assert!(shared.join_levels());
        assert_is(&shared.snapshot(), &known);
        assert!(shared.snapshot().levels().count() < 4);
    }

    #[test]
    fn a_compaction_gives_up_where_another_table_takes_the_place() {
        let others: [fn(&mut Table); 3] =
            [|table| *table = Table::default(), |table| *table = table.clone(), |table| table.compact()];
        for put_another in others {
            let table = table();
            table.merge(contact(1, 1));
            let mut join = table.lock().begin_compaction().unwrap();
            join.work(&|| {});
            table.change(put_another);
            let put = table.snapshot();
            table.end(join, &|| {});
            assert!(table.snapshot().is_snapshot_of(&put));
            assert!(table.snapshot().contacts().eq(put.contacts()));
        }
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
