//! The same values however arrays encode them, and wherever in an array they stand.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type, UInt16Type, UInt64Type};
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, FixedSizeListArray, Int8Array, Int16Array, Int32Array, Int64Array,
    ListArray, RecordBatch, RunArray, StringArray, StructArray, TimestampMicrosecondArray, UInt16Array,
};
use arrow_schema::{DataType, Field};

use super::{array, batch, input, phones, read, reads};
use crate::contact::Contact;
use crate::records::RecordReader;

const STATES: [&str; 4] = [
    r#"{"phone_number": "+1", "custom_fields": {"state": "CA"}}"#,
    r#"{"phone_number": "+2"}"#,
    r#"{"phone_number": "+3", "custom_fields": {"state": "NY"}}"#,
    r#"{"phone_number": "+4", "custom_fields": {"state": "CA"}}"#,
];

#[test]
fn dictionaries_with_keys_of_any_type() {
    let states = [Some("CA"), None, Some("NY"), Some("CA")];
    for states in [
        array(states.into_iter().collect::<DictionaryArray<Int8Type>>()),
        array(states.into_iter().collect::<DictionaryArray<Int32Type>>()),
        array(states.into_iter().collect::<DictionaryArray<UInt16Type>>()),
        array(states.into_iter().collect::<DictionaryArray<UInt64Type>>()),
    ] {
        reads(vec![("custom_fields.state", states)], &STATES);
    }
}

#[test]
fn dictionaries_with_nulls_among_their_values() {
    let values = array(StringArray::from(vec![None, Some("NY"), Some("CA"), Some("nobody's")]));
    let keys = Int8Array::from(vec![Some(2), Some(0), Some(1), Some(2)]);
    reads(vec![("custom_fields.state", array(DictionaryArray::new(keys, values)))], &STATES);
}

#[test]
fn dictionaries_of_every_kind_of_value() {
    let keys = UInt16Array::from(vec![1, 0]);
    let dictionary = |values: ArrayRef| array(DictionaryArray::new(keys.clone(), values));
    reads(
        vec![
            ("list_id", dictionary(array(Int64Array::from(vec![102, 101])))),
            ("on_dnc", dictionary(array(BooleanArray::from(vec![false, true])))),
            ("last_sent_at", dictionary(array(TimestampMicrosecondArray::from(vec![Some(0), None])))),
            ("click_count", dictionary(array(StringArray::from(vec!["4", "3"])))),
            ("custom_fields", dictionary(array(StringArray::from(vec![r#"{"a": 2}"#, r#"{"a": 1}"#])))),
        ],
        &[
            r#"{"phone_number": "+1", "list_id": 101, "on_dnc": true, "click_count": 3, "custom_fields": {"a": 1}}"#,
            r#"{"phone_number": "+2", "list_id": 102, "on_dnc": false, "last_sent_at": "1970-01-01", "click_count": 4,
                "custom_fields": {"a": 2}}"#,
        ],
    );
}

/// Of a batch of few rows only the values that come up are looked at.
#[test]
fn dictionaries_of_many_more_values_than_rows() {
    let values: ArrayRef = array(StringArray::from_iter_values((0..10_000).map(|n| format!("S{n}"))));
    let states = |keys: Vec<Option<i32>>| array(DictionaryArray::new(Int32Array::from(keys), Arc::clone(&values)));
    let batches = [
        batch(vec![phones(3), ("custom_fields.state", states(vec![Some(9_999), None, Some(9_999)]))]),
        batch(vec![phones(1), ("custom_fields.state", states(vec![Some(5)]))]),
    ];
    let read: Vec<Option<String>> = read(&RecordReader::new(), &batches)
        .into_iter()
        .map(|mut contact| Some(contact.memberships[0].custom_fields.remove("state")?.to_string()))
        .collect();
    assert_eq!(read, [Some("\"S9999\"".to_owned()), None, Some("\"S9999\"".to_owned()), Some("\"S5\"".to_owned())]);
}

#[test]
fn dictionaries_that_differ_from_batch_to_batch() {
    let of = |phone: &str, state: &str| {
        let states: DictionaryArray<Int8Type> = [state].into_iter().collect();
        batch(vec![("phone_number", array(StringArray::from(vec![phone]))), ("custom_fields.state", array(states))])
    };
    let expected = [
        r#"{"phone_number": "+1", "custom_fields": {"state": "CA"}}"#,
        r#"{"phone_number": "+2", "custom_fields": {"state": "NY"}}"#,
        r#"{"phone_number": "+3", "custom_fields": {"state": "CA"}}"#,
    ];
    let expected: Vec<Contact> = expected.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
    assert_eq!(read(&RecordReader::new(), &[of("+1", "CA"), of("+2", "NY"), of("+3", "CA")]), expected);
}

#[test]
fn runs() {
    let states = array(StringArray::from(vec![Some("CA"), None, Some("NY"), Some("CA")]));
    let each = RunArray::<Int32Type>::try_new(&Int32Array::from(vec![1, 2, 3, 4]), &states).unwrap();
    reads(vec![("custom_fields.state", array(each))], &STATES);

    let counts = array(Int64Array::from(vec![3, 4]));
    let runs = RunArray::<arrow_array::types::Int16Type>::try_new(&Int16Array::from(vec![2, 5]), &counts).unwrap();
    let expected: Vec<String> = [3, 3, 4, 4, 4]
        .iter()
        .zip(1..)
        .map(|(count, phone)| format!(r#"{{"phone_number": "+{phone}", "click_count": {count}}}"#))
        .collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    reads(vec![("click_count", array(runs.clone()))], &expected);
    let whole = batch(vec![phones(5), ("click_count", array(runs))]);
    slices_are_rows_of(&whole);
}

/// Every slice of a batch is its rows.
#[track_caller]
fn slices_are_rows_of(whole: &RecordBatch) {
    let all = read(&RecordReader::new(), std::slice::from_ref(whole));
    for start in 0..=whole.num_rows() {
        for end in start..=whole.num_rows() {
            let slice = whole.slice(start, end - start);
            assert_eq!(read(&RecordReader::new(), std::slice::from_ref(&slice)), &all[start..end], "{start}..{end}");
            let around = [whole.slice(0, start), slice, whole.slice(end, whole.num_rows() - end)];
            assert_eq!(read(&RecordReader::new(), &around), all, "cut at {start} and {end}");
        }
    }
}

#[test]
fn arrays_with_offsets() {
    let nulls = |at: usize| at.is_multiple_of(3);
    let rows = 0..7_usize;
    let states: DictionaryArray<Int8Type> =
        rows.clone().map(|at| (!nulls(at)).then_some(["CA", "NY"][at % 2])).collect();
    let scores = rows.clone().map(|at| (!nulls(at)).then(|| (0..at as i32).map(Some).collect::<Vec<_>>()));
    let pairs = rows.clone().map(|at| (!nulls(at)).then(|| vec![Some(at as i32), None]));
    let inside = vec![Field::new("n", DataType::Int32, true)];
    let inside = StructArray::new(
        inside.into(),
        vec![array(rows.clone().map(|at| Some(at as i32)).collect::<Int32Array>())],
        Some(rows.clone().map(|at| !nulls(at)).collect::<Vec<bool>>().into()),
    );
    slices_are_rows_of(&batch(vec![
        phones(7),
        ("on_dnc", array(rows.clone().map(|at| (!nulls(at)).then_some(at % 2 == 0)).collect::<BooleanArray>())),
        ("click_count", array(rows.clone().map(|at| (!nulls(at)).then_some(at as i64)).collect::<Int64Array>())),
        ("carrier", array(rows.clone().map(|at| (!nulls(at)).then(|| "C".repeat(at))).collect::<StringArray>())),
        ("custom_fields.state", array(states)),
        ("custom_fields.scores", array(ListArray::from_iter_primitive::<Int32Type, _, _>(scores))),
        ("custom_fields.pair", array(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(pairs, 2))),
        ("custom_fields.inside", array(inside)),
    ]));
}

/// More rows than a shard holds, in batches that are cut elsewhere than shards are.
#[test]
fn many_rows_in_batches_of_any_size() {
    const MANY: usize = 80_000;
    let whole = batch(vec![
        phones(MANY),
        ("list_id", array((0..MANY).map(|at| Some((at % 3) as i64)).collect::<Int64Array>())),
        ("custom_fields.n", array(StringArray::from_iter_values((0..MANY).map(|at| at.to_string())))),
    ]);
    for size in [MANY, 70_000, 2_048] {
        let batches: Vec<RecordBatch> =
            (0..MANY).step_by(size).map(|at| whole.slice(at, size.min(MANY - at))).collect();
        for threads in [1, 3] {
            let table = RecordReader::new().threads(threads).table([input(&batches)]).unwrap();
            assert_eq!((table.len(), table.memberships()), (MANY, MANY as u64));
            assert_eq!(table.contacts().nth(75_000).map(|contact| contact.phone_number).as_deref(), Some("+75001"));
            let last = table.get(&format!("+{MANY}")).unwrap();
            assert_eq!(last.memberships[0].custom_fields["n"].to_string(), format!("\"{}\"", MANY - 1));
        }
    }
}
