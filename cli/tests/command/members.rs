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
