//! `watch`.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::json;

use crate::{Headcount, headcount};

const RECORDS: &str = "phone_number,list_id,click_count,last_clicked_at
+14155550101,7,3,2025-11-14T08:00:00Z
+14155550102,7,0,
";

/// Those who clicked within two days, and those who clicked often, of these records from 2025-11-15 on.
pub(crate) fn watch(directory: &tempfile::TempDir, rest: &str) -> Headcount {
    std::fs::write(directory.path().join("contacts.csv"), RECORDS).unwrap();
    std::fs::write(
        directory.path().join("audiences.json"),
        r#"[{"id": "recent", "filter": {"operator": "AND", "conditions": [
                {"conditionType": "time", "field": "last_clicked_at", "operator": "within", "value": 2, "unit": "days"}]}},
            {"name": "Often", "filter": {"operator": "AND", "conditions": [
                {"conditionType": "count", "field": "click_count", "operator": "gte", "value": 5}]}}]"#,
    )
    .unwrap();
    let watch = headcount("watch --audience audiences.json contacts.csv --from 2025-11-15").with_all(rest);
    watch.within(directory.path())
}

pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn events_of_updates_and_of_time() {
    let updates = r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550102", "list_id": 7, "click_count": 5, "last_clicked_at": "2025-11-15T01:00:00Z"}
{"at": "2025-11-15T02:00:00Z", "sizes": true}
{"at": "2025-11-16T12:00:00Z"}
{"at": "2025-11-16T13:00:00Z", "remove": "+14155550102"}
{"at": "2025-11-16T13:00:00Z", "remove": "+14155550102"}
{"at": "2025-11-16T13:00:00Z", "sizes": true}
"#;
    let expected = r#"{"at":"2025-11-15T01:00:00Z","audience":"recent","phone_number":"+14155550102","event":"entered","cause":"update"}
{"at":"2025-11-15T01:00:00Z","audience":"Often","phone_number":"+14155550102","event":"entered","cause":"update"}
{"at":"2025-11-15T02:00:00Z","sizes":{"recent":2,"Often":1}}
{"at":"2025-11-16T08:00:00.000001Z","audience":"recent","phone_number":"+14155550101","event":"left","cause":"time"}
{"at":"2025-11-16T13:00:00Z","audience":"recent","phone_number":"+14155550102","event":"left","cause":"update"}
{"at":"2025-11-16T13:00:00Z","audience":"Often","phone_number":"+14155550102","event":"left","cause":"update"}
{"at":"2025-11-16T13:00:00Z","sizes":{"recent":0,"Often":0}}
"#;
    let directory = directory();
    std::fs::write(directory.path().join("updates.ndjson"), updates).unwrap();
    for (rest, reading, input) in [("", updates, "standard input"), ("--updates updates.ndjson", "", "updates.ndjson")]
    {
        let ran = watch(&directory, rest).reading(reading).run();
        assert_eq!(ran.stdout, expected, "{ran}");
        let note = "note[unknown_contact]: 1 removal is of somebody who is not there, the first `+14155550102`";
        assert_eq!(ran.stderr, format!("{note} ({input}:5:1)\n"), "{ran}");
    }
}

#[test]
fn until_moves_the_clock_in_the_end() {
    let left = r#"{"at":"2025-11-16T08:00:00.000001Z","audience":"recent","phone_number":"+14155550101","event":"left","cause":"time"}
"#;
    let directory = directory();
    watch(&directory, "--until 2025-11-16T08:00:00Z").prints("");
    watch(&directory, "--until 2025-11-16T08:00:00.000001Z").prints(left);
    watch(&directory, "--until 2025-11-20").reading(r#"{"at": "2025-11-15T12:00:00Z"}"#).prints(left);
    watch(&directory, "--until 2025-11-16").reading(r#"{"at": "2025-11-20"}"#).prints(left);
}

/// Of one instant in the order of the audiences, then of phone numbers.
#[test]
fn the_order_of_events() {
    let directory = directory();
    let rows = ["+5", "+3", "+4"].map(|number| format!("{number},2025-11-15,2025-11-15\n")).concat();
    std::fs::write(directory.path().join("contacts.csv"), format!("phone,last_sent_at,last_clicked_at\n{rows}"))
        .unwrap();
    let watch = "watch --filter 'last_sent_at within 1 day' --filter 'last_clicked_at within 1 day' contacts.csv";
    let ran = headcount(watch).with_all("--from 2025-11-15 --until 2025-11-17").within(directory.path()).run();
    let order: Vec<(String, String)> = ran
        .stdout
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| event[key].as_str().unwrap().to_owned();
            assert_eq!((&*text("at"), &*text("event")), ("2025-11-16T00:00:00.000001Z", "left"));
            (text("audience"), text("phone_number"))
        })
        .collect();
    let expected = ["0", "1"].map(|audience| ["+3", "+4", "+5"].map(|number| (audience.to_owned(), number.to_owned())));
    assert_eq!(order, expected.concat(), "{ran}");
}

/// The clock never runs back.
#[test]
fn what_is_late_is_applied_now() {
    let directory = directory();
    let updates = r#"{"at": "2025-11-16", "sizes": true}
{"at": "2025-11-01", "phone_number": "+14155550103", "click_count": 9}
{"at": "2025-11-02", "sizes": true}
"#;
    watch(&directory, "").reading(updates).prints(
        r#"{"at":"2025-11-16T00:00:00Z","sizes":{"recent":1,"Often":0}}
{"at":"2025-11-16T00:00:00Z","audience":"Often","phone_number":"+14155550103","event":"entered","cause":"update"}
{"at":"2025-11-16T00:00:00Z","sizes":{"recent":1,"Often":1}}
"#,
    );
}

/// Each is told with its place, changes nothing, and costs no other.
#[test]
fn an_update_that_makes_no_sense() {
    let directory = directory();
    let poison = [
        (r#"{"at": "2025-12-01", "remove": "+14155550101""#, "1:45"),
        (r#"["at"]"#, "2:1"),
        (r#"{"phone_number": "+14155550101", "click_count": 9}"#, "3:50"),
        (r#"{"at": "soon"}"#, "4:13 (/at)"),
        (r#"{"at": 1763195400}"#, "5:17 (/at)"),
        (r#"{"at": "2025-12-01", "phone_number": "+14155550101", "click_count": -9}"#, "6:70 (/click_count)"),
        (r#"{"at": "2025-12-01", "phone_number": ""}"#, "7:40 (/phone_number)"),
        (r#"{"at": "2025-12-01", "click_count": 3}"#, "8:38"),
        (r#"{"at": "2025-12-01", "size": true}"#, "9:34 (/size)"),
        (r#"{"at": "2025-12-01", "remove": 14155550101}"#, "10:42 (/remove)"),
        (r#"{"at": "2025-12-01", "remove": "+14155550101", "sizes": true}"#, "11:61 (/sizes)"),
        (r#"{"at": "2025-12-01", "phone_number": "+14155550101", "lists": 3}"#, "12:63 (/lists)"),
        ("phone_number,list_id", "13:1"),
    ];
    let mut updates: String = poison.iter().flat_map(|(line, _)| [line, "\n"]).collect();
    updates.push_str("{\"at\": \"2025-11-15T01:00:00Z\", \"sizes\": true}\n");
    let sizes = "{\"at\":\"2025-11-15T01:00:00Z\",\"sizes\":{\"recent\":1,\"Often\":0}}\n";

    let ran = watch(&directory, "").reading(updates.clone()).run();
    ran.exits(1);
    assert_eq!(ran.stdout, sizes, "{ran}");
    let places: Vec<&str> =
        ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("--> standard input:")).collect();
    assert_eq!(places, poison.map(|(_, place)| place), "{ran}");
    assert_eq!(ran.stderr.matches("error[invalid_record]: ").count(), poison.len(), "{ran}");

    let ran = watch(&directory, "--on-error skip").reading(updates.clone()).run();
    ran.exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.matches("error[").count()), (sizes, poison.len()), "{ran}");
    let ran = watch(&directory, "--on-error skip --max-skipped 50%").reading(updates).run();
    ran.exits(1);
    assert_eq!(ran.stdout, sizes, "{ran}");
    assert!(ran.stderr.contains("13 of 14 records left out, which is more than --max-skipped 50% allows"), "{ran}");
}

#[test]
fn updates_are_read_as_records_are() {
    let directory = directory();
    let updates = r#"{"at": 1763168400, "Mobile": "(415) 555-0102", "Clicks": 9}
{"at": "2025-11-15T02:00:00Z", "remove": "415.555.0102"}
"#;
    let ran =
        watch(&directory, "--map Mobile=phone_number,Clicks=click_count --epoch s --phones US").reading(updates).run();
    ran.exits(0);
    let often = r#""audience":"Often","phone_number":"+14155550102""#;
    assert_eq!(
        ran.stdout,
        format!(
            "{{\"at\":\"2025-11-15T01:00:00Z\",{often},\"event\":\"entered\",\"cause\":\"update\"}}\n\
             {{\"at\":\"2025-11-15T02:00:00Z\",{often},\"event\":\"left\",\"cause\":\"update\"}}\n"
        )
    );
    watch(&directory, "--source-lists 8").reading(updates.replace("Mobile", "phone")).run().exits(1);
}

#[test]
fn keys_that_are_not_read_are_told_once() {
    let directory = directory();
    let updates: String = (0..3)
        .map(|hour| format!("{{\"at\": \"2025-11-15T0{hour}:00:00Z\", \"phone\": \"+14155550102\", \"clicks\": 9}}\n"))
        .collect();
    for (deny, code) in [("", 0), ("--deny-notes", 1)] {
        let ran = watch(&directory, deny).reading(updates.clone()).run();
        ran.exits(code);
        assert_eq!(ran.stderr.matches("note[column_not_read]: `clicks` is not read").count(), 1, "{ran}");
        assert!(ran.stderr.contains("did you mean `click_count`?"), "{ran}");
    }
}

#[test]
fn what_cannot_be_watched() {
    let directory = directory();
    watch(&directory, "--updates nowhere.ndjson --until 2025-12-01")
        .fails(1, "error[unreadable_input]: cannot be read");
    watch(&directory, "--audience audiences.json")
        .fails(1, "error[duplicate_key]: two audiences have the name `recent`");
    headcount("watch --filter is_valid nowhere.csv").fails(1, "nowhere.csv");
}

#[test]
fn how_fast_it_goes() {
    let directory = directory();
    let ran = watch(&directory, "--stats").reading("{\"at\": \"2025-11-20\"}\nwrong\n").run();
    ran.exits(1);
    let stats: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("stats: ")).collect();
    let [stats] = stats[..] else { panic!("{ran}") };
    assert!(stats.starts_with("stats: 1 update (") && stats.contains("a second), 1 event ("), "{ran}");
    assert!(stats.contains(" invalid, clock ") && stats.contains(" s behind"), "{ran}");
}

/// One that runs, and is written to line by line.
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(headcount: &Headcount) -> Self {
        let mut child = headcount.command().stderr(Stdio::inherit()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn read(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// What it still writes, and its exit code, once its input is at its end.
    fn end(mut self) -> (String, Option<i32>) {
        drop(self.input);
        let mut rest = String::new();
        while self.output.read_line(&mut rest).unwrap() > 0 {}
        (rest, self.child.wait().unwrap().code())
    }
}

#[test]
fn an_event_is_there_before_the_next_update() {
    let directory = directory();
    let mut running = Running::start(&watch(&directory, ""));
    for clicks in [9, 1, 9] {
        running.write(&format!(r#"{{"at": "2025-11-15", "phone": "+14155550102", "click_count": {clicks}}}"#));
        let event = if clicks == 9 { "entered" } else { "left" };
        assert_eq!(running.read()["event"], json!(event));
    }
    // Half a line is no update yet.
    running.input.write_all(b"{\"at\": \"2025-11-15\", ").unwrap();
    running.write("\"sizes\": true}");
    assert_eq!(running.read()["sizes"], json!({"recent": 1, "Often": 1}));
    assert_eq!(running.end(), (String::new(), Some(0)));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_cleanly() {
    let directory = directory();
    for signal in ["INT", "TERM"] {
        for (poison, code) in [("", 0), ("wrong\n", 1)] {
            let mut running = Running::start(&watch(&directory, "--until 2025-12-01"));
            running.write(&format!("{poison}{}", r#"{"at": "2025-11-15", "sizes": true}"#));
            assert_eq!(running.read()["sizes"]["recent"], json!(1));
            let id = running.child.id().to_string();
            assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
            // While whoever writes has not ended: the clock stays where it is.
            assert_eq!(running.child.wait().unwrap().code(), Some(code), "{signal}");
            assert_eq!(running.end().0, "", "{signal}");
        }
    }
}

#[test]
fn a_reader_that_has_read_enough() {
    let directory = directory();
    let mut running = Running::start(&watch(&directory, ""));
    let toggle = |clicks: u32| format!(r#"{{"at": "2025-11-15", "phone": "+14155550102", "click_count": {clicks}}}"#);
    running.write(&toggle(9));
    running.read();
    let Running { mut child, mut input, output } = running;
    drop(output);
    // It notices when it writes next; then nobody reads what is written to it.
    let _ = (0..100_000).try_for_each(|i| writeln!(input, "{}", toggle(i % 2 * 9)));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Records, and updates of others in the half week after 2025-11-12, of the same audiences.
pub(crate) struct Generated {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) records: String,
    /// All of the records in the end.
    pub(crate) all: String,
    pub(crate) updates: String,
}

impl Generated {
    pub(crate) fn of(memberships: u32) -> Self {
        let all = headcount(format!("generate --memberships {memberships} --seed 7")).stdout();
        let (records, later) = all.split_at(all[..all.len() / 3].rfind('\n').unwrap() + 1);
        let update = |(minute, record): (usize, &str)| {
            let at = format!("2025-11-{:02}T{:02}:{:02}:00Z", 12 + minute / 1440, minute / 60 % 24, minute % 60);
            record.replacen('{', &format!("{{\"at\": \"{at}\", "), 1) + "\n"
        };
        let updates = later.lines().enumerate().map(update).collect();
        let directory = directory();
        headcount("generate --audiences 40 --seed 8 -o audiences.ndjson").within(directory.path()).prints("");
        Self { records: records.to_owned(), updates, all, directory }
    }

    /// What `watch` writes of some of the records and updates, the sizes on 2025-11-20 last.
    fn watched(&self, records: &str, updates: &str) -> String {
        std::fs::write(self.directory.path().join("contacts.ndjson"), records).unwrap();
        let watch = headcount("watch --audience audiences.ndjson contacts.ndjson --from 2025-11-12");
        let updates = format!("{updates}{{\"at\": \"2025-11-20\", \"sizes\": true}}\n");
        watch.within(self.directory.path()).reading(updates).stdout()
    }

    /// What `size` says of the audiences.
    pub(crate) fn sizes(&self, records: &str, now: &str) -> BTreeMap<String, i64> {
        let size = headcount(format!("size --audience audiences.ndjson - --format json --now {now}"));
        let told = size.within(self.directory.path()).reading(records).json();
        let size = |size: &serde_json::Value| (name(size).to_owned(), size["size"].as_i64().unwrap());
        told["audiences"].as_array().unwrap().iter().map(size).collect()
    }
}

/// The answer on the last line.
pub(crate) fn answer(watched: &str) -> BTreeMap<String, i64> {
    let answer: serde_json::Value = serde_json::from_str(watched.lines().last().unwrap()).unwrap();
    serde_json::from_value(answer["sizes"].clone()).unwrap()
}

/// Sizes in the end are those of all records, and those that whoever counts events comes to.
#[test]
fn sizes_are_those_of_the_last_records() {
    let generated = Generated::of(3_000);
    let watched = generated.watched(&generated.records, &generated.updates);
    let sizes = answer(&watched);
    assert_eq!(sizes, generated.sizes(&generated.all, "2025-11-20"));
    let mut counted = generated.sizes(&generated.records, "2025-11-12");
    assert_ne!(counted, sizes);
    for line in watched.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(audience) = event["audience"].as_str() {
            *counted.get_mut(audience).unwrap() += if event["event"] == "entered" { 1 } else { -1 };
        }
    }
    assert_eq!(counted, sizes);
}

/// Contacts are shared out by a hash of their phone numbers, and each process is told of its own: counts add up, and what one
/// process alone would tell they tell together.
#[test]
fn four_processes_tell_together_what_one_tells() {
    let generated = Generated::of(3_000);
    let shard = |lines: &str, number: u64| -> String {
        let is_here = |line: &&str| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let mut hasher = DefaultHasher::new();
            record["phone_number"].as_str().unwrap().hash(&mut hasher);
            hasher.finish() % 4 == number
        };
        lines.lines().filter(is_here).flat_map(|line| [line, "\n"]).collect()
    };
    let of_shard = |number| generated.watched(&shard(&generated.records, number), &shard(&generated.updates, number));
    let shards = [0, 1, 2, 3].map(of_shard);
    let mut sizes = BTreeMap::<String, i64>::new();
    for shard in &shards {
        answer(shard).into_iter().for_each(|(audience, size)| *sizes.entry(audience).or_default() += size);
    }
    let alone = generated.watched(&generated.records, &generated.updates);
    assert_eq!(sizes, answer(&alone));
    let events =
        |told: &str| told.lines().filter(|line| !line.contains("sizes")).map(str::to_owned).collect::<Vec<_>>();
    let (mut together, mut alone) = (shards.iter().flat_map(|shard| events(shard)).collect::<Vec<_>>(), events(&alone));
    together.sort_unstable();
    alone.sort_unstable();
    assert_eq!(together, alone);
}

/// What an audience is called in events.
fn name(size: &serde_json::Value) -> &str {
    size["id"].as_str().or(size["name"].as_str()).unwrap()
}

#[test]
fn changes_that_do_what_they_say_are_silent() {
    let directory = directory();
    let updates = r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550109", "active": false}
{"at": "2025-11-15T01:00:00Z", "remove": "+14155550109"}
{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "list_id": 7, "active": false}
{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "active": false}
"#;
    watch(&directory, "--deny-notes").reading(updates).run().exits(0);
}

#[test]
fn what_is_to_be_heard_of_updates_is_told_and_denied() {
    for (update, said) in [
        (
            r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "4155550101", "on_dnc": true}"#,
            "note[phone_form]: `4155550101` is not in the form E.164 (`+`, then 7 to 15 digits): it is nobody's who has \
             another form (standard input:1:1)\n",
        ),
        (r#"{"at": "2025-11-15T01:00:00Z", "remove": "4155550101"}"#, "note[phone_form]: `4155550101`"),
        (
            r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "lists": [{"list_id": 7, "on_dnc": true}]}"#,
            "note[column_not_read]: `lists.on_dnc` is not read: it is the contact's, and read beside `lists`",
        ),
        (
            r#"{"at": "2025-11-15T01:00:00Z", "remove": "+14155550109"}"#,
            "note[unknown_contact]: 1 removal is of somebody who is not there, the first `+14155550109` (standard input:1:1)\n",
        ),
        (
            r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "active": false}"#,
            "note[unlisted_opt_out]: 1 change says `active: false` without a list of a contact who is active on one: it ends no \
             membership there as `on_dnc` would, the first `+14155550101` (standard input:1:1)\n",
        ),
        (
            r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "list_id": 7, "active": false}
{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "carrier": "T"}
{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "custom_fields": {"state": "CA"}}"#,
            "note[unlisted_opt_in]: 1 change is without a list, of a contact who is active on none of their lists, and in \
             audiences of all lists by it, the first `+14155550101` (standard input:2:1)\n",
        ),
        (
            r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550101", "on_dnc": "yes"}"#,
            "note[skipped]: 1 record left out, for they are invalid (standard input)\n",
        ),
    ] {
        let directory = directory();
        let fine = r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550102"}"#;
        let updates = format!("{update}\n{fine}\n");
        for (rest, code) in [("--on-error skip", 0), ("--on-error skip --deny-notes", 1)] {
            let ran = watch(&directory, rest).reading(updates.as_str()).run();
            ran.exits(code);
            assert_eq!(ran.stderr.matches(said).count(), 1, "{ran}");
        }
    }
}
