//! What changes leave to be done for the table, on another thread.

use std::sync::{Arc, Weak};

use super::Live;
use crate::table::JoinBeside;

/// What is to be done for the table of a [`Live`] set, so that changes need not do it. Made by [`Live::begin_upkeep`].
#[derive(Debug)]
#[must_use = "the table stays as it is until the upkeep is ended"]
pub struct Upkeep {
    beside: JoinBeside,
    token: Arc<()>,
}

/// Knows the upkeep that is being done, of which there is one at most.
#[derive(Debug, Default)]
pub(super) struct UpkeepToken(Weak<()>);

impl Upkeep {
    /// Does it, on the caller's thread, while contacts change.
    pub fn work(&mut self) {
        self.beside.work(&std::thread::yield_now);
    }
}

impl Live {
    /// Begins what there is to do for the table, if there is anything and nobody is at it. From here on changes write no contacts
    /// into columns, which is left to the next upkeep; only where a quarter of a million have been left, one writes them. What is
    /// dropped before its end is as if it had not begun.
    ///
    /// The work is done beside changes. A service does it again and again on a thread in the background, with the
    /// set behind a lock that is held for the beginning and the end alone:
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use std::thread;
    ///
    /// use headcount::{Audience, Contact, EvalContext, Live, Table};
    ///
    /// let audience = Audience::of("click_count > 0".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let live = Mutex::new(Live::new(Table::default(), [audience], &cx)?);
    /// let keep_up = || {
    ///     let mut begun = live.lock().unwrap().begin_upkeep();
    ///     while let Some(mut upkeep) = begun {
    ///         upkeep.work();
    ///         begun = live.lock().unwrap().end_upkeep(upkeep);
    ///     }
    /// };
    /// thread::scope(|scope| {
    ///     scope.spawn(|| (0..10).for_each(|_| keep_up()));
    ///     for number in 0..5_000 {
    ///         let record = Contact::from_json(&format!(r#"{{"phone_number": "+{number}", "click_count": 1}}"#)).unwrap();
    ///         live.lock().unwrap().apply(record, cx.now).unwrap().for_each(drop);
    ///     }
    /// });
    /// assert_eq!(live.lock().unwrap().size("0")?.value, 5_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_upkeep(&mut self) -> Option<Upkeep> {
        self.table.leave_work();
        if self.upkeep.0.strong_count() > 0 {
            return None;
        }
        // Of an upkeep that was dropped.
        self.table.let_go();
        let (beside, token) = (self.table.begin_join()?, Arc::new(()));
        self.upkeep = UpkeepToken(Arc::downgrade(&token));
        Some(Upkeep { beside, token })
    }

    /// Puts what was worked on in the place of the table; or gives it back, where so much has changed meanwhile that there is
    /// more [work](Upkeep::work) to do. The upkeep of another set is dropped.
    pub fn end_upkeep(&mut self, upkeep: Upkeep) -> Option<Upkeep> {
        let Upkeep { beside, token } = upkeep;
        if !std::ptr::eq(self.upkeep.0.as_ptr(), Arc::as_ptr(&token)) {
            return None;
        }
        beside.finish(&mut self.table).map(|beside| Upkeep { beside, token })
    }
}
