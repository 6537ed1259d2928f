//! `headcount timeline`.

use crate::headcount;

const ASKED: &str = "timeline examples/contacts.json --from 2025-11-15T08:30:00Z";
const CLICKED: &str = "last_clicked_at within 30 days";

#[test]
fn every_change_is_told_to_the_microsecond() {
    assert_eq!(
        headcount(format!("{ASKED} --to 21d --filter")).with(CLICKED).stdout(),
        "\
now                          size  change
2025-11-15T08:30:00Z            5
2025-11-15T08:30:00.000001Z     4      -1
2025-12-05T13:31:00.000001Z     3      -1
",
    );
}

#[test]
fn with_a_step_the_size_at_each() {
    let csv = headcount(format!("{ASKED} --to 2025-12-15 --step 10d --format csv --filter")).with(CLICKED).stdout();
    let sizes: Vec<&str> = csv.lines().collect();
    assert_eq!(sizes[0], "now,size");
    assert_eq!(&sizes[1..], ["2025-11-15T08:30:00Z,5", "2025-11-25T08:30:00Z,4", "2025-12-05T08:30:00Z,4"]);
}

#[test]
fn json_says_how_long_the_size_stays_true() {
    let told = headcount(format!("{ASKED} --to 21d --format json --filter")).with(CLICKED).json();
    assert_eq!(told["valid_until"], "2025-11-15T08:30:00.000001Z");
    assert_eq!(told["sizes"][2]["size"], 3);
}

#[test]
fn what_is_no_range_is_refused() {
    headcount(format!("{ASKED} --to 2025-11-14 --filter is_valid")).run().exits(2);
    for wrong in ["--to 21", "--to 0d", "--to 5d --step 5", "--to 5d --step 0min", "--to tomorrow"] {
        headcount(format!("{ASKED} {wrong} --filter is_valid")).run().exits(2);
    }
}
