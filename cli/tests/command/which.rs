//! `which`.

use serde_json::json;

use crate::headcount;

const ASKED: &str = "--audience examples/audiences.json examples/contacts.json --now 2025-11-15T08:30:00Z";
const RECORDS: &str = "phone,list_id,click_count\n+14155550101,7,3\n+14155550102,7,0\n+14155550101,8,9\n";

#[test]
fn audiences_of_one_contact() {
    headcount(format!("which --phone +14155550101 {ASKED}")).prints(
        "phone_number  audience\n\
         +14155550101  Engaged or Buying\n\
         +14155550101  Win-Back\n\
         +14155550101  Clicked on 102, Not on 103\n",
    );
}

#[test]
fn audiences_of_every_contact_in_every_format() {
    let which = |rest: &str| {
        headcount(format!("which --all --filter 'click_count >= 3' --filter 'click_count > 5' - {rest}"))
            .reading(RECORDS)
    };
    which("").prints(
        "\
phone_number  audience
+14155550101  click_count >= 3
+14155550101  click_count > 5
+14155550102
",
    );
    which("--format csv").prints(
        "\
phone_number,id,name
+14155550101,,click_count >= 3
+14155550101,,click_count > 5
+14155550102,,
",
    );
    which("--format json").prints(
        "\
{\"phone_number\":\"+14155550101\",\"audiences\":[\"0\",\"1\"]}
{\"phone_number\":\"+14155550102\",\"audiences\":[]}
",
    );
    assert!(which("--format csv --bom").stdout().starts_with('\u{feff}'));
}

/// By its id, else its name, else its place from 0.
#[test]
fn what_an_audience_is_called_in_json() {
    let audiences = json!([
        {"id": "a1", "name": "Clickers", "filter": serde_json::Value::Null},
        {"name": "Clickers", "filter": serde_json::Value::Null},
        {"filter": serde_json::Value::Null},
    ]);
    let filter = r#"{"operator": "AND", "conditions": [{"conditionType": "count", "field": "click_count", "operator": "gte", "value": 0}]}"#;
    let audiences = audiences.to_string().replace("null", filter);
    let line =
        headcount("which --phone +14155550101 --format json --audience - examples/contacts.json").reading(audiences);
    line.prints("{\"phone_number\":\"+14155550101\",\"audiences\":[\"a1\",\"Clickers\",\"2\"]}\n");
}

/// Each audience has whom `members` tells, whatever the readings and whenever it is asked.
#[test]
fn it_says_what_members_says() {
    for options in [
        "--now 2025-11-15T08:30:00Z",
        "--now cached",
        "--now 2025-11-20 --subscription any --missing-negation fails",
        "--now 2025-11-15T08:30:00Z --source-lists 101,103",
        "--now 2025-11-15T08:30:00Z --text-case insensitive --unit memberships",
    ] {
        let all = headcount(format!(
            "which --all --format json --audience examples/audiences.json examples/contacts.json {options}"
        ));
        let lines: Vec<serde_json::Value> =
            all.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 9, "{options}");
        let audiences: serde_json::Value = serde_json::from_str(&crate::example("audiences.json")).unwrap();
        for audience in audiences["audiences"].as_array().unwrap() {
            let members = headcount(format!("members --audience - examples/contacts.json {options}"));
            let members = members.reading(audience.to_string()).stdout();
            let is_in = |line: &&serde_json::Value| line["audiences"].as_array().unwrap().contains(&audience["id"]);
            let found: Vec<&str> =
                lines.iter().filter(is_in).map(|line| line["phone_number"].as_str().unwrap()).collect();
            assert_eq!(found, members.lines().collect::<Vec<_>>(), "{options}: {}", audience["name"]);
        }
    }
}

#[test]
fn many_contacts_are_asked_as_each_alone() {
    let records = headcount("generate --memberships 5000 --seed 5").stdout();
    let audiences = headcount("generate --audiences 60 --seed 6").stdout();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("audiences.json"), audiences).unwrap();
    let which = |whom: &str| {
        let which =
            headcount(format!("which {whom} --format json --audience audiences.json - --now 2025-11-15T08:30:00Z"));
        which.within(directory.path()).reading(records.clone()).stdout()
    };
    let all = which("--all");
    let lines: Vec<&str> = all.lines().collect();
    assert!(lines.len() > 3_000, "{}", lines.len());
    for line in [lines[0], lines[1_023], lines[1_024], lines[lines.len() - 1]] {
        let contact: serde_json::Value = serde_json::from_str(line).unwrap();
        let alone = which(&format!("--phone {}", contact["phone_number"].as_str().unwrap()));
        assert_eq!(alone.trim_end(), line);
    }
}

#[test]
fn nobody_has_the_number() {
    headcount(format!("which --phone 4155550101 {ASKED}"))
        .fails(1, "error: no contact in the records has the phone number `4155550101`\n");
    headcount(format!("which --phone 14155550101 {ASKED}"))
        .fails(1, "phone number `14155550101`, did you mean `+14155550101`?\n");
}

#[test]
fn what_is_to_be_heard_is_told() {
    for whom in ["--all", "--phone +14155550101"] {
        let ran = headcount(format!("which {whom} --filter 'list = 110' - --deny-notes"));
        let ran = ran.reading("phone,list_id,clicks\n+14155550101,7,3\n").run();
        ran.exits(1);
        assert!(ran.stdout.contains("+14155550101"), "{ran}");
        assert!(ran.stderr.contains("note[unknown_list]: no record has the list 110"), "{ran}");
        assert!(ran.stderr.contains("note[column_not_read]: `clicks` is not read"), "{ran}");
    }
    headcount("which --all --audience examples/audiences.json examples/nowhere.json").fails(1, "nowhere.json");
    headcount("which --all --filter 'state = 1' examples/contacts.json").fails(1, "--> --filter:1:1");
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let record = r#"{"phone_number": "+1\u001b[31m"}"#;
    let table = headcount("which --all --filter is_valid -").reading(record).stdout();
    assert_eq!(table, "phone_number  audience\n+1\\u{1b}[31m  is_valid = true\n");
}
