//! What changes leave to be done for the table: on a thread of its own, so that no update waits for it.

use std::thread::{self, JoinHandle};

use headcount::Live;
use headcount::live::Upkeep;

/// What is being done for the table, if anything is.
#[derive(Default)]
pub(super) struct Background(Option<JoinHandle<Upkeep>>);

impl Background {
    /// Takes what is done, and begins what there is to do.
    pub(super) fn look(&mut self, live: &mut Live) {
        if self.0.as_ref().is_some_and(|working| !working.is_finished()) {
            return;
        }
        let begun = match self.0.take().map(JoinHandle::join) {
            None => live.begin_upkeep(),
            Some(Ok(done)) => live.end_upkeep(done),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        };
        self.0 = begun.map(|mut upkeep| {
            thread::spawn(move || {
                upkeep.work();
                upkeep
            })
        });
    }
}
