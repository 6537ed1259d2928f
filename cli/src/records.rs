//! Contact records, from files and from standard input.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use headcount::records::Input;
use headcount::{
    Contact, Errors, Population, RecordReader, Table, TableBuilder,
    analysis::{Sample, SampleBuilder, SampleInfo, SampleSize},
    matcher::Plan,
    records::{ReadReport, Totals},
};
use rayon::ThreadPoolBuilder;

use crate::arguments::{self, is_standard};
use crate::failure::{Failure, Wrong};
use crate::output::{STANDARD_INPUT, counted, note, thousands};
use crate::progress::Progress;

/// A population in columns, and how it came to be.
pub(crate) struct Loaded {
    pub(crate) table: Table,
    /// Records that were left out.
    pub(crate) skipped: u64,
    /// What there is, where not all of it was read.
    totals: Option<Totals>,
    pub(crate) time: Duration,
}

impl Loaded {
    /// How many contacts there are.
    pub(crate) fn contacts(&self) -> u64 {
        self.totals.map_or_else(|| self.table.contacts(), |totals| totals.contacts)
    }

    /// How many memberships there are.
    pub(crate) fn memberships(&self) -> u64 {
        self.totals.map_or_else(|| self.table.memberships(), |totals| totals.memberships)
    }
}

/// Reads all records, as one population.
pub(crate) fn load(records: &arguments::Records) -> Result<Loaded, Failure> {
    load_with(records, reader(records)).map(tell_sample)
}

/// Reads of all records what it takes to answer some plans.
pub(crate) fn load_for(records: &arguments::Records, plans: impl IntoIterator<Item = Plan>) -> Result<Loaded, Failure> {
    let reader = reader(records);
    let alone = records.files.len() == 1;
    load_with(records, if alone { reader.for_plans(plans) } else { reader.for_plans_among_files(plans) })
        .map(tell_sample)
}

/// A sample is counted as any records are, but hardly ever is that what is wanted.
fn tell_sample((loaded, drawn): (Loaded, Option<SampleInfo>)) -> Loaded {
    if let Some(drawn) = drawn {
        note(format_args!(
            "these are a sample of {}: `headcount estimate` tells how many it stands for",
            counted(drawn.population, "contact")
        ));
    }
    loaded
}

fn reader(records: &arguments::Records) -> RecordReader {
    RecordReader::new().on_error(records.on_error.into()).threads(records.threads())
}

fn load_with(records: &arguments::Records, reader: RecordReader) -> Result<(Loaded, Option<SampleInfo>), Failure> {
    let begun = Instant::now();
    // It fails only where there is a pool already, which there is not: records are loaded once.
    let _ = ThreadPoolBuilder::new().num_threads(records.threads()).build_global();
    let mut builder = TableBuilder::default();
    let (mut totals, mut drawn) = (None, None);
    let skipped = read(records, &reader, &mut |reader, input| {
        let report = reader.read_into(input, &mut builder)?;
        totals = report.totals;
        drawn = drawn.or(report.drawn);
        Ok(report)
    })?;
    Ok((Loaded { table: builder.build(), skipped, totals, time: begun.elapsed() }, drawn))
}

/// What a sample is drawn by unless something else is said.
pub(crate) const SEED: u64 = 42;

/// A sample, and records that were left out.
pub(crate) struct Sampled {
    pub(crate) sample: Sample,
    /// Whether it was kept in the file, and not drawn now.
    pub(crate) kept: bool,
    pub(crate) skipped: u64,
    pub(crate) time: Duration,
}

/// Draws a sample of all records; one that was kept in a file stays as it is.
pub(crate) fn sample(records: &arguments::Records, take: SampleSize, seed: u64) -> Result<Sampled, Failure> {
    let begun = Instant::now();
    let _ = ThreadPoolBuilder::new().num_threads(records.threads()).build_global();
    let reader = reader(records);
    let mut builder = SampleBuilder::new(take, seed);
    let mut kept = None;
    let skipped = read(records, &reader, &mut |reader, input| {
        let report = each_contact(reader, input, |contact| builder.push(contact))?;
        kept = kept.or(report.drawn);
        Ok(report)
    })?;
    let Some(drawn) = kept else {
        return Ok(Sampled { sample: builder.build(), kept: false, skipped, time: begun.elapsed() });
    };
    if records.files.len() > 1 {
        return Err(Failure::Unfit("a sample is among several files, and of those it says nothing".to_owned()));
    }
    if records.files.iter().any(|path| is_standard(path)) {
        return Err(Failure::Unfit("a sample that was kept is read from a file, not from standard input".to_owned()));
    }
    let (loaded, _) = load_with(records, reader)?;
    Ok(Sampled { sample: Sample::of(loaded.table, drawn), kept: true, skipped, time: begun.elapsed() })
}

/// Reads the records of one contact only; where there is none, tells of a phone number with the same digits.
pub(crate) fn load_one(
    records: &arguments::Records,
    phone_number: &str,
) -> Result<(Population, Option<String>), Failure> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(phone_number);
    let mut alike = None;
    let population = load_those(records, |contact| {
        let is_alike = || !wanted.is_empty() && digits(&contact.phone_number) == wanted;
        if alike.is_none() && contact.phone_number != phone_number && is_alike() {
            alike = Some(contact.phone_number.clone());
        }
        contact.phone_number == phone_number
    })?;
    Ok((population, alike))
}

/// Reads all records, and keeps the contacts one by one.
pub(crate) fn load_each(records: &arguments::Records) -> Result<Population, Failure> {
    load_those(records, |_| true)
}

fn load_those(records: &arguments::Records, mut wanted: impl FnMut(&Contact) -> bool) -> Result<Population, Failure> {
    let mut population = Population::default();
    read(records, &reader(records), &mut |reader, input| {
        each_contact(reader, input, |contact| {
            if wanted(&contact) {
                population.insert(contact);
            }
        })
    })?;
    Ok(population)
}

/// Hands on each contact of an input.
fn each_contact(reader: &RecordReader, input: Input<'_>, mut each: impl FnMut(Contact)) -> Result<ReadReport, Errors> {
    let mut contacts = reader.contacts(input);
    for contact in contacts.by_ref() {
        each(contact?);
    }
    Ok(contacts.report().clone())
}

/// Reads a file, or standard input.
type Read<'r> = dyn FnMut(&RecordReader, Input<'_>) -> Result<ReadReport, Errors> + 'r;

/// Reads file after file, shows how far it is, and tells how many records were left out.
fn read(records: &arguments::Records, reader: &RecordReader, read: &mut Read<'_>) -> Result<u64, Failure> {
    let progress = Arc::new(Mutex::new(Progress::of_bytes(bytes_in(&records.files), "reading")));
    let (mut wrong, mut left_out) = (Vec::new(), Vec::new());
    let (mut skipped, mut bytes_before) = (0, 0_u64);
    for path in &records.files {
        let bytes_here = Arc::new(AtomicU64::new(0));
        let (shown, here) = (Arc::clone(&progress), Arc::clone(&bytes_here));
        let reader = reader.clone().progress(move |bytes| {
            here.store(bytes, Ordering::Relaxed);
            shown.lock().unwrap_or_else(PoisonError::into_inner).at(bytes_before + bytes);
        });
        let result = read(&reader, input(path));
        bytes_before += bytes_here.load(Ordering::Relaxed);
        // The other files are still read, so that everything that is wrong is told at once.
        match result {
            Ok(report) => {
                skipped += report.skipped;
                left_out.extend(report.problems);
            }
            Err(errors) => wrong.push(Wrong::Records(errors)),
        }
    }
    drop(progress);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    left_out.iter().for_each(note);
    if skipped > 0 {
        note(format_args!("{} skipped", counted(skipped, "record")));
    }
    Ok(skipped)
}

fn input(path: &Path) -> Input<'static> {
    if is_standard(path) { Input::new(STANDARD_INPUT, io::stdin()) } else { Input::from(path) }
}

/// How many bytes there are to read, if every file can tell.
fn bytes_in(files: &[PathBuf]) -> Option<u64> {
    let size = |path: &PathBuf| {
        let known = fs::metadata(path).ok().filter(|known| known.is_file() && !is_standard(path));
        known.map(|known| known.len())
    };
    files.iter().map(size).sum()
}

/// What was read, for people.
pub(crate) fn tell(loaded: &Loaded) {
    note(format_args!(
        "{}, {}, {} replaced, {} skipped, loaded in {:.1?}",
        counted(loaded.contacts(), "contact"),
        counted(loaded.memberships(), "membership"),
        thousands(loaded.table.replaced()),
        thousands(loaded.skipped),
        loaded.time,
    ));
}
