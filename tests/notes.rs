//! What is to be heard of records and of what audiences ask of them.

use headcount::records::Input;
#[cfg(feature = "parquet")]
use headcount::records::write_parquet;
use headcount::{Audience, Contact, Notes, RecordReader, Table, TableBuilder, error::NotesBuilder};

fn audience(filter: &str) -> Audience {
    Audience::of(filter.parse().unwrap())
}

/// The notes of an input, of which every way to read it tells the same.
#[track_caller]
fn notes_of(name: &str, input: &[u8], audience: &Audience) -> Notes {
    let reader = RecordReader::new().for_audiences([audience]);
    let mut table = TableBuilder::default();
    reader.read_into(Input::new(name, input), &mut table).unwrap();
    let mut one_by_one = NotesBuilder::new([audience]);
    let mut contacts = reader.contacts(Input::new(name, input));
    contacts.by_ref().for_each(|contact| one_by_one.push(&contact.unwrap()));
    one_by_one.report(contacts.report());
    let notes = table.build().notes([audience]);
    assert_eq!(notes, one_by_one.build(), "in columns and one by one");
    notes
}

#[track_caller]
fn tells(input: &str, filter: &str, expected: &[&str]) {
    let name = if input.starts_with('{') { "a.ndjson" } else { "a.csv" };
    let notes = notes_of(name, input.as_bytes(), &audience(filter));
    assert_eq!(notes.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{filter}");
}

#[test]
fn phone_numbers_in_other_forms() {
    let csv = |numbers: &[&str]| format!("phone_number\n{}\n", numbers.join("\n"));
    tells(&csv(&["+14155550101", "+14155550102"]), "phone_number exists", &[]);
    tells(
        &csv(&["+14155550101", "+1 (415) 555-0101", "14155550101", "4155550101"]),
        "phone_number exists",
        &["note[phone_form]: 3 of 4 phone numbers are not in the form E.164 (`+`, then 7 to 15 digits), \
             the first `+1 (415) 555-0101`; 3 have the same digits as another (a.csv:3)"],
    );
    // One contact however often it stands there.
    tells(
        &csv(&["Total", "+14155550101", "Total"]),
        "phone_number exists",
        &[
            "note[phone_form]: 1 of 2 phone numbers is not in the form E.164 (`+`, then 7 to 15 digits), \
             the first `Total` (a.csv:2)",
            // Nobody says on which list either record is.
            "note[replaced]: 1 membership was replaced by a later record of the same contact and list",
        ],
    );
}

#[test]
fn lists_that_no_record_has() {
    let csv = "phone_number,list_id,click_count\n+14155550101,101,1\n+14155550102,102,2\n";
    tells(csv, "list in [101] and click_count@102 > 1", &[]);
    tells(csv, "list in [110]", &["note[unknown_list]: no record has the list 110, did you mean `101`?"]);
    tells(csv, "click_count@7 > 1", &["note[unknown_list]: no record has the list 7"]);
    let scoped = Audience { source_lists: vec![102, 1002], ..audience("click_count > 1") };
    assert_eq!(
        notes_of("a.csv", csv.as_bytes(), &scoped).to_string(),
        "note[unknown_list]: no record has the list 1002, did you mean `102`?"
    );
    let many = Audience { source_lists: (1_000..3_000).collect(), ..audience("click_count > 1") };
    let told = notes_of("a.csv", csv.as_bytes(), &many);
    assert_eq!(told.iter().count(), 101);
    assert_eq!(told.iter().last().unwrap().to_string(), "note[unknown_list]: no record has 1900 more lists");
}

#[test]
fn values_that_cannot_be_compared() {
    let csv = "phone_number,custom_fields.last_purchase\n+14155550101,11/12/2025\n+14155550102,2025-11-12\n";
    let told = "note[unfit_value]: 1 of 2 values of `custom_fields.last_purchase` is no time, the first `11/12/2025` (a.csv:2)";
    for filter in ["within 30 days", "not within 30 days", "before 2025-11-01", "after 3 days ago"] {
        tells(csv, &format!("custom.last_purchase {filter}"), &[told]);
    }
    for filter in ["exists", "= '11/12/2025'", "contains '2025'", "> '2'"] {
        tells(csv, &format!("custom.last_purchase {filter}"), &[]);
    }
    let lines = r#"{"phone_number": "+14155550101", "lists": [{"list_id": 1, "custom_fields": {"n": 3}}, {"list_id": 2, "custom_fields": {"n": "-4"}}]}
{"phone_number": "+14155550102", "lists": [{"list_id": 1, "custom_fields": {"n": ["x", 3]}}, {"list_id": 2, "active": false, "custom_fields": {"n": "x"}}]}
{"phone_number": "+14155550103", "custom_fields": {"n": true}}
"#;
    let told = "note[unfit_value]: 2 of 5 values of `custom_fields.n` are no number, the first `x` (a.ndjson:2:1)";
    for filter in ["= 3", "!= 3", "in [3, 4]", "> 3", "<= 3"] {
        tells(lines, &format!("custom.n {filter}"), &[told]);
    }
    // Among values of which one is a text, every text can be compared.
    tells(lines, "custom.n in [3, 'x']", &[]);
    let told = "note[unfit_value]: 1 of 5 values of `custom_fields.n` is no number and no boolean, the first `x` (a.ndjson:2:1)";
    tells(lines, "custom.n in [3, true]", &[told]);
    // Whoever writes a column of JSON as texts leaves the quotes on.
    let csv = "phone_number,custom_fields.state\n+14155550101,TX\n+14155550102,\"\"\"CA\"\"\"\n";
    let told = "note[unfit_value]: 1 of 2 values of `custom_fields.state` is no text without quotes around it, the first `\"CA\"` (a.csv:3)";
    for filter in ["= 'CA'", "!= 'CA'", "in ['CA', 3]", "starts_with 'C'", "not ends_with 'A'", ">= 'A'"] {
        tells(csv, &format!("custom.state {filter}"), &[told]);
    }
    for filter in ["exists", "contains 'CA'", "= '\"CA\"'", "starts_with '\"'"] {
        tells(csv, &format!("custom.state {filter}"), &[]);
    }
}

#[test]
fn what_no_record_gives() {
    let csv = "phone_number,State,clicks,custom_fields.first_name\n+14155550101,CA,3,Ada\n";
    let column = |name: &str, meant: &str| {
        format!("note[column_not_read]: `{name}` is not read: it means nothing here{meant} (a.csv:1)")
    };
    let clicks = column("clicks", ", did you mean `click_count`?");
    tells(
        csv,
        "custom.state = 'CA' and click_count > 1",
        &[
            &column("State", ", did you mean `custom_fields.state`?"),
            &clicks,
            "note[field_absent]: no record gives `click_count`, which is taken as 0, did you mean `clicks`?",
            "note[field_absent]: no record gives `custom_fields.state`, so nobody has a value, did you mean `State`?",
        ],
    );
    tells(
        csv,
        "custom.firstName exists",
        &[
            &column("State", ""),
            &clicks,
            "note[field_absent]: no record gives `custom_fields.firstName`, so nobody has a value, \
             did you mean `custom_fields.first_name`?",
        ],
    );
    let many: Vec<String> = (0..150).map(|key| format!("custom.k{key:03}x{key:03} exists")).collect();
    let told = notes_of("b.csv", b"phone_number\n+14155550101\n", &audience(&many.join(" or ")));
    assert_eq!(told.iter().count(), 101);
    assert_eq!(told.iter().last().unwrap().to_string(), "note[field_absent]: no record gives 50 more custom fields");
}

#[test]
fn memberships_that_are_replaced() {
    tells(
        "phone_number,list_id\n+14155550101,1\n+14155550101,2\n+14155550101,1\n+14155550101,1\n",
        "phone_number exists",
        &["note[replaced]: 2 memberships were replaced by later records of the same contact and list"],
    );
}

#[test]
fn opt_outs_without_a_list() {
    let told = |count: u64, first: &str, place: &str| {
        let are = if count == 1 { "contact is" } else { "contacts are" };
        format!(
            "note[unlisted_opt_out]: {count} {are} active on a list though a record without one says `active: false`, which \
             ends no membership on a list as `on_dnc` would, the first `{first}`{place}"
        )
    };
    let on_lists = "phone,list_id,active\n+14155550101,1,\n+14155550102,1,true\n+14155550102,2,\n+14155550103,2,no\n";
    for (opt_outs, expected) in [
        ("+14155550101,,false\n", vec![told(1, "+14155550101", " (a.csv:6)")]),
        // Whose record stands first, and not who does.
        ("+14155550102,,no\n+14155550101,,no\n", vec![told(2, "+14155550102", " (a.csv:6)")]),
        // Whose record stands first is on no list, or active on none.
        ("+14155550109,,no\n+14155550101,,no\n", vec![told(1, "+14155550101", "")]),
        ("+14155550103,,no\n+14155550109,,no\n", vec![]),
        // Of one list, or none that says so.
        ("+14155550101,2,no\n+14155550102,,yes\n", vec![]),
    ] {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        tells(&format!("{on_lists}{opt_outs}"), "phone_number exists", &expected);
    }
    // The later record counts, on the list and on none.
    let replaced = |number: u64| {
        format!("note[replaced]: {number} membership was replaced by a later record of the same contact and list")
    };
    tells(&format!("{on_lists}+14155550101,,no\n+14155550101,1,no\n"), "phone_number exists", &[&replaced(1)]);
    tells(&format!("{on_lists}+14155550101,,no\n+14155550101,,yes\n"), "phone_number exists", &[&replaced(1)]);
    // Wherever the contact stands, and whether it is there any more.
    let record = |number: u32, list: Option<u32>, active: bool| {
        let json =
            serde_json::json!({"phone_number": format!("+1415555{number:04}"), "list_id": list, "active": active});
        serde_json::from_value::<Contact>(json).unwrap()
    };
    for (same, mixed) in [(1, 1), (usize::MAX, 1), (usize::MAX, usize::MAX)] {
        let mut builder = TableBuilder::default().in_columns_from(same, mixed);
        for number in 0..200 {
            builder.push(&record(number, Some(1 + number % 3), number % 2 == 0));
            if number % 5 > 0 {
                builder.push(&record(number, None, number % 5 > 2));
            }
        }
        let mut table = builder.build();
        let count = |table: &Table| {
            let notes = table.notes([]);
            let note = notes.iter().find(|note| note.code.as_str() == "unlisted_opt_out")?;
            Some((note.count?, note.message.rsplit_once(' ')?.1.to_owned()))
        };
        assert_eq!(count(&table), Some((40, "`+14155550002`".to_owned())));
        table.remove("+14155550002");
        table.merge(record(12, Some(1), false));
        table.merge(record(22, None, true));
        table.merge(record(1, Some(9), true));
        assert_eq!(count(&table), Some((38, "`+14155550001`".to_owned())));
        table.compact();
        assert_eq!(count(&table), Some((38, "`+14155550001`".to_owned())));
    }
}

#[test]
fn records_without_a_list_of_contacts_who_opted_out() {
    let told = "note[unlisted_opt_in]: 1 contact is active on none of their lists, and in audiences of all lists by a record \
                without one, the first `+14155550102`";
    let on_lists = "phone,list_id,active,carrier\n+14155550101,1,no,\n+14155550101,2,yes,\n+14155550102,1,no,\n+14155550102,2,no,\n";
    for (others, expected) in [
        ("+14155550101,,,T\n+14155550102,,,T\n+14155550103,,,T\n", vec![told]),
        ("+14155550102,,true,\n", vec![told]),
        ("+14155550102,,no,T\n", vec![]),
        ("+14155550101,,,T\n+14155550103,,,T\n", vec![]),
    ] {
        tells(&format!("{on_lists}{others}"), "phone_number exists", &expected);
    }
}

#[test]
fn contacts_that_are_taken_off_the_do_not_call_list() {
    let record = |number: u32, list: u32, on_dnc: Option<bool>| {
        let flag = on_dnc.map(|flag| format!(", \"on_dnc\": {flag}")).unwrap_or_default();
        format!("{{\"phone_number\": \"+1415555010{number}\", \"list_id\": {list}{flag}}}\n")
    };
    let told = |count: u64| {
        let take =
            if count == 1 { "1 record takes a contact".to_owned() } else { format!("{count} records take a contact") };
        format!("note[dnc_lifted]: {take} off the do-not-call list that an earlier one had put on it: the later counts")
    };
    let (yes, no, silent) = (Some(true), Some(false), None);
    for (of_one, lifted) in [
        (vec![yes, no], 1),
        (vec![yes, silent, no, no], 1),
        (vec![yes, no, yes, no], 2),
        (vec![yes, no, yes], 1),
        (vec![no, yes], 0),
        (vec![yes, silent], 0),
        (vec![no], 0),
    ] {
        let records = |number: u32| (1..).zip(&of_one).map(move |(list, flag)| record(number, list, *flag));
        let lines: String = records(1).chain(records(2)).collect();
        let expected: Vec<String> = (lifted > 0).then(|| told(2 * lifted)).into_iter().collect();
        tells(&lines, "phone_number exists", &expected.iter().map(String::as_str).collect::<Vec<_>>());
        let contacts = || lines.lines().map(|line| serde_json::from_str::<Contact>(line).unwrap());
        let asked = audience("phone_number exists");
        let of_population = contacts().collect::<headcount::Population>().notes([&asked]);
        let mut merged = Table::default();
        contacts().for_each(|contact| _ = merged.merge(contact));
        assert_eq!(of_population, merged.notes([&asked]), "record by record");
        assert_eq!(of_population.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{of_one:?}");
    }
}

#[test]
fn custom_fields_that_are_spelled_alike() {
    let lines = r#"{"phone_number": "+14155550101", "custom_fields": {"state": "CA", "first_name": "Ada"}}
{"phone_number": "+14155550102", "custom_fields": {"State": "CA", "first_nam": "Bo", "-": 1, "_": 2}}
"#;
    let told = "note[similar_key]: `custom_fields.State` is another custom field than `custom_fields.state`: who has only that one \
                has no value of this, did you mean `custom_fields.State`?";
    tells(lines, "custom.state = 'CA'", &[told]);
    tells(lines, "custom.state = 'CA' or custom.State = 'CA'", &[]);
    tells(lines, "custom.first_name exists and custom._ exists", &[]);
    // Where it is not there at all, another note says so.
    let absent = "note[field_absent]: no record gives `custom_fields.STATE`, so nobody has a value, did you mean `custom_fields.State`?";
    tells(lines, "custom.STATE exists", &[absent]);
}

#[test]
fn a_table_that_changes_tells_of_what_it_has() {
    let record = |json: &str| serde_json::from_str::<Contact>(json).unwrap();
    let mut table = Table::default();
    let asked = audience("custom.seen within 3 days and list in [1]");
    assert!(table.notes([&asked]).is_empty(), "nobody, of whom there is nothing to say");
    table.merge(record(r#"{"phone_number": "1415", "list_id": 1, "custom_fields": {"seen": "soon"}}"#));
    table.merge(record(r#"{"phone_number": "+14155550101", "list_id": 2, "custom_fields": {"seen": "2025-11-01"}}"#));
    let told = |table: &Table| table.notes([&asked]).iter().map(|note| note.code.as_str()).collect::<Vec<_>>();
    assert_eq!(told(&table), ["phone_form", "unfit_value"]);
    let before = table.clone();
    table.compact();
    assert_eq!(told(&table), told(&before));
    assert!(table.remove("1415"));
    table.compact();
    assert_eq!(told(&table), ["unknown_list"]);
    assert_eq!(told(&before), ["phone_form", "unfit_value"], "what was removed later is still there");
}

/// The notes of a file, of which an audience's columns are read.
#[cfg(feature = "parquet")]
fn notes_of_file(file: &[u8], audience: &Audience) -> String {
    let cx = headcount::EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let reader = RecordReader::new().for_audiences([audience]);
    let whole = reader.table([Input::new("a.parquet", file)]).unwrap().notes([audience]).to_string();
    let among_files = reader.clone().for_plans_among_files([audience.plan(&cx)]);
    assert_eq!(among_files.table([Input::new("a.parquet", file)]).unwrap().notes([audience]).to_string(), whole);
    whole
}

/// The notes of a file, of which only those are read who may be in an audience.
#[cfg(feature = "parquet")]
fn notes_of_part(file: &[u8], audience: &Audience) -> String {
    let cx = headcount::EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let reader = RecordReader::new().for_audiences([audience]).for_plans([audience.plan(&cx)]);
    reader.table([Input::new("a.parquet", file)]).unwrap().notes([audience]).to_string()
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_tells_rows_and_what_need_not_be_read() {
    let record = |n: u64, bare: Option<u64>| {
        let seen = if n == 7 { "soon" } else { "2025-11-01" };
        let plus = if bare == Some(n) { "" } else { "+" };
        serde_json::from_value::<Contact>(serde_json::json!({
            "phone_number": format!("{plus}1415555010{n}"), "list_id": 101 + n, "custom_fields": {"seen": seen, "state": "CA"},
        }))
        .unwrap()
    };
    let written = |bare: Option<u64>| {
        let table: Table = (0..10).map(|n| record(n, bare)).collect();
        let mut file = Vec::new();
        write_parquet(&table, &mut file, &mut |_| {}).unwrap();
        file
    };
    let file = written(Some(5));
    let phones = "note[phone_form]: 1 of 10 phone numbers is not in the form E.164 (`+`, then 7 to 15 digits), \
                  the first `14155550105` (a.parquet, row 6)";
    assert_eq!(
        notes_of_file(&file, &audience("custom.seen within 30 days")),
        format!(
            "{phones}\nnote[unfit_value]: 1 of 10 values of `custom_fields.seen` is no time, the first `soon` (a.parquet, row 8)"
        )
    );
    assert_eq!(
        notes_of_file(&file, &audience("custom.sate = 'CA' or carrier exists")),
        format!(
            "{phones}\nnote[field_absent]: no record gives `carrier`, so nobody has a value\n\
             note[field_absent]: no record gives `custom_fields.sate`, so nobody has a value, \
             did you mean `custom_fields.state`?"
        )
    );
    // Nobody is read where all phone numbers are in E.164, and still it is known what is none of the file's.
    let elsewhere = Audience { source_lists: vec![9, 104], ..audience("carrier exists and custom.state = 'CA'") };
    let absent = "note[field_absent]: no record gives `carrier`, so nobody has a value";
    for asked in [Audience { source_lists: vec![9], ..elsewhere.clone() }, elsewhere] {
        let expected = format!("{absent}\nnote[unknown_list]: no record has the list 9");
        assert_eq!(notes_of_part(&written(None), &asked), expected, "{:?}", asked.source_lists);
        assert_eq!(notes_of_part(&file, &asked), format!("{phones}\n{expected}"), "{:?}", asked.source_lists);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn a_file_gives_no_more_than_the_records_that_it_was_written_of() {
    let csv = "phone_number,list_id,click_count,revenue_total,custom_fields.state\n+14155550101,101,5,9.5,CA\n+14155550102,102,,,\n";
    let table = RecordReader::new().table([Input::new("a.parquet", csv.as_bytes())]).unwrap();
    let mut file = Vec::new();
    write_parquet(&table, &mut file, &mut |_| {}).unwrap();
    for filter in [
        "not on_dnc",
        "is_valid and has_revenue = false and in_workflow = false",
        "send_count >= 0 and avg_revenue < 3",
        "last_clicked_at exists or carrier exists or signup_method exists",
        "click_count >= 0 and custom.state = 'CA'",
    ] {
        let asked = audience(filter);
        let expected = notes_of("a.parquet", csv.as_bytes(), &asked).to_string();
        assert_eq!(notes_of_file(&file, &asked), expected, "{filter}");
    }
}
