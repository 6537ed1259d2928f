//! `headcount describe`.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::headcount;

/// An export as a vendor makes it: names of its own, a date as people write it, a phone number in another form.
const EXPORT: &str = "\
phone_number,list_id,clicks,custom_fields.last_purchase
+14155550101,101,5,11/12/2025
+14155550102,101,,2025-11-12
4155550103,102,2,
";

#[test]
fn an_export_is_told_before_anything_is_asked() {
    let ran = headcount("describe -").reading(EXPORT).run();
    ran.exits(0);
    assert_eq!(
        ran.stdout,
        "\
3 contacts, 3 memberships, 0 replaced

column                       read as         values  of  distinct  least         greatest    most frequent
phone_number                 text                 3   3         3  +14155550101  4155550103
list_id                      list                 3   3         2  101           102         101 (2), 102 (1)
custom_fields.last_purchase  several kinds        2   3         2
                               text               1             1  11/12/2025    11/12/2025
                               time as text       1             1  2025-11-12    2025-11-12

unfit values in              meant as  values  look like   such as
custom_fields.last_purchase  time           1  99/99/9999  11/12/2025

not read  as              values  distinct  least  greatest  most frequent  did you mean  in
clicks    number as text       2         2  2      5                        click_count   standard input

taken as  where no record gives
false     on_dnc, has_revenue, in_workflow
true      is_valid, active
no value  carrier, line_type, timezone, last_clicked_at, last_sent_at, signup_date, last_revenue_at, avg_revenue, signup_method, list_number
0         send_count, click_count, conversion_count, revenue_total

list  contacts  memberships  active
 101         2            2       2
 102         1            1       1

phone numbers  contacts  the first
E.164                 2
9999999999            1  4155550103
"
    );
    assert!(ran.stderr.contains("note[column_not_read]: `clicks` is not read"), "{ran}");
}

#[test]
fn json_has_everything() {
    let described = headcount("describe - --format json").reading(EXPORT).json();
    assert_eq!(
        described["columns"][0],
        json!({
            "name": "phone_number", "read_as": "text", "given": true, "values": 3, "of": 3, "distinct": 3,
            "kinds": [{"kind": "text", "values": 3, "distinct": 3, "least": "+14155550101", "greatest": "4155550103"}],
            "most_frequent": [], "unfit": null,
        })
    );
    assert_eq!(
        described["not_read"],
        json!([{
            "input": "standard input", "name": "clicks", "suggestion": "click_count", "values": 2,
            "kinds": [{"kind": "number_text", "values": 2, "distinct": 2, "least": "2", "greatest": "5"}],
            "distinct": 2, "most_frequent": [{"value": "2", "count": 1}, {"value": "5", "count": 1}],
            "first": {"line": 1, "column": null, "row": null},
        }])
    );
    assert_eq!(
        described["phone_numbers"],
        json!({"e164": 2, "others": [{"shape": "9999999999", "contacts": 1, "first": "4155550103"}]})
    );
    assert_eq!(described["lists"][0], json!({"list_id": 101, "contacts": 2, "memberships": 2, "active": 2}));
    assert_eq!(
        (&described["contacts"], &described["replaced"], &described["pages"]),
        (&json!(3), &json!(0), &Value::Null)
    );
    assert_eq!(described["notes"][0]["code"], "column_not_read");
}

#[test]
fn csv_has_a_row_for_each_kind_of_a_column() {
    let csv = headcount("describe - --format csv --bom").reading(EXPORT).stdout();
    assert!(
        csv.starts_with("\u{feff}column,read_as,given,suggestion,kind,values,of,distinct,least,greatest,"),
        "{csv}"
    );
    for row in [
        "list_id,list,true,,number,3,3,2,101,102,101,2,,,\n",
        "custom_fields.last_purchase,custom_field,true,,text,1,3,1,11/12/2025,11/12/2025,11/12/2025,1,time,1,11/12/2025\n",
        "custom_fields.last_purchase,custom_field,true,,time_text,1,3,1,2025-11-12,2025-11-12,11/12/2025,1,time,1,11/12/2025\n",
        "timezone,text,false,,,0,3,0,,,,,,,\n",
        "clicks,,,click_count,number_text,2,,2,2,5,2,1,,,\n",
    ] {
        assert!(csv.contains(row), "{row}{csv}");
    }
}

#[test]
fn pages_and_replaced_memberships_are_told() {
    let pages = r#"{"contacts": [{"phone_number": "+14155550101"}, {"phone_number": "+14155550101"}],
        "pagination": {"page": 1, "total_pages": 3, "total": 120}}"#;
    let ran = headcount("describe -").reading(pages).run();
    assert!(ran.stdout.starts_with("1 contact, 1 membership, 1 replaced, 1 page of 3 read\n"), "{ran}");
    let described = headcount("describe - --format json").reading(pages).json();
    assert_eq!(described["pages"], json!({"read": 1, "total": 3, "contacts": 120}));
    assert_eq!(described["notes"][0]["code"], "pages_missing");
}

#[test]
fn every_form_of_the_same_records_is_described_alike() {
    let described = |name: &str| {
        let mut described = headcount(format!("describe examples/{name} --format json")).json();
        described["pages"].take();
        described
    };
    assert_eq!(described("contacts.ndjson"), described("contacts.json"));
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("contacts.parquet");
    headcount("import examples/contacts.json -o").with(file.to_str().unwrap()).stdout();
    let parquet = headcount("describe --format json").with(file.to_str().unwrap()).json();
    for key in ["contacts", "memberships", "lists", "phone_numbers", "notes"] {
        assert_eq!(parquet[key], described("contacts.json")[key], "{key}");
    }
}

#[test]
fn what_comes_from_data_is_escaped_and_cut() {
    let record = json!({
        "phone_number": "\u{1b}[31m1", "carrier": "c".repeat(1_000),
        "custom_fields": {"\u{1b}[32mkey": "\u{1b}[33mvalue", &*"k".repeat(1_000): 1},
        "\u{1b}[34mname": 1,
    });
    let ran = headcount("describe -").reading(record.to_string()).run();
    ran.exits(0);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran}");
    assert!(ran.stdout.contains("custom_fields.\\u{1b}[32mkey"), "{ran}");
    assert!(ran.stdout.contains(&format!("{}…", "c".repeat(24))) && !ran.stdout.contains(&"c".repeat(25)), "{ran}");
    assert!(!ran.stdout.contains(&"k".repeat(50)), "{ran}");
    let page = headcount("describe - -o -").reading(r#"{"phone_number": "<b>", "carrier": "<script>"}"#).stdout();
    assert!(page.contains("&lt;b&gt;") && page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
}

#[test]
fn a_table_is_a_screen_or_two_and_says_what_it_left_out() {
    let keys: Vec<String> = (0..100).map(|key| format!("custom_fields.k{key}")).collect();
    let mut csv = format!("phone_number,list_id,{}\n", keys.join(","));
    (0..60).for_each(|list| {
        csv += &format!("{},{list}{}\n", format!("{list:06b}").replace('0', "a"), ",5".repeat(keys.len()))
    });
    let ran = headcount("describe -").reading(csv.clone()).run();
    ran.exits(0);
    assert!(ran.stdout.lines().count() < 150, "{ran}");
    let left_out = "62 more columns, 20 more lists, 20 more phone number forms left out: --format json has all\n";
    assert!(ran.stderr.ends_with(left_out), "{}", ran.stderr);
    let described = headcount("describe - --format json").reading(csv).json();
    assert!(described["columns"].as_array().is_some_and(|columns| columns.len() > 100));
    assert_eq!(described["lists"].as_array().map(Vec::len), Some(60));
}

#[test]
fn a_page_of_it_stands_alone_and_in_a_report() {
    let page = headcount("describe - -o -").reading(EXPORT).stdout();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{page}");
    assert!(page.contains("note[column_not_read]"), "{page}");
    let report = headcount("report - --filter is_valid --now 2025-11-15T08:30:00Z -o -").reading(EXPORT).stdout();
    for part in [
        r#"<data data-is="not_read" value="2">2</data>"#,
        r#"<data data-is="active_on_list" value="1">1</data>"#,
        "<td>99/99/9999</td><td>11/12/2025</td>",
        "<td>4155550103</td>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
        assert!(report.contains(part), "{part}\n{report}");
    }
    headcount("describe - -o - --format json").reading(EXPORT).fails(2, "cannot be used with");
}

#[test]
fn nothing_is_described_as_nothing() {
    let ran = headcount("describe -").reading("phone_number\n").run();
    ran.exits(0);
    assert!(ran.stdout.starts_with("0 contacts, 0 memberships, 0 replaced\n"), "{ran}");
    headcount("describe - --deny-notes").reading("phone_number\n").run().exits(1);
}

#[test]
fn what_is_not_read_is_told_with_its_values() {
    let csv = "phone,Opted Out,Score,Seen\n+14155550101,Yes,5,2025-11-01\n+14155550102,,n/a,11/12/2025\n";
    let lines = r#"{"phone": "+14155550101", "Opted Out": "Yes", "Score": 5, "Seen": null}
{"phone": "\u002b14155550102", "Score": "n\/a", "Seen": [1], "lists": [{"on_dnc": true}, {"on_dnc": true, "at": {}}]}
"#;
    let kinds = |records: &str| -> Vec<String> {
        let described = headcount("describe - --format json").reading(records).json();
        let not_read = described["not_read"].as_array().cloned().unwrap_or_default();
        let kind = |of: &serde_json::Value| {
            let kind = of["kind"].as_str().unwrap_or_default();
            format!(" {} {kind} {}..{}", of["values"], of["least"], of["greatest"])
        };
        let all = |of: &serde_json::Value| of["kinds"].as_array().into_iter().flatten().map(kind).collect::<String>();
        not_read
            .iter()
            .map(|column| {
                let distinct = &column["distinct"];
                format!("{} {distinct}:{}", column["name"].as_str().unwrap_or_default(), all(column))
            })
            .collect()
    };
    assert_eq!(
        kinds(csv),
        [
            r#"Opted Out 1: 1 text "Yes".."Yes""#,
            r#"Score 2: 1 number_text "5".."5" 1 text "n/a".."n/a""#,
            r#"Seen 2: 1 text "11/12/2025".."11/12/2025" 1 time_text "2025-11-01".."2025-11-01""#,
        ]
    );
    assert_eq!(
        kinds(lines),
        [
            r#"Opted Out 1: 1 text "Yes".."Yes""#,
            r#"Score 2: 1 number 5..5 1 text "n/a".."n/a""#,
            "Seen 1: 1 array null..null",
            "at 1: 1 object null..null",
            "lists.on_dnc 1: 1 boolean true..true",
        ]
    );
    let often = "phone,State\n+14155550101,CA\n+14155550102,NY\n+14155550103,CA\n";
    let table = headcount("describe -").reading(often).stdout();
    assert!(table.contains("State     text       3         2  CA     NY        CA (2), NY (1)"), "{table}");
    let table = headcount("describe -").reading(csv).stdout();
    assert!(table.contains("number as text (1), text (1)"), "{table}");
    let rows = headcount("describe - --format csv").reading(csv).stdout();
    assert!(rows.contains("Score,,,,number_text,1,"), "{rows}");
}
