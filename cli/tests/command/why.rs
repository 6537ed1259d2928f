//! `why`.

use serde_json::json;

use crate::headcount;

const ASKED: &str = "--audience examples/audience.json --now cached examples/contacts.json";

#[test]
fn a_tree_for_a_member() {
    headcount(format!("why --phone +12065550103 {ASKED}")).prints(
        "\
+12065550103 is in the audience
list 101: no
  no   all of
    yes  last_clicked_at within 30 days: found 2025-11-10T15:02:41Z (2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z)
    no   click_count >= 3: found 2
list 102: yes
  yes  all of
    yes  last_clicked_at within 30 days: found 2025-11-01T09:12:00Z (2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z)
    yes  click_count >= 3: found 8
",
    );
}

#[test]
fn a_tree_for_somebody_else() {
    let tree = headcount(format!("why --phone +12125550104 {ASKED}")).stdout();
    assert!(
        tree.starts_with("+12125550104 is not in the audience\nlist 101: not asked, for it is not active\n"),
        "{tree}"
    );
    let tree = headcount(format!("why --phone +15035550105 {ASKED}")).stdout();
    assert!(tree.contains("list 103: not asked, for it is no source list\n"), "{tree}");
}

#[test]
fn an_explanation_as_json() {
    let explanation =
        headcount("why --phone +13055550109 --filter has_revenue examples/contacts.json --format json").json();
    assert_eq!(explanation["phone_number"], "+13055550109");
    assert_eq!(explanation["is_in"], false);
    assert_eq!(explanation["memberships"][0]["list_id"], 103);
    assert_eq!(explanation["memberships"][0]["scope"], "asked");
    assert_eq!(explanation["memberships"][0]["filter"]["members"][0]["condition"], json!("has_revenue = true"));
}

#[test]
fn the_flags_change_the_answer_as_they_change_the_size() {
    let tree = headcount(format!("why --phone +12125550104 {ASKED} --subscription any")).stdout();
    assert!(tree.starts_with("+12125550104 is in the audience\n"), "{tree}");
    let tree = headcount(format!("why --phone +15035550105 {ASKED} --source-lists 103")).stdout();
    assert!(tree.starts_with("+15035550105 is in the audience\n"), "{tree}");
}

#[test]
fn what_is_said_of_a_contact_in_several_files_is_taken_together() {
    let tree = headcount("why --phone +13055550109 --filter 'list = 7' - examples/contacts.json")
        .reading("{\"phone_number\": \"+13055550109\", \"list_id\": 7}\n")
        .stdout();
    assert!(tree.starts_with("+13055550109 is in the audience\nlist 7: yes\n"), "{tree}");
}

#[test]
fn nobody_has_the_number() {
    headcount(format!("why --phone +10000000000 {ASKED}"))
        .fails(1, "error: no contact in the records has the phone number `+10000000000`\n");
}

#[test]
fn a_phone_number_with_the_same_digits_is_proposed() {
    for (asked, said) in [
        ("14155550101", "phone number `14155550101`, did you mean `+14155550101`?\n"),
        ("'+1 (415) 555-0101'", "phone number `+1 (415) 555-0101`, did you mean `+14155550101`?\n"),
        ("1-415-555-0101", "phone number `1-415-555-0101`, did you mean `+14155550101`?\n"),
        ("4155550101", "phone number `4155550101`\n"),
    ] {
        headcount(format!("why --phone {asked} {ASKED}")).fails(1, said);
    }
}

#[test]
fn a_short_number_without_its_plus_is_proposed() {
    headcount("why --phone 1001 --filter has_revenue -")
        .reading("phone,list_id\n+1001,7\n+1002,7\n")
        .fails(1, "phone number `1001`, did you mean `+1001`?\n");
}

#[test]
fn what_is_no_time_does_not_lie_outside_the_window() {
    const RECORD: &str = "phone,list_id,custom_fields.joined,custom_fields.ltv\n+12065550101,7,11/12/2025,abc\n";
    let asked = "why --phone +12065550101 --filter 'custom.joined within 30 days or custom.ltv > 5' --now 2025-11-15T08:30:00Z -";
    let ran = headcount(asked).reading(RECORD).run();
    ran.exits(0);
    assert_eq!(
        ran.stdout,
        "\
+12065550101 is not in the audience
list 7: no
  no   any of
    no   custom_fields.joined within 30 days: found \"11/12/2025\", which is no time (2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z)
    no   custom_fields.ltv > 5: found \"abc\", which is no number
",
    );
    assert_eq!(
        ran.stderr,
        "\
note[unfit_value]: 1 of 1 value of `custom_fields.joined` is no time, the first `11/12/2025` (standard input:2)
note[unfit_value]: 1 of 1 value of `custom_fields.ltv` is no number, the first `abc` (standard input:2)
"
    );
    let json = headcount(format!("{asked} --format json")).reading(RECORD).json();
    let members = &json["memberships"][0]["filter"]["members"];
    assert_eq!((&members[0]["unfit"], &members[1]["unfit"]), (&json!("no_time"), &json!("no_number")));
}
