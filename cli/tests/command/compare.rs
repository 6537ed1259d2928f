//! `compare`.

use serde_json::json;

use crate::headcount;

const ASKED: &str = "compare --audience examples/audiences.json examples/contacts.json --now 2025-11-15T08:30:00Z";
const TWO: &str = "compare --filter has_revenue --filter 'click_count >= 3' examples/contacts.json";

#[test]
fn two_audiences_take_one_table() {
    headcount(TWO).prints(
        "\
name                contacts  only in it
has_revenue = true         3           0
click_count >= 3           6           3
in both                    3
in either                  6
",
    );
}

#[test]
fn of_more_every_pattern_is_told() {
    let table = headcount(ASKED).stdout();
    assert!(
        table.ends_with(
            "\
contacts  1  2  3  4
       3  .  x  .  .
       1  x  x  .  x
       1  x  .  x  .
       1  x  .  x  x
       1  .  .  x  .
"
        ),
        "{table}"
    );
    let table = headcount(format!("{ASKED} --patterns 2")).stdout();
    assert!(table.ends_with("       1  x  x  .  x\nand 3 contacts in 3 more rows\n"), "{table}");
}

#[test]
fn a_comparison_as_json_and_csv() {
    let found = headcount(format!("{TWO} --format json --unit memberships")).json();
    assert_eq!((&found["in_any"], &found["in_all"]), (&json!(6), &json!(3)));
    assert_eq!((&found["audiences"][1]["contacts"], &found["audiences"][1]["only_in"]), (&json!(6), &json!(3)));
    assert_eq!(found["patterns"], json!([{"audiences": [0, 1], "contacts": 3}, {"audiences": [1], "contacts": 3}]));
    headcount(format!("{TWO} --format csv")).prints("contacts,has_revenue = true,click_count >= 3\n3,1,1\n3,0,1\n");
}

#[test]
fn columns_of_csv_are_told_apart() {
    let states: Vec<String> = (0..30).map(|state| format!("\"S{state}\"")).collect();
    let filter = |last: &str| format!("custom_fields.state in [{}, \"{last}\"]", states.join(", "));
    let csv = headcount("compare - --format csv --filter")
        .with(filter("CA"))
        .with("--filter")
        .with(filter("NY"))
        .with_all("--filter on_dnc --filter on_dnc")
        .reading("phone\n+1\n")
        .stdout();
    let header = csv.lines().next().unwrap();
    for name in ["CA", "NY"].map(|last| filter(last).replace('"', "\"\"")) {
        assert!(header.contains(&name), "{header}");
    }
    assert!(header.ends_with(",on_dnc = true (3),on_dnc = true (4)"), "{header}");
}

#[test]
fn one_audience_compares_with_nothing() {
    headcount("compare --filter has_revenue examples/contacts.json")
        .fails(1, "error: a comparison needs at least two audiences, found 1 audience");
}

#[test]
fn each_is_asked_at_its_own_time() {
    let found = headcount(
        "compare --audience examples/audience.json --audience examples/audiences.json examples/contacts.json \
         --now cached --format json",
    )
    .json();
    assert_eq!(found["audiences"][0]["contacts"], 4);
}
