//! Hostile records, through every reader: an error with code, file and line, within a second and bounded memory, and
//! nothing counted that should not be. docs/robustness.md says what of it is promised.

#![cfg(all(feature = "parquet", feature = "records", feature = "table"))]
mod files;
mod growth;
mod many_lists;
mod nested_columns;
mod numbers_and_dates;
mod packing;
mod sizes;
mod stopping;

use std::io::Write;

use headcount::records::Input;
use headcount::{
    Audience, Errors, EvalContext, RecordReader, TableBuilder,
    error::Code,
    records::{OnError, ReadReport},
};

/// What files of records look like, of which one record is hostile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    Lines,
    Page,
    Array,
    Rows,
}

impl Form {
    pub(crate) const JSON: [Self; 3] = [Self::Lines, Self::Page, Self::Array];

    /// A file of three records, each on a line of its own, and the line of the second. What is between braces, or between
    /// line breaks of CSV, is given: with the header of that.
    pub(crate) fn file(self, header: &str, record: impl AsRef<[u8]>) -> (Vec<u8>, u64) {
        let record = record.as_ref();
        let (one, three) = (&br#"{"phone_number": "+1"}"#[..], &br#"{"phone_number": "+3"}"#[..]);
        let lines = |open: &str, between: &str, close: &str| {
            [open.as_bytes(), one, between.as_bytes(), record, between.as_bytes(), three, close.as_bytes()].concat()
        };
        match self {
            Self::Lines => (lines("", "\n", "\n"), 2),
            Self::Array => (lines("[\n", ",\n", "\n]\n"), 3),
            Self::Page => (lines("{\"contacts\": [\n", ",\n", "\n], \"pagination\": {}}\n"), 3),
            Self::Rows => {
                let commas = ",".repeat(header.matches(',').count());
                let rows =
                    [header.as_bytes(), b"\n+1", commas.as_bytes(), b"\n", record, b"\n+3", commas.as_bytes(), b"\n"];
                (rows.concat(), 3)
            }
        }
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// What came of a file: who is in it, and what is said.
type Outcome = (Vec<String>, Result<ReadReport, Errors>);

/// Into contacts, each handed on.
fn read(reader: &RecordReader, bytes: &[u8]) -> Outcome {
    let (mut contacts, mut phones) = (reader.contacts(Input::new("c", bytes)), Vec::new());
    let mut wrong = None;
    for contact in contacts.by_ref() {
        match contact {
            Ok(contact) => phones.push(contact.phone_number),
            Err(errors) => wrong = Some(errors),
        }
    }
    phones.sort();
    (phones, wrong.map_or_else(|| Ok(contacts.report().clone()), Err))
}

/// Into a table, which is asked who is in it.
fn read_into(reader: &RecordReader, bytes: &[u8]) -> Outcome {
    let mut builder = TableBuilder::default();
    let report = reader.read_into(Input::new("c", bytes), &mut builder);
    let table = builder.build();
    let everybody = Audience::of("is_valid or not is_valid".parse().unwrap());
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let mut phones: Vec<String> = table.members(&everybody, &cx).phone_numbers().collect();
    phones.sort();
    assert_eq!(table.size(&everybody, &cx).value, phones.len() as u64);
    (phones, report)
}

/// Reads a file plain and packed, handed on and into a table, on one thread and on two, strictly and not.
#[track_caller]
pub(crate) fn every_way(bytes: &[u8], mut check: impl FnMut(&Outcome, OnError, &str)) {
    use OnError::{Fail, Skip};
    for (packing, bytes, threads, on_error) in [
        ("plain", bytes.to_vec(), 1, Skip),
        ("plain", bytes.to_vec(), 2, Fail),
        ("gzip", gzip(bytes), 2, Skip),
        ("zstd", zstd(bytes), 1, Skip),
    ] {
        let reader = RecordReader::new().on_error(on_error).threads(threads);
        check(&read(&reader, &bytes), on_error, &format!("{packing}, read on {threads} threads"));
        check(&read_into(&reader, &bytes), on_error, &format!("{packing}, read into on {threads} threads"));
    }
}

/// The second of three records is invalid, for this reason; the others count, where such are skipped.
#[track_caller]
pub(crate) fn refuses(form: Form, header: &str, record: impl AsRef<[u8]>, reason: &str) {
    let (bytes, line) = form.file(header, record);
    every_way(&bytes, |(phones, report), on_error, way| {
        let said = match (on_error, report) {
            (OnError::Skip, Ok(report)) => {
                assert_eq!(phones, &["+1", "+3"], "{form:?}, {way}: {report:?}");
                assert_eq!((report.records, report.skipped), (2, 1), "{form:?}, {way}");
                report.problems.as_ref()
            }
            (OnError::Fail, Err(errors)) => Some(errors),
            (_, other) => panic!("{form:?}, {way}: {other:?}"),
        };
        let said = said.unwrap();
        let first = said.first();
        assert_eq!(said.iter().len(), 1, "{form:?}, {way}: {said}");
        assert_eq!(first.code(), Code::InvalidRecord, "{form:?}, {way}: {said}");
        let place = first.place();
        assert_eq!((place.file.as_deref(), place.line), (Some("c"), Some(line)), "{form:?}, {way}: {said}");
        assert!(first.message().contains(reason), "{form:?}, {way}: {said}, and not {reason}");
    });
}

/// The second of three records is one, of `+2`.
#[track_caller]
pub(crate) fn takes(form: Form, header: &str, record: impl AsRef<[u8]>) {
    let (bytes, _) = form.file(header, record);
    every_way(&bytes, |(phones, report), _, way| {
        assert_eq!(report.as_ref().map(|report| report.skipped), Ok(0), "{form:?}, {way}");
        assert_eq!(phones, &["+1", "+2", "+3"], "{form:?}, {way}");
    });
}

/// The file cannot be read, and none of it counts.
#[track_caller]
pub(crate) fn cannot_be_read(bytes: &[u8], reason: &str) {
    for threads in [1, 2] {
        for on_error in [OnError::Skip, OnError::Fail] {
            let reader = RecordReader::new().on_error(on_error).threads(threads);
            let errors = read(&reader, bytes).1.expect_err("something is wrong with it");
            let (phones, report) = read_into(&reader, bytes);
            assert_eq!((report, phones.len()), (Err(errors.clone()), 0));
            assert_eq!(errors.first().code(), Code::UnreadableInput, "{errors}");
            assert_eq!(errors.first().place().file.as_deref(), Some("c"), "{errors}");
            assert!(errors.first().message().contains(reason), "{errors}, and not {reason}");
        }
    }
}
