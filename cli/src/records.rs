//! Contact records, from files and from standard input.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use headcount::records::{Input, refuse_unfit_columns};
use headcount::{
    Audience, Contact, Errors, Population, RecordReader, Table, TableBuilder,
    analysis::{Description, Sample, SampleInfo, SampleSize},
    error::NotesBuilder,
    matcher::Plan,
    records::{ReadReport, Totals},
};
use rayon::ThreadPoolBuilder;

use crate::arguments::{self, is_standard};
use crate::failure::{Failure, Wrong};
use crate::heard::Heard;
use crate::output::{STANDARD_INPUT, counted, escaped, note, thousands};
use crate::progress::Progress;

/// A population in columns, and how it came to be.
pub(crate) struct Loaded {
    pub(crate) table: Table,
    /// Records that were left out.
    pub(crate) skipped: u64,
    pub(crate) heard: Heard,
    /// What the reader tells of each input.
    pub(crate) reports: Vec<ReadReport>,
    /// What there is, where not all of it was read.
    totals: Option<Totals>,
    /// What the contacts were drawn of, if they are a sample.
    pub(crate) drawn: Option<SampleInfo>,
    pub(crate) time: Duration,
}

impl Loaded {
    /// What is in the records, and what the reader knows of the inputs beside.
    pub(crate) fn describe(&self) -> Description {
        self.table.describe().with_reports(&self.reports)
    }

    /// How many contacts there are.
    pub(crate) fn contacts(&self) -> u64 {
        self.totals.map_or_else(|| self.table.len() as u64, |totals| totals.contacts)
    }

    /// How many memberships there are.
    pub(crate) fn memberships(&self) -> u64 {
        self.totals.map_or_else(|| self.table.memberships(), |totals| totals.memberships)
    }
}

/// Reads all records, as one population.
pub(crate) fn load(records: &arguments::Records, asked: &[&Audience]) -> Result<Loaded, Failure> {
    load_with(records, reader(records, asked), asked).map(tell_notes)
}

/// Reads all records, as one population that is to be described.
pub(crate) fn load_to_describe(records: &arguments::Records, asked: &[&Audience]) -> Result<Loaded, Failure> {
    load_with(records, reader(records, asked).for_description(), asked).map(tell_notes)
}

/// Reads of all records what it takes to answer some plans.
pub(crate) fn load_for(
    records: &arguments::Records,
    plans: impl IntoIterator<Item = Plan>,
    asked: &[&Audience],
) -> Result<Loaded, Failure> {
    let reader = reader(records, asked);
    let alone = records.is_one_file();
    load_with(records, if alone { reader.for_plans(plans) } else { reader.for_plans_among_files(plans) }, asked)
        .map(tell_notes)
}

/// Tells the notes; and of a sample, which is counted as any records are, that this is hardly ever what is wanted.
fn tell_notes(loaded: Loaded) -> Loaded {
    loaded.heard.tell();
    tell_sample(loaded.drawn);
    loaded
}

fn tell_sample(drawn: Option<SampleInfo>) {
    if let Some(drawn) = drawn {
        note(format_args!(
            "these are a sample of {}: `headcount estimate` tells how many it stands for",
            counted(drawn.population, "contact")
        ));
    }
}

/// Reads all records, which are to be written as they are: a sample stays one.
pub(crate) fn load_to_write(records: &arguments::Records) -> Result<Loaded, Failure> {
    let loaded = load_with(records, reader(records, &[]), &[])?;
    if loaded.drawn.is_some() && !records.is_one_file() {
        return Err(Failure::Unfit(
            "a sample is among several files, and together they are neither a sample nor all contacts: \
             import it alone, or in its place the records that it was drawn from"
                .to_owned(),
        ));
    }
    Ok(tell_notes(loaded))
}

fn reader(records: &arguments::Records, asked: &[&Audience]) -> RecordReader {
    records.reader().for_audiences(asked.iter().copied())
}

/// Has as many threads read and count as were asked for.
pub(crate) fn start_threads(records: &arguments::Records) {
    // It fails only where there is a pool already, which there is not: records are loaded once.
    let _ = ThreadPoolBuilder::new().num_threads(records.threads()).build_global();
}

fn load_with(records: &arguments::Records, reader: RecordReader, asked: &[&Audience]) -> Result<Loaded, Failure> {
    let begun = Instant::now();
    start_threads(records);
    let mut builder = TableBuilder::default();
    let (mut totals, mut drawn) = (None, None);
    let ReadInputs { skipped, reports } = read(records, &reader, asked, &mut |reader, input| {
        let report = reader.read_into(input, &mut builder)?;
        totals = report.totals;
        drawn = drawn.or(report.drawn);
        Ok(report)
    })?;
    let table = builder.build();
    let heard = Heard::new(records, table.notes(asked.iter().copied()));
    Ok(Loaded { table, skipped, heard, reports, totals, drawn, time: begun.elapsed() })
}

/// What a sample is drawn by unless something else is said.
pub(crate) const SEED: u64 = 42;

/// A sample, and records that were left out.
pub(crate) struct Sampled {
    pub(crate) sample: Sample,
    /// Whether it was kept in the file, and not drawn now.
    pub(crate) kept: bool,
    pub(crate) skipped: u64,
    pub(crate) heard: Heard,
    pub(crate) time: Duration,
}

/// Draws a sample of all records; one that was kept in a file stays as it is.
pub(crate) fn sample(
    records: &arguments::Records,
    take: SampleSize,
    seed: u64,
    asked: &[&Audience],
) -> Result<Sampled, Failure> {
    let begun = Instant::now();
    let Loaded { table, skipped, heard, drawn, .. } = load_with(records, reader(records, asked), asked)?;
    heard.tell();
    let kept = drawn.is_some();
    if kept && !records.is_one_file() {
        return Err(Failure::Unfit("a sample is among several files, and of those it says nothing".to_owned()));
    }
    let sample = match drawn {
        Some(drawn) => Sample::of(table, drawn),
        None => Sample::draw(&table, take, seed),
    };
    Ok(Sampled { sample, kept, skipped, heard, time: begun.elapsed() })
}

/// Reads all records, and tells the contact whose phone number was typed.
pub(crate) fn load_contact(
    records: &arguments::Records,
    phone: &str,
    asked: &[&Audience],
) -> Result<(Contact, Heard), Failure> {
    let phone_number = records.phone_number(phone)?;
    let Loaded { table, heard, .. } = load(records, asked)?;
    let Some(contact) = table.get(&phone_number) else {
        let meant = alike(&table, &phone_number).map(|alike| format!(", did you mean `{}`?", escaped(&alike)));
        return Err(Failure::Unfit(format!(
            "no contact in the records has the phone number `{}`{}",
            escaped(&phone_number),
            meant.unwrap_or_default()
        )));
    };
    Ok((contact, heard))
}

/// The first phone number that has the same digits.
fn alike(table: &Table, phone_number: &str) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(phone_number);
    let mut numbers = table.contacts().map(|contact| contact.phone_number);
    numbers.find(|number| !wanted.is_empty() && digits(number) == wanted)
}

/// Contacts as their records say them, and the notes of all that were read.
pub(crate) struct ReadContacts {
    pub(crate) population: Population,
    pub(crate) heard: Heard,
}

/// Reads all records, and keeps the contacts one by one.
pub(crate) fn load_each(records: &arguments::Records) -> Result<ReadContacts, Failure> {
    let mut population = Population::default();
    let mut drawn = None;
    let mut notes = NotesBuilder::new([]);
    read(records, &reader(records, &[]), &[], &mut |reader, input| {
        let mut contacts = reader.contacts(input);
        for contact in contacts.by_ref() {
            let contact = contact?;
            notes.push(&contact);
            population.insert(contact);
        }
        let report = contacts.report().clone();
        drawn = drawn.or(report.drawn);
        notes.report(&report);
        Ok(report)
    })?;
    let heard = Heard::new(records, notes.build());
    heard.tell();
    tell_sample(drawn);
    Ok(ReadContacts { population, heard })
}

/// Reads a file, or standard input.
type Read<'r> = dyn FnMut(&RecordReader, Input<'_>) -> Result<ReadReport, Errors> + 'r;

/// What reading all inputs has come to, beside the contacts.
struct ReadInputs {
    /// Records that were left out.
    skipped: u64,
    reports: Vec<ReadReport>,
}

/// Reads file after file, shows how far it is, and tells what is wrong with the records that were left out.
fn read(
    records: &arguments::Records,
    reader: &RecordReader,
    asked: &[&Audience],
    read: &mut Read<'_>,
) -> Result<ReadInputs, Failure> {
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    for path in &records.files {
        match inputs(path) {
            Ok(found) => files.extend(found),
            Err(errors) => wrong.push(Wrong::Records(errors)),
        }
    }
    let progress = Arc::new(Mutex::new(Progress::of_bytes(bytes_in(&files), "reading")));
    let (mut left_out, mut reports) = (Vec::new(), Vec::new());
    let mut notes = NotesBuilder::new([]);
    let (mut kept, mut skipped, mut bytes_before) = (0, 0, 0_u64);
    for input in files {
        let bytes_here = Arc::new(AtomicU64::new(0));
        let (shown, here) = (Arc::clone(&progress), Arc::clone(&bytes_here));
        let reader = reader.clone().progress(move |bytes| {
            here.store(bytes, Ordering::Relaxed);
            shown.lock().unwrap_or_else(PoisonError::into_inner).at(bytes_before + bytes);
        });
        let name = input.name().to_owned();
        let result = read(&reader, input);
        bytes_before += bytes_here.load(Ordering::Relaxed);
        // The other files are still read, so that everything that is wrong is told at once.
        match result {
            Ok(report) => {
                kept += report.records;
                skipped += report.skipped;
                notes.report(&report);
                left_out.extend(report.problems.clone());
                if let Err(errors) = refuse_unfit_columns([(&*name, &report)], asked.iter().copied()) {
                    wrong.push(Wrong::Records(errors));
                }
                reports.push(report);
            }
            Err(errors) => wrong.push(Wrong::Records(errors)),
        }
    }
    drop(progress);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    left_out.iter().for_each(note);
    if let Some(failure) = too_many_skipped(records, kept, skipped) {
        Heard::new(records, notes.build()).tell();
        return Err(failure);
    }
    Ok(ReadInputs { skipped, reports })
}

/// Why so many records cannot be left out, if they cannot.
pub(crate) fn too_many_skipped(records: &arguments::Records, kept: u64, skipped: u64) -> Option<Failure> {
    if skipped > 0 && kept == 0 {
        let message = format!("no record is left: {} invalid, and left out", are(skipped));
        return Some(Failure::Unfit(message));
    }
    let all = kept + skipped;
    let most = records.max_skipped.filter(|most| !most.allows(skipped, all))?;
    let of_all = format!("{} of {} left out", thousands(skipped), counted(all, "record"));
    Some(Failure::Unfit(format!("{of_all}, which is more than --max-skipped {most} allows")))
}

/// `1 record is`, `2 records are`.
fn are(records: u64) -> String {
    format!("{} {}", counted(records, "record"), if records == 1 { "is" } else { "are" })
}

/// The files at a path, or standard input.
fn inputs(path: &Path) -> Result<Vec<Input<'static>>, Errors> {
    if is_standard(path) { Ok(vec![Input::new(STANDARD_INPUT, io::stdin())]) } else { Input::files(path) }
}

/// How many bytes there are to read, if every input can tell.
fn bytes_in(inputs: &[Input<'_>]) -> Option<u64> {
    let size = |input: &Input<'_>| {
        let known = fs::metadata(input.path()?).ok().filter(fs::Metadata::is_file);
        known.map(|known| known.len())
    };
    inputs.iter().map(size).sum()
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
