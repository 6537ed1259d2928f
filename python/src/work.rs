//! Work without the interpreter's lock: other threads of Python go on, Ctrl-C stops it, and a panic becomes an exception.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use headcount::StopToken;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::problems::internal_error;

/// How often a signal is looked for.
const PATIENCE: Duration = Duration::from_millis(50);

/// Does what takes milliseconds: nothing can stop it.
pub(crate) fn briefly<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    let pool = Pool::of_this_process()?;
    py.detach(|| catch_unwind(AssertUnwindSafe(|| pool.run(work))))
        .map_err(|panic| internal_error(py, &message(&*panic)))
}

/// Does what may take long, on a thread of its own, while this one looks for signals: at the first that raises, such as
/// Ctrl-C, the work is stopped by its token, and the exception goes on once it has come to its end.
pub(crate) fn at_length<T: Send>(py: Python<'_>, work: impl FnOnce(&StopToken) -> T + Send) -> PyResult<T> {
    watched(py, work, |_| Ok(()))
}

/// As [`at_length`], and from time to time something else is done meanwhile.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&StopToken) -> T + Send,
    mut meanwhile: impl FnMut(Python<'_>) -> PyResult<()>,
) -> PyResult<T> {
    let pool = Pool::of_this_process()?;
    let stop = StopToken::new();
    let (done, mut awaited) = channel();
    thread::scope(|scope| {
        let (token, pool) = (&stop, &pool);
        let worker = thread::Builder::new()
            .spawn_scoped(scope, move || {
                // Nobody waits any more once a signal has raised.
                let _ = done.send(catch_unwind(AssertUnwindSafe(|| pool.run(|| work(token)))));
            })
            .map_err(|error| PyRuntimeError::new_err(format!("no thread can be started: {error}")))?;
        let outcome = loop {
            let awaited = &mut awaited;
            match py.detach(move || awaited.recv_timeout(PATIENCE)) {
                Ok(outcome) => break Some(outcome),
                Err(RecvTimeoutError::Disconnected) => break None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Err(raised) = py.check_signals().and_then(|()| meanwhile(py)) {
                stop.stop();
                py.detach(|| _ = worker.join());
                return Err(raised);
            }
        };
        match outcome {
            Some(Ok(value)) => Ok(value),
            Some(Err(panic)) => Err(internal_error(py, &message(&*panic))),
            None => Err(internal_error(py, "the work ended without an answer")),
        }
    })
}

/// What somebody panicked with.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

/// Where work is shared out.
enum Pool {
    /// Among the threads that rayon starts by itself.
    Global,
    /// In a process that was forked, which has none of those threads: among threads of its own.
    Forked(&'static ThreadPool),
}

/// The process that first did work.
static FIRST: AtomicU32 = AtomicU32::new(0);

/// The last process that was forked from it, and its threads.
static FORKED: Mutex<Option<(u32, &'static ThreadPool)>> = Mutex::new(None);

impl Pool {
    fn of_this_process() -> PyResult<Self> {
        let this = std::process::id();
        match FIRST.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return Ok(Self::Global),
            Err(first) if first == this => return Ok(Self::Global),
            Err(_) => {}
        }
        let mut forked = FORKED.lock().unwrap_or_else(PoisonError::into_inner);
        match *forked {
            Some((process, pool)) if process == this => Ok(Self::Forked(pool)),
            _ => {
                let pool = ThreadPoolBuilder::new()
                    .build()
                    .map_err(|error| PyRuntimeError::new_err(format!("no threads can be started: {error}")))?;
                // As rayon's own pool, it stays until the process ends; so does what is left of the parent's.
                let pool = Box::leak(Box::new(pool));
                *forked = Some((this, pool));
                Ok(Self::Forked(pool))
            }
        }
    }

    fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match self {
            Self::Global => work(),
            Self::Forked(pool) => pool.install(work),
        }
    }
}

/// Panics, so that tests see what becomes of it.
#[pyfunction]
pub(crate) fn _panic_briefly(py: Python<'_>, message: String) -> PyResult<()> {
    briefly(py, || panic!("{message}"))
}

/// The same, in what may take long.
#[pyfunction]
pub(crate) fn _panic_at_length(py: Python<'_>, message: String) -> PyResult<()> {
    at_length(py, |_| panic!("{message}"))
}
