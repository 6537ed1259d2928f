//! Record batches that others hand on, and those that leave.

mod layouts;
mod out;
mod refusals;
mod streams;
mod types;

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader, StringArray};
use arrow_schema::{ArrowError, Schema};

use crate::contact::Contact;
use crate::error::Errors;
use crate::records::{Input, ReadReport, RecordReader};
use crate::table::{Table, TableBuilder};

/// Columns of one batch.
type Columns = Vec<(&'static str, ArrayRef)>;

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

/// The phone numbers `+1`, `+2` and so on.
fn phones(count: usize) -> (&'static str, ArrayRef) {
    ("phone_number", array(StringArray::from_iter_values((1..=count).map(|n| format!("+{n}")))))
}

fn batch(columns: Columns) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

/// The batches as a stream whose schema is that of the first.
fn stream(batches: Vec<RecordBatch>) -> impl RecordBatchReader + Send + use<> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let batches: Vec<Result<RecordBatch, ArrowError>> = batches.into_iter().map(Ok).collect();
    RecordBatchIterator::new(batches, schema)
}

fn input(batches: &[RecordBatch]) -> Input<'static> {
    Input::batches("c", stream(batches.to_vec()))
}

/// The contacts of batches, one by one and in columns.
#[track_caller]
fn read(reader: &RecordReader, batches: &[RecordBatch]) -> Vec<Contact> {
    let contacts: Vec<Contact> = reader.contacts(input(batches)).collect::<Result<_, _>>().unwrap();
    let mut expected = TableBuilder::default();
    contacts.iter().for_each(|contact| expected.push(contact));
    let expected = expected.build();
    let table: Table = reader.table([input(batches)]).unwrap();
    assert_eq!((table.len(), table.memberships()), (expected.len(), expected.memberships()));
    for Contact { phone_number, .. } in &contacts {
        assert_eq!(table.get(phone_number), expected.get(phone_number), "in columns");
    }
    contacts
}

/// A batch of these columns behind phone numbers has these contacts, as JSON writes them.
#[track_caller]
fn reads(columns: Columns, expected: &[&str]) {
    let all = std::iter::once(phones(expected.len())).chain(columns).collect();
    let expected: Vec<Contact> = expected.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
    assert_eq!(read(&RecordReader::new(), &[batch(all)]), expected);
}

/// What is wrong with batches, however they are read.
#[track_caller]
fn errors_of(batches: &[RecordBatch]) -> Errors {
    let errors =
        RecordReader::new().contacts(input(batches)).find_map(Result::err).expect("something is wrong with them");
    for threads in [1, 3] {
        let in_columns = RecordReader::new().threads(threads).table([input(batches)]).unwrap_err();
        assert_eq!(in_columns, errors, "in columns, on {threads} threads");
    }
    errors
}

#[track_caller]
fn refuses(batches: &[RecordBatch], expected: &[&str]) {
    let said: Vec<String> = errors_of(batches).iter().map(ToString::to_string).collect();
    assert_eq!(said, expected);
}

/// What is told of batches that are read.
#[track_caller]
fn report(batches: &[RecordBatch]) -> ReadReport {
    let report = RecordReader::new().read_into(input(batches), &mut TableBuilder::default()).unwrap();
    let mut contacts = RecordReader::new().contacts(input(batches));
    assert!(contacts.by_ref().all(|contact| contact.is_ok()));
    assert_eq!(contacts.report(), &report);
    report
}
