//! Progress of long work, where standard error is a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that appears once the work has turned out to be long, and goes when it is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    shown: bool,
}

impl Progress {
    /// What takes less than this shows no bar.
    const LONG: Duration = Duration::from_millis(500);

    /// Bytes that are read, of so many if that is known.
    pub(crate) fn of_bytes(total: Option<u64>, verb: &'static str) -> Self {
        let bytes = "{binary_bytes}";
        match total {
            Some(_) => Self::new(total, verb, "{bar:32} {binary_bytes} of {binary_total_bytes}, {eta} left"),
            None => Self::new(total, verb, bytes),
        }
    }

    /// Things that are dealt with one by one.
    pub(crate) fn of_things(total: u64, verb: &'static str) -> Self {
        Self::new(Some(total), verb, "{bar:32} {human_pos} of {human_len}, {eta} left")
    }

    fn new(total: Option<u64>, verb: &'static str, template: &str) -> Self {
        // indicatif draws nothing where the target is hidden, and nothing on a standard error that is no terminal.
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_message(verb);
        if let Ok(style) = ProgressStyle::with_template(&format!("{{msg}} {template}")) {
            bar.set_style(style);
        }
        Self { bar, begun: Instant::now(), shown: false }
    }

    /// So much is done, from the start.
    pub(crate) fn at(&mut self, position: u64) {
        if !self.shown && self.begun.elapsed() >= Self::LONG {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(position);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
