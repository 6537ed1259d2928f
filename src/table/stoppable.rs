//! A table whose answers can be stopped.

use chrono::{DateTime, Utc};

use super::{Members, Table};
use crate::analysis::{Breakdown, Overlap, Timeline};
use crate::audience::Audience;
use crate::fingerprint::Fingerprint;
use crate::semantics::EvalContext;
use crate::size::Size;
use crate::stop::{StopToken, Stopped};

/// A snapshot of a [`Table`] that answers until it is stopped. Made by [`Table::stoppable`].
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use headcount::{Audience, EvalContext, StopToken, Table};
///
/// let (audience, cx) = (Audience::of("has_revenue".parse()?), EvalContext::at("2025-11-15T08:30:00Z".parse()?));
/// let table = Table::default();
/// let in_time = table.stoppable(&StopToken::at(Instant::now() + Duration::from_secs(60)));
/// assert_eq!(in_time.breakdown(&audience, &cx)?.size.value, 0);
/// let too_late = table.stoppable(&StopToken::at(Instant::now()));
/// assert_eq!(
///     too_late.breakdown(&audience, &cx).unwrap_err().to_string(),
///     "stopped before the end: there is no result"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StoppableTable {
    /// With the token, which its scans look at.
    table: Table,
}

impl Table {
    /// The table as it is, to be asked what may take too long: answers stop some milliseconds after the token says so,
    /// however many conditions are asked. What goes before, the plan of the filter, is not stopped: it takes milliseconds
    /// for ten thousand conditions, however large the table.
    #[must_use]
    pub fn stoppable(&self, stop: &StopToken) -> StoppableTable {
        StoppableTable { table: Self { stop: stop.clone(), ..self.clone() } }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// The fingerprint of an audience's filter; of an answer that is stopped, any.
    pub(crate) fn fingerprint_of(&self, audience: &Audience) -> Fingerprint {
        audience.filter.fingerprint_while(&|| !self.is_stopped())
    }

    /// A size with what it is of.
    pub(crate) fn size_of(&self, value: u64, audience: &Audience, cx: &EvalContext) -> Size {
        Size::with_fingerprint(value, self.fingerprint_of(audience), audience, cx)
    }

    pub(crate) fn stop_token(&self) -> &StopToken {
        &self.stop
    }
}

/// Each method answers as that of [`Table`] with its name does.
///
/// # Errors
///
/// [`Stopped`], if the token says so before the answer is there.
impl StoppableTable {
    /// As [`Table::size`].
    pub fn size(&self, audience: &Audience, cx: &EvalContext) -> Result<Size, Stopped> {
        self.ask(|table| table.size(audience, cx))
    }

    /// As [`Table::sizes`].
    pub fn sizes<'a>(
        &self,
        audiences: impl IntoIterator<Item = &'a Audience>,
        cx: &EvalContext,
    ) -> Result<Vec<Size>, Stopped> {
        self.ask(|table| table.sizes(audiences, cx))
    }

    /// As [`Table::members`].
    pub fn members(&self, audience: &Audience, cx: &EvalContext) -> Result<Members, Stopped> {
        self.ask(|table| table.members(audience, cx))
    }

    /// As [`Table::breakdown`].
    pub fn breakdown(&self, audience: &Audience, cx: &EvalContext) -> Result<Breakdown, Stopped> {
        self.ask(|table| table.breakdown(audience, cx))
    }

    /// As [`Table::compare`].
    pub fn compare<'a>(
        &self,
        audiences: impl IntoIterator<Item = &'a Audience>,
        cx: &EvalContext,
    ) -> Result<Overlap, Stopped> {
        self.ask(|table| table.compare(audiences, cx))
    }

    /// As [`Table::timeline`].
    pub fn timeline(&self, audience: &Audience, cx: &EvalContext, to: DateTime<Utc>) -> Result<Timeline, Stopped> {
        self.ask(|table| table.timeline(audience, cx, to))
    }

    /// As [`Table::valid_until`].
    pub fn valid_until(&self, audience: &Audience, cx: &EvalContext) -> Result<Option<DateTime<Utc>>, Stopped> {
        self.ask(|table| table.valid_until(audience, cx))
    }

    /// An answer, unless it was stopped: then it is a part of one, and nobody sees it.
    fn ask<T>(&self, ask: impl FnOnce(&Table) -> T) -> Result<T, Stopped> {
        let is_stopped = || self.table.stop.is_stopped();
        let answer = (!is_stopped()).then(|| ask(&self.table));
        answer.filter(|_| !is_stopped()).ok_or(Stopped)
    }
}
