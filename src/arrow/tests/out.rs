//! Record batches that leave.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Schema};

use super::super::{breakdown, breakdown_nodes, members, phone_numbers, sizes, timeline};
use super::input;
use crate::audience::Audience;
use crate::contact::contact_with_every_field;
use crate::records::{Input, RecordReader};
use crate::semantics::EvalContext;
use crate::table::{ColumnId, Table, TableBuilder};

const RECORDS: &str = r#"
{"phone_number": "+1", "carrier": "C", "on_dnc": false, "list_id": 7, "click_count": 3, "revenue_total": 0.5, "last_sent_at": "2025-11-01T08:30:00Z", "custom_fields": {"state": "CA", "n": 1, "mixed": "x"}}
{"phone_number": "+1", "list_id": 8, "click_count": 1, "custom_fields": {"mixed": [1]}}
{"phone_number": "+2", "list_id": 7, "click_count": 9, "custom_fields": {"mixed": true}}
{"phone_number": "+3", "lists": []}
"#;

fn table() -> [Table; 2] {
    let read = |builder: TableBuilder| {
        let mut builder = builder;
        RecordReader::new().read_into(Input::new("c.ndjson", RECORDS.as_bytes()), &mut builder).unwrap();
        builder.build()
    };
    [read(TableBuilder::default()), read(TableBuilder::default().in_columns_from(1, 1))]
}

fn cx() -> EvalContext {
    EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap())
}

fn audience(filter: &str) -> Audience {
    Audience::of(filter.parse().unwrap())
}

/// The names of the columns and their types.
fn types(schema: &Schema) -> Vec<(String, DataType)> {
    schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
}

/// The rows of a batch, as text.
fn rows(batch: &RecordBatch) -> Vec<String> {
    let cell = |column: &dyn Array, row: usize| match column.data_type() {
        _ if column.is_null(row) => "-".to_owned(),
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<arrow_array::types::Float64Type>().value(row).to_string(),
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            crate::time::from_micros(micros).to_rfc3339()
        }
        other => panic!("a column of type {other}"),
    };
    let row = |row| batch.columns().iter().map(|column| cell(column, row)).collect::<Vec<_>>().join(" ");
    (0..batch.num_rows()).map(row).collect()
}

#[test]
fn members_have_the_columns_that_are_asked_for() {
    for table in table() {
        let anybody = audience("click_count >= 1");
        let of = table.members(&anybody, &cx());
        let ask = |columns: &[&str]| {
            let mut batches = members(&of, columns, &anybody, &cx()).unwrap();
            let schema = batches.schema();
            let batch = batches.next().unwrap().unwrap();
            assert_eq!((batch.schema(), batches.next().is_none()), (schema, true));
            (types(&batch.schema()), rows(&batch))
        };
        let utc = DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, Some("UTC".into()));
        for (columns, of_types, expected) in [
            (
                &["phone_number", "carrier", "on_dnc"][..],
                vec![DataType::Utf8, DataType::Utf8, DataType::Boolean],
                vec!["+1 C false", "+2 - false"],
            ),
            (
                &["phone_number", "list_id", "click_count", "active"],
                vec![DataType::Utf8, DataType::Int64, DataType::Int64, DataType::Boolean],
                vec!["+1 7 3 true", "+1 8 1 true", "+2 7 9 true"],
            ),
            (
                &["revenue_total", "last_sent_at"],
                vec![DataType::Float64, utc.clone()],
                vec!["0.5 2025-11-01T08:30:00+00:00", "0 -", "0 -"],
            ),
            (
                &["custom_fields.state", "custom_fields.n", "custom_fields.mixed", "custom_fields.nobody"],
                vec![DataType::Utf8, DataType::Int64, DataType::Utf8, DataType::Utf8],
                vec!["CA 1 \"x\" -", "- - [1] -", "- - true -"],
            ),
        ] {
            let (found, found_rows) = ask(columns);
            assert_eq!(found, columns.iter().map(ToString::to_string).zip(of_types).collect::<Vec<_>>());
            assert_eq!(found_rows, expected, "{columns:?}");
        }
        let rows_that_match = members(&of, ["list_id"], &audience("click_count >= 3"), &cx()).unwrap();
        assert_eq!(rows_that_match.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
    }
}

#[test]
fn what_leaves_comes_in_again() {
    for table in table() {
        let everybody = audience("click_count >= 0");
        let columns = ["phone_number", "carrier", "list_id", "click_count", "custom_fields.n", "custom_fields.mixed"];
        let batches = members(&table.members(&everybody, &cx()), columns, &everybody, &cx()).unwrap();
        let again = Table::read([Input::batches("c", batches)]).unwrap();
        for phone_number in ["+1", "+2"] {
            let of = |table: &Table| {
                let contact = table.get(phone_number).unwrap();
                let custom = contact.memberships.into_iter().map(|mut membership| {
                    membership.custom_fields.remove("state");
                    (membership.list_id, membership.click_count, membership.custom_fields)
                });
                (contact.carrier, custom.collect::<Vec<_>>())
            };
            assert_eq!(of(&again), of(&table));
        }
    }
}

/// Every field is among the columns: one that is new fails here until it is.
#[test]
fn every_field_leaves_and_comes_in_again() {
    let contact = contact_with_every_field();
    let table: Table = [&contact].into_iter().collect();
    let (everybody, cx) = (audience("click_count >= 0"), cx());
    let columns: Vec<String> = ColumnId::with_names().map(|id| id.name().to_owned()).collect();
    let columns = columns.iter().map(String::as_str).chain(["phone_number"]);
    let batches = members(&table.members(&everybody, &cx), columns, &everybody, &cx).unwrap();
    let again = Table::read([Input::batches("c", batches)]).unwrap();
    assert_eq!(again.get(&contact.phone_number), table.get(&contact.phone_number));
}

#[test]
fn phone_numbers_leave_in_batches() {
    let phones = 20_000;
    let table = Table::read([input(&[super::batch(vec![super::phones(phones)])])]).unwrap();
    let batches = phone_numbers(&table.members(&audience("not on_dnc"), &cx()));
    let batches: Vec<RecordBatch> = batches.collect::<Result<_, _>>().unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [8_192, 8_192, 3_616]);
    assert_eq!(rows(&batches[2]).last().map(String::as_str), Some("+20000"));
}

#[test]
fn columns_that_there_are_not() {
    let table = Table::default();
    let nobody = audience("on_dnc");
    let of = table.members(&nobody, &cx());
    for (column, expected) in [
        ("click_cuont", "unknown_field: unknown field `click_cuont`, did you mean `click_count`?"),
        ("custom_fields", "unknown_field: unknown field `custom_fields`"),
        ("custom_fields.", "unknown_field: unknown field `custom_fields.`"),
        ("lists", "unknown_field: unknown field `lists`"),
        ("is_membership", "unknown_field: unknown field `is_membership`"),
    ] {
        let errors = members(&of, [column], &nobody, &cx()).unwrap_err().to_string();
        assert!(errors.starts_with(expected), "{errors}");
    }
    let errors = members(&of, ["carrier", "carrier"], &nobody, &cx()).unwrap_err();
    assert_eq!(errors.to_string(), "duplicate_key: key `carrier` stands here twice");
}

#[test]
fn sizes_leave_with_their_circumstances() {
    let [table, _] = table();
    let audiences = [Audience { cached_size: Some(5), ..audience("click_count >= 3") }, audience("on_dnc")];
    let batch = sizes(&table.sizes(&audiences, &cx()));
    let fingerprints = audiences.each_ref().map(|audience| audience.filter.fingerprint());
    let circumstances = "2025-11-15T08:30:00+00:00 matches sensitive active_only contacts";
    assert_eq!(
        rows(&batch),
        [format!("2 -3 {} {circumstances}", fingerprints[0]), format!("0 - {} {circumstances}", fingerprints[1])]
    );
    let names: Vec<String> = types(&batch.schema()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["value", "difference", "fingerprint", "now", "missing_negation", "text_case", "subscription", "unit"]
    );
    assert_eq!(sizes(&[]).num_rows(), 0);
}

#[test]
fn breakdowns_leave_with_every_part() {
    let [table, _] = table();
    let of = table.breakdown(&audience("click_count >= 3 and (on_dnc or last_sent_at within 30 days)"), &cx());
    let whole = breakdown(&of);
    let told = serde_json::to_value(&of).unwrap();
    for name in [
        "everybody",
        "not_on_lists",
        "inactive",
        "in_scope",
        "without_value",
        "failing",
        "let_in_without_value",
        "on_dnc",
    ] {
        let column = whole.column_by_name(name).unwrap().as_primitive::<UInt64Type>();
        assert_eq!(Some(column.value(0)), told[name].as_u64(), "{name}");
    }
    assert_eq!(whole.column_by_name("value").unwrap().as_primitive::<UInt64Type>().value(0), of.size.value);
    let BreakdownRows(expected) = BreakdownRows::of(&told["filter"]);
    assert_eq!(rows(&breakdown_nodes(&of)), expected);
}

/// The parts of a filter, as their JSON has them.
struct BreakdownRows(Vec<String>);

impl BreakdownRows {
    fn of(filter: &serde_json::Value) -> Self {
        let mut rows = Vec::new();
        Self::part(filter, 0, &mut rows);
        Self(rows)
    }

    fn part(part: &serde_json::Value, depth: usize, rows: &mut Vec<String>) {
        let text = |key: &str| part[key].as_str().unwrap_or("-").to_owned();
        let numbers = ["alone", "so_far", "without", "more_without"].map(|key| part[key].to_string()).join(" ");
        rows.push(format!("{depth} {} {} {} {numbers}", text("group"), text("condition"), text("instants")));
        for member in part["members"].as_array().into_iter().flatten() {
            Self::part(member, depth + 1, rows);
        }
    }
}

#[test]
fn timelines_leave_with_every_change() {
    let [table, _] = table();
    let of = table.timeline(&audience("last_sent_at within 30 days"), &cx(), "2025-12-31T00:00:00Z".parse().unwrap());
    assert_eq!(rows(&timeline(&of)), ["2025-11-15T08:30:00+00:00 1", "2025-12-01T08:30:00.000001+00:00 0"]);
}
