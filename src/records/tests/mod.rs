mod bounds;
mod csv;
mod cutting;
mod documents;
#[cfg(feature = "table")]
mod fast_json;
mod files;
mod laws;
mod limits;

#[cfg(feature = "table")]
use super::batch::Batches;
#[cfg(feature = "table")]
use super::load::{CHUNK, load};
use super::{OnError, ReadReport, RecordReader};
use crate::contact::Contact;
use crate::error::Errors;
#[cfg(feature = "table")]
use crate::table::shard::Shards;

/// Reads an input with a reader, and gives back everything that comes of it.
fn outcome(reader: &RecordReader, name: &str, input: &[u8]) -> (Vec<Contact>, Result<ReadReport, Errors>) {
    let mut contacts = Vec::new();
    let report = reader.read(name, input, &mut |contact| contacts.push(contact), &mut |_| {});
    (contacts, report)
}

/// Reads an input into columns, and gives back what is in them; with it what of the same contacts would be.
#[cfg(feature = "table")]
fn loaded(reader: &RecordReader, name: &str, input: &[u8]) -> (Vec<Contact>, Result<ReadReport, Errors>) {
    let batches = Batches::new(name, None, reader.chunk.unwrap_or(CHUNK), input);
    let (outcome, shards) = load(reader.threads.get(), batches, name, &mut |_| {});
    (in_columns(shards), reader.report(name, outcome))
}

/// The records of shards; what a membership leaves to be worked out is worked out.
#[cfg(feature = "table")]
fn in_columns(shards: Shards) -> Vec<Contact> {
    shards.into_closed().iter().flat_map(|shard| shard.contacts().collect::<Vec<_>>()).collect()
}

#[cfg(feature = "table")]
#[track_caller]
fn is_loaded_as_read(reader: &RecordReader, name: &str, input: &[u8], (contacts, report): &Outcome) {
    let mut shards = Shards::default();
    contacts.iter().for_each(|contact| shards.push(contact));
    assert_eq!(&loaded(reader, name, input), &(in_columns(shards), report.clone()), "in columns");
}

#[cfg(not(feature = "table"))]
fn is_loaded_as_read(_: &RecordReader, _: &str, _: &[u8], _: &Outcome) {}

type Outcome = (Vec<Contact>, Result<ReadReport, Errors>);

/// Reads an input in every way there is, which must all come to the same.
#[track_caller]
fn read(name: &str, input: &[u8], on_error: OnError) -> (Vec<Contact>, Result<ReadReport, Errors>) {
    let reader = RecordReader::new().on_error(on_error);
    let expected = outcome(&reader, name, input);
    is_loaded_as_read(&reader, name, input, &expected);
    for threads in 2..4 {
        let reader = reader.clone().threads(threads);
        assert_eq!(outcome(&reader, name, input), expected, "with {threads} threads");
        is_loaded_as_read(&reader, name, input, &expected);
    }
    for chunk in [1, 2, 7, 64] {
        let reader = RecordReader { chunk: Some(chunk), ..reader.clone() };
        assert_eq!(outcome(&reader, name, input), expected, "{chunk} bytes at a time");
        is_loaded_as_read(&reader, name, input, &expected);
        assert_eq!(outcome(&reader.threads(2), name, input), expected, "{chunk} bytes at a time with 2 threads");
    }
    expected
}

fn phone_numbers(contacts: &[Contact]) -> Vec<&str> {
    contacts.iter().map(|contact| &*contact.phone_number).collect()
}

/// An input holds these contacts, and nothing is wrong with it.
#[track_caller]
fn reads(name: &str, input: impl AsRef<[u8]>, expected: &[&str]) {
    let (contacts, report) = read(name, input.as_ref(), OnError::Fail);
    assert_eq!(phone_numbers(&contacts), expected);
    assert_eq!(
        report,
        Ok(ReadReport { records: expected.len() as u64, skipped: 0, problems: None, ..ReadReport::default() })
    );
}

/// An input holds these contacts, and these problems.
#[track_caller]
fn tells(name: &str, input: impl AsRef<[u8]>, expected: &[&str], problems: &[&str]) {
    let (contacts, report) = read(name, input.as_ref(), OnError::Skip);
    let report = report.unwrap();
    let told = report.problems.as_ref().map(Errors::to_string).unwrap_or_default();
    let lines: Vec<String> = problems.iter().map(|problem| format!("invalid_record at {name}:{problem}")).collect();
    assert_eq!(told.lines().collect::<Vec<_>>(), lines);
    assert_eq!(phone_numbers(&contacts), expected);
    assert_eq!((report.records, report.skipped), (expected.len() as u64, problems.len() as u64));
    let (as_well, errors) = read(name, input.as_ref(), OnError::Fail);
    assert_eq!((as_well, errors.err()), (contacts, report.problems), "the same, where that is an error");
}

/// An input cannot be read, however patient one is.
#[track_caller]
fn refuses(name: &str, input: impl AsRef<[u8]>, problems: &[&str]) {
    for on_error in [OnError::Fail, OnError::Skip] {
        let (_, report) = read(name, input.as_ref(), on_error);
        assert_eq!(report.unwrap_err().to_string().lines().collect::<Vec<_>>(), problems);
    }
}
