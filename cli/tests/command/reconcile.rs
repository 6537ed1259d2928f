//! `headcount reconcile`.

use crate::headcount;

const ASKED: &str = "reconcile --audience examples/audiences.json examples/contacts.json --now 2025-11-15T08:30:00Z";

#[test]
fn a_table_of_bounds_items_and_readings() {
    let told = headcount(ASKED).stdout();
    for line in [
        "Win-Back                    2025-11-15T08:30:00Z       4      4     4  equal",
        "West Coast, Not Gold        2025-11-15T08:30:00Z       2      3     3  1 too few",
        "Win-Back                              4      0            0         0       0       +2           0",
        "no way to read the filters explains every cached size; those that explain the most:",
        "  --missing-negation fails, ruled out by Win-Back",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\nis not in\n{told}");
    }
}

#[test]
fn json_and_csv_have_every_bound() {
    let told: serde_json::Value = serde_json::from_str(&headcount(format!("{ASKED} --format json")).stdout()).unwrap();
    assert_eq!(told["audiences"][1]["least"], 4);
    assert_eq!(told["audiences"][1]["explained"], true);
    assert_eq!(told["audiences"][1]["items"]["missing"], 2);
    assert_eq!(told["readings"].as_array().map(Vec::len), Some(16));
    assert_eq!(told["readings"][0]["flags"], "");
    let told = headcount(format!("{ASKED} --format csv")).stdout();
    assert_eq!(told.lines().count(), 5);
    assert!(told.lines().nth(3).unwrap().ends_with(",2025-11-15T08:30:00Z,3,3,false,3,0,0,0,0,1,1"), "{told}");
}

#[test]
fn audiences_without_a_cached_size_are_left_out() {
    let told = headcount("reconcile --filter is_valid examples/contacts.json --now 2025-11-15T08:30:00Z").stdout();
    assert!(told.contains("no audience has a cached_size and a cached_size_updated_at\n"), "{told}");
    assert!(told.ends_with("left out: 1 audience without a cached_size or a cached_size_updated_at\n"), "{told}");
}

#[test]
fn the_instant_of_cached_sizes_is_no_now() {
    headcount("reconcile --audience examples/audiences.json examples/contacts.json --now cached")
        .fails(1, "error: cached sizes are held against their own instants already, and against the size `--now` is for: give a time in place of `cached`");
}
