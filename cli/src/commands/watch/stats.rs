//! How fast it goes, told from time to time.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::output::{counted, note, thousands};

/// What has been done so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    /// Updates that were applied.
    pub(super) updates: u64,
    /// Updates that were invalid.
    pub(super) invalid: u64,
    /// Events that were written.
    pub(super) events: u64,
}

/// Tells it every so often.
pub(super) struct Stats {
    every: Option<Duration>,
    /// What was told last, and when.
    last: (Instant, Tally),
    begun: Instant,
}

impl Stats {
    /// None where nothing is to be told.
    pub(super) fn new(every: Option<Duration>) -> Self {
        let now = Instant::now();
        Self { every, last: (now, Tally::default()), begun: now }
    }

    /// How long it is until something is to be told, if ever.
    pub(super) fn due_in(&self) -> Option<Duration> {
        self.every.map(|every| every.saturating_sub(self.last.0.elapsed()))
    }

    /// Tells what was done since the last time, if it is time for that; `now`: what the clock of the audiences says; `saved`: the
    /// line up to which updates are saved.
    pub(super) fn tell_if_due(&mut self, tally: Tally, now: DateTime<Utc>, saved: Option<u64>) {
        if self.due_in() == Some(Duration::ZERO) {
            let (told, before) = self.last;
            tell(tally, before, told.elapsed(), now, saved);
            self.last = (Instant::now(), tally);
        }
    }

    /// Tells what was done in all.
    pub(super) fn tell_all(&self, tally: Tally, now: DateTime<Utc>, saved: Option<u64>) {
        if self.every.is_some() {
            tell(tally, Tally::default(), self.begun.elapsed(), now, saved);
        }
    }
}

fn tell(tally: Tally, before: Tally, took: Duration, now: DateTime<Utc>, saved: Option<u64>) {
    let a_second = |done: u64| thousands((done as f64 / took.as_secs_f64().max(1e-6)) as u64);
    let behind = (Utc::now() - now).num_milliseconds() as f64 / 1e3;
    let memory = resident_mib().map(|mib| format!(", {} MiB", thousands(mib))).unwrap_or_default();
    let saved = saved.map(|line| format!(", saved up to line {}", thousands(line))).unwrap_or_default();
    note(format_args!(
        "stats: {} ({} a second), {} ({} a second), {} invalid, clock {behind:.1} s behind{memory}{saved}",
        counted(tally.updates, "update"),
        a_second(tally.updates - before.updates),
        counted(tally.events, "event"),
        a_second(tally.events - before.events),
        thousands(tally.invalid),
    ));
}

/// How much memory the command takes, as the system counts it, where it tells.
#[cfg(target_os = "linux")]
fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}

#[cfg(not(target_os = "linux"))]
fn resident_mib() -> Option<u64> {
    None
}
