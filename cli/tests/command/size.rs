//! `size`.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{example, headcount};

#[test]
fn the_first_command_of_the_readme() {
    let ran = headcount("size --audience examples/audience.json examples/contacts.json --now cached").run();
    ran.exits(0);
    assert_eq!(
        ran.stdout,
        "\
name                 size  now                   cached size  difference
High-Value Clickers     4  2025-11-15T08:30:00Z            4           0
"
    );
    assert!(ran.stderr.starts_with("9 contacts, 12 memberships, 0 replaced, 0 skipped, loaded in "), "{ran}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran}");
}

#[test]
fn several_audiences_and_a_filter_as_a_table() {
    let table = headcount("size --audience examples/audiences.json --filter 'not on_dnc' examples/contacts.json")
        .with("--now=2025-11-15T08:30:00Z")
        .stdout();
    assert_eq!(
        table,
        "\
name                        size  now                   cached size  difference
Engaged or Buying              3  2025-11-15T08:30:00Z            3           0
Win-Back                       4  2025-11-15T08:30:00Z            4           0
West Coast, Not Gold           3  2025-11-15T08:30:00Z            2          +1
Clicked on 102, Not on 103     2  2025-11-15T08:30:00Z            2           0
on_dnc = false                 8  2025-11-15T08:30:00Z
"
    );
}

/// The value of a key that differs from run to run, checked to be a time and taken out.
#[track_caller]
fn take_time(object: &mut Value, key: &str) {
    let time = object.as_object_mut().unwrap().remove(key).unwrap();
    assert!(time.as_f64().unwrap() >= 0.0, "{key}: {time}");
}

#[test]
fn sizes_as_json() {
    let arguments = "size --audience examples/audience.json --filter has_revenue examples/contacts.json --format json";
    let mut report = headcount(arguments).with("--now").with("2025-11-15T08:30:00.25Z").json();
    take_time(&mut report, "load_ms");
    for audience in report["audiences"].as_array_mut().unwrap() {
        take_time(audience, "count_us");
    }
    let expected = json!({
        "contacts": 9,
        "memberships": 12,
        "replaced": 0,
        "skipped": 0,
        "audiences": [
            {
                "id": "664f1a2b3c4d5e6f7a8b9c0d",
                "name": "High-Value Clickers",
                "size": 3,
                "now": "2025-11-15T08:30:00.250Z",
                "cached_size": 4,
                "cached_size_updated_at": "2025-11-15T08:30:00Z",
                "difference": -1,
                "fingerprint": fingerprint("last_clicked_at within 30 days and click_count >= 3"),
            },
            {
                "id": null,
                "name": null,
                "size": 3,
                "now": "2025-11-15T08:30:00.250Z",
                "cached_size": null,
                "cached_size_updated_at": null,
                "difference": null,
                "fingerprint": fingerprint("has_revenue"),
            },
        ],
        "notes": [],
    });
    assert_eq!(report, expected);
}

fn fingerprint(filter: &str) -> String {
    filter.parse::<headcount::Filter>().unwrap().fingerprint().to_string()
}

#[test]
fn sizes_as_csv() {
    let arguments = "size --audience examples/audiences.json --filter has_revenue examples/contacts.json --format csv";
    let csv = headcount(arguments).with("--now=2025-11-15T08:30:00Z").stdout();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "id,name,size,now,cached_size,cached_size_updated_at,difference,fingerprint,count_us");
    assert!(
        lines[3].starts_with(
            "664f1a2b3c4d5e6f7a8b9c03,\"West Coast, Not Gold\",3,2025-11-15T08:30:00Z,2,2025-11-15T08:30:00Z,1,"
        ),
        "{csv}"
    );
    assert!(lines[5].starts_with(",has_revenue = true,3,2025-11-15T08:30:00Z,,,,"), "{csv}");
    assert_eq!(lines.len(), 6);
}

#[test]
fn no_audience_has_no_size() {
    let size = || headcount("size --audience - examples/contacts.json").reading(r#"{"audiences": []}"#);
    assert_eq!(size().with("--format=json").json()["audiences"], json!([]));
    assert_eq!(size().with("--format=csv").stdout().lines().count(), 1);
    assert_eq!(size().stdout().lines().count(), 1);
}

/// The sizes of the audiences that the arguments tell, in the sample contacts.
#[track_caller]
fn sizes(arguments: &str, expected: &[u64]) {
    let report = headcount(format!("size --format json {arguments}")).json();
    let audiences = report["audiences"].as_array().unwrap();
    let sizes: Vec<u64> = audiences.iter().map(|audience| audience["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, expected, "{arguments}");
}

#[test]
fn every_format_of_the_sample_contacts_counts_alike() {
    let asked = "--audience examples/audience.json --audience examples/audiences.json --now cached";
    for file in ["contacts.json", "contacts.ndjson", "contacts.csv"] {
        sizes(&format!("{asked} examples/{file}"), &[4, 3, 4, 3, 2]);
    }
    sizes("--audience examples/filter.txt --now 2025-11-15T08:30:00Z examples/contacts.json", &[4]);
}

#[test]
fn semantics() {
    let cached = "--now cached examples/contacts.json --audience";
    sizes(&format!("{cached} examples/audience.json --subscription active"), &[4]);
    sizes(&format!("{cached} examples/audience.json --subscription any"), &[5]);
    sizes(&format!("{cached} examples/audience.json --unit contacts"), &[4]);
    sizes(&format!("{cached} examples/audiences.json --missing-negation matches"), &[3, 4, 3, 2]);
    sizes(&format!("{cached} examples/audiences.json --missing-negation fails"), &[3, 2, 2, 2]);
    sizes(&format!("{cached} examples/audiences.json --unit memberships"), &[3, 4, 4, 2]);
    sizes("--filter 'custom.state = \"ca\"' examples/contacts.json", &[0]);
    sizes("--filter 'custom.state = \"ca\"' examples/contacts.json --text-case insensitive", &[2]);
}

#[test]
fn source_lists_are_those_of_the_argument() {
    sizes("--audience examples/audience.json --now cached examples/contacts.json --source-lists 103", &[1]);
    sizes("--audience examples/audience.json --now cached examples/contacts.json --source-lists 101,102,103", &[5]);
    sizes("--filter 'is_valid' examples/contacts.json --source-lists 103", &[2]);
}

#[test]
fn now_is_the_clock_unless_it_is_given() {
    let record = |years: i32| {
        let sent = chrono::Utc::now() + chrono::TimeDelta::days(i64::from(years) * 365);
        format!("{{\"phone_number\": \"+{}\", \"last_sent_at\": \"{}\"}}\n", years + 5, sent.to_rfc3339())
    };
    let report = headcount("size - --format json --filter 'last_sent_at within 400 days'")
        .reading(record(-2) + &record(-1) + &record(0) + &record(1))
        .json();
    assert_eq!(report["audiences"][0]["size"], 2, "{report}");
}

#[test]
fn now_as_it_was_needs_to_be_known() {
    headcount("size --filter 'click_count > 3' --filter has_revenue examples/contacts.json --now cached").fails(
        1,
        "error: `click_count > 3`, `has_revenue = true` have no `cached_size_updated_at`, and `--now cached` asks for one",
    );
    headcount("members --audience - examples/contacts.json --now cached")
        .reading(r#"{"name": "New", "filter": {"operator": "AND", "conditions": [{"field": "on_dnc", "conditionType": "dnc", "operator": "eq", "value": true}]}}"#)
        .fails(1, "error: `New` has no `cached_size_updated_at`");
}

#[test]
fn everything_wrong_with_any_audience_is_drawn() {
    let ran =
        headcount("size --audience examples/nowhere.json --audience - --filter 'click_count >' examples/contacts.json")
            .reading("[1]")
            .run();
    ran.exits(1);
    assert_eq!(ran.stdout, "");
    for said in [
        "error[unreadable_input]: ",
        "error[wrong_type]: expected an object for an audience, found a number\n --> standard input:1:2 (/0)\n  |\n1 | [1]\n  |  ^\n",
        "error[missing_value]: ",
        "1 | click_count >\n",
    ] {
        assert!(ran.stderr.contains(said), "expected {said:?}\n{ran}");
    }
}

#[test]
fn standard_input_may_be_audience_or_records() {
    let asked = "--now 2025-11-15T08:30:00Z --format json";
    let report =
        headcount(format!("size {asked} --audience - examples/contacts.json")).reading(example("filter.txt")).json();
    assert_eq!(report["audiences"][0]["size"], 4);
    for file in ["contacts.json", "contacts.ndjson", "contacts.csv"] {
        let report = headcount(format!("size {asked} --audience examples/filter.txt -")).reading(example(file)).json();
        assert_eq!(report["audiences"][0]["size"], 4, "{file}");
    }
}

#[test]
fn several_files_are_one_population() {
    let report = headcount("size --filter is_valid --format json examples/contacts.json - examples/contacts.csv")
        .reading("{\"phone_number\": \"+1\"}\n")
        .json();
    assert_eq!(report["contacts"], 10);
    assert_eq!(report["memberships"], 13);
    assert_eq!(report["replaced"], 12);
}

#[test]
fn repeating_and_threads_change_no_size() {
    let asked = "--audience examples/audience.json --now cached examples/contacts.json";
    sizes(&format!("{asked} --repeat 5 --threads 2"), &[4]);
    let table = headcount(format!("size {asked} --repeat 5")).stdout();
    assert!(table.lines().next().unwrap().ends_with("  count"), "{table}");
}

const BAD_RECORDS: &str = "\
{\"phone_number\": \"+1\", \"click_count\": 1}
{\"phone_number\": \"+2\", \"click_count\": \"often\"}
{\"phone_number\": \"+3\"}
{\"click_count\": 3}
";

#[test]
fn a_record_that_makes_no_sense_is_an_error() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("bad.ndjson");
    std::fs::write(&file, BAD_RECORDS).unwrap();
    let ran = headcount("size --filter is_valid").with(file.to_str().unwrap()).run();
    ran.exits(1);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("error[invalid_record]: "), "{ran}");
    assert!(ran.stderr.contains("click_count"), "{ran}");
    assert!(ran.stderr.contains(&format!("{}:2", file.display())), "{ran}");
}

#[test]
fn a_record_that_makes_no_sense_can_be_left_out() {
    let ran = headcount("size --filter is_valid - --on-error skip --format json").reading(BAD_RECORDS).run();
    ran.exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["contacts"], &report["skipped"]), (&json!(2), &json!(2)));
    assert_eq!(report["audiences"][0]["size"], 2);
    assert!(ran.stderr.contains("note[skipped]: 2 records left out, for they are invalid"), "{ran}");
    assert!(ran.stderr.contains("click_count"), "each is told: {ran}");
}

#[test]
fn records_that_cannot_be_read_are_told_with_their_name() {
    headcount("size --filter is_valid examples/nowhere.csv").fails(1, "examples/nowhere.csv");
    headcount("size --filter is_valid --on-error skip examples/nowhere.csv").fails(1, "error[unreadable_input]: ");
}

#[test]
fn rows_of_several_filters_are_told_apart() {
    let csv = headcount("size - --filter 'click_count > 1' --filter on_dnc --now 2025-11-15 --format csv");
    let csv = csv.reading("phone\n+1\n").stdout();
    let names: Vec<_> = csv.lines().map(|row| row.split(',').nth(1).unwrap()).collect();
    assert_eq!(names, ["name", "click_count > 1", "on_dnc = true"]);
}

#[test]
fn no_name_is_a_formula_in_a_spreadsheet() {
    let audience = r#"{"name": "=HYPERLINK(\"x\")", "filter": {"operator": "AND", "conditions": [{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true}]}}"#;
    for command in ["size", "estimate", "compare"] {
        let csv = headcount(format!("{command} --audience - --filter on_dnc examples/contacts.json --format csv"))
            .reading(audience);
        let csv = csv.stdout();
        assert!(csv.contains("'=HYPERLINK") && !csv.contains(",=HYPERLINK"), "{csv}");
    }
}

#[test]
fn sizes_of_what_other_audiences_leave() {
    const ASKED: &str = "size --audience examples/audience.json --filter has_revenue --except-filter 'list = 103' \
                         --and-filter 'click_count >= 5' examples/contacts.json --now 2025-11-15T08:30:00Z";
    assert_eq!(
        headcount(ASKED).stdout(),
        "\
name                 size  of  now                   cached size  difference
High-Value Clickers     3   4  2025-11-15T08:30:00Z            4           0
has_revenue = true      2   3  2025-11-15T08:30:00Z
"
    );
    let told = headcount(format!("{ASKED} --format json")).json();
    assert_eq!((&told["audiences"][0]["size"], &told["audiences"][0]["of"]), (&json!(3), &json!(4)));
    assert_eq!(told["audiences"][0]["difference"], 0);
    let csv = headcount(format!("{ASKED} --format csv")).stdout();
    assert!(csv.starts_with("id,name,size,of,now,"), "{csv}");
    assert!(csv.lines().nth(2).unwrap().starts_with(",has_revenue = true,2,3,2025-11-15T08:30:00Z,"), "{csv}");
    headcount(format!("{ASKED} --unit memberships"))
        .fails(2, "--and and --except compare contacts: --unit memberships counts others");
}
