//! `headcount reconcile`.

use serde_json::json;

use crate::{Headcount, headcount, root};

const ASKED: &str = "reconcile --audience examples/audiences.json examples/contacts.json --now 2025-11-15T08:30:00Z";

#[test]
fn a_table_of_bounds_items_and_readings() {
    let told = headcount(format!("{ASKED} --assume-unchanged all")).stdout();
    for line in [
        "Win-Back                    2025-11-15T08:30:00Z       4      4     4  equal",
        "West Coast, Not Gold        2025-11-15T08:30:00Z       2      3     3  impossible: 1 too few, unless subscription or on_dnc or custom_fields changed",
        "Win-Back                              4      0            0         0         0       0       +2           0",
        "no way to read the filters explains every cached size under what is assumed; those that explain the most:",
        "  --missing-negation fails, ruled out by Win-Back",
        "assumed unchanged: subscription, on_dnc, flags, texts, custom_fields, activity, memberships",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\nis not in\n{told}");
    }
}

#[test]
fn json_and_csv_have_every_bound() {
    let told = headcount(format!("{ASKED} --assume-unchanged all --format json")).json();
    assert_eq!(told["audiences"][1]["least"], 4);
    assert_eq!(told["audiences"][1]["explained"], true);
    assert_eq!(told["audiences"][1]["items"]["missing"], 2);
    assert_eq!(told["readings"].as_array().map(Vec::len), Some(16));
    assert_eq!(told["readings"][0]["flags"], "");
    let told = headcount(format!("{ASKED} --assume-unchanged all --format csv")).stdout();
    assert_eq!(told.lines().count(), 5);
    assert!(
        told.lines().nth(3).unwrap().ends_with(
            ",2025-11-15T08:30:00Z,3,3,false,impossible,subscription or on_dnc or custom_fields,3,0,0,0,0,0,1,1"
        ),
        "{told}"
    );
}

/// Of two who were in the audience when its size was stored, one has opted out since.
fn opted_out(options: &str) -> Headcount {
    const AUDIENCE: &str = r#"{"name": "A", "filter": {"operator": "AND", "conditions":
        [{"conditionType": "list", "operator": "in", "listId": 7}]},
        "cached_size": 2, "cached_size_updated_at": "2025-11-10"}"#;
    let records = root().join("cli/tests/data/opted_out.csv");
    let asked = headcount(format!("reconcile --now 2025-11-15T08:30:00Z {options} --audience -")).reading(AUDIENCE);
    asked.with(records.to_str().unwrap())
}

#[test]
fn a_size_from_before_an_opt_out_is_possible() {
    opted_out("").prints(
        "\
name  cached at             cached  least  most
A     2025-11-10T00:00:00Z       2      0     2  possible if subscription or memberships changed

name  as recorded  drift  overwritten  untraced  inactive  on_dnc  missing  duplicates
A               1      0            0         2        +1       0        0           0

every cached size is possible with:
  no flag: the defaults, if something changed for A
  --text-case insensitive, if something changed for A
  --missing-negation fails, if something changed for A
  --missing-negation fails --text-case insensitive, if something changed for A
  --subscription any
  --text-case insensitive --subscription any
  --missing-negation fails --subscription any
  --missing-negation fails --text-case insensitive --subscription any
  --unit memberships, if something changed for A
  --text-case insensitive --unit memberships, if something changed for A
  --missing-negation fails --unit memberships, if something changed for A
  --missing-negation fails --text-case insensitive --unit memberships, if something changed for A
  --subscription any --unit memberships
  --text-case insensitive --subscription any --unit memberships
  --missing-negation fails --subscription any --unit memberships
  --missing-negation fails --text-case insensitive --subscription any --unit memberships
may have changed without a trace: subscription, on_dnc, flags, texts, custom_fields, activity, memberships (see --assume-unchanged)
`most` is of those in the records: whoever was removed since may have been in besides
",
    );
}

#[test]
fn what_is_assumed_unchanged_narrows_the_bounds() {
    for (unchanged, least, most, verdict, if_changed) in [
        ("memberships", 0, 2, "possible", json!([["subscription"]])),
        ("subscription", 1, 1, "possible", json!([["memberships"]])),
        ("subscription,memberships", 1, 1, "impossible", json!([["subscription"], ["memberships"]])),
        ("all", 1, 1, "impossible", json!([["subscription"], ["memberships"]])),
    ] {
        let told = opted_out(&format!("--format json --assume-unchanged {unchanged}")).json();
        let row = &told["audiences"][0];
        assert_eq!((&row["least"], &row["most"]), (&json!(least), &json!(most)), "{unchanged}");
        assert_eq!((&row["verdict"], &row["if_changed"]), (&json!(verdict), &if_changed), "{unchanged}");
        assert_eq!(row["explained"], verdict != "impossible", "{unchanged}");
        let (named, changed) = (&told["assume_unchanged"], &told["may_have_changed"]);
        assert_eq!(named.as_array().unwrap().len() + changed.as_array().unwrap().len(), 7, "{unchanged}");
    }
    opted_out("--assume-unchanged luck")
        .fails(2, "[possible values: subscription, on_dnc, flags, texts, custom_fields");
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
