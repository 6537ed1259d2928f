//! What the metadata of files says: what they promise, and which of their columns are JSON.

use parquet::data_type::Int64Type;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterPropertiesBuilder;

use super::{File, all};
use crate::audience::Audience;
use crate::error::Errors;
use crate::parquet::metadata::WRITER;
use crate::records::{Input, RecordReader, write_parquet};
use crate::semantics::EvalContext;
use crate::table::TableBuilder;

/// The size of an audience of whoever clicked, and the totals of the file, where what nobody asks may be left out.
fn size_and_totals(file: &[u8]) -> Result<(u64, Option<u64>), Errors> {
    let (audience, cx) =
        (Audience::of("click_count >= 1".parse().unwrap()), EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()));
    let mut builder = TableBuilder::default();
    let report = RecordReader::new().for_plans([audience.plan(&cx)]).read_into(Input::new("c", file), &mut builder)?;
    Ok((builder.build().size(&audience, &cx).value, report.totals.map(|totals| totals.contacts)))
}

#[test]
fn what_a_file_promised_is_forgotten_once_somebody_else_has_written_it() {
    // As pyarrow writes a part of a file that was imported: with its metadata.
    fn claims(settings: WriterPropertiesBuilder, sample: &str) -> WriterPropertiesBuilder {
        let promise = format!(
            r#"{{"version": "0.1.0", "contacts": 9, "memberships": 9, "unique_memberships": true, "contacts_in_one_row_group": true{sample}}}"#
        );
        settings.set_key_value_metadata(Some(vec![KeyValue { key: "headcount".to_owned(), value: Some(promise) }]))
    }
    let clicks = || File::default().phones(2).with::<Int64Type>("optional int64 click_count", all([3, 0]));
    let promised = clicks().set(|settings| claims(settings, "").set_created_by(WRITER.to_owned()));
    assert_eq!(size_and_totals(&promised.bytes()).unwrap(), (1, Some(9)));
    let rewritten = clicks().set(|settings| claims(settings, ""));
    assert_eq!(size_and_totals(&rewritten.bytes()).unwrap(), (1, None));
    let of_a_sample =
        clicks().set(|settings| claims(settings, r#", "sample": {"seed": 42, "last_place": 7, "population": 9}"#));
    let told = size_and_totals(&of_a_sample.bytes()).unwrap_err().to_string();
    assert!(told.contains("somebody else has written it since"), "{told}");
}

#[test]
fn metadata_that_does_not_say_which_columns_are_json_is_told() {
    let file = |said: &'static str| {
        let texts = File::default().phones(1).texts("required binary custom_fields.a (UTF8)", &["[1]"]);
        texts.set(move |settings| {
            let said = KeyValue { key: "headcount.json_columns".to_owned(), value: Some(said.to_owned()) };
            settings.set_key_value_metadata(Some(vec![said]))
        })
    };
    for said in ["custom_fields.a", r#"{"custom_fields.a": true}"#, "[1]"] {
        file(said).refuses(&[&format!(
            "invalid_record at c: the metadata `headcount.json_columns` says which columns are JSON: expected an array of \
             their names, found `{said}`"
        )]);
    }
    file(r#"["custom_fields.a"]"#).reads(&[r#"{"phone_number": "+1", "custom_fields": {"a": [1]}}"#]);
    file("[]").reads(&[r#"{"phone_number": "+1", "custom_fields": {"a": "[1]"}}"#]);
}

#[test]
fn row_groups_are_left_out_only_where_every_phone_number_is_in_e164() {
    for (other, expected) in [("+14155550102", 0), ("4155550101", 2)] {
        let csv = format!("phone_number,click_count\n+14155550101,0\n{other},0\n");
        let table = RecordReader::new().table([Input::new("a.csv", csv.as_bytes())]).unwrap();
        let mut file = Vec::new();
        write_parquet(&table, &mut file, &mut |_| {}).unwrap();
        let (audience, cx) = (
            Audience::of("click_count >= 1".parse().unwrap()),
            EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()),
        );
        let mut builder = TableBuilder::default();
        let reader = RecordReader::new().for_plans([audience.plan(&cx)]);
        let report = reader.read_into(Input::new("c", &file[..]), &mut builder).unwrap();
        assert_eq!(report.records, expected, "{other}");
    }
}
