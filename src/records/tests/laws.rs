use proptest::prelude::*;

use super::super::{Input, OnError, RecordReader};
use super::{in_chunks, is_loaded_as_read, outcome};

/// Bytes that look like records often enough to get deep into the reader.
fn nearly_records() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "{\"phone_number\": \"+1\"}", "{\"phone_number\": \"+2\", \"list_id\": 1}", "{\"contacts\": [", "]}", "\n", "\r\n",
            ",", "[", "]", "{", "}", "\"", "\\", "\\\"", ":", "\"contacts\"", "\"contacts\": [", " ", "null", "1", "\u{feff}",
            "phone_number,list_id", "phone,custom_fields.a", "+1,1", "+2,", "\"+3\"\"\",2", "\u{e9}", "{\"a\": \"x",
            "\n{\n \"phone_number\": \"+4\"\n}\n", ", \"pagination\": {\"page\": 1}}",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn chunks_and_threads_never_change_an_answer(
        input in nearly_records(),
        chunk in 1_usize..40,
        threads in 1_usize..4,
        name in prop::sample::select(vec!["c", "c.csv", "c.json", "c.ndjson"]),
    ) {
        let reader = RecordReader::new().on_error(OnError::Skip);
        let expected = outcome(&reader, name, &input);
        let otherwise = in_chunks(reader, chunk).threads(threads);
        prop_assert_eq!(&outcome(&otherwise, name, &input), &expected);
        is_loaded_as_read(&otherwise, name, &input, &expected);
        let strict = outcome(&otherwise.on_error(OnError::Fail), name, &input);
        prop_assert_eq!(strict.0, expected.0);
        match (strict.1, expected.1) {
            (Err(errors), Ok(report)) => prop_assert_eq!(Some(errors), report.problems),
            (strict, skipping) => prop_assert_eq!(strict, skipping),
        }
    }

    #[test]
    fn records_keep_their_number_in_every_form(records in prop::collection::vec("[ -~\u{e9}\n]{1,12}", 1..20), chunk in 1_usize..200) {
        let reader = in_chunks(RecordReader::new(), chunk);
        // Blanks around the value of a cell are nobody's.
        let records: Vec<&str> = records.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        prop_assume!(!records.is_empty());
        let json: Vec<String> = records.iter().map(|text| serde_json::json!({"x": {"\"contacts\"": [text]}, "phone_number": text}).to_string()).collect();
        let pretty = |source: String| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&source).unwrap()).unwrap();
        let array = format!("[{}]", json.join(","));
        let page = format!("{{\"a\": {}, \"contacts\": {array}, \"b\": [{}]}}", json[0], json[0]);
        let cells: Vec<String> = records.iter().map(|text| format!("\"{}\",x\r\n", text.replace('"', "\"\""))).collect();
        for source in [
            json.join("\n"), pretty(array.clone()), pretty(page.clone()), array, page,
            json.iter().map(|record| pretty(record.clone())).collect::<Vec<_>>().join("\n"),
            format!("phone,carrier\n{}", cells.concat()),
        ] {
            let (contacts, report) = outcome(&reader, "c", source.as_bytes());
            prop_assert_eq!(super::phone_numbers(&contacts), records.clone(), "{}", source);
            prop_assert_eq!(report.unwrap().records, records.len() as u64);
        }
    }
}

#[cfg(feature = "table")]
#[test]
fn a_table_is_the_same_however_its_records_are_read() {
    use crate::population;
    use crate::table::{Table, TableBuilder};
    use headcount_generate::{Population, PopulationFormat};

    let mut bytes = Vec::new();
    Population::new(800, 42).write(PopulationFormat::Ndjson, &mut bytes, &mut |_| {}).unwrap();
    // Some of it once more, in other words: what is known is replaced.
    let more = String::from_utf8(bytes.clone()).unwrap().replace("\"state\":\"", "\"odd\":\"").replace("\"+1", "\"+1 ");
    let input = [&*bytes, &more.as_bytes()[more.find('\n').unwrap() + 1..], &bytes[..bytes.len() / 2]].concat();

    let mut known = population::Population::default();
    let mut pushed = TableBuilder::default();
    for contact in outcome(&RecordReader::new().on_error(OnError::Skip), "c.ndjson", &input).0 {
        pushed.push(&contact);
        known.insert(contact);
    }
    let pushed = pushed.build();
    for (chunk, threads) in [(None, 1), (None, 2), (Some(3_000), 1), (Some(70_000), 3)] {
        for (same, mixed) in [(2_048, 512), (1, 1), (20, 20), (usize::MAX, usize::MAX)] {
            let reader = in_chunks(RecordReader::new().on_error(OnError::Skip).threads(threads), chunk);
            let mut builder = TableBuilder::default().in_columns_from(same, mixed);
            reader.read_into(Input::new("c.ndjson", &*input), &mut builder).unwrap();
            let table: Table = builder.build();
            assert_eq!((table.len(), table.memberships()), (pushed.len(), pushed.memberships()));
            assert_eq!((table.replaced(), pushed.replaced()), (known.replaced(), known.replaced()));
            for contact in known.contacts() {
                let by_list = |table: &Table| {
                    let mut found = table.get(&contact.phone_number).unwrap();
                    found.memberships.sort_by_key(|membership| membership.list_id);
                    found
                };
                assert_eq!(by_list(&table), by_list(&pushed));
                let lists: Vec<_> = by_list(&table).memberships.into_iter().map(|of| of.custom_fields).collect();
                let mut expected = contact.memberships.clone();
                expected.sort_by_key(|membership| membership.list_id);
                assert_eq!(lists, expected.into_iter().map(|of| of.custom_fields).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn a_generated_population_is_the_same_in_every_format() {
    use crate::contact::Contact;
    use crate::value::Value;
    use headcount_generate::{Population, PopulationFormat};

    let read = |format, threads| {
        let mut bytes = Vec::new();
        Population::new(5_000, 42).write(format, &mut bytes, &mut |_| {}).unwrap();
        let reader = in_chunks(RecordReader::new().threads(threads), 100_000);
        let (contacts, report) = outcome(&reader, "population", &bytes);
        assert_eq!(report.unwrap().records, 5_000);
        contacts
    };
    let lines = read(PopulationFormat::Ndjson, 1);
    for threads in 1..4 {
        assert_eq!(read(PopulationFormat::Ndjson, threads), lines);
        assert_eq!(read(PopulationFormat::Pages, threads), lines);
    }
    // Cells of custom fields are texts.
    let as_texts = |mut contact: Contact| {
        for value in contact.memberships.iter_mut().flat_map(|membership| membership.custom_fields.values_mut()) {
            if let Value::Number(number) = value {
                *value = Value::Text(number.to_string());
            }
        }
        contact
    };
    let shape = |contacts: Vec<Contact>| {
        contacts
            .into_iter()
            .map(as_texts)
            .map(|mut contact| {
                // `12.50` as a cell stays as it is written.
                contact.memberships[0].custom_fields.remove("ltv");
                contact
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(read(PopulationFormat::Csv, 2)), shape(lines));
}
