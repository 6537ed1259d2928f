//! Which change of the source is on: one number in the environment, or all are watched for being reached.

use std::io::Write;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

const MOST: usize = 16_384;

struct Switch {
    on: u32,
    /// Where it is written down which are reached.
    reached: Option<Mutex<std::fs::File>>,
}

static SWITCH: OnceLock<Switch> = OnceLock::new();
static REACHED: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

#[inline]
pub(crate) fn on(number: u32) -> bool {
    let switch = SWITCH.get_or_init(read);
    if let Some(file) = &switch.reached {
        if !REACHED[number as usize].swap(true, Ordering::Relaxed) {
            let mut file = file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let _ = file.write_all(format!("{number}\n").as_bytes());
        }
    }
    number == switch.on
}

#[cold]
fn read() -> Switch {
    let on = std::env::var("MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX);
    let reached = std::env::var_os("MUTANTS_REACHED").and_then(|path| {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        file.ok().map(Mutex::new)
    });
    Switch { on, reached }
}
