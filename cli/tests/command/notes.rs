//! What is to be heard of records though nothing is wrong with them.

use serde_json::{Value, json};

use super::headcount;

const CLICKS: &str = "phone_number,clicks\n+14155550101,5\n";
const ONE_IS_BAD: &str = "phone_number,click_count\n+14155550101,5\n+14155550102,many\n+14155550103,2\n";

#[test]
fn notes_are_told_once_after_reading() {
    for (records, expected) in [
        (CLICKS, "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? "),
        ("phone_number,click_count\n", "note[no_records]: there is no record in it (standard input)\n"),
        (
            r#"{"contacts": [{"phone_number": "+14155550101"}], "pagination": {"total_pages": 3}}"#,
            "note[pages_missing]: 1 of 3 pages was read (standard input)\n",
        ),
    ] {
        let ran = headcount("members --filter 'phone_number exists' -").reading(records).run();
        ran.exits(0);
        assert!(ran.stderr.starts_with(expected), "{ran}");
        assert_eq!(ran.stderr.lines().count(), 1, "{ran}");
    }
}

#[test]
fn pages_are_missing_of_all_inputs_together() {
    let page = |number: u64| {
        format!(
            r#"{{"contacts": [{{"phone_number": "+1415555010{number}"}}], "pagination": {{"total": 3, "total_pages": 3}}}}"#
        )
    };
    let folder = tempfile::TempDir::new().unwrap();
    let files = [1, 2, 3].map(|number| {
        let path = folder.path().join(format!("{number}.json"));
        std::fs::write(&path, page(number)).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let size = |inputs: String| headcount(format!("size --filter 'phone_number exists' --format json {inputs}"));
    let lines = [1, 2, 3].map(page).join("\n");
    assert_eq!(size(files.join(" ")).json()["notes"], json!([]));
    assert_eq!(size(folder.path().to_str().unwrap().to_owned()).json()["notes"], json!([]));
    assert_eq!(size("-".to_owned()).reading(lines).json()["notes"], json!([]));
    let told = size(files[..2].join(" ")).json()["notes"].clone();
    assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(
        [&told[0]["code"], &told[0]["message"], &told[0]["input"], &told[0]["count"]],
        [&json!("pages_missing"), &json!("2 of 3 pages were read"), &json!(files[0]), &json!(1)]
    );
}

#[test]
fn every_json_output_has_them() {
    for command in [
        "size --filter 'phone_number exists' --format json -",
        "explain --filter 'phone_number exists' --format json -",
        r#"compare --filter 'phone_number exists' --filter 'phone_number starts_with "+"' --format json -"#,
        "timeline --filter 'phone_number exists' --format json --from 2025-11-15T08:30:00Z --to 1d -",
        "reconcile --filter 'phone_number exists' --format json -",
        "estimate --filter 'phone_number exists' --format json -",
        "why --filter 'phone_number exists' --format json --phone +14155550101 -",
    ] {
        let ran = headcount(command).reading(CLICKS).run();
        ran.exits(0);
        let written: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(written["notes"].as_array().map(Vec::len), Some(1), "{ran}");
        assert_eq!(written["notes"][0]["code"], json!("column_not_read"), "{ran}");
        assert_eq!(written["notes"][0]["suggestion"], json!("click_count"), "{ran}");
        assert!(ran.stderr.starts_with("note[column_not_read]: "), "{ran}");
    }
}

#[test]
fn notes_are_denied_after_the_output_was_written() {
    for (command, records, code, printed) in [
        ("members --filter 'click_count >= 0' --deny-notes -", CLICKS, 1, Some("+14155550101\n")),
        ("members --filter 'click_count >= 0' -", CLICKS, 0, Some("+14155550101\n")),
        ("members --filter 'click_count >= 3' --deny-notes -", "phone_number,click_count\n+14155550101,5\n", 0, None),
        ("documents --deny-notes -", CLICKS, 1, None),
        ("why --filter 'click_count >= 0' --phone +14155550101 --deny-notes -", CLICKS, 1, None),
        ("size --filter is_valid --deny-notes -", CLICKS, 1, None),
    ] {
        let ran = headcount(command).reading(records).run();
        ran.exits(code);
        printed.into_iter().for_each(|printed| assert_eq!(ran.stdout, printed, "{ran}"));
    }
}

#[test]
fn as_many_records_as_allowed_are_left_out() {
    let skip = |most: &str| {
        headcount("size --filter is_valid --on-error skip --format csv -").with_all(most).reading(ONE_IS_BAD)
    };
    for most in ["", "--max-skipped 1", "--max-skipped 34%", "--max-skipped 100%"] {
        let ran = skip(most).run();
        ran.exits(0);
        assert!(ran.stderr.contains("note[skipped]: 1 record left out, for they are invalid"), "{ran}");
    }
    for most in ["0", "33%", "0%"] {
        let said = format!("error: 1 of 3 records left out, which is more than --max-skipped {most} allows");
        skip(&format!("--max-skipped {most}")).fails(1, &said);
    }
    for wrong in ["x", "-1", "101%", "%", "NaN%"] {
        skip(&format!("--max-skipped={wrong}"))
            .fails(2, "expected a number of records, such as 20, or a share of them, such as 5%");
    }
}

#[test]
fn some_record_must_be_left() {
    let none_is_left = "phone_number,click_count\n+14155550102,many\n";
    headcount("size --filter is_valid --on-error skip -")
        .reading(none_is_left)
        .fails(1, "error: no record is left: 1 record is invalid, and left out");
    // Of all inputs together: the other file has some.
    let ran = headcount("size --filter is_valid --on-error skip --format csv examples/contacts.json -")
        .reading(none_is_left)
        .run();
    ran.exits(0);
}

#[test]
fn samples_are_silent() {
    for records in ["examples/contacts.json", "examples/contacts.ndjson", "examples/contacts.csv"] {
        headcount(format!("members --filter 'click_count < 0' {records} --deny-notes")).prints("");
    }
    for format in ["csv", "ndjson"] {
        let records = headcount(format!("generate --memberships 500 --seed 4 --format {format}")).stdout();
        let asked = "members --filter 'custom.ltv > 1e9 or custom.last_purchase after 2100-01-01' - --deny-notes";
        headcount(asked).reading(records).prints("");
    }
}

#[test]
fn a_report_shows_them() {
    let page = headcount("report --filter is_valid --output - -").reading(CLICKS).stdout();
    assert!(page.contains("note[column_not_read]: `clicks` is not read"), "{page}");
}

#[test]
fn a_field_that_no_record_gives_is_told() {
    let csv = "phone,list_id,clicks,DNC,Subscribed\n+14155550101,101,5,true,false\n+14155550102,101,9,false,true\n";
    let members = headcount("members --filter 'not on_dnc and click_count >= 0' -").reading(csv).run();
    members.exits(0);
    assert_eq!(members.stdout, "+14155550101\n+14155550102\n");
    for said in [
        "note[column_not_read]: `DNC` is not read: it means nothing here, did you mean `on_dnc`?",
        "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`?",
        "note[column_not_read]: `Subscribed` is not read: it means nothing here, did you mean `active`?",
        "note[field_absent]: no record gives `click_count`, which is taken as 0, did you mean `clicks`?\n",
        "note[field_absent]: no record gives `on_dnc`, which is taken as false, did you mean `DNC`?\n",
    ] {
        assert!(members.stderr.contains(said), "{members}");
    }
    headcount("members --filter 'not on_dnc' - --deny-notes").reading(csv).run().exits(1);
    // What follows from others is not absent.
    headcount("members --filter has_revenue -")
        .reading("phone,revenue_total\n+14155550101,3\n")
        .prints("+14155550101\n");
    // A file beside it may give it.
    let dnc = headcount("members --filter 'not on_dnc' - examples/contacts.csv --deny-notes");
    dnc.reading("{\"phone_number\": \"+14155550119\", \"on_dnc\": true}\n").run().exits(0);
}

#[test]
fn every_command_tells_what_records_have_of_a_question() {
    let directory = tempfile::TempDir::new().unwrap();
    let sample = directory.path().join("sample.parquet").to_str().unwrap().to_owned();
    let records =
        "phone_number,list_id,custom_fields.seen\n4155550101,1,soon\n+14155550102,2,2025-11-01\n+14155550102,2,\n";
    let of_records = ["note[phone_form]", "note[replaced]"];
    let of_the_question =
        ["note[field_absent]: no record gives `custom_fields.sen`", "note[unknown_list]", "note[unfit_value]"];
    let filter = "--filter 'custom.seen within 3 days or custom.sen exists or list in [9]'";
    for (command, is_asked) in [
        (format!("size {filter} -"), true),
        (format!("members {filter} -"), true),
        (format!("members --columns phone_number {filter} -"), true),
        (format!("explain {filter} -"), true),
        (format!("why {filter} --phone +14155550102 -"), true),
        (format!("compare {filter} --filter is_valid -"), true),
        (format!("timeline {filter} --from 2025-11-15T08:30:00Z --to 1d -"), true),
        (format!("reconcile {filter} -"), true),
        (format!("estimate {filter} -"), true),
        (format!("report {filter} --output - -"), true),
        (format!("sample --share 100% -o {sample} -"), false),
        (format!("import -o {sample} -"), false),
        ("documents -".to_owned(), false),
    ] {
        let ran = headcount(&command).reading(records).run();
        ran.exits(0);
        let expected: &[&str] = if is_asked { &of_the_question } else { &[] };
        for said in of_records.iter().chain(expected) {
            assert_eq!(ran.stderr.matches(said).count(), 1, "{said} of {command}: {ran}");
        }
        headcount(command).with("--deny-notes").reading(records).run().exits(1);
    }
}
