//! What a question is worked out with: made once, and handed from one question to the next.

use std::sync::{Mutex, PoisonError};

use super::batch::Batch;
use super::bits::Bits;
use super::graph::{Difference, FewLanes, Memo, Propagation};
#[cfg(feature = "table")]
use super::passing::Passing;

/// What a question is worked out with.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// The predicates that hold of a contact, whatever the membership.
    pub(super) of_contact: Bits,
    /// Those that hold of a membership.
    pub(super) of_membership: Bits,
    pub(super) propagation: Propagation,
    /// The predicates that hold of one of two and not of the other.
    pub(super) changed: Bits,
    pub(super) difference: Difference,
    pub(super) memo: Memo,
    pub(super) few: FewLanes,
    pub(super) batch: Batch,
    #[cfg(feature = "table")]
    pub(super) passing: Passing,
}

/// Whatever is not in use, for whoever asks next on any thread.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<Work>>);

impl Pool {
    pub(super) fn with<T>(&self, work_out: impl FnOnce(&mut Work) -> T) -> T {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut work = idle().pop().unwrap_or_default();
        let answer = work_out(&mut work);
        idle().push(work);
        answer
    }
}

/// A copy works for itself.
impl Clone for Pool {
    fn clone(&self) -> Self {
        Self::default()
    }
}
