//! `watch --save`: what is saved goes on where it was.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;

use crate::watch::{Generated, answer, directory, watch};
use crate::{Headcount, headcount};

const OFTEN: &str = r#"{"at": "2025-11-15T01:00:00Z", "phone_number": "+14155550102", "click_count": 5}
"#;

/// An event of contact 2 and the audience `Often`, an hour after midnight.
fn often(event: &str, cause: &str, number: u64) -> String {
    format!(
        r#"{{"at":"2025-11-15T01:00:00Z","audience":"Often","phone_number":"+14155550102","event":"{event}","cause":"{cause}","number":{number}}}
"#
    )
}

/// What it writes, saving in `live.headcount`, of updates that all stand in a file.
#[track_caller]
fn watched(directory: &tempfile::TempDir, rest: &str, updates: &str) -> String {
    std::fs::write(directory.path().join("updates.ndjson"), updates).unwrap();
    watch(directory, "--save live.headcount --updates updates.ndjson").with_all(rest).stdout()
}

#[test]
fn it_goes_on_behind_the_updates_that_it_knows() {
    let directory = directory();
    assert_eq!(watched(&directory, "", OFTEN), often("entered", "update", 1));
    assert_eq!(watched(&directory, "", OFTEN), "");
    // Neither the records nor the beginning count any more.
    std::fs::remove_file(directory.path().join("contacts.csv")).unwrap();
    let more =
        format!("{OFTEN}\n{{\"at\": \"2025-11-15T01:00:00Z\", \"sizes\": true}}\n{}", OFTEN.replace(": 5", ": 0"));
    std::fs::write(directory.path().join("updates.ndjson"), &more).unwrap();
    let again = "watch --audience audiences.json contacts.csv --from 2020-01-01 --save live.headcount";
    let ran = headcount(again).with_all("--updates updates.ndjson").within(directory.path()).run();
    ran.exits(0);
    let sizes = "{\"at\":\"2025-11-15T01:00:00Z\",\"sizes\":{\"recent\":1,\"Often\":1},\"number\":2}\n";
    assert_eq!(ran.stdout, sizes.to_owned() + &often("left", "update", 3), "{ran}");
    assert_eq!(
        ran.stderr,
        "going on from live.headcount: the updates up to line 1 are in it, and the clock is at 2025-11-15T01:00:00Z; no other \
         records are read\n"
    );
    // Fed from elsewhere, it takes what it does not know.
    for (first, code, told) in [(4, 0, String::new()), (5, 0, often("entered", "update", 4)), (9, 1, String::new())] {
        let ran =
            headcount(again).with_all(format!("--first-line {first}")).within(directory.path()).reading(OFTEN).run();
        ran.exits(code);
        assert_eq!((&ran.stdout, ran.stderr.contains("there are updates missing")), (&told, code == 1), "{ran}");
    }
}

/// Each is told as an edit, once.
#[test]
fn audiences_that_are_others() {
    let directory = directory();
    assert_eq!(watched(&directory, "", OFTEN), often("entered", "update", 1));
    let changed = r#"[{"id": "recent", "filter": "last_clicked_at within 2 days"},
                      {"name": "Often", "filter": "click_count >= 6"},
                      {"id": "all", "filter": "click_count >= 0"}]"#;
    let changed = changed.replace(
        "\"filter\": \"last_clicked_at within 2 days\"",
        r#""filter": {"operator": "AND", "conditions": [
        {"conditionType": "time", "field": "last_clicked_at", "operator": "within", "value": 2, "unit": "days"}]}"#,
    );
    let count = |least: u32| {
        format!(
            r#""filter": {{"operator": "AND", "conditions": [
                {{"conditionType": "count", "field": "click_count", "operator": "gte", "value": {least}}}]}}"#
        )
    };
    let changed = changed.replace("\"filter\": \"click_count >= 6\"", &count(6));
    let changed = changed.replace("\"filter\": \"click_count >= 0\"", &count(0));
    let watched = || {
        // `watch` has put the former there.
        std::fs::write(directory.path().join("audiences.json"), &changed).unwrap();
        let again = "watch --audience audiences.json contacts.csv --save live.headcount --updates updates.ndjson";
        headcount(again).within(directory.path()).stdout()
    };
    let entered = |contact: u32, number: u32| {
        format!(
            r#"{{"at":"2025-11-15T01:00:00Z","audience":"all","phone_number":"+1415555010{contact}","event":"entered","cause":"edit","number":{number}}}
"#
        )
    };
    assert_eq!(watched(), often("left", "edit", 2) + &entered(1, 3) + &entered(2, 4));
    assert_eq!(watched(), "");
    let removed =
        headcount("watch --filter 'click_count >= 0' contacts.csv --save live.headcount --updates updates.ndjson");
    let removed = removed.within(directory.path()).stdout();
    assert_eq!((removed.matches(r#""event":"left""#).count(), removed.matches(r#""event":"entered""#).count()), (3, 2));
}

#[test]
fn what_cannot_be_gone_on_from() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    assert_eq!(watched(&directory, "", OFTEN), often("entered", "update", 1));
    let saved = std::fs::read(at("live.headcount")).unwrap();
    let save = "--save live.headcount";
    watch(&directory, save).fails(
        1,
        "error: standard input may begin anywhere: expected --first-line and the number, among all updates, of its first line, \
         which is 2 where it goes on from what was saved, and 1 where it begins anew",
    );
    watch(&directory, save)
        .with_all("--first-line 1 --text-case insensitive")
        .fails(1, "was saved with other readings: expected missing_negation=matches&text_case=sensitive&");
    watch(&directory, "--save contacts.csv").fails(
        1,
        "error[unreadable_input]: is no image of live audiences: expected a file that `Live::save` or `headcount watch --save \
         FILE` wrote",
    );
    headcount("import contacts.csv -o table.headcount").within(directory.path()).run().exits(0);
    watch(&directory, "--save table.headcount").fails(1, "is a table image, which has no audiences");
    headcount("size --filter on_dnc live.headcount").within(directory.path()).fails(1, "is an image of live audiences");
    std::fs::write(at("damaged.headcount"), &saved[..saved.len() - 1]).unwrap();
    watch(&directory, "--save damaged.headcount").fails(1, "is an image of live audiences that is cut short");
    watch(&directory, "--save nowhere/live.headcount").fails(1, "error: nowhere/live.headcount cannot be written");
    watch(&directory, "--first-line 1").fails(2, "--save");
    watch(&directory, "--save new.headcount --save-every 0").fails(2, "expected a number of seconds such as 60 or 0.5");
    assert_eq!(std::fs::read(at("live.headcount")).unwrap(), saved);
    assert!(!at("new.headcount").exists());
}

/// One of all updates, which are fed from the first on.
fn saving(generated: &Generated, file: &str) -> Headcount {
    std::fs::write(generated.directory.path().join("contacts.ndjson"), &generated.records).unwrap();
    let watch = "watch --audience audiences.ndjson contacts.ndjson --from 2025-11-12 --first-line 1 --save-every 0.002";
    headcount(watch).with_all(format!("--save {file}")).within(generated.directory.path())
}

/// Takes in lines; one that was told before is the same.
fn take_in(told: &mut Vec<String>, line: &str) {
    let number = serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_u64().unwrap() as usize;
    match told.get(number - 1) {
        Some(before) => assert_eq!(before, line),
        None => {
            assert_eq!(number, told.len() + 1, "none is missing");
            told.push(line.to_owned());
        }
    }
}

/// Starts it, feeds it updates, and kills it so long after it has told so many lines in all.
fn killed(headcount: &Headcount, updates: &[&str], told: &mut Vec<String>, lines: usize, later: Duration) {
    let mut child = headcount.command().stderr(Stdio::null()).spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let updates = updates.concat();
    // It may write before it has read all; one that is killed reads no more.
    let feeding = std::thread::spawn(move || input.write_all(updates.as_bytes()).map(|()| input));
    let mut line = String::new();
    while told.len() < lines {
        assert!(output.read_line(&mut line).unwrap() > 0, "it tells no more");
        take_in(told, line.trim_end());
        line.clear();
    }
    std::thread::sleep(later);
    child.kill().unwrap();
    child.wait().unwrap();
    // The last may be half a line.
    while output.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
        take_in(told, line.trim_end());
        line.clear();
    }
    drop(feeding.join().unwrap());
}

/// Killed at any moment and fed again, it tells what it would have told undisturbed, and no line is lost.
#[test]
fn what_is_killed_goes_on_where_it_was() {
    const KILLS: usize = 24;
    let generated = Generated::of(900);
    let question = "{\"at\": \"2025-11-12\", \"sizes\": true}\n".to_owned();
    let updates: Vec<&str> = generated.updates.split_inclusive('\n').collect();
    let in_parts = updates.chunks(updates.len().div_ceil(KILLS + 1));
    let mut updates: Vec<&str> = in_parts.flat_map(|part| part.iter().copied().chain([question.as_str()])).collect();
    updates.push("{\"at\": \"2025-11-20\", \"sizes\": true}\n");
    let undisturbed = saving(&generated, "undisturbed.headcount").reading(updates.concat()).stdout();
    let expected: Vec<&str> = undisturbed.lines().collect();
    let places = |lines: &[&str]| {
        let answers = lines.iter().enumerate().filter(|(_, line)| line.contains("sizes"));
        answers.map(|(place, _)| place + 1).collect::<Vec<_>>()
    };
    let (asked, answered) = (places(&updates), places(&expected));
    assert_eq!((asked.len(), answered.len()), (KILLS + 2, KILLS + 2));

    let mut random = 0x9e37_79b9_u64;
    let mut draw = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let saving = saving(&generated, "live.headcount");
    let mut told = Vec::new();
    for kill in 0..KILLS {
        // Before it is fed all, or while it has no more to do.
        let fed = asked[kill] + draw(asked[kill + 1] - asked[kill]);
        let lines =
            if kill == 0 { answered[0] } else { answered[kill - 1] + draw(answered[kill] - answered[kill - 1] + 1) };
        killed(&saving, &updates[..fed], &mut told, lines, Duration::from_micros(draw(4_000) as u64));
    }
    let before = told.len();
    saving.reading(updates.concat()).stdout().lines().for_each(|line| take_in(&mut told, line));
    assert!(before < told.len());
    assert_eq!(told, expected);
    assert_eq!(answer(told.last().unwrap()), generated.sizes(&generated.all, "2025-11-20"));
}

/// What was told behind the last save was of the audiences that it had.
#[test]
fn audiences_are_not_changed_behind_whoever_was_killed() {
    let directory = directory();
    let mut killed_one = Vec::new();
    let saving = watch(&directory, "--save live.headcount --save-every 600 --first-line 1");
    killed(&saving, &[OFTEN], &mut killed_one, 1, Duration::ZERO);
    let changed = headcount("watch --filter is_valid contacts.csv --save live.headcount --first-line 1");
    changed.within(directory.path()).fails(1, "error: live.headcount was saved by a run that was killed");
    assert_eq!(saving.reading(OFTEN).stdout(), often("entered", "update", 1), "it is told again");
    assert_eq!(killed_one, [often("entered", "update", 1).trim_end()]);
    let changed = headcount("watch --filter is_valid contacts.csv --save live.headcount --first-line 2");
    assert_eq!(changed.within(directory.path()).stdout().matches(r#""cause":"edit""#).count(), 4);
}
