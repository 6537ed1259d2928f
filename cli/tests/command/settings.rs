//! What is said of records with options, in the commands that read them.

use std::fs;

use super::headcount;

#[test]
fn every_command_takes_what_is_said_of_records() {
    let options = "--map Mobile=phone_number,Sent=last_sent_at --epoch ms --phones us --delimiter : --null N/A";
    let records = "Mobile:Sent:carrier\n(415) 555-0101:1763000000000:N/A\n4155550102:N/A:T\n";
    let filter = "--filter 'last_sent_at exists and carrier not exists'";
    for (command, expected) in [
        (format!("members {filter} {options} -"), "+14155550101\n"),
        (format!("size {filter} --format csv --now 2025-11-15T08:30:00Z {options} -"), ",1,"),
        (format!("explain {filter} {options} -"), "1            +1  all of"),
        (format!("why {filter} --phone '(415) 555-0101' {options} -"), "+14155550101 is in the audience"),
        (format!("documents {options} -"), "\"+14155550101\""),
        (format!("import {options} - -o -"), "PAR1"),
    ] {
        let mut child = headcount(&command).reading(records).command().spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), records.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let written = String::from_utf8_lossy(&output.stdout);
        assert!(written.contains(expected), "{command}\n{written}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_makes_no_sense_is_a_wrong_argument() {
    for (option, said) in [
        ("--map Phone", "expected NAME=FIELD, such as Phone=phone_number, found `Phone`"),
        ("--map P=phone_numbr", "`P` is mapped to `phone_numbr`, which is no field; did you mean `phone_number`?"),
        ("--epoch days", "expected s, ms or us"),
        ("--phones Utopia", "expected the code of a region in ISO 3166, such as US or GB"),
        ("--delimiter ::", "expected one character such as `;`, or `tab`"),
    ] {
        headcount("size --filter is_valid -").with_all(option).fails(2, said);
    }
}

#[test]
fn a_folder_is_a_population() {
    let folder = tempfile::tempdir().unwrap();
    for (list, clicks) in [(101, 5), (102, 0)] {
        let within = folder.path().join(format!("list_id={list}"));
        fs::create_dir_all(&within).unwrap();
        fs::write(within.join("0.csv"), format!("phone_number,click_count\n+14155550101,{clicks}\n")).unwrap();
        fs::write(within.join("_SUCCESS"), "").unwrap();
    }
    let path = folder.path().to_str().unwrap();
    headcount("members --filter 'click_count >= 3'").with(path).prints("+14155550101\n");
    headcount("members --filter 'click_count@102 >= 3'").with(path).prints("");
    headcount("size --filter 'click_count >= 3' --format csv --now 2025-11-15T08:30:00Z").with(path).stdout();
}

#[test]
fn a_do_not_call_file_in_another_spelling_counts_with_phones() {
    let folder = tempfile::tempdir().unwrap();
    let (records, stops) = (folder.path().join("d2.csv"), folder.path().join("dnc.csv"));
    fs::write(&records, "phone_number,list_id,click_count\n+14155550101,101,5\n").unwrap();
    fs::write(&stops, "phone_number,on_dnc\n4155550101,true\n").unwrap();
    headcount("members --filter 'click_count >= 3 and not on_dnc' --phones US")
        .with(records.to_str().unwrap())
        .with(stops.to_str().unwrap())
        .prints("");
}

#[test]
fn what_is_no_phone_number_is_told_where_it_stands() {
    let records = "phone_number,click_count\n1.4155E+10,5\nTotal,9\n";
    headcount("size --filter 'click_count >= 3' --phones US -")
        .reading(records)
        .fails(1, "expected a phone number of US, or one with a country code, found `1.4155E+10`");
    headcount("why --filter is_valid --phones US --phone Total -")
        .reading("phone_number\n+14155550101\n")
        .fails(1, "expected a phone number of US, or one with a country code, found `Total`");
}

#[test]
fn control_characters_of_data_never_reach_a_terminal() {
    let escape = "\u{1b}[31m";
    let csv = format!("phone_number,carrier,{escape}\n{escape}1,{escape},x\n");
    let line =
        r#"{"phone_number": "\u001b[31m1", "carrier": "\u001b[31m", "custom_fields": {"\u001b[31m": 1}}"#.to_owned();
    for records in [csv, line] {
        for command in [
            "members --filter 'carrier exists' -",
            "explain --filter 'carrier exists' -",
            "explain --filter 'carrier exists' --format csv -",
            "size --filter 'carrier exists' -",
            "compare --filter 'carrier exists' --filter 'carrier not exists' -",
            "why --filter 'carrier = \"x\"' --phone 1 -",
        ] {
            let ran = headcount(command).reading(records.clone()).run();
            assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran}");
        }
        let ran = headcount("why --filter 'carrier = \"x\"'").with("--phone").with(format!("{escape}1")).with("-");
        let ran = ran.reading(records).run();
        ran.exits(0);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran}");
    }
}
