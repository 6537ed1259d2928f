//! `members`.

use crate::headcount;

const ASKED: &str = "--audience examples/audience.json --now cached examples/contacts.json";

#[test]
fn members_in_every_format() {
    headcount(format!("members {ASKED}")).prints("+14155550101\n+13105550102\n+12065550103\n+17135550107\n");
    headcount(format!("members {ASKED} --format csv"))
        .prints("phone_number\n+14155550101\n+13105550102\n+12065550103\n+17135550107\n");
    headcount(format!("members {ASKED} --format ndjson")).prints(
        "\
{\"phone_number\":\"+14155550101\"}
{\"phone_number\":\"+13105550102\"}
{\"phone_number\":\"+12065550103\"}
{\"phone_number\":\"+17135550107\"}
",
    );
}

#[test]
fn members_come_in_the_order_of_the_records() {
    let records = "phone\n+14155550103\n+14155550101\n+14155550102\n+14155550101\n";
    let members = headcount("members --filter 'phone_number exists' -").reading(records).stdout();
    assert_eq!(members, "+14155550103\n+14155550101\n+14155550102\n");
}

#[test]
fn many_members_come_in_the_order_of_the_records() {
    let records = headcount("generate --memberships 20000 --seed 5 --format csv").stdout();
    let members = headcount("members --filter 'click_count >= 3' -").reading(records.clone()).stdout();
    assert!(members.lines().count() > 1_000);
    let mut phones = records.lines().filter_map(|line| line.split(',').next());
    assert!(members.lines().all(|member| phones.any(|phone| phone == member)));
}

#[test]
fn members_are_as_many_as_the_size() {
    for filter in ["has_revenue", "not on_dnc", "list = 101", "custom.tier != 'gold'", "click_count@102 >= 1"] {
        for semantics in ["", "--subscription any", "--missing-negation fails", "--source-lists 101,102"] {
            let asked = |command: &str| {
                headcount(format!("{command} examples/contacts.json {semantics} --filter")).with(filter)
            };
            let size = asked("size --format json").json()["audiences"][0]["size"].as_u64();
            assert_eq!(Some(asked("members").stdout().lines().count() as u64), size, "{filter} {semantics}");
        }
    }
}

#[test]
fn nobody_is_no_line() {
    headcount("members --filter 'click_count > 1000' examples/contacts.json").prints("");
    headcount("members --filter 'click_count > 1000' examples/contacts.json --format csv").prints("phone_number\n");
}

#[test]
fn one_audience_is_needed() {
    headcount("members --audience examples/audiences.json examples/contacts.json")
        .fails(1, "error: examples/audiences.json holds 4 audiences, and only one can be asked for");
    headcount("members --audience - examples/contacts.json")
        .reading("[]")
        .fails(1, "error: standard input holds no audience, and one is needed");
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let record = r#"{"phone_number": "+1\u001b[31m\u009b", "custom_fields": {"when": "\u001b]0;x\u0007\u007f"}}"#;
    let members =
        headcount("members --filter 'custom.when within 3 days or phone_number exists' -").reading(record).run();
    assert_eq!(members.stdout, "+1\\u{1b}[31m\\u{9b}\n");
    assert!(members.stderr.contains("the first `+1\\u{1b}[31m\\u{9b}`"), "{members}");
    assert!(members.stderr.contains("the first `\\u{1b}]0;x\\u{7}\\u{7f}`"), "{members}");
    let csv = headcount("members --filter is_valid - --columns phone_number,custom_fields.when --format csv");
    assert_eq!(
        csv.reading(record).stdout(),
        "phone_number,custom_fields.when\n'+1\\u{1b}[31m\\u{9b},\\u{1b}]0;x\\u{7}\\u{7f}\n"
    );
    let tree = headcount("why --filter 'custom.when within 3 days' - --phone").with("+1\u{1b}[31m\u{9b}");
    let tree = tree.reading(record).stdout();
    assert!(!tree.contains(|c: char| c.is_control() && c != '\n'), "{tree:?}");
}

#[test]
fn a_byte_order_mark_is_written_where_asked_for() {
    let marked = headcount("members --filter is_valid - --format csv --bom").reading("phone\n+1\n").stdout();
    assert_eq!(marked, "\u{feff}phone_number\n+1\n");
    let marked = headcount("size --filter is_valid - --format csv --bom").reading("phone\n+1\n").stdout();
    assert!(marked.starts_with("\u{feff}id,name,size,"), "{marked}");
}

#[test]
fn no_phone_number_is_a_formula_in_a_spreadsheet() {
    let csv = headcount("members --filter 'phone_number exists' - --format csv");
    let csv = csv.reading("phone\n=1+1\n@x\n-2+3\n+14155550101\n").stdout();
    assert_eq!(csv, "phone_number\n'=1+1\n'@x\n'-2+3\n+14155550101\n");
}

#[test]
fn columns_go_with_the_members() {
    let records = "\
phone,list_id,click_count,carrier,custom_fields.first_name
+14155550101,7,3,Verizon,Ada
+14155550101,8,4,Verizon,=1+1
+14155550102,7,0,,Bob
+14155550103,7,9,,
";
    let members = |rest: &str| headcount(format!("members --filter 'click_count > 1' - {rest}")).reading(records);
    members("--columns phone_number,carrier").prints("phone_number,carrier\n+14155550101,Verizon\n+14155550103,\n");
    members("--columns phone_number,list_id,custom_fields.first_name").prints(
        "phone_number,list_id,custom_fields.first_name\n+14155550101,7,Ada\n+14155550101,8,'=1+1\n+14155550103,7,\n",
    );
    members("--columns list_id,click_count,custom_fields.first_name --format ndjson").prints(
        "\
{\"list_id\":7,\"click_count\":3,\"custom_fields.first_name\":\"Ada\"}
{\"list_id\":8,\"click_count\":4,\"custom_fields.first_name\":\"=1+1\"}
{\"list_id\":7,\"click_count\":9,\"custom_fields.first_name\":null}
",
    );
    members("--columns clicks")
        .fails(2, "expected one of carrier, is_valid, line_type, on_dnc, phone_number, timezone");
    members("--columns phone_number --format plain").fails(2, "--columns are written as CSV or NDJSON");
}

const NOW: &str = "--now 2025-11-15T08:30:00Z examples/contacts.json";

#[test]
fn members_of_one_audience_and_not_of_another_whatever_their_lists() {
    for (sets, members) in [
        ("", "+14155550101 +13105550102 +12065550103 +17135550107"),
        // `not has_revenue` would ask the same membership; of two lists one may have none.
        ("--except-filter has_revenue", "+13105550102 +17135550107"),
        ("--except-filter has_revenue --except-filter 'carrier = \"Verizon\"'", "+17135550107"),
        ("--and-filter has_revenue", "+14155550101 +12065550103"),
        ("--and-filter 'list = 102' --except-filter has_revenue", "+17135550107"),
        ("--and-filter has_revenue --and-filter 'click_count >= 100'", ""),
        // The other audience is of its own lists, also where the first one is given others.
        ("--source-lists 101 --except-filter 'click_count@102 >= 8'", "+14155550101 +13105550102"),
    ] {
        let told = headcount(format!("members --audience examples/audience.json {sets} {NOW}")).stdout();
        assert_eq!(told.split_whitespace().collect::<Vec<_>>().join(" "), members, "{sets}");
    }
}

#[test]
fn files_of_several_audiences_narrow_members_by_each() {
    let except = headcount(format!("members --filter 'is_valid' --except examples/audiences.json {NOW}")).stdout();
    for member in headcount(format!("members --filter 'is_valid' {NOW}")).stdout().lines() {
        let is_in = |filter: &str| {
            let members = headcount(format!("members {NOW} --audience -")).reading(filter).stdout();
            members.lines().any(|known| known == member)
        };
        let audiences: serde_json::Value = serde_json::from_str(&crate::example("audiences.json")).unwrap();
        let in_any = audiences["audiences"].as_array().unwrap().iter().any(|audience| is_in(&audience.to_string()));
        assert_eq!(except.lines().any(|left| left == member), !in_any, "{member}");
    }
    headcount(format!("members --filter is_valid --and examples/audiences.json {NOW}")).prints("");
}

#[test]
fn what_is_wrong_with_another_audience_is_told() {
    headcount(format!("members --filter is_valid --except-filter 'state = 1' {NOW}"))
        .fails(1, "--> --except-filter:1:1");
    headcount(format!("members --filter is_valid --and nowhere.json {NOW}")).fails(1, "nowhere.json");
    headcount("members --audience - --except - examples/contacts.json")
        .fails(2, "standard input (`-`) can be read only once");
}

#[test]
fn columns_are_of_the_members_that_are_left() {
    headcount(format!(
        "members --filter has_revenue --except-filter 'list = 103' --columns phone_number,list_id {NOW}"
    ))
    .prints("phone_number,list_id\n+14155550101,101\n+12065550103,102\n");
}

#[test]
fn a_column_of_a_custom_field_that_no_record_has_is_told() {
    let records = "phone_number,custom_fields.first_name\n+14155550101,Ada\n";
    let ran =
        headcount("members --filter is_valid --columns phone_number,custom_fields.frist_name -").reading(records).run();
    ran.exits(0);
    assert!(ran.stderr.contains("note[field_absent]: no record gives `custom_fields.frist_name`"), "{ran}");
    assert!(ran.stderr.contains("did you mean `custom_fields.first_name`?"), "{ran}");
}
