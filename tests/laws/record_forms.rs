//! Law 9: the same records give the same table and the same notes, in whatever form they come.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
    TimestampMicrosecondArray, UInt64Array,
};
use headcount::error::NoteCode;
use headcount::records::{Input, OnError, write_parquet};
use headcount::testing::{contacts, evaluations, filters, memberships};
use headcount::{Audience, Contact, RecordReader, Table, TableBuilder};
use parquet::arrow::ArrowWriter;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};
use tempfile::TempDir;

use super::config;

/// A flat record: a membership with its contact's fields beside it, custom fields as an object, and a key that means nothing.
type Row = Map<String, Value>;

const MEANS_NOTHING: &str = "shoe_size";

/// Some of them valid, and some copies of the first without its phone number: forms that have columns say of them all the
/// same which there are.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (contacts(), memberships(), proptest::option::of(35_u64..50));
    let row = row.prop_map(|(contact, membership, shoe_size)| {
        let Ok(Value::Object(mut row)) = serde_json::to_value(Contact { memberships: Vec::new(), ..contact }) else {
            unreachable!("a contact is an object")
        };
        row.remove("lists");
        let Ok(Value::Object(of_list)) = serde_json::to_value(membership) else {
            unreachable!("a membership is an object")
        };
        row.extend(of_list);
        row.extend(shoe_size.map(|size| (MEANS_NOTHING.to_owned(), Value::from(size))));
        // An empty cell is no value, and blanks around one are nobody's.
        row.retain(|_, value| {
            !value.is_null() && value.as_str().is_none_or(|text| !text.is_empty() && text.trim() == text)
        });
        row.entry("phone_number").or_insert_with(|| Value::from("+14155550101"));
        row
    });
    (vec(row, 1..8), vec(any::<Index>(), 0..3)).prop_map(|(mut rows, invalid)| {
        let mut first = rows[0].clone();
        // A column without any value is told of by those forms alone that have columns.
        rows[0].insert(MEANS_NOTHING.to_owned(), Value::from(42));
        first.retain(|key, _| !["phone_number", MEANS_NOTHING].contains(&key.as_str()));
        invalid.iter().for_each(|at| rows.insert(1 + at.index(rows.len()), first.clone()));
        rows
    })
}

/// The keys that some row has.
fn keys(rows: &[Row]) -> Vec<&str> {
    rows.iter().flat_map(Row::keys).map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A value as a cell: a text as it is, and everything else as JSON.
fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn lines(rows: &[Row]) -> Vec<u8> {
    rows.iter().map(|row| format!("{}\n", Value::from(row.clone()))).collect::<String>().into_bytes()
}

/// A page of the contacts API, as people print it.
fn page(rows: &[Row]) -> Vec<u8> {
    serde_json::to_vec_pretty(&serde_json::json!({ "contacts": rows })).unwrap()
}

fn csv(rows: &[Row]) -> Vec<u8> {
    let mut written = csv::Writer::from_writer(Vec::new());
    written.write_record(keys(rows)).unwrap();
    for row in rows {
        written.write_record(keys(rows).iter().map(|key| row.get(*key).map(cell).unwrap_or_default())).unwrap();
    }
    written.into_inner().unwrap()
}

/// Every column as texts.
fn parquet(rows: &[Row]) -> Vec<u8> {
    let columns: String = keys(rows).iter().map(|key| format!("optional binary {key} (UTF8);\n")).collect();
    let schema = Arc::new(parse_message_type(&format!("message records {{ {columns} }}")).unwrap());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    for key in keys(rows) {
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<ByteArray> =
            rows.iter().filter_map(|row| row.get(key)).map(|value| cell(value).into_bytes().into()).collect();
        let levels: Vec<i16> = rows.iter().map(|row| i16::from(row.contains_key(key))).collect();
        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

/// Every column as texts.
fn texts(rows: &[Row], key: &str) -> ArrayRef {
    Arc::new(rows.iter().map(|row| row.get(key).map(cell)).collect::<StringArray>())
}

/// Every column of the type of its values; texts as dictionaries.
fn typed(rows: &[Row], key: &str) -> ArrayRef {
    let values = || rows.iter().map(|row| row.get(key));
    let present: Vec<&Value> = values().flatten().collect();
    if present.iter().all(|value| value.is_boolean()) {
        return Arc::new(values().map(|value| value?.as_bool()).collect::<BooleanArray>());
    }
    if present.iter().all(|value| value.is_u64()) {
        return Arc::new(values().map(|value| value?.as_u64()).collect::<UInt64Array>());
    }
    if present.iter().all(|value| value.is_i64()) {
        return Arc::new(values().map(|value| value?.as_i64()).collect::<Int64Array>());
    }
    if key.ends_with("_at") || key == "signup_date" {
        let instant = |value: &Value| value.as_str()?.parse::<chrono::DateTime<chrono::Utc>>().ok();
        let micros = values().map(|value| Some(instant(value?)?.timestamp_micros()));
        return Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"));
    }
    if present.iter().all(|value| value.is_string()) {
        return Arc::new(values().map(|value| value?.as_str()).collect::<DictionaryArray<Int32Type>>());
    }
    texts(rows, key)
}

/// All rows as one batch.
fn batch(rows: &[Row], column: fn(&[Row], &str) -> ArrayRef) -> RecordBatch {
    let columns = keys(rows).into_iter().map(|key| (key, column(rows, key), true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// As whoever has record batches writes them: typed, and row groups of `size` rows each.
fn parquet_of_batches(rows: &[Row], size: usize) -> Vec<u8> {
    let whole = batch(rows, typed);
    let mut file = ArrowWriter::try_new(Vec::new(), whole.schema(), None).unwrap();
    for at in (0..rows.len()).step_by(size) {
        file.write(&whole.slice(at, size.min(rows.len() - at))).unwrap();
        file.flush().unwrap();
    }
    file.into_inner().unwrap()
}

/// Record batches of `size` rows each.
fn batches(rows: &[Row], size: usize, column: fn(&[Row], &str) -> ArrayRef) -> Input<'static> {
    let whole = batch(rows, column);
    let slices: Vec<_> =
        (0..rows.len()).step_by(size).map(|at| Ok(whole.slice(at, size.min(rows.len() - at)))).collect();
    Input::batches("records", RecordBatchIterator::new(slices, whole.schema()))
}

/// What reading them has made, saved.
fn image(reader: &RecordReader, lines: &[u8], folder: &TempDir) -> PathBuf {
    let path = folder.path().join("records.headcount");
    reader.table([Input::new("records", lines)]).unwrap().save(&path).unwrap();
    path
}

/// Who is in the table, and everything that is told but for the places.
fn outcome(reader: &RecordReader, input: Input<'_>, audience: &Audience) -> (Vec<Contact>, Vec<String>) {
    let mut builder = TableBuilder::default();
    let report = reader.read_into(input, &mut builder).unwrap();
    let table = builder.build();
    let mut notes = report.notes;
    notes.extend(table.notes([audience]));
    // That a file has no record in it tells whoever reads the file.
    let told = notes
        .iter()
        .filter(|note| note.code != NoteCode::NoRecords)
        .map(|note| format!("{} {} {:?} {:?} {:?}", note.code, note.message, note.name, note.suggestion, note.count));
    let told = told.collect::<BTreeSet<_>>().into_iter().collect();
    (table.contacts().collect(), told)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_same_records_in_every_form(rows in rows(), filter in filters(1..4), cx in evaluations(), threads in 1_usize..3, size in 1_usize..9) {
        let audience = Audience::of(filter);
        let reader = RecordReader::new().on_error(OnError::Skip).threads(threads).for_audiences([&audience]);
        let (lines, page, csv) = (lines(&rows), page(&rows), csv(&rows));
        let (parquet, typed_parquet) = (parquet(&rows), parquet_of_batches(&rows, size));
        let folder = TempDir::new().unwrap();
        let image = image(&reader, &lines, &folder);
        let expected = outcome(&reader, Input::new("records", &lines[..]), &audience);
        for (form, input) in [
            ("JSON", Input::new("records", &page[..])),
            ("CSV", Input::new("records", &csv[..])),
            ("Parquet of texts", Input::new("records", &parquet[..])),
            ("Parquet", Input::new("records", &typed_parquet[..])),
            ("Arrow of texts", batches(&rows, size, texts)),
            ("Arrow", batches(&rows, size, typed)),
            ("an image", Input::from(&image)),
        ] {
            let found = outcome(&reader, input, &audience);
            prop_assert_eq!(&found.0, &expected.0, "{}", form);
            prop_assert_eq!(&found.1, &expected.1, "{}", form);
        }

        // Parquet of ours has who there is, and nothing of what was wrong with the records.
        let mut ours = Vec::new();
        let read = reader.table([Input::new("records", &lines[..])]).unwrap();
        write_parquet(&read, &mut ours, &mut |_| {}).unwrap();
        let again = reader.table([Input::new("ours", &ours[..])]).unwrap();
        let by_number = |table: &Table| {
            let mut contacts: Vec<Contact> = table.contacts().collect();
            contacts.iter_mut().for_each(|contact| contact.memberships.sort_by_key(|membership| membership.list_id));
            contacts.sort_by(|one, other| one.phone_number.cmp(&other.phone_number));
            contacts
        };
        prop_assert_eq!(by_number(&again), by_number(&read));
        prop_assert_eq!(again.size(&audience, &cx), read.size(&audience, &cx));
    }
}
