//! Files as people have them, and commands as they type them: no number without a note, an error, or being right.

use std::fs;

use tempfile::TempDir;

use crate::headcount;

/// A case: its files, a command about them, and what comes of it.
struct Door {
    kind: &'static str,
    files: &'static [(&'static str, &'static str)],
    command: &'static str,
    code: i32,
    /// All that is printed.
    prints: Prints,
    /// What is said on standard error, among other things.
    says: &'static [&'static str],
}

enum Prints {
    Exactly(&'static str),
    /// This among other things.
    Among(&'static str),
    /// A size, under `size --format json`.
    Size(u64),
    Nothing,
}

use Prints::{Among, Exactly, Nothing, Size};

/// Flags and names of others.
const VENDOR: (&str, &str) =
    ("a.csv", "phone,list_id,clicks,DNC,Subscribed\n+14155550101,101,5,true,false\n+14155550102,101,9,false,true\n");
const ONE: &str = "phone_number,list_id,click_count\n+14155550101,101,5\n";
const UNREAD: &[&str] = &[
    "note[column_not_read]: `DNC` is not read: it means nothing here, did you mean `on_dnc`? (a.csv:1)",
    "note[column_not_read]: `Subscribed` is not read: it means nothing here, did you mean `active`? (a.csv:1)",
    "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (a.csv:1)",
];

const DOORS: &[Door] = &[
    Door {
        kind: "a column under another name",
        files: &[VENDOR],
        command: "size --filter 'click_count >= 3' a.csv",
        code: 0,
        prints: Size(0),
        says: &[
            UNREAD[0],
            UNREAD[1],
            UNREAD[2],
            "note[field_absent]: no record gives `click_count`, which is taken as 0, did you mean `clicks`?",
        ],
    },
    Door {
        kind: "the same, dangerous",
        files: &[VENDOR],
        command: "members --filter 'not on_dnc' a.csv --deny-notes",
        code: 1,
        prints: Exactly("+14155550101\n+14155550102\n"),
        says: &[
            UNREAD[0],
            "note[field_absent]: no record gives `on_dnc`, which is taken as false, did you mean `DNC`?",
        ],
    },
    Door {
        kind: "blanks in a header",
        files: &[("a.csv", "phone, active, on_dnc\n+14155550101, false, true\n")],
        command: "members --filter 'not on_dnc' a.csv --deny-notes",
        code: 0,
        prints: Exactly(""),
        says: &[],
    },
    Door {
        kind: "flat custom keys in JSON",
        files: &[("b.ndjson", "{\"phone_number\":\"+14155550101\",\"custom_fields.state\":\"CA\"}\n")],
        command: "size --filter 'custom.state = \"CA\"' b.ndjson --deny-notes",
        code: 0,
        prints: Size(1),
        says: &[],
    },
    Door {
        kind: "quotes gone wrong",
        files: &[(
            "c.csv",
            "phone_number,click_count,Note\n+14155550101,5,\"6 pack\n+14155550102,4,x\n+14155550103,4,\"8 pack\n+14155550104,4,y\n",
        )],
        command: "size --filter 'click_count >= 3' c.csv",
        code: 1,
        prints: Nothing,
        says: &["c.csv:2"],
    },
    Door {
        kind: "a header in the middle, as files put together have it",
        files: &[("m.csv", "phone_number,carrier\n+14155550101,T\nphone_number,carrier\n+14155550102,V\n")],
        command: "size --filter 'carrier exists' m.csv",
        code: 1,
        prints: Nothing,
        says: &["m.csv:3"],
    },
    Door {
        kind: "the same with a byte-order mark, and its columns in another order",
        files: &[(
            "m.csv",
            "\u{feff}phone,carrier\n+14155550101,T\n\u{feff}phone,carrier\n+14155550102,V\ncarrier,Phone Number\nV,+14155550103\n",
        )],
        command: "size --filter 'carrier exists' m.csv",
        code: 1,
        prints: Nothing,
        says: &["m.csv:3", "m.csv:5"],
    },
    Door {
        kind: "blanks around values",
        files: &[(
            "b.csv",
            "list_id, phone, custom_fields.state, carrier\n1, +14155550101, CA, T\n1, +14155550102, \" \", V\n",
        )],
        command: "members --filter 'custom.state = \"CA\" and carrier = \"T\"' b.csv --deny-notes",
        code: 1,
        prints: Exactly("+14155550101\n"),
        // Behind a blank, a quote is a part of its value.
        says: &[
            "note[unfit_value]: 1 of 2 values of `custom_fields.state` is no text without quotes around it, the first `\" \"` (b.csv:3)",
        ],
    },
    Door {
        kind: "a column without a name, as pandas writes its index",
        files: &[("i.csv", ",phone\n0,+14155550101\n")],
        command: "members --filter 'phone_number exists' i.csv",
        code: 0,
        prints: Exactly("+14155550101\n"),
        says: &["note[column_not_read]: a column without a name is not read (i.csv:1)"],
    },
    Door {
        kind: "the do-not-call list among the memberships, where it is not read",
        files: &[(
            "l.ndjson",
            "{\"phone_number\":\"+14155550101\",\"lists\":[{\"list_id\":1,\"on_dnc\":true}]}\n{\"phone_number\":\"+14155550102\",\"on_dnc\":true}\n",
        )],
        command: "members --filter 'not on_dnc' l.ndjson --deny-notes",
        code: 1,
        prints: Exactly("+14155550101\n"),
        says: &[
            "note[column_not_read]: `lists.on_dnc` is not read: it is the contact's, and read beside `lists`, did you \
                 mean `on_dnc`? (l.ndjson)",
        ],
    },
    Door {
        kind: "a custom field that is asked for true, and says yes",
        files: &[("o.csv", "phone,custom_fields.opted_out\n+14155550101,Yes\n+14155550102,FALSE\n+14155550103,1\n")],
        command: "members --filter 'custom.opted_out != true' o.csv --deny-notes",
        code: 1,
        prints: Exactly("+14155550101\n+14155550102\n+14155550103\n"),
        says: &[
            "note[unfit_value]: 2 of 3 values of `custom_fields.opted_out` are no boolean, the first `Yes` (o.csv:2)",
        ],
    },
    Door {
        kind: "a page of another service, behind which more follow",
        files: &[(
            "q.json",
            r#"{"contacts":[{"phone":"+14155550101"}],"meta":{"nextPageUrl":"https://example.com/?page=2"}}"#,
        )],
        command: "size --filter 'phone_number exists' q.json",
        code: 0,
        prints: Size(1),
        says: &["note[pages_missing]: 1 page was read, and the last says that more follow (q.json)"],
    },
    Door {
        kind: "the same page twice",
        files: &[(
            "p2.ndjson",
            "{\"contacts\":[{\"phone\":\"+14155550101\"}],\"pagination\":{\"page\":2,\"total_pages\":2}}\n{\"contacts\":[{\"phone\":\"+14155550101\"}],\"pagination\":{\"page\":2,\"total_pages\":2}}\n",
        )],
        command: "size --filter 'phone_number exists' p2.ndjson",
        code: 0,
        prints: Size(1),
        says: &["note[pages_missing]: 1 of 2 pages was read (p2.ndjson)", "note[replaced]"],
    },
    Door {
        kind: "a column that filters in text spell otherwise",
        files: &[("t.csv", "phone,custom.state\n+14155550101,CA\n")],
        command: "members --filter 'custom.state = \"CA\"' t.csv",
        code: 0,
        prints: Exactly(""),
        says: &[
            "note[column_not_read]: `custom.state` is not read: it means nothing here, did you mean `custom_fields.state`?",
        ],
    },
    Door {
        kind: "spellings of one number",
        files: &[(
            "d.csv",
            "phone_number,list_id,click_count\n+1 (415) 555-0101,101,5\n14155550101,102,5\n4155550101,103,5\n+14155550101,104,5\n",
        )],
        command: "size --filter 'click_count >= 3' d.csv",
        code: 0,
        prints: Size(4),
        says: &["note[phone_form]: 3 of 4 phone numbers are not in the form E.164 (`+`, then 7 to 15 digits), \
                 the first `+1 (415) 555-0101`; 3 have the same digits as another (d.csv:2)"],
    },
    Door {
        kind: "a do-not-call file in another spelling",
        files: &[("d2.csv", ONE), ("dnc.csv", "phone_number,on_dnc\n4155550101,true\n")],
        command: "members --filter 'click_count >= 3 and not on_dnc' d2.csv dnc.csv",
        code: 0,
        prints: Exactly("+14155550101\n"),
        says: &["note[phone_form]: 1 of 2 phone numbers is not in the form E.164 (`+`, then 7 to 15 digits), \
                 the first `4155550101` (dnc.csv:2)"],
    },
    Door {
        kind: "a file of opt-outs that names no list",
        files: &[("d2.csv", ONE), ("optouts.csv", "phone,active\n+14155550109,false\n+14155550101,false\n")],
        command: "members --filter 'click_count >= 3' d2.csv optouts.csv",
        code: 0,
        prints: Exactly("+14155550101\n"),
        says: &[
            "note[unlisted_opt_out]: 1 contact is active on a list though a record without one says `active: false`",
        ],
    },
    Door {
        kind: "a file of something else, of a contact who opted out",
        files: &[
            ("c.csv", "phone,list_id,active\n+14155550101,101,false\n+14155550102,101,true\n"),
            ("states.csv", "phone,custom_fields.state\n+14155550101,CA\n+14155550102,CA\n"),
        ],
        command: "members --filter 'custom.state = \"CA\"' c.csv states.csv",
        code: 0,
        prints: Exactly("+14155550101\n+14155550102\n"),
        says: &["note[unlisted_opt_in]: 1 contact is active on none of their lists"],
    },
    Door {
        kind: "a contact on the do-not-call list, whom a later record takes off it",
        files: &[
            ("dnc.csv", "phone,on_dnc\n+14155550101,true\n"),
            ("e.csv", "phone,list_id,on_dnc\n+14155550101,101,false\n"),
        ],
        command: "members --filter 'not on_dnc' dnc.csv e.csv",
        code: 0,
        prints: Exactly("+14155550101\n"),
        says: &["note[dnc_lifted]: 1 record takes a contact off the do-not-call list"],
    },
    Door {
        kind: "a file of opt-outs of the lists that they are of",
        files: &[
            ("d2.csv", ONE),
            ("optouts.csv", "phone,list_id,active\n+14155550109,101,false\n+14155550101,101,false\n"),
        ],
        command: "members --filter 'click_count >= 3' d2.csv optouts.csv",
        code: 0,
        prints: Exactly(""),
        says: &["note[replaced]"],
    },
    Door {
        kind: "numbers that are none",
        files: &[("d3.csv", "phone_number,click_count\n1.4155E+10,5\n1.4155E+10,4\nTotal,9\nN/A,3\n")],
        command: "size --filter 'click_count >= 3' d3.csv",
        code: 0,
        prints: Size(3),
        says: &[
            "note[phone_form]: 3 of 3 phone numbers are not in the form E.164 (`+`, then 7 to 15 digits), \
                 the first `1.4155E+10` (d3.csv:2)",
            "note[replaced]: 1 membership was replaced by a later record of the same contact and list",
        ],
    },
    Door {
        kind: "one page of many",
        files: &[(
            "p1.json",
            r#"{"contacts":[{"phone_number":"+14155550101"}],"pagination":{"page":1,"per_page":1,"total":5123,"total_pages":5123}}"#,
        )],
        command: "size --filter 'click_count = 0' p1.json",
        code: 0,
        prints: Size(1),
        says: &["note[pages_missing]: 1 of 5123 pages was read (p1.json)"],
    },
    Door {
        kind: "nothing in a file",
        files: &[("e.json", "")],
        command: "size --filter 'click_count = 0' e.json",
        code: 0,
        prints: Size(0),
        says: &["note[no_records]: there is no record in it (e.json)"],
    },
    Door {
        kind: "text that is no time",
        files: &[(
            "cd.csv",
            "phone_number,custom_fields.last_purchase\n+14155550101,11/12/2025\n+14155550102,2025-11-12\n",
        )],
        command: "size --filter 'custom.last_purchase not within 30 days' cd.csv",
        code: 0,
        prints: Size(1),
        says: &[
            "note[unfit_value]: 1 of 2 values of `custom_fields.last_purchase` is no time, the first `11/12/2025` (cd.csv:2)",
        ],
    },
    Door {
        kind: "nothing left",
        files: &[("f.csv", "phone_number,click_count,on_dnc\n+14155550101,5,perhaps\n+14155550102,6,perhaps\n")],
        command: "size --filter 'click_count >= 3' f.csv --on-error skip",
        code: 1,
        prints: Nothing,
        says: &[
            "note[skipped]: 2 records left out, for they are invalid (f.csv)",
            "error: no record is left: 2 records are invalid, and left out",
        ],
    },
    Door {
        kind: "flags as spreadsheets write them",
        files: &[("g.csv", "phone_number,on_dnc\n+14155550101,TRUE\n+14155550102,False\n")],
        command: "size --filter on_dnc g.csv --deny-notes",
        code: 0,
        prints: Size(1),
        says: &[],
    },
    Door {
        kind: "semicolons, which a line in front names",
        files: &[("s.csv", "sep=;\nphone_number;click_count\n+14155550101;5\n")],
        command: "size --filter 'click_count >= 3' s.csv --deny-notes",
        code: 0,
        prints: Size(1),
        says: &[],
    },
    Door {
        kind: "tabs",
        files: &[("t.tsv", "phone_number\tclick_count\n+14155550101\t5\n")],
        command: "size --filter 'click_count >= 3' t.tsv --deny-notes",
        code: 0,
        prints: Size(1),
        says: &[],
    },
    Door {
        kind: "bars",
        files: &[("u.csv", "phone_number|click_count\n+14155550101|5\n")],
        command: "size --filter 'click_count >= 3' u.csv --deny-notes",
        code: 0,
        prints: Size(1),
        says: &[],
    },
    Door {
        kind: "JSON in a cell",
        files: &[("j.csv", "phone_number,custom_fields\n+14155550101,\"{\"\"state\"\": \"\"CA\"\"}\"\n")],
        command: "size --filter 'custom.state = \"CA\"' j.csv --deny-notes",
        code: 0,
        prints: Size(1),
        says: &[],
    },
    Door {
        kind: "a quoted number, ordered",
        files: &[],
        command: "check --filter 'custom.ltv > \"100\"'",
        code: 0,
        prints: Among("warning[text_order]"),
        says: &[],
    },
    Door {
        kind: "who is counted by a quoted number",
        files: &[("l.csv", "phone,custom_fields.ltv\n+14155550101,99\n+14155550102,1000\n")],
        command: "members --filter 'custom.ltv > \"100\"' l.csv",
        code: 0,
        prints: Exactly("+14155550101\n+14155550102\n"),
        says: &[],
    },
    Door {
        kind: "the same from react-querybuilder",
        files: &[(
            "q.json",
            r#"{"combinator":"and","rules":[{"field":"custom_fields.ltv","operator":">","value":"100"}]}"#,
        )],
        command: "convert --from react-querybuilder --to text q.json",
        code: 0,
        prints: Exactly("custom_fields.ltv > \"100\"\n"),
        says: &["text_order"],
    },
    Door {
        kind: "scope lost",
        files: &[("audience.json", include_str!("../../../examples/audience.json"))],
        command: "convert audience.json --to text",
        code: 0,
        prints: Exactly("last_clicked_at within 30 days and click_count >= 3\n"),
        says: &["note[scope_lost]"],
    },
    Door {
        kind: "dates, inclusive",
        files: &[(
            "k.csv",
            "phone,signup_date\n+14155550101,2025-10-31\n+14155550102,2025-10-31T09:00\n+14155550103,2025-11-01\n",
        )],
        command: "members --filter 'signup_date >= 2025-10-31 and signup_date < 2025-11-01' k.csv --deny-notes",
        code: 0,
        prints: Exactly("+14155550101\n+14155550102\n"),
        says: &[],
    },
];

#[test]
fn an_offset_behind_a_blank_is_read_in_every_form() {
    for records in [
        "phone,last_sent_at\n+14155550101,2025-11-15 08:30:00 +00:00\n+14155550102,2025-11-15 10:30:00 +0200\n\
         +14155550103,2025-11-15 08:30:00.000001 +00\n",
        r#"{"phone":"+14155550101","last_sent_at":"2025-11-15 08:30:00 +00:00"}
{"phone":"+14155550102","last_sent_at":"2025-11-15 10:30:00 +0200"}
{"phone":"+14155550103","last_sent_at":"2025-11-15 08:30:00.000001 +00"}"#,
        r#"{"contacts":[{"phone":"+14155550101","last_sent_at":"2025-11-15 08:30:00 +00:00"},
{"phone":"+14155550102","last_sent_at":"2025-11-15 10:30:00 +0200"},
{"phone_number":"+14155550103","last_sent_at":"2025-11-15 08:30:00.000001 +00"}]}"#,
    ] {
        let asked = headcount("members --filter 'last_sent_at within 1 minutes' --deny-notes - --now");
        let ran = asked.with("2025-11-15 08:30:00 +00").reading(records).run();
        ran.exits(0);
        assert_eq!(ran.stdout, "+14155550101\n+14155550102\n", "{ran}");
    }
}

#[test]
fn no_number_stands_alone_that_is_not_right() {
    for Door { kind, files, command, code, prints, says } in DOORS {
        let directory = TempDir::new().unwrap();
        for (name, content) in *files {
            fs::write(directory.path().join(name), content).unwrap();
        }
        let reads_records = !["check", "convert"].iter().any(|other| command.starts_with(other));
        let now = if reads_records { "--now 2025-11-15T08:30:00Z" } else { "" };
        let format = if matches!(prints, Size(_)) { "--format json" } else { "" };
        let ran = headcount(command).with_all(now).with_all(format).within(directory.path()).run();
        ran.exits(*code);
        match prints {
            Exactly(expected) => assert_eq!(ran.stdout, *expected, "{kind}: {ran}"),
            Size(expected) => {
                let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
                assert_eq!(report["audiences"][0]["size"], *expected, "{kind}: {ran}");
            }
            Among(expected) => assert!(ran.stdout.contains(expected), "{kind}: {ran}"),
            Nothing => assert_eq!(ran.stdout, "", "{kind}: {ran}"),
        }
        for said in *says {
            assert!(ran.stderr.contains(said), "{kind}: expected {said}\n{ran}");
        }
        let told = ran.stderr.lines().filter(|line| line.starts_with("note[")).count();
        assert_eq!(told == 0, !says.iter().any(|said| said.starts_with("note[")), "{kind}: {ran}");
    }
}
