//! `explain`.

use serde_json::json;

use crate::headcount;

const ASKED: &str = "explain --audience examples/audience.json examples/contacts.json --now cached";

#[test]
fn those_who_are_lost_and_the_filter_as_a_tree() {
    headcount(ASKED).prints(
        "\
contacts
       9  in all
       2    on no source list
       0    not active
       7    in scope
       3      out by a value
       0      out for want of a value
       4      in the audience
       0        let in for want of a value
       1        on the do-not-call list

alone  so far  more without
    4       4            +3  all of
    4       4            +1    last_clicked_at within 30 days (2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z)
    5       4             0    click_count >= 3
",
    );
}

#[test]
fn memberships_where_those_are_asked() {
    let table = headcount(format!("{ASKED} --unit memberships")).stdout();
    assert!(table.starts_with("memberships\n"), "{table}");
    let size = headcount(
        "size --audience examples/audience.json examples/contacts.json --now cached --unit memberships --format json",
    )
    .json();
    assert!(table.contains(&format!("{}      in the audience\n", size["audiences"][0]["size"])), "{table}");
}

#[test]
fn an_explanation_as_json() {
    let found = headcount(format!("{ASKED} --format json")).json();
    assert_eq!((&found["everybody"], &found["not_on_lists"], &found["in_scope"]), (&json!(9), &json!(2), &json!(7)));
    assert_eq!(found["size"]["value"], 4);
    assert_eq!(found["filter"]["group"], "all of");
    assert_eq!(
        found["filter"]["members"][1],
        json!({
            "alone": 5, "so_far": 4, "without": 4, "more_without": 0, "condition": "click_count >= 3", "instants": null
        })
    );
}

#[test]
fn the_filter_as_csv() {
    headcount(
        "explain --filter 'on_dnc and (has_revenue or click_count >= 3)' examples/contacts.json --now 2025-11-15 \
         --format csv",
    )
    .prints(
        "\
pointer,part,instants,alone,so_far,without,more_without
,all of,,1,1,9,8
/conditions/0,on_dnc = true,,1,1,6,5
/groups/0,any of,,6,1,1,0
/groups/0/conditions/0,has_revenue = true,,3,0,1,0
/groups/0/conditions/1,click_count >= 3,,6,1,0,-1
",
    );
}
