//! `timeline`.

use crate::headcount;

const RECORDS: &str = "\
phone_number,list_id,last_clicked_at
+1,7,2025-11-13T08:00:00Z
+2,7,2025-11-14T08:00:00Z
+3,7,2025-11-15T09:00:00.25Z
+4,7,
";

fn timeline(arguments: &str) -> crate::Headcount {
    let asked = "timeline --filter 'last_clicked_at within 2 days' - --from 2025-11-15T08:00:00Z";
    headcount(asked).with_all(arguments).reading(RECORDS)
}

#[test]
fn every_change_to_the_microsecond() {
    let expected = "\
now                          size  change
2025-11-15T08:00:00Z            2
2025-11-15T08:00:00.000001Z     1      -1
2025-11-15T09:00:00.250Z        2      +1
2025-11-16T08:00:00.000001Z     1      -1
2025-11-17T09:00:00.250001Z     0      -1
";
    assert_eq!(timeline("--to 7d").stdout(), expected);
    assert_eq!(timeline("--to 2025-11-22").stdout(), expected);
    assert_eq!(timeline("").stdout(), expected, "90 days");
}

#[test]
fn the_sizes_at_steps() {
    let expected =
        "now,size\n2025-11-15T08:00:00Z,2\n2025-11-16T08:00:00Z,2\n2025-11-17T08:00:00Z,1\n2025-11-18T08:00:00Z,0\n";
    assert_eq!(timeline("--to 3d --step 24h --format csv").stdout(), expected);
    assert_eq!(timeline("--to 3d --step 1d --unit memberships --format csv").stdout(), expected);
}

#[test]
fn how_long_a_size_stays_true() {
    let report = timeline("--to 1h --format json").json();
    assert_eq!(report["valid_until"], "2025-11-15T08:00:00.000001Z");
    assert_eq!((&report["least"], &report["greatest"], &report["changes"]), (&1.into(), &2.into(), &1.into()));
    assert_eq!(report["sizes"].as_array().unwrap().len(), 2);
    let forever = headcount("timeline --filter 'last_clicked_at exists' - --format json").reading(RECORDS).json();
    assert_eq!((&forever["valid_until"], &forever["sizes"][0]["size"]), (&serde_json::Value::Null, &3.into()));
}

#[test]
fn what_a_table_leaves_out_is_told() {
    let records: String = (0..60).map(|n| format!("+120655501{n:02},7,2025-11-14T08:{n:02}:00Z\n")).collect();
    let ran = headcount("timeline --filter 'last_clicked_at within 2 days' - --from 2025-11-15T10:00:00Z")
        .reading(format!("phone_number,list_id,last_clicked_at\n{records}"))
        .run();
    ran.exits(0);
    assert_eq!(ran.stdout.lines().count(), 41);
    assert!(ran.stderr.starts_with("21 more sizes left out: "), "{ran}");
}

#[test]
fn ranges_that_are_none() {
    timeline("--to 2025-11-14").fails(2, "--to (2025-11-14T00:00:00Z) is before --from (2025-11-15T08:00:00Z)");
    timeline("--to soon").fails(2, "expected a date or time such as 2025-11-15T08:30:00Z, or a length such as 90d");
    timeline("--to 21").fails(2, "expected a date or time such as 2025-11-15T08:30:00Z, or a length such as 90d");
    timeline("--step 5").fails(2, "expected a length of time such as 90d, 12h or 45min");
    timeline("--step 0d").fails(2, "expected a length of time such as 90d, 12h or 45min");
    headcount("timeline --filter has_revenue - --from cached")
        .reading(RECORDS)
        .fails(1, "`--from cached` asks for one");
}
