//! What record batches may not be, and what is told of it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int8Array, Int32Array, Int64Array, ListArray, NullArray,
    RecordBatch, RecordBatchOptions, RunArray, StringArray, StringViewArray, StructArray, Time32MillisecondArray,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema};

use super::{array, batch, input, phones, read, refuses, report};
use crate::audience::Audience;
use crate::records::{Format, OnError, RecordReader, refuse_unfit_columns};
use crate::table::TableBuilder;

#[test]
fn columns_that_cannot_be_what_they_are_called() {
    refuses(
        &[batch(vec![
            ("phone_number", array(Int64Array::from(vec![1]))),
            ("active", array(Float64Array::from(vec![1.0]))),
        ])],
        &["invalid_record at c: key `phone_number`: expected a string, found a column of type integer"],
    );
    refuses(
        &[batch(vec![
            phones(1),
            ("active", array(Float64Array::from(vec![1.0]))),
            ("list_id", array(BooleanArray::from(vec![true]))),
            ("custom_fields", array(Int64Array::from(vec![1]))),
        ])],
        &[
            "invalid_record at c: key `active`: expected a boolean, found a column of type float",
            "invalid_record at c: key `list_id`: expected a whole number, found a column of type boolean",
            "invalid_record at c: key `custom_fields`: expected an object, found a column of type integer",
        ],
    );
    refuses(
        &[batch(vec![("list_id", array(Int64Array::from(vec![1])))])],
        &["invalid_record at c: expected record batches with a column `phone_number`, `phone` or `msisdn`"],
    );
    for (said, found) in [("custom_fields.a", "custom_fields.a"), ("[1]", "[1]"), ("", "")] {
        let schema = batch(vec![phones(1)]).schema().as_ref().clone();
        let named = HashMap::from([("headcount.json_columns".to_owned(), said.to_owned())]);
        let (_, phone) = phones(1);
        refuses(
            &[RecordBatch::try_new(Arc::new(schema.with_metadata(named)), vec![phone]).unwrap()],
            &[&format!(
                "invalid_record at c: the metadata `headcount.json_columns` says which columns are JSON: \
                 expected an array of their names, found `{found}`"
            )],
        );
    }
    let (_, same) = phones(1);
    refuses(
        &[batch(vec![phones(1), ("phone", same)])],
        &["invalid_record at c: key `phone`: is a column beside `phone_number`, and only one may be"],
    );
    let runs = RunArray::<arrow_array::types::Int32Type>::try_new(
        &Int32Array::from(vec![3]),
        &array(StringArray::from(vec!["+1"])),
    );
    refuses(
        &[batch(vec![("phone_number", array(runs.unwrap()))])],
        &["invalid_record at c: key `phone_number`: expected a string, found a column of type run-end encoded"],
    );
}

#[test]
fn columns_that_are_not_read() {
    let batches = |counts: Vec<Option<bool>>| {
        [batch(vec![
            phones(3),
            ("click_count", array(BooleanArray::from(counts))),
            ("custom_fields.at", array(Time32MillisecondArray::from(vec![1, 2, 3]))),
            ("clicks", array(Int64Array::from(vec![Some(1), None, Some(2)]))),
        ])]
    };
    let count = "expected a whole number from 0, found a column of type boolean";
    let at = "expected a string, a number, a boolean, a date, a timestamp or JSON, found a column of type time";
    let told = report(&batches(vec![Some(true), None, None]));
    let notes: Vec<(String, Option<u64>)> = told.notes.iter().map(|note| (note.to_string(), note.count)).collect();
    assert_eq!(
        notes,
        [
            (
                "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (c)"
                    .to_owned(),
                Some(2)
            ),
            (format!("note[column_not_read]: `click_count` is not read: {count} (c)"), Some(1)),
            (format!("note[column_not_read]: `custom_fields.at` is not read: {at} (c)"), Some(3)),
        ]
    );
    let asked = |filter: &str| {
        let asked = Audience::of(filter.parse().unwrap());
        refuse_unfit_columns([("c", &told)], [&asked]).err().map(|errors| errors.to_string())
    };
    assert_eq!(asked("on_dnc"), None);
    assert_eq!(asked("click_count = 0"), Some(format!("invalid_record at c: key `click_count`: {count}")));
    assert_eq!(report(&batches(vec![None; 3])).notes.iter().count(), 2);
}

#[test]
fn a_column_of_nulls_has_no_values_of_whatever_type() {
    let batches = [batch(vec![
        phones(2),
        ("carrier", array(Int64Array::from(vec![None, None]))),
        ("active", array(NullArray::new(2))),
        ("list_id", array(BooleanArray::from(vec![None, None]))),
        ("custom_fields", array(NullArray::new(2))),
    ])];
    let phones: Vec<String> =
        read(&RecordReader::new(), &batches).into_iter().map(|contact| contact.phone_number).collect();
    assert_eq!(phones, ["+1", "+2"]);
    assert_eq!(report(&batches).notes.to_string(), "");
}

#[test]
fn rows_that_are_no_records_have_their_numbers() {
    let rows = |phones: Vec<Option<&str>>, counts: Vec<i64>| {
        batch(vec![
            ("phone_number", array(StringArray::from(phones))),
            ("click_count", array(Int64Array::from(counts))),
        ])
    };
    let batches = [rows(vec![Some("+1"), None], vec![1, 2]), rows(vec![Some("+3"), Some("")], vec![-3, 4])];
    refuses(
        &batches,
        &[
            "invalid_record at c: a record needs a `phone_number` (row 2)",
            "invalid_record at c: key `click_count`: expected a whole number from 0, found -3 (row 3)",
            "invalid_record at c: a record needs a `phone_number` (row 4)",
        ],
    );
    let reader = RecordReader::new().on_error(OnError::Skip);
    let skipped = reader.read_into(input(&batches), &mut TableBuilder::default()).unwrap();
    assert_eq!((skipped.records, skipped.skipped), (1, 3));
    assert_eq!(read(&reader, &batches).len(), 1);
}

#[test]
fn texts_that_are_none() {
    let values = Buffer::from(vec![b'C', 0xff]);
    let texts = arrow_array::BinaryArray::new(OffsetBuffer::new(ScalarBuffer::from(vec![0, 1, 2])), values, None);
    refuses(
        &[batch(vec![phones(2), ("carrier", array(texts))])],
        &["invalid_record at c: key `carrier`: not valid UTF-8 (row 2)"],
    );
}

#[test]
fn values_that_a_dictionary_has_and_no_record() {
    let counts: ArrayRef = array(StringArray::from(vec!["many", "1"]));
    let counts = DictionaryArray::new(Int8Array::from(vec![0, 1, 0]), counts);
    refuses(
        &[batch(vec![phones(3), ("click_count", array(counts))])],
        &[
            "invalid_record at c: key `click_count`: expected a whole number from 0, found `many` (row 1)",
            "invalid_record at c: key `click_count`: expected a whole number from 0, found `many` (row 3)",
        ],
    );
}

#[test]
fn batches_that_are_not_what_the_others_are() {
    let first = batch(vec![phones(1), ("click_count", array(Int64Array::from(vec![1])))]);
    for (second, expected) in [
        (
            batch(vec![phones(1), ("click_count", array(Int32Array::from(vec![1])))]),
            "expected a column `click_count` of type Int64, found `click_count` of type Int32",
        ),
        (
            batch(vec![phones(1), ("send_count", array(Int64Array::from(vec![1])))]),
            "expected a column `click_count` of type Int64, found `send_count` of type Int64",
        ),
        (batch(vec![phones(1)]), "expected 2 columns, found 1"),
    ] {
        refuses(
            &[first.clone(), second],
            &[&format!("unreadable_input at c: record batch 2 is not what the others are: {expected}")],
        );
    }
}

#[test]
fn the_form_is_said_to_be_another() {
    let reader = RecordReader::new().format(Format::Csv);
    let errors = reader.table([input(&[batch(vec![phones(1)])])]).unwrap_err();
    assert_eq!(errors.to_string(), "unreadable_input at c: cannot be read: expected CSV, found record batches");
}

#[test]
fn no_batches_and_batches_of_nothing() {
    let none = [batch(vec![phones(0)])];
    assert_eq!(report(&none).notes.to_string(), "note[no_records]: there is no record in it (c)");
    let (rows, nothing) = (RecordBatchOptions::new().with_row_count(Some(1 << 50)), Arc::new(Schema::empty()));
    let no_columns = RecordBatch::try_new_with_options(nothing, Vec::new(), &rows).unwrap();
    let expected = "invalid_record at c: expected record batches with a column `phone_number`, `phone` or `msisdn`";
    refuses(&[no_columns], &[expected]);
    refuses(&[], &[expected]);
    let between = [batch(vec![phones(1)]), batch(vec![phones(0)]), batch(vec![phones(2)]).slice(1, 1)];
    assert_eq!(read(&RecordReader::new(), &between).len(), 2);
}

/// A type of lists in lists.
fn nested(depth: usize) -> DataType {
    (0..depth).fold(DataType::Int32, |of_type, _| DataType::List(Arc::new(Field::new("item", of_type, true))))
}

#[test]
fn lists_nested_deep() {
    for (depth, notes) in [
        (63, String::new()),
        (
            64,
            "note[column_not_read]: `custom_fields.deep` is not read: a type nested deeper than 64 levels (c)"
                .to_owned(),
        ),
        (
            500,
            "note[column_not_read]: `custom_fields.deep` is not read: a type nested deeper than 64 levels (c)"
                .to_owned(),
        ),
    ] {
        let mut lists: ArrayRef = array(Int32Array::from(vec![7]));
        for depth in 0..depth {
            let field = Arc::new(Field::new("item", nested(depth), true));
            lists = array(ListArray::new(field, OffsetBuffer::from_lengths([1]), lists, None));
        }
        assert_eq!(
            report(&[batch(vec![phones(1), ("custom_fields.deep", lists)])]).notes.to_string(),
            notes,
            "{depth}"
        );
    }
}

#[test]
fn lists_of_nulls_without_number() {
    let field = Arc::new(Field::new("item", DataType::Null, true));
    let lists = |count: i32| {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(vec![0, count]));
        let lists = ListArray::new(Arc::clone(&field), offsets, array(NullArray::new(count as usize)), None);
        batch(vec![phones(1), ("custom_fields.a", array(lists))])
    };
    let contact = &read(&RecordReader::new(), &[lists(3)])[0];
    assert_eq!(contact.memberships[0].custom_fields["a"].to_string(), "[null,null,null]");
    refuses(
        &[lists(i32::MAX)],
        &["unreadable_input at c: the record batches are damaged: lists of more than 16,777,216 nulls"],
    );
}

#[test]
fn views_of_one_text_without_number() {
    let text = "x".repeat(1 << 20);
    let mut views = arrow_array::builder::StringViewBuilder::new().with_fixed_block_size(1 << 20);
    let block = views.append_block(text.into_bytes().into());
    (0..300).for_each(|_| views.try_append_view(block, 0, 1 << 20).unwrap());
    let views: StringViewArray = views.finish();
    refuses(
        &[batch(vec![phones(300), ("carrier", array(views))])],
        &["unreadable_input at c: the record batches are damaged: its views are of 256 MiB more than there are"],
    );
}

#[test]
fn a_struct_without_parts() {
    let empty = StructArray::new_empty_fields(1, None);
    let told = report(&[batch(vec![phones(1), ("custom_fields.a", array(empty))])]).notes.to_string();
    assert_eq!(told, "note[column_not_read]: `custom_fields.a` is not read: a struct without parts (c)");
}

#[test]
fn more_custom_fields_than_a_table_may_have() {
    let names: Vec<String> = (0..10_001).map(|n| format!("k{n}")).collect();
    let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Int8, true)).collect();
    let values = names.iter().map(|_| array(Int8Array::from(vec![1]))).collect();
    let of_struct = StructArray::new(fields.into(), values, None);
    refuses(
        &[batch(vec![phones(1), ("custom_fields", array(of_struct))])],
        &["invalid_record at c: key `custom_fields`: a record may have 10,000 different ones, and this one has more"],
    );
    let map = |part: usize| {
        let objects = (0..6_000).map(|n| format!("\"{part} {n}\": 1")).collect::<Vec<_>>().join(",");
        batch(vec![phones(1), ("custom_fields", array(StringArray::from(vec![format!("{{{objects}}}")])))])
    };
    refuses(
        &[map(0), map(1)],
        &["unreadable_input at c: the stream of record batches has more than 10,000 different custom fields"],
    );
}
