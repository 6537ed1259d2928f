//! Streams: of others through the C data interface, that fail, that are stopped, that are told of.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow_schema::ArrowError;

use super::{array, batch, phones, stream};
use crate::audience::Audience;
use crate::error::Code;
use crate::records::{Input, RecordReader};
use crate::stop::StopToken;
use crate::table::{Table, TableBuilder};

#[test]
fn batches_come_through_the_c_data_interface() {
    let batches = vec![
        batch(vec![phones(3), ("list_id", array(Int64Array::from(vec![Some(7), None, Some(8)])))]).slice(1, 2),
        batch(vec![phones(1), ("list_id", array(Int64Array::from(vec![9])))]),
    ];
    let exported = FFI_ArrowArrayStream::new(Box::new(stream(batches.clone())));
    let imported = RecordBatchStreamReader::try_new(exported).unwrap();
    let theirs = Table::read([Input::batches("theirs", imported)]).unwrap();
    let ours = Table::read([Input::batches("ours", stream(batches))]).unwrap();
    assert!(theirs.contacts().eq(ours.contacts()));
    assert_eq!(theirs.len(), 3);
}

#[test]
fn a_stream_that_fails() {
    let first = batch(vec![phones(2)]);
    let schema = first.schema();
    let failing = || {
        let batches = [Ok(first.clone()), Err(ArrowError::ExternalError("the connection is gone".into()))];
        Input::batches("c", RecordBatchIterator::new(batches, Arc::clone(&schema)))
    };
    let mut builder = TableBuilder::default();
    for threads in [1, 2] {
        let reader = RecordReader::new().threads(threads);
        let errors = reader.read_into(failing(), &mut builder).unwrap_err();
        assert_eq!(reader.contacts(failing()).find_map(Result::err).as_ref(), Some(&errors));
        assert_eq!(errors.first().code(), Code::UnreadableInput);
        let said = errors.to_string();
        assert!(said.starts_with("unreadable_input at c: record batch 2 cannot be read: "), "{said}");
        assert!(said.ends_with("the connection is gone"), "{said}");
    }
    assert!(builder.build().is_empty());
}

/// Batches without end, one after the other.
fn endless(first: RecordBatch) -> Input<'static> {
    let schema = first.schema();
    Input::batches("c", RecordBatchIterator::new(std::iter::repeat_with(move || Ok(first.clone())), schema))
}

#[test]
fn reading_stops_when_it_is_told_to() {
    for first in [batch(vec![phones(0)]), batch(vec![phones(10)])] {
        for threads in [1, 2] {
            let stop = StopToken::at(std::time::Instant::now() + std::time::Duration::from_millis(20));
            let reader = RecordReader::new().threads(threads).stop(&stop);
            let errors = reader.table([endless(first.clone())]).unwrap_err();
            assert_eq!(errors.to_string(), "unreadable_input at c: reading was stopped before its end");
            let errors = reader.contacts(endless(first.clone())).find_map(Result::err).unwrap();
            assert_eq!(errors.to_string(), "unreadable_input at c: reading was stopped before its end");
        }
    }
}

#[test]
fn progress_is_told_in_bytes_of_memory() {
    let batches = vec![batch(vec![phones(10)]), batch(vec![phones(20)])];
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let told = Arc::new(AtomicU64::new(0));
    let also = Arc::clone(&told);
    let reader = RecordReader::new().threads(2).progress(move |bytes| also.store(bytes, Ordering::Relaxed));
    reader.table([Input::batches("c", stream(batches))]).unwrap();
    assert_eq!(told.load(Ordering::Relaxed), bytes as u64);
}

#[test]
fn names_and_phone_numbers_are_as_they_are_said_to_be() {
    let columns = vec![
        ("Mobile", array(StringArray::from(vec!["+14155550101"]))),
        ("Clicks", array(Int64Array::from(vec![3]))),
        ("State", array(StringArray::from(vec!["CA"]))),
    ];
    let names = "Mobile=phone,Clicks=click_count,State=custom_fields.state";
    let reader = RecordReader::new().names(names.parse().unwrap());
    let contacts = super::read(&reader, &[batch(columns)]);
    let expected = r#"{"phone_number": "+14155550101", "click_count": 3, "custom_fields": {"state": "CA"}}"#;
    assert_eq!(contacts, [serde_json::from_str::<crate::Contact>(expected).unwrap()]);
}

#[test]
fn notes_tell_the_row_of_the_first() {
    let rows = |phone: &str, visited: &str| {
        batch(vec![
            ("phone_number", array(StringArray::from(vec![phone]))),
            ("custom_fields.visited", array(StringArray::from(vec![visited]))),
        ])
    };
    let audience = Audience::of("custom.visited within 30 days".parse().unwrap());
    let reader = RecordReader::new().for_audiences([&audience]);
    let batches = vec![rows("+14155550101", "2025-11-12"), rows("4155550102", "11/12/2025")];
    let table = reader.table([Input::batches("c", stream(batches))]).unwrap();
    let notes = table.notes([&audience]).to_string();
    assert!(notes.contains("the first `11/12/2025` (c, row 2)"), "{notes}");
    assert!(notes.contains("the first `4155550102` (c, row 2)"), "{notes}");
}
