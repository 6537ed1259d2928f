//! Work that is stopped before its end.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(any(feature = "records", feature = "table"))]
use std::thread;
use std::time::Instant;

/// Says when work is to stop: when somebody says so, at a deadline, or never.
///
/// Clones are the same token: one stays with whoever may stop the work, the other goes with the work.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use headcount::StopToken;
///
/// let (told, late) = (StopToken::new(), StopToken::at(Instant::now() + Duration::from_secs(60)));
/// assert!(!told.is_stopped() && !late.is_stopped());
/// told.clone().stop();
/// assert!(told.is_stopped());
/// assert!(StopToken::at(Instant::now()).is_stopped());
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopToken(Option<Arc<Signal>>);

#[derive(Debug)]
struct Signal {
    stopped: AtomicBool,
    deadline: Option<Instant>,
}

impl StopToken {
    /// A token that stops when it is told to.
    #[must_use]
    pub fn new() -> Self {
        Self::with(None)
    }

    /// A token that stops at a deadline, or when it is told to before.
    #[must_use]
    pub fn at(deadline: Instant) -> Self {
        Self::with(Some(deadline))
    }

    /// A token that never stops, whatever it is told.
    #[must_use]
    pub fn never() -> Self {
        Self(None)
    }

    fn with(deadline: Option<Instant>) -> Self {
        Self(Some(Arc::new(Signal { stopped: AtomicBool::new(false), deadline })))
    }

    /// Stops the work that goes with this token, within some milliseconds. Memory that it used is given back on a thread of its
    /// own, which may go on a little longer.
    pub fn stop(&self) {
        if let Some(signal) = &self.0 {
            signal.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it was told to stop, or its deadline has passed.
    #[must_use]
    #[inline]
    pub fn is_stopped(&self) -> bool {
        self.0.as_ref().is_some_and(|signal| signal.is_stopped())
    }
}

impl Signal {
    fn is_stopped(&self) -> bool {
        if self.stopped.load(Ordering::Relaxed) {
            return true;
        }
        let has_passed = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if has_passed {
            // Whoever asks next need not look at the clock.
            self.stopped.store(true, Ordering::Relaxed);
        }
        has_passed
    }
}

/// Drops what stopped work leaves behind on a thread of its own: the system takes memory back at some 10 GB/s, and whoever
/// stopped the work does not wait for that.
#[cfg(any(feature = "records", feature = "table"))]
pub(crate) fn drop_aside<T: Send + 'static>(left_behind: T) {
    // Where there can be no other thread, what is not run is dropped here.
    let _ = thread::Builder::new().name("headcount-drop".to_owned()).spawn(move || drop(left_behind));
}

/// Work was stopped before its end, and has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped before the end: there is no result")
    }
}

impl std::error::Error for Stopped {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_token_stops_when_it_is_told_to_or_at_its_deadline() {
        let (told, late) = (StopToken::new(), StopToken::at(Instant::now() + Duration::from_secs(3_600)));
        for token in [&told, &late] {
            assert!(!token.is_stopped());
            token.clone().stop();
            assert!(token.is_stopped());
        }
        assert!(StopToken::at(Instant::now()).is_stopped());
        for never in [StopToken::never(), StopToken::default()] {
            never.stop();
            assert!(!never.is_stopped());
        }
        assert_eq!(Stopped.to_string(), "stopped before the end: there is no result");
    }
}
