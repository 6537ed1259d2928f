mod csv;
mod documents;
mod files;
mod laws;
mod limits;

use super::{OnError, ReadReport, RecordReader};
use crate::contact::Contact;
use crate::error::Errors;

/// Reads an input with a reader, and gives back everything that comes of it.
fn outcome(reader: &RecordReader, name: &str, input: &[u8]) -> (Vec<Contact>, Result<ReadReport, Errors>) {
    let mut contacts = Vec::new();
    let report = reader.read(name, input, &mut |contact| contacts.push(contact), &mut |_| {});
    (contacts, report)
}

/// Reads an input in every way there is, which must all come to the same.
#[track_caller]
fn read(name: &str, input: &[u8], on_error: OnError) -> (Vec<Contact>, Result<ReadReport, Errors>) {
    let reader = RecordReader::new().on_error(on_error);
    let expected = outcome(&reader, name, input);
    for threads in 2..4 {
        assert_eq!(outcome(&reader.clone().threads(threads), name, input), expected, "with {threads} threads");
    }
    for chunk in [1, 2, 7, 64] {
        let reader = RecordReader { chunk, ..reader.clone() };
        assert_eq!(outcome(&reader, name, input), expected, "{chunk} bytes at a time");
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
    assert_eq!(report, Ok(ReadReport { records: expected.len() as u64, skipped: 0, problems: None }));
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
