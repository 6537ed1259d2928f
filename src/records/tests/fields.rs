//! Every field is in every form, and in every engine: one that is new fails here until it is.

use super::super::{Input, RecordReader};
use super::{is_loaded_as_read, outcome};
use crate::audience::Audience;
use crate::catalogue::{FIELDS, Field};
use crate::contact::{Contact, contact_with_every_field};
use crate::semantics::EvalContext;

/// The record of a contact's one membership, with the contact's fields beside it, and the names in their order.
fn flat(contact: &Contact) -> serde_json::Map<String, serde_json::Value> {
    let mut record = serde_json::to_value(contact).unwrap();
    let mut lists = record["lists"].take();
    let mut flat = std::mem::take(record.as_object_mut().unwrap());
    flat.remove("lists");
    flat.append(lists[0].as_object_mut().unwrap());
    flat.remove("custom_fields");
    flat
}

/// The contact in each form: a name that tells it, and the file.
fn forms(contact: &Contact) -> Vec<(&'static str, Vec<u8>)> {
    let flat = flat(contact);
    let line = serde_json::to_string(&flat).unwrap();
    let nested = serde_json::to_string_pretty(&serde_json::json!({"contacts": [contact]})).unwrap();
    let names: Vec<&str> = flat.keys().map(String::as_str).collect();
    let cells: Vec<String> = flat.values().map(|value| value.to_string().replace('"', "")).collect();
    vec![
        ("c.ndjson", format!("{line}\n").into_bytes()),
        ("c.json", nested.into_bytes()),
        ("c.csv", format!("{}\n{}\n", names.join(","), cells.join(",")).into_bytes()),
        #[cfg(feature = "parquet")]
        ("c.parquet", {
            let (table, mut file) = (std::iter::once(contact).collect(), Vec::new());
            crate::records::write_parquet(&table, &mut file, &mut |_| {}).unwrap();
            file
        }),
    ]
}

#[test]
fn every_field_is_read_in_every_form() {
    let contact = contact_with_every_field();
    for (name, file) in forms(&contact) {
        let expected = outcome(&RecordReader::new(), name, &file);
        assert_eq!(expected.0, std::slice::from_ref(&contact), "{name}");
        if name != "c.parquet" {
            is_loaded_as_read(&RecordReader::new(), name, &file, &expected);
        }
    }
}

#[cfg(feature = "table")]
#[test]
fn every_field_of_a_record_is_plain() {
    use super::super::fast_json::FastJson;
    use crate::table::shard::Shards;

    let contact = contact_with_every_field();
    for record in [serde_json::to_string(&contact).unwrap(), serde_json::to_string(&flat(&contact)).unwrap()] {
        let mut shards = Shards::default();
        assert_eq!(
            FastJson::new(false, &super::super::ReadOptions::default()).read(&record, 0, &mut shards),
            Some(record.len()),
            "{record}"
        );
        assert_eq!(super::in_columns(shards), std::slice::from_ref(&contact));
    }
}

#[cfg(feature = "table")]
#[test]
fn every_field_is_asked_for_and_counted() {
    use crate::table::TableBuilder;

    let contact = contact_with_every_field();
    let values = flat(&contact);
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    for (form, file) in forms(&contact) {
        let mut builder = TableBuilder::default().in_columns_from(1, 1);
        RecordReader::new().read_into(Input::new(form, &file[..]), &mut builder).unwrap();
        let table = builder.build();
        for row in FIELDS {
            let value = values[row.name].to_string().replace('"', "'");
            let filter = match row.field {
                Field::Time(_) => format!("{} after 1970-01-01 and {0} before 1971-01-01", row.name),
                _ => format!("{} = {value}", row.name),
            };
            let audience = Audience::of(filter.parse().unwrap());
            assert!(audience.contains(&contact, &cx), "{filter}");
            assert!(audience.matcher(&cx).matches(&contact), "{filter}");
            assert_eq!(table.size(&audience, &cx).value, 1, "{filter} of {form}");
        }
    }
}
