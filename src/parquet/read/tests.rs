//! Files that others write: their types, their encodings, and what is wrong with them.

mod metadata;

use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray};
use parquet::data_type::{FixedLenByteArrayType, FloatType, Int32Type, Int64Type, Int96, Int96Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::audience::Audience;
use crate::contact::Contact;
use crate::error::{Code, Errors};
use crate::records::{EpochUnit, Input, OnError, RecordReader, refuse_unfit_columns};
use crate::table::{Table, TableBuilder};

/// Writes the values of a column.
type Write = Box<dyn Fn(&mut SerializedColumnWriter<'_>)>;

/// Sets how a file is written.
type Settings = Box<dyn Fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder>;

/// A file in the making: a column is its type, as the format writes types down, and its values.
#[derive(Default)]
struct File {
    types: String,
    columns: Vec<Write>,
    settings: Option<Settings>,
}

impl File {
    fn with<T: DataType>(mut self, of_type: &str, values: Vec<Option<T::T>>) -> Self
    where
        T::T: Clone,
    {
        self.types.push_str(of_type);
        self.types.push_str(";\n");
        let required = of_type.starts_with("required");
        self.columns.push(Box::new(move |column| {
            let there: Vec<T::T> = values.iter().flatten().cloned().collect();
            let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
            let levels = (!required).then_some(&*levels);
            column.typed::<T>().write_batch(&there, levels, None).unwrap();
        }));
        self
    }

    fn texts(self, of_type: &str, texts: &[&str]) -> Self {
        self.with::<ByteArrayType>(of_type, texts.iter().map(|text| Some(ByteArray::from(*text))).collect())
    }

    fn phones(self, count: usize) -> Self {
        let phones: Vec<String> = (1..=count).map(|n| format!("+{n}")).collect();
        self.texts("required binary phone_number (UTF8)", &phones.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn set(mut self, settings: impl Fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder + 'static) -> Self {
        self.settings = Some(Box::new(settings));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(&format!("message schema {{ {} }}", self.types)).unwrap());
        let properties = WriterProperties::builder();
        let properties = match &self.settings {
            Some(set) => set(properties),
            None => properties,
        };
        let properties = Arc::new(properties.build());
        let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
        let mut rows = file.next_row_group().unwrap();
        for write in &self.columns {
            let mut column = rows.next_column().unwrap().unwrap();
            write(&mut column);
            column.close().unwrap();
        }
        rows.close().unwrap();
        file.into_inner().unwrap()
    }

    /// The contacts, as JSON writes them.
    #[track_caller]
    fn reads(&self, expected: &[&str]) {
        let bytes = self.bytes();
        let contacts = RecordReader::new().contacts(Input::new("contacts.parquet", &bytes[..]));
        let contacts: Vec<Contact> = contacts.collect::<Result<_, _>>().unwrap();
        let expected: Vec<Contact> = expected.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
        assert_eq!(contacts, expected);
    }

    /// What is said of the file instead.
    #[track_caller]
    fn refuses(&self, expected: &[&str]) {
        let errors = errors_of(&self.bytes());
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said, expected);
    }
}

/// What is wrong with a file.
fn errors_of(file: &[u8]) -> Errors {
    RecordReader::new().contacts(Input::new("c", file)).find_map(Result::err).expect("something is wrong with it")
}

fn all<T>(values: impl IntoIterator<Item = T>) -> Vec<Option<T>> {
    values.into_iter().map(Some).collect()
}

#[test]
fn a_field_without_a_value_is_absent_whatever_the_statistics_tell() {
    let nothing = || File::default().phones(2).with::<BoolType>("optional boolean on_dnc", vec![None, None]);
    let silent = nothing().set(|settings| settings.set_statistics_enabled(EnabledStatistics::None));
    let blank = File::default().phones(2).texts("required binary on_dnc (UTF8)", &["", " "]);
    let audience = Audience::of("not on_dnc".parse().unwrap());
    for file in [nothing(), silent, blank] {
        let table = RecordReader::new().table([Input::new("c", &file.bytes()[..])]).unwrap();
        let told = table.notes([&audience]).to_string();
        assert!(told.contains("note[field_absent]: no record gives `on_dnc`, which is taken as false"), "{told}");
    }
    let one = File::default().phones(2).with::<BoolType>("optional boolean on_dnc", vec![None, Some(true)]);
    let one = one.set(|settings| settings.set_statistics_enabled(EnabledStatistics::None));
    let table = RecordReader::new().table([Input::new("c", &one.bytes()[..])]).unwrap();
    assert!(!table.notes([&audience]).to_string().contains("field_absent"));
}

#[test]
fn floats_of_32_bits_are_the_numbers_that_they_print_as() {
    let file =
        File::default().phones(3).with::<FloatType>("optional float revenue_total", all([0.1, 19.99, 16_777_216.0]));
    let contacts =
        RecordReader::new().contacts(Input::new("c", &file.bytes()[..])).collect::<Result<Vec<Contact>, _>>().unwrap();
    let read = contacts.iter().map(|contact| contact.memberships[0].revenue_total.to_string()).collect::<Vec<_>>();
    assert_eq!(read, ["0.1", "19.99", "16777216"]);
}

#[test]
fn numbers_of_every_type() {
    let counts = |of_type: &str| format!("optional {of_type}");
    for file in [
        File::default().with::<Int32Type>(&counts("int32 send_count"), all([3])),
        File::default().with::<Int32Type>(&counts("int32 send_count (INTEGER(8,true))"), all([3])),
        File::default().with::<Int32Type>(&counts("int32 send_count (INTEGER(16,false))"), all([3])),
        File::default().with::<Int64Type>(&counts("int64 send_count"), all([3])),
        File::default().with::<Int64Type>(&counts("int64 send_count (UINT_64)"), all([3])),
        File::default().with::<DoubleType>(&counts("double send_count"), all([3.0])),
        File::default().with::<FloatType>(&counts("float send_count"), all([3.0])),
        File::default().with::<Int64Type>(&counts("int64 send_count (DECIMAL(10,2))"), all([300])),
    ] {
        file.phones(1).reads(&[r#"{"phone_number": "+1", "send_count": 3}"#]);
    }
}

#[test]
fn amounts_of_every_type() {
    let three = FixedLenByteArray::from(ByteArray::from(vec![0xff, 0xfe, 0x0c]));
    for (file, amount) in [
        (File::default().with::<DoubleType>("optional double revenue_total", all([0.1])), "0.1"),
        (File::default().with::<FloatType>("optional float revenue_total", all([0.5])), "0.5"),
        (File::default().with::<Int32Type>("optional int32 revenue_total", all([-7])), "-7"),
        (File::default().with::<Int32Type>("optional int32 revenue_total (DECIMAL(9,3))", all([1_250])), "1.25"),
        (
            File::default().with::<FixedLenByteArrayType>(
                "optional fixed_len_byte_array(3) revenue_total (DECIMAL(6,1))",
                all([three]),
            ),
            "-50",
        ),
        (
            File::default().texts("optional binary revenue_total (JSON)", &["18446744073709551615"]),
            "18446744073709551615",
        ),
    ] {
        file.phones(1).reads(&[&format!(r#"{{"phone_number": "+1", "revenue_total": {amount}}}"#)]);
    }
}

#[test]
fn times_of_every_type() {
    let mut old = Int96::new();
    old.set_data(3_600_000_000_000_u64 as u32, (3_600_000_000_000_u64 >> 32) as u32, 2_440_588 + 20_000);
    let micros: i64 = 20_000 * 86_400_000_000 + 3_600_000_000;
    for file in [
        File::default()
            .with::<Int64Type>("optional int64 last_sent_at (TIMESTAMP(MILLIS,true))", all([micros / 1_000])),
        File::default().with::<Int64Type>("optional int64 last_sent_at (TIMESTAMP(MICROS,false))", all([micros])),
        File::default().with::<Int64Type>("optional int64 last_sent_at (TIMESTAMP(NANOS,true))", all([micros * 1_000])),
        File::default().with::<Int64Type>("optional int64 last_sent_at (TIMESTAMP_MICROS)", all([micros])),
        File::default().with::<Int96Type>("optional int96 last_sent_at", all([old])),
        File::default().texts("optional binary last_sent_at (UTF8)", &["2024-10-04T01:00:00Z"]),
    ] {
        file.phones(1).reads(&[r#"{"phone_number": "+1", "last_sent_at": "2024-10-04T01:00:00Z"}"#]);
    }
    let date = File::default().with::<Int32Type>("optional int32 signup_date (DATE)", all([20_000]));
    date.phones(1).reads(&[r#"{"phone_number": "+1", "signup_date": "2024-10-04"}"#]);
}

#[test]
fn custom_fields_of_every_type() {
    File::default()
        .phones(1)
        .with::<Int32Type>("optional int32 custom_fields.whole", all([7]))
        .with::<DoubleType>("optional double custom_fields.fraction", all([0.5]))
        .with::<BoolType>("optional boolean custom_fields.flag", all([true]))
        .texts("optional binary custom_fields.text (UTF8)", &["7"])
        .texts("optional binary custom_fields.json (JSON)", &["[1, \"a\"]"])
        .with::<Int32Type>("optional int32 custom_fields.day (DATE)", all([0]))
        .with::<Int64Type>("optional int64 custom_fields.none", vec![None])
        .reads(&[r#"{"phone_number": "+1", "custom_fields": {
            "whole": 7, "fraction": 0.5, "flag": true, "text": "7", "json": [1, "a"], "day": "1970-01-01"}}"#]);
}

#[test]
fn custom_fields_in_one_column() {
    let object = r#"{"state": "CA", "ltv": 12.5, "nothing": null}"#;
    let expected = r#"{"phone_number": "+1", "custom_fields": {"state": "CA", "ltv": 12.5}}"#;
    for of_type in ["JSON", "UTF8"] {
        let of_type = format!("optional binary custom_fields ({of_type})");
        File::default().phones(2).texts(&of_type, &[object, "{}"]).reads(&[expected, r#"{"phone_number": "+2"}"#]);
    }
}

#[test]
fn custom_fields_in_a_struct() {
    let mut file = File::default().phones(2);
    file.types.push_str("optional group custom_fields { optional binary state (UTF8); optional double ltv; }\n");
    file.columns.push(Box::new(|column| {
        column.typed::<ByteArrayType>().write_batch(&["CA".into()], Some(&[2, 0]), None).map(drop).unwrap();
    }));
    file.columns.push(Box::new(|column| {
        column.typed::<DoubleType>().write_batch(&[], Some(&[1, 0]), None).map(drop).unwrap();
    }));
    file.reads(&[r#"{"phone_number": "+1", "custom_fields": {"state": "CA"}}"#, r#"{"phone_number": "+2"}"#]);
}

#[test]
fn custom_fields_in_a_map() {
    let map = "optional group custom_fields (MAP) { repeated group key_value {
        required binary key (UTF8); optional binary value (UTF8); } }\n";
    let mut file = File::default().phones(4);
    file.types.push_str(map);
    // Two entries, of which one is null; no entry; no map; one entry.
    file.columns.push(Box::new(|column| {
        let keys = ["state".into(), "tier".into(), "state".into()];
        column.typed::<ByteArrayType>().write_batch(&keys, Some(&[2, 2, 1, 0, 2]), Some(&[0, 1, 0, 0, 0])).unwrap();
    }));
    file.columns.push(Box::new(|column| {
        let values = ["CA".into(), "TX".into()];
        column.typed::<ByteArrayType>().write_batch(&values, Some(&[3, 2, 1, 0, 3]), Some(&[0, 1, 0, 0, 0])).unwrap();
    }));
    file.reads(&[
        r#"{"phone_number": "+1", "custom_fields": {"state": "CA"}}"#,
        r#"{"phone_number": "+2"}"#,
        r#"{"phone_number": "+3"}"#,
        r#"{"phone_number": "+4", "custom_fields": {"state": "TX"}}"#,
    ]);
}

#[test]
fn what_is_absent_or_null_is_no_value() {
    File::default()
        .texts("optional binary msisdn (UTF8)", &["+1", "+2"])
        .with::<Int64Type>("optional int64 list_id", vec![None, Some(7)])
        .with::<BoolType>("optional boolean active", vec![None, Some(false)])
        .with::<Int32Type>("optional int32 click_count", vec![Some(1), None])
        .with::<Int32Type>("optional int32 something_else", vec![Some(1), None])
        .reads(&[
            r#"{"phone_number": "+1", "click_count": 1}"#,
            r#"{"phone_number": "+2", "list_id": 7, "active": false}"#,
        ]);
}

#[test]
fn encodings_and_codecs() {
    let settings: [fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder; 9] = [
        |settings| settings,
        |settings| settings.set_dictionary_enabled(false),
        |settings| settings.set_writer_version(WriterVersion::PARQUET_2_0),
        |settings| settings.set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false),
        |settings| settings.set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY),
        |settings| settings.set_compression(Compression::SNAPPY),
        |settings| settings.set_compression(Compression::GZIP(Default::default())),
        |settings| settings.set_compression(Compression::LZ4_RAW),
        // So that a column goes on without its dictionary, in many pages.
        |settings| settings.set_dictionary_page_size_limit(64).set_data_page_row_count_limit(10),
    ];
    let states = ["CA", "TX", "NY", "", "é"];
    for settings in settings {
        let rows = 200;
        let texts = (0..rows).map(|row| (row % 3 > 0).then(|| ByteArray::from(states[row % states.len()]))).collect();
        let file = File::default()
            .phones(rows)
            .with::<ByteArrayType>("optional binary custom_fields.state (UTF8)", texts)
            .set(settings);
        let expected: Vec<String> = (0..rows)
            .map(|row| match row % 3 {
                0 => format!(r#"{{"phone_number": "+{}"}}"#, row + 1),
                _ => format!(
                    r#"{{"phone_number": "+{}", "custom_fields": {{"state": "{}"}}}}"#,
                    row + 1,
                    states[row % states.len()]
                ),
            })
            .collect();
        file.reads(&expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let with_delta: fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder =
        |settings| settings.set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
    let counts = (0..100).map(|n| (n % 2 == 0).then_some(n)).collect();
    let flags = (0..100).map(|n| Some(n % 5 == 0)).collect();
    let file = File::default()
        .phones(100)
        .with::<Int64Type>("optional int64 send_count", counts)
        .with::<BoolType>("optional boolean in_workflow", flags)
        .set(with_delta);
    let expected: Vec<String> = (0..100)
        .map(|n| {
            let count = if n % 2 == 0 { n } else { 0 };
            format!(r#"{{"phone_number": "+{}", "send_count": {count}, "in_workflow": {}}}"#, n + 1, n % 5 == 0)
        })
        .collect();
    file.reads(&expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn rows_that_are_no_records_are_told_of() {
    let file = File::default()
        .with::<ByteArrayType>(
            "optional binary phone (UTF8)",
            vec![Some("+1".into()), None, Some("+3".into()), Some("+4".into())],
        )
        .with::<Int64Type>("optional int64 click_count", all([1, 2, -3, 4]))
        .texts("optional binary signup_date (UTF8)", &["2025-11-01", "", "soon", "soon"]);
    file.refuses(&[
        "invalid_record at c: a record needs a `phone_number` (row 2)",
        "invalid_record at c: key `click_count`: expected a whole number from 0, found -3 (row 3)",
        "invalid_record at c: key `signup_date`: expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found `soon` (row 4)",
    ]);
    let bytes = file.bytes();
    let mut read = RecordReader::new().on_error(OnError::Skip).contacts(Input::new("c", &bytes[..]));
    let contacts: Vec<String> = read.by_ref().map(|contact| contact.unwrap().phone_number).collect();
    let report = read.report();
    assert_eq!((report.records, report.skipped, contacts), (1, 3, vec!["+1".to_owned()]));
}

#[test]
fn columns_that_cannot_be_what_they_are_called_are_told_of() {
    File::default()
        .with::<Int64Type>("required int64 phone_number", all([14_155_559_876]))
        .with::<BoolType>("optional boolean click_count", all([true]))
        .with::<DoubleType>("optional double active", all([1.0]))
        .with::<Int64Type>("optional int64 last_sent_at", all([1]))
        .with::<Int32Type>("optional int32 custom_fields.at (TIME_MILLIS)", all([1]))
        .refuses(&[
            "invalid_record at c: key `phone_number`: expected a string, found a column of type integer",
            "invalid_record at c: key `active`: expected a boolean, found a column of type float",
        ]);
    File::default()
        .with::<Int64Type>("optional int64 list_id", all([1]))
        .refuses(&["invalid_record at c: expected Parquet with a column `phone_number`, `phone` or `msisdn`"]);
    File::default()
        .phones(1)
        .texts("optional binary phone (UTF8)", &["+1"])
        .refuses(&["invalid_record at c: key `phone`: is a column beside `phone_number`, and only one may be"]);
}

/// What is noted of a file, and what is wrong with it where an audience asks for `filter`.
fn noted(file: &File, filter: &str) -> (Vec<String>, String) {
    let bytes = file.bytes();
    let mut builder = TableBuilder::default();
    let report = RecordReader::new().read_into(Input::new("c", &bytes[..]), &mut builder).unwrap();
    let asked = Audience::of(filter.parse().unwrap());
    let wrong = refuse_unfit_columns([("c", &report)], [&asked]).err();
    (report.notes.iter().map(ToString::to_string).collect(), wrong.map(|errors| errors.to_string()).unwrap_or_default())
}

#[test]
fn a_column_that_cannot_be_read_is_an_error_where_it_is_asked_and_a_note_where_it_is_not() {
    let file = File::default()
        .phones(2)
        .with::<BoolType>("optional boolean click_count", vec![Some(true), None])
        .with::<Int32Type>("optional int32 custom_fields.at (TIME_MILLIS)", all([1, 2]));
    let count = "expected a whole number from 0, found a column of type boolean";
    let at = "expected a string, a number, a boolean, a date, a timestamp or JSON, found a column of type time_millis";
    let notes = [
        format!("note[column_not_read]: `click_count` is not read: {count} (c)"),
        format!("note[column_not_read]: `custom_fields.at` is not read: {at} (c)"),
    ];
    for (filter, expected) in [
        ("on_dnc", String::new()),
        ("click_count = 0", format!("invalid_record at c: key `click_count`: {count}")),
        ("custom.at exists or on_dnc", format!("invalid_record at c: key `custom_fields.at`: {at}")),
    ] {
        assert_eq!(noted(&file, filter), (notes.to_vec(), expected), "{filter}");
    }
}

#[test]
fn a_column_of_nulls_has_no_values_of_whatever_type() {
    let file = File::default()
        .phones(2)
        .with::<Int32Type>("optional int32 carrier", vec![None, None])
        .with::<BoolType>("optional boolean click_count", vec![None, None])
        .with::<Int32Type>("optional int32 active (UNKNOWN)", vec![None, None])
        .with::<DoubleType>("optional double list_id", vec![None, None])
        .with::<Int32Type>("optional int32 custom_fields.at (TIME_MILLIS)", vec![None, None]);
    file.reads(&[r#"{"phone_number": "+1"}"#, r#"{"phone_number": "+2"}"#]);
    assert_eq!(noted(&file, "carrier exists or click_count = 0"), (Vec::new(), String::new()));
}

#[test]
fn known_fields_are_read_from_texts_and_flags_from_numbers() {
    File::default()
        .phones(3)
        .texts("optional binary list_id (UTF8)", &["101", " 102 ", ""])
        .texts("optional binary click_count (UTF8)", &["3", "", "0"])
        .texts("optional binary revenue_total (UTF8)", &["0.5", "1e2", ""])
        .texts("optional binary on_dnc (UTF8)", &["TRUE", "no", ""])
        .texts("optional binary last_sent_at (UTF8)", &["2025-11-01 10:30:00 +02", "", "2025-11-01"])
        .with::<Int32Type>("optional int32 active", vec![Some(0), Some(1), None])
        .with::<Int64Type>("optional int64 in_workflow (UINT_64)", all([1, 0, 1]))
        .reads(&[
            r#"{"phone_number": "+1", "list_id": 101, "click_count": 3, "revenue_total": 0.5, "on_dnc": true,
                "last_sent_at": "2025-11-01T08:30:00Z", "active": false, "in_workflow": true}"#,
            r#"{"phone_number": "+2", "list_id": 102, "revenue_total": 100, "on_dnc": false, "in_workflow": false}"#,
            r#"{"phone_number": "+3", "last_sent_at": "2025-11-01", "in_workflow": true}"#,
        ]);
    File::default()
        .phones(2)
        .texts("optional binary click_count (UTF8)", &["many", "1"])
        .with::<Int32Type>("optional int32 on_dnc", all([1, 2]))
        .refuses(&[
            "invalid_record at c: key `click_count`: expected a whole number from 0, found `many` (row 1)",
            "invalid_record at c: key `on_dnc`: expected a boolean, or 0 or 1, found 2 (row 2)",
        ]);
}

/// The contacts of a file that is read by a reader's settings, one by one and in columns.
fn read_by(reader: &RecordReader, name: &str, file: &File) -> Vec<Contact> {
    let bytes = file.bytes();
    let contacts: Vec<Contact> = reader.contacts(Input::new(name, &bytes[..])).collect::<Result<_, _>>().unwrap();
    is_the_same_in_columns(&contacts, &reader.table([Input::new(name, &bytes[..])]).unwrap());
    contacts
}

/// A table has what one that is made of these contacts has.
#[track_caller]
fn is_the_same_in_columns(contacts: &[Contact], table: &Table) {
    let mut expected = TableBuilder::default();
    contacts.iter().for_each(|contact| expected.push(contact));
    let expected = expected.build();
    for Contact { phone_number, .. } in contacts {
        assert_eq!(table.get(phone_number), expected.get(phone_number), "in columns");
    }
}

#[test]
fn names_epochs_and_phone_numbers_are_as_they_are_said_to_be() {
    let file = File::default()
        .texts("optional binary Mobile (UTF8)", &["(415) 555-0101", "+14155550102"])
        .with::<Int64Type>("optional int64 Clicks", all([3, 4]))
        .with::<Int64Type>("optional int64 Sent", all([1_731_400_000_500, 0]))
        .with::<DoubleType>("optional double Clicked", vec![Some(1_731_400_000_500.0), None])
        .texts("optional binary State (UTF8)", &["CA", "NY"]);
    let names = "Mobile=phone,Clicks=click_count,Sent=last_sent_at,Clicked=last_clicked_at,State=custom_fields.state";
    let reader = RecordReader::new().names(names.parse().unwrap()).epoch(EpochUnit::Millis);
    #[cfg(feature = "phones")]
    let reader = reader.phones("US".parse().unwrap());
    let phone = if cfg!(feature = "phones") { "+14155550101" } else { "(415) 555-0101" };
    let expected = [
        format!(
            r#"{{"phone_number": "{phone}", "click_count": 3, "last_sent_at": "2024-11-12T08:26:40.5Z",
                "last_clicked_at": "2024-11-12T08:26:40.5Z", "custom_fields": {{"state": "CA"}}}}"#
        ),
        r#"{"phone_number": "+14155550102", "click_count": 4, "last_sent_at": "1970-01-01",
            "custom_fields": {"state": "NY"}}"#
            .to_owned(),
    ];
    let expected: Vec<Contact> = expected.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
    assert_eq!(read_by(&reader, "c", &file), expected);
}

#[test]
fn names_of_folders_are_columns_of_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("list_id=101/on_dnc=true/custom_fields.state=CA");
    std::fs::create_dir_all(&within).unwrap();
    let read = |file: File| {
        let path = within.join("c.parquet");
        std::fs::write(&path, file.bytes()).unwrap();
        let contacts: Result<Vec<Contact>, Errors> = RecordReader::new().contacts(&path).collect();
        if let Ok(contacts) = &contacts {
            is_the_same_in_columns(contacts, &Table::read([&path]).unwrap());
        }
        contacts.map_err(|errors| errors.to_string())
    };
    let said = r#"{"phone_number": "+1", "on_dnc": true, "list_id": 101, "custom_fields": {"state": "CA"}}"#;
    let expected: Vec<Contact> = vec![serde_json::from_str(said).unwrap()];
    assert_eq!(read(File::default().phones(1)).as_ref(), Ok(&expected));
    let same = File::default()
        .phones(1)
        .with::<Int64Type>("optional int64 list_id", vec![None])
        .with::<BoolType>("optional boolean on_dnc", all([true]))
        .texts("optional binary custom_fields.state (UTF8)", &["CA"]);
    assert_eq!(read(same).as_ref(), Ok(&expected));
    for (file, key, folder) in [
        (File::default().with::<Int64Type>("optional int64 list_id", all([102])), "list_id", "list_id=101"),
        (File::default().with::<BoolType>("optional boolean on_dnc", all([false])), "on_dnc", "on_dnc=true"),
        (
            File::default().texts("optional binary custom_fields.state (UTF8)", &["NY"]),
            "custom_fields",
            "custom_fields.state=CA",
        ),
    ] {
        let told = read(file.phones(1)).unwrap_err();
        let expected = format!("key `{key}`: is not what the folder `{folder}` says of all its records (row 1)");
        assert!(told.ends_with(&expected), "{told}");
    }
}

/// Reads a file that another program wrote, one by one and in columns; tests/data/parquet/make.py has it do so.
fn written_by_others(file: &[u8]) -> (Vec<Contact>, Vec<String>) {
    let contacts: Vec<Contact> = RecordReader::new().contacts(Input::new("c", file)).collect::<Result<_, _>>().unwrap();
    let mut builder = TableBuilder::default();
    let report = RecordReader::new().read_into(Input::new("c", file), &mut builder).unwrap();
    is_the_same_in_columns(&contacts, &builder.build());
    (contacts, report.notes.iter().map(ToString::to_string).collect())
}

#[test]
fn lists_structs_and_maps_in_custom_fields() {
    let time = "found a column of type time";
    for (file, expected, notes) in [
        (
            &include_bytes!("../../../tests/data/parquet/pyarrow.parquet")[..],
            [
                r#"{"phone_number": "+14155550101", "list_id": 101, "on_dnc": true, "click_count": 3,
                    "last_sent_at": "2025-11-01T08:30:00Z", "custom_fields": {
                        "tags": ["vip", "new"], "address": {"city": "Oakland", "zips": [94601, 94602]},
                        "scores": {"a": 1.5, "b": null},
                        "orders": [{"id": 1, "items": ["x", "y"]}, {"id": 2, "items": []}]}}"#,
                r#"{"phone_number": "+14155550102", "list_id": 101, "on_dnc": false,
                    "custom_fields": {"tags": [], "scores": {}}}"#,
                r#"{"phone_number": "+14155550103", "list_id": 102, "click_count": 5, "last_sent_at": "2025-11-02",
                    "custom_fields": {"address": {"city": null, "zips": null}, "orders": [null]}}"#,
            ],
            vec!["note[column_not_read]: `at` is not read: it means nothing here (c)".to_owned()],
        ),
        (
            include_bytes!("../../../tests/data/parquet/duckdb.parquet"),
            [
                r#"{"phone_number": "+14155550101", "list_id": 101,
                    "custom_fields": {"state": "CA", "tags": ["vip", "new"], "home": {"city": "Oakland"}}}"#,
                r#"{"phone_number": "+14155550102", "list_id": 101, "custom_fields": {"tags": []}}"#,
                r#"{"phone_number": "+14155550103", "list_id": 102}"#,
            ],
            vec![format!(
                "note[column_not_read]: `custom_fields.opens_at` is not read: expected a string, a number, a boolean, a \
                 date, a timestamp or JSON, {time} (c)"
            )],
        ),
        (
            include_bytes!("../../../tests/data/parquet/polars.parquet"),
            [
                r#"{"phone_number": "+14155550101", "list_id": 101, "last_sent_at": "2025-11-01T08:30:00Z",
                    "custom_fields": {"tags": ["vip", "new"], "home": {"city": "Oakland"}}}"#,
                r#"{"phone_number": "+14155550102", "list_id": 101, "active": false,
                    "custom_fields": {"tags": [], "home": {"city": null}}}"#,
                r#"{"phone_number": "+14155550103", "list_id": 102}"#,
            ],
            Vec::new(),
        ),
        (
            include_bytes!("../../../tests/data/parquet/map_of_lists.parquet"),
            [
                r#"{"phone_number": "+14155550101", "custom_fields": {"tags": ["vip", "new"]}}"#,
                r#"{"phone_number": "+14155550102", "custom_fields": {"tags": [], "state": ["CA"]}}"#,
                r#"{"phone_number": "+14155550103"}"#,
            ],
            Vec::new(),
        ),
    ] {
        let expected: Vec<Contact> = expected.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
        assert_eq!(written_by_others(file), (expected, notes));
    }
}

#[test]
fn pages_that_cannot_be_unpacked_are_told_by_name() {
    let errors = errors_of(include_bytes!("../../../tests/data/parquet/brotli.parquet"));
    assert_eq!(
        errors.to_string(),
        "unreadable_input at c: the Parquet data is packed with brotli, which is not read; write it with zstd, as DuckDB \
         does by `COPY (FROM 'FILE') TO 'NEW.parquet' (COMPRESSION zstd)`"
    );
}

#[test]
fn a_page_that_claims_too_much_is_damaged() {
    let file = File::default().phones(3).bytes();
    // The first page begins behind the magic: kind, then the size that it unpacks to.
    assert_eq!((file[4], file[6]), (0x15, 0x15));
    let mut claims = file[..7].to_vec();
    claims.extend([0xfe, 0xff, 0xff, 0xff, 0x0f]);
    claims.extend(&file[12..]);
    let errors = errors_of(&claims);
    assert_eq!(errors.first().code(), Code::UnreadableInput);
}
