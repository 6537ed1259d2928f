//! One thread that does everything, or several that share it out.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::batch::{Batch, Batches, Memory, Stop};
use super::parse::{Outcome, Tally, contacts};
use crate::contact::Contact;

/// Reads, cuts and parses here.
pub(super) fn on_one_thread(
    mut batches: Batches<'_>,
    name: &str,
    each: &mut dyn FnMut(Contact),
    progress: &mut dyn FnMut(u64),
) -> Outcome {
    let mut tally = Tally::default();
    loop {
        match batches.next(Memory::default()) {
            Ok(Some(batch)) => {
                contacts(&batch, name, &mut tally, each);
                progress(batch.read);
            }
            Ok(None) => return Outcome { tally, stop: None },
            Err(stop) => return Outcome { tally, stop: Some(stop) },
        }
    }
}

/// A batch, and whom to tell what came of it.
type Work = (Batch, SyncSender<Parsed>);

struct Parsed {
    contacts: Vec<Contact>,
    tally: Tally,
    read: u64,
}

/// Reads and cuts on one thread, parses on `threads`, and hands on here.
///
/// Each batch has a channel of its own for its result, and those channels arrive here in the order of the file: so does
/// then what comes out of them. Both queues are short, so that only a few batches are in memory however slow `each` is.
pub(super) fn on_threads(
    threads: usize,
    mut batches: Batches<'_>,
    name: &str,
    each: &mut dyn FnMut(Contact),
    progress: &mut dyn FnMut(u64),
) -> Outcome {
    let (work, to_parse) = sync_channel::<Work>(threads);
    let (in_order, results) = sync_channel::<Receiver<Parsed>>(2 * threads);
    // Each queue's ends belong to the threads at them: whichever goes first, also in a panic, the others see it and go.
    let to_parse = Arc::new(Mutex::new(to_parse));
    thread::scope(move |scope| {
        let reading = scope.spawn(move || share_out(&mut batches, &work, &in_order));
        for _ in 1..threads {
            let to_parse = Arc::clone(&to_parse);
            scope.spawn(move || parse(&to_parse, name));
        }
        scope.spawn(move || parse(&to_parse, name));
        let mut tally = Tally::default();
        for parsed in results.iter().map_while(|result| result.recv().ok()) {
            parsed.contacts.into_iter().for_each(&mut *each);
            tally.add(parsed.tally);
            progress(parsed.read);
        }
        drop(results);
        let stop = match reading.join() {
            Ok(stop) => stop,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        Outcome { tally, stop }
    })
}

fn share_out(
    batches: &mut Batches<'_>,
    work: &SyncSender<Work>,
    in_order: &SyncSender<Receiver<Parsed>>,
) -> Option<Stop> {
    loop {
        let batch = match batches.next(Memory::default()) {
            Ok(Some(batch)) => batch,
            Ok(None) => return None,
            Err(stop) => return Some(stop),
        };
        let (result, parsed) = sync_channel(1);
        // Nobody there any more: then nobody wants to know either.
        if in_order.send(parsed).is_err() || work.send((batch, result)).is_err() {
            return None;
        }
    }
}

fn parse(work: &Mutex<Receiver<Work>>, name: &str) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((batch, result)) = next else { return };
        let mut parsed = Parsed { contacts: Vec::new(), tally: Tally::default(), read: batch.read };
        contacts(&batch, name, &mut parsed.tally, &mut |contact| parsed.contacts.push(contact));
        if result.send(parsed).is_err() {
            return;
        }
    }
}
