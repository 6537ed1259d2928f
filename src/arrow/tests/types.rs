//! A row for each type that a column may have.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array,
    Decimal128Array, Decimal256Array, FixedSizeListArray, Float16Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, LargeBinaryArray, LargeListArray, LargeStringArray, ListArray, NullArray,
    RecordBatch, StringArray, StringViewArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, i256};
use arrow_schema::{DataType, Field, Schema};

use super::{array, phones, read, reads};
use crate::contact::Contact;
use crate::records::{EpochUnit, RecordReader};

#[test]
fn counts() {
    let three = Float16Array::from_iter_values([3_i8.into()]);
    for counts in [
        array(Int8Array::from(vec![3])),
        array(Int16Array::from(vec![3])),
        array(Int32Array::from(vec![3])),
        array(Int64Array::from(vec![3])),
        array(UInt8Array::from(vec![3])),
        array(UInt16Array::from(vec![3])),
        array(UInt32Array::from(vec![3])),
        array(UInt64Array::from(vec![3])),
        array(three),
        array(Float32Array::from(vec![3.0])),
        array(Float64Array::from(vec![3.0])),
        array(Decimal128Array::from(vec![300]).with_precision_and_scale(10, 2).unwrap()),
        array(StringArray::from(vec![" 3 "])),
    ] {
        reads(vec![("send_count", counts)], &[r#"{"phone_number": "+1", "send_count": 3}"#]);
    }
    let most = array(UInt64Array::from(vec![u64::MAX]));
    reads(vec![("send_count", most)], &[r#"{"phone_number": "+1", "send_count": 18446744073709551615}"#]);
}

#[test]
fn amounts() {
    for (amounts, amount) in [
        (array(Float64Array::from(vec![0.1])), "0.1"),
        (array(Float32Array::from(vec![0.5])), "0.5"),
        (array(Int32Array::from(vec![-7])), "-7"),
        (array(Decimal32Array::from(vec![1_250]).with_precision_and_scale(9, 3).unwrap()), "1.25"),
        (array(Decimal64Array::from(vec![-1_250]).with_precision_and_scale(18, 3).unwrap()), "-1.25"),
        (array(Decimal128Array::from(vec![-500]).with_precision_and_scale(38, 1).unwrap()), "-50"),
        (array(Decimal256Array::from(vec![i256::from(-25)]).with_precision_and_scale(76, 1).unwrap()), "-2.5"),
        (array(StringArray::from(vec!["1e2"])), "100"),
    ] {
        let expected = format!(r#"{{"phone_number": "+1", "revenue_total": {amount}}}"#);
        reads(vec![("revenue_total", amounts)], &[&expected]);
    }
}

#[test]
fn times() {
    let seconds: i64 = 20_000 * 86_400 + 3_600;
    for times in [
        array(TimestampSecondArray::from(vec![seconds])),
        array(TimestampMillisecondArray::from(vec![seconds * 1_000]).with_timezone("UTC")),
        array(TimestampMicrosecondArray::from(vec![seconds * 1_000_000]).with_timezone("America/New_York")),
        array(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000 + 999]).with_timezone("+05:30")),
        array(StringArray::from(vec!["2024-10-04T01:00:00Z"])),
    ] {
        reads(vec![("last_sent_at", times)], &[r#"{"phone_number": "+1", "last_sent_at": "2024-10-04T01:00:00Z"}"#]);
    }
    for dates in [array(Date32Array::from(vec![20_000])), array(Date64Array::from(vec![20_000 * 86_400_000]))] {
        reads(vec![("signup_date", dates)], &[r#"{"phone_number": "+1", "signup_date": "2024-10-04"}"#]);
    }
}

#[test]
fn numbers_are_times_where_their_unit_is_said() {
    let columns = vec![phones(1), ("last_sent_at", array(Int64Array::from(vec![1_731_400_000_500])))];
    let contacts = read(&RecordReader::new().epoch(EpochUnit::Millis), &[super::batch(columns)]);
    let expected = r#"{"phone_number": "+1", "last_sent_at": "2024-11-12T08:26:40.5Z"}"#;
    assert_eq!(contacts, [serde_json::from_str::<Contact>(expected).unwrap()]);
}

#[test]
fn texts() {
    for texts in [
        array(StringArray::from(vec![Some("C"), None, Some("a carrier of more than 12 bytes")])),
        array(LargeStringArray::from(vec![Some("C"), None, Some("a carrier of more than 12 bytes")])),
        array(StringViewArray::from(vec![Some("C"), None, Some("a carrier of more than 12 bytes")])),
        array(BinaryArray::from(vec![Some(&b"C"[..]), None, Some(b"a carrier of more than 12 bytes")])),
        array(LargeBinaryArray::from(vec![Some(&b"C"[..]), None, Some(b"a carrier of more than 12 bytes")])),
        array(BinaryViewArray::from(vec![Some(&b"C"[..]), None, Some(b"a carrier of more than 12 bytes")])),
    ] {
        reads(
            vec![("carrier", texts)],
            &[
                r#"{"phone_number": "+1", "carrier": "C"}"#,
                r#"{"phone_number": "+2"}"#,
                r#"{"phone_number": "+3", "carrier": "a carrier of more than 12 bytes"}"#,
            ],
        );
    }
}

#[test]
fn flags() {
    for flags in [
        array(BooleanArray::from(vec![Some(true), Some(false), None])),
        array(Int8Array::from(vec![Some(1), Some(0), None])),
        array(UInt64Array::from(vec![Some(1), Some(0), None])),
        array(StringArray::from(vec![Some("Yes"), Some("0"), Some("")])),
    ] {
        reads(
            vec![("on_dnc", Arc::clone(&flags)), ("active", flags)],
            &[
                r#"{"phone_number": "+1", "on_dnc": true, "active": true}"#,
                r#"{"phone_number": "+2", "on_dnc": false, "active": false}"#,
                r#"{"phone_number": "+3"}"#,
            ],
        );
    }
}

#[test]
fn contacts_without_memberships() {
    reads(
        vec![
            ("is_membership", array(BooleanArray::from(vec![true, false]))),
            ("list_id", array(Int64Array::from(vec![Some(7), None]))),
        ],
        &[r#"{"phone_number": "+1", "list_id": 7}"#, r#"{"phone_number": "+2", "lists": []}"#],
    );
}

#[test]
fn custom_fields_that_are_columns() {
    reads(
        vec![
            ("custom_fields.whole", array(Int16Array::from(vec![7]))),
            ("custom_fields.most", array(UInt64Array::from(vec![u64::MAX]))),
            ("custom_fields.fraction", array(Float64Array::from(vec![0.5]))),
            ("custom_fields.exact", array(Decimal128Array::from(vec![125]).with_precision_and_scale(5, 2).unwrap())),
            ("custom_fields.flag", array(BooleanArray::from(vec![true]))),
            ("custom_fields.text", array(StringArray::from(vec!["7"]))),
            ("custom_fields.day", array(Date32Array::from(vec![0]))),
            ("custom_fields.at", array(TimestampSecondArray::from(vec![0]).with_timezone("UTC"))),
            ("custom_fields.none", array(NullArray::new(1))),
        ],
        &[r#"{"phone_number": "+1", "custom_fields": {
            "whole": 7, "most": 18446744073709551615, "fraction": 0.5, "exact": 1.25, "flag": true, "text": "7",
            "day": "1970-01-01", "at": "1970-01-01T00:00:00Z"}}"#],
    );
}

#[test]
fn custom_fields_that_are_a_struct() {
    let fields = vec![Field::new("state", DataType::Utf8, true), Field::new("ltv", DataType::Float64, true)];
    let columns: Vec<ArrayRef> = vec![
        array(StringArray::from(vec![Some("CA"), None, Some("behind a null")])),
        array(Float64Array::from(vec![Some(12.5), None, Some(1.0)])),
    ];
    let nulls = NullBuffer::from(vec![true, true, false]);
    let fields = StructArray::new(fields.into(), columns, Some(nulls));
    reads(
        vec![("custom_fields", array(fields))],
        &[
            r#"{"phone_number": "+1", "custom_fields": {"state": "CA", "ltv": 12.5}}"#,
            r#"{"phone_number": "+2"}"#,
            r#"{"phone_number": "+3"}"#,
        ],
    );
}

#[test]
fn custom_fields_that_are_a_map() {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (key, value) in [("state", Some("CA")), ("plan", None), ("state", Some("NY"))] {
        maps.keys().append_value(key);
        maps.values().append_option(value);
    }
    maps.append(true).unwrap();
    maps.append(true).unwrap();
    maps.append(false).unwrap();
    reads(
        vec![("custom_fields", array(maps.finish()))],
        &[
            // The last with a key counts.
            r#"{"phone_number": "+1", "custom_fields": {"state": "NY"}}"#,
            r#"{"phone_number": "+2"}"#,
            r#"{"phone_number": "+3"}"#,
        ],
    );
}

#[test]
fn custom_fields_that_are_json() {
    let objects = [r#"{"state": "CA", "tags": ["a", null]}"#, "{}"];
    for objects in [array(StringArray::from(objects.to_vec())), array(StringViewArray::from(objects.to_vec()))] {
        reads(
            vec![("custom_fields", objects)],
            &[
                r#"{"phone_number": "+1", "custom_fields": {"state": "CA", "tags": ["a", null]}}"#,
                r#"{"phone_number": "+2"}"#,
            ],
        );
    }
    let texts = array(StringArray::from(vec![r#"[1, "a"]"#]));
    let json = [("ARROW:extension:name".to_owned(), "arrow.json".to_owned())];
    let (name, phone) = phones(1);
    let fields = vec![
        Field::new(name, DataType::Utf8, false),
        Field::new("custom_fields.json", DataType::Utf8, true).with_metadata(HashMap::from(json)),
        Field::new("custom_fields.named", DataType::Utf8, true),
        Field::new("custom_fields.text", DataType::Utf8, true),
    ];
    // As whoever has read Parquet of ours hands it on.
    let named = [("headcount.json_columns".to_owned(), r#"["custom_fields.named"]"#.to_owned())];
    let schema = Arc::new(Schema::new_with_metadata(fields, HashMap::from(named)));
    let batch = RecordBatch::try_new(schema, vec![phone, Arc::clone(&texts), Arc::clone(&texts), texts]).unwrap();
    let expected = r#"{"phone_number": "+1", "custom_fields": {
        "json": [1, "a"], "named": [1, "a"], "text": "[1, \"a\"]"}}"#;
    assert_eq!(read(&RecordReader::new(), &[batch]), [serde_json::from_str::<Contact>(expected).unwrap()]);
}

#[test]
fn lists_in_custom_fields() {
    let lists = vec![Some(vec![Some(1), None]), Some(vec![]), None];
    let small = ListArray::from_iter_primitive::<Int32Type, _, _>(lists.clone());
    let large = LargeListArray::from_iter_primitive::<Int32Type, _, _>(lists);
    for lists in [array(small), array(large)] {
        reads(
            vec![("custom_fields.scores", lists)],
            &[
                r#"{"phone_number": "+1", "custom_fields": {"scores": [1, null]}}"#,
                r#"{"phone_number": "+2", "custom_fields": {"scores": []}}"#,
                r#"{"phone_number": "+3"}"#,
            ],
        );
    }
    let pairs = vec![Some(vec![Some(0.5), Some(1.0)]), None];
    let pairs = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(pairs, 2);
    reads(
        vec![("custom_fields.place", array(pairs))],
        &[r#"{"phone_number": "+1", "custom_fields": {"place": [0.5, 1]}}"#, r#"{"phone_number": "+2"}"#],
    );
}

#[test]
fn structs_of_lists_of_lists_in_custom_fields() {
    let mut zips = ListBuilder::new(ListBuilder::new(StringBuilder::new()));
    zips.values().values().append_value("94601");
    zips.values().append(true);
    zips.values().append(false);
    zips.append(true);
    zips.append(false);
    let zips = zips.finish();
    let fields = vec![
        Field::new("city", DataType::Utf8, true),
        Field::new("zips", arrow_array::Array::data_type(&zips).clone(), true),
        Field::new("nothing", DataType::Null, true),
    ];
    let parts: Vec<ArrayRef> =
        vec![array(StringArray::from(vec![Some("Oakland"), None])), array(zips), array(NullArray::new(2))];
    reads(
        vec![("custom_fields.home", array(StructArray::new(fields.into(), parts, None)))],
        &[
            r#"{"phone_number": "+1",
                "custom_fields": {"home": {"city": "Oakland", "zips": [["94601"], null], "nothing": null}}}"#,
            r#"{"phone_number": "+2", "custom_fields": {"home": {"city": null, "zips": null, "nothing": null}}}"#,
        ],
    );
}
