mod bounds;
mod csv;
mod cutting;
mod documents;
#[cfg(feature = "table")]
mod fast_json;
mod fields;
mod files;
#[cfg(feature = "table")]
mod folders;
#[cfg(all(feature = "image", feature = "phones"))]
mod image;
mod laws;
mod limits;
mod notes;
#[cfg(feature = "phones")]
mod phones;
mod settings;
mod updates;

use super::{Input, OnError, ReadReport, RecordReader};
#[cfg(feature = "table")]
use super::{form, report::ReadTally};
use crate::contact::Contact;
use crate::error::Errors;
#[cfg(feature = "table")]
use crate::table::shard::Shards;

/// A reader that reads `chunk` bytes at a time, where that is not what it usually is.
fn in_chunks(mut reader: RecordReader, chunk: impl Into<Option<usize>>) -> RecordReader {
    reader.reading.chunk = chunk.into();
    reader
}

/// Reads an input with a reader, and gives back everything that comes of it.
fn outcome(reader: &RecordReader, name: &str, input: &[u8]) -> Outcome {
    outcome_of(reader, Input::new(name, input))
}

fn outcome_of(reader: &RecordReader, input: Input<'_>) -> Outcome {
    let (mut contacts, mut read) = (reader.contacts(input), Vec::new());
    for contact in contacts.by_ref() {
        match contact {
            Ok(contact) => read.push(contact),
            Err(errors) => return (read, Err(errors)),
        }
    }
    (read, Ok(contacts.report().clone()))
}

/// Reads an input into columns, and gives back what is in them; with it what of the same contacts would be.
#[cfg(feature = "table")]
fn loaded(reader: &RecordReader, name: &str, input: &[u8]) -> Outcome {
    let mut tally = ReadTally::default();
    let form = Input::new(name, input).open().and_then(|input| form::open(input, &reader.reading)).unwrap();
    let (shards, stop) = form.load(&mut tally);
    (in_columns(shards), tally.finish(name, reader.on_error, stop))
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
fn read(name: &str, input: &[u8], on_error: OnError) -> Outcome {
    read_by(RecordReader::new().on_error(on_error), name, input)
}

/// Reads an input by a reader's settings in every way there is, which must all come to the same.
#[track_caller]
fn read_by(reader: RecordReader, name: &str, input: &[u8]) -> Outcome {
    let expected = outcome(&reader, name, input);
    is_loaded_as_read(&reader, name, input, &expected);
    for threads in 2..4 {
        let reader = reader.clone().threads(threads);
        assert_eq!(outcome(&reader, name, input), expected, "with {threads} threads");
        is_loaded_as_read(&reader, name, input, &expected);
    }
    for chunk in [1, 2, 7, 64] {
        let reader = in_chunks(reader.clone(), chunk);
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
    let report = report.unwrap();
    assert_eq!((report.records, report.skipped, report.problems), (expected.len() as u64, 0, None));
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
