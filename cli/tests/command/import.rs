//! `import`, and Parquet wherever records are.

use std::fs;

use tempfile::TempDir;

use crate::headcount;

/// A file in a directory that goes when the test ends.
struct Imported {
    directory: TempDir,
}

impl Imported {
    fn of(arguments: &str) -> Self {
        let imported = Self { directory: TempDir::new().unwrap() };
        let ran = headcount(format!("import {arguments} -o")).with(imported.path()).run();
        ran.exits(0);
        assert_eq!(ran.stdout, "", "{ran}");
        imported
    }

    fn path(&self) -> String {
        self.directory.path().join("contacts.parquet").to_str().unwrap().to_owned()
    }
}

#[test]
fn what_is_imported_answers_as_before() {
    for records in ["examples/contacts.json", "examples/contacts.ndjson", "examples/contacts.csv"] {
        let imported = Imported::of(records);
        let asked = "size --audience examples/audiences.json --now 2025-11-15T08:30:00Z";
        let expected = headcount(asked).with(records).stdout();
        assert_eq!(headcount(asked).with(imported.path()).stdout(), expected, "{records}");
    }
}

#[test]
fn what_was_told_several_times_is_told_once() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("contacts.parquet");
    let lines = "phone,list_id,click_count\n+14155550101,7,1\n+14155550101,7,2\n+14155550102,7,\n";
    let ran = headcount("import - --on-error skip -o").with(file.to_str().unwrap()).reading(lines).run();
    ran.exits(0);
    let mut told = ran.stderr.lines();
    assert_eq!(
        told.next(),
        Some("note[replaced]: 1 membership was replaced by a later record of the same contact and list"),
        "{ran}"
    );
    let totals = told.next().unwrap_or_default();
    assert!(totals.starts_with("2 contacts, 2 memberships, 1 replaced, 0 skipped, loaded in "), "{ran}");
    headcount("members --filter 'click_count = 2'").with(file.to_str().unwrap()).prints("+14155550101\n");
}

#[test]
fn several_files_and_a_parquet_file_are_one_population() {
    let imported = Imported::of("examples/contacts.json");
    let members = headcount("members --filter 'click_count = 77' -")
        .with(imported.path())
        .reading("phone,list_id,click_count\n+14155550101,101,77\n");
    assert_eq!(members.stdout(), "");
    let members = headcount("members --filter 'click_count = 77'")
        .with(imported.path())
        .with("-")
        .reading("phone,list_id,click_count\n+14155550101,101,77\n");
    assert_eq!(members.stdout(), "+14155550101\n");
}

#[test]
fn parquet_is_read_from_standard_input_and_written_to_standard_output() {
    let imported = Imported::of("examples/contacts.csv");
    let bytes = fs::read(imported.path()).unwrap();
    let asked = "members --audience examples/audience.json --now cached";
    let expected = headcount(asked).with(imported.path()).stdout();
    headcount(format!("{asked} -")).reading(bytes).prints(&expected);
    let output = headcount("import examples/contacts.csv -o -").command().output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"PAR1"));
}

#[test]
fn what_is_told_is_told_of_the_whole_file() {
    let imported = Imported::of("examples/contacts.json");
    let asked = "size --filter 'click_count > 1000' --source-lists 999 --format json";
    let told = headcount(asked).with(imported.path()).json();
    let expected = headcount(asked).with("examples/contacts.json").json();
    for total in ["contacts", "memberships", "replaced", "skipped"] {
        assert_eq!(told[total], expected[total], "{total}");
    }
}

#[test]
fn why_reads_parquet() {
    let imported = Imported::of("examples/contacts.json");
    let asked = "why --phone +14155550101 --filter 'has_revenue and custom.state = \"CA\"' --now 2025-11-15T08:30:00Z";
    let expected = headcount(asked).with("examples/contacts.json").stdout();
    headcount(asked).with(imported.path()).prints(&expected);
}

#[test]
fn what_cannot_be_read_leaves_no_file() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("contacts.parquet");
    headcount("import - -o").with(file.to_str().unwrap()).reading("phone\n\"\"\n").fails(1, "error[invalid_record]");
    headcount("import nowhere.csv -o").with(file.to_str().unwrap()).fails(1, "error[unreadable_input]");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    headcount("import examples/contacts.csv").fails(2, "--output <FILE>");
    headcount("import - - -o").with(file.to_str().unwrap()).fails(2, "standard input (`-`) can be read only once");
}

#[test]
fn a_file_that_is_cut_short_is_unreadable() {
    let imported = Imported::of("examples/contacts.json");
    let bytes = fs::read(imported.path()).unwrap();
    for end in [4, 12, bytes.len() / 2, bytes.len() - 1] {
        fs::write(imported.path(), &bytes[..end]).unwrap();
        headcount("size --filter has_revenue").with(imported.path()).fails(1, "error[unreadable_input]");
    }
}

#[test]
fn generated_contacts_are_those_of_every_format() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("contacts.parquet");
    let generate = "generate --memberships 3000 --seed 9 --format";
    headcount(format!("{generate} parquet -o")).with(file.to_str().unwrap()).prints("");
    let lines = headcount(format!("{generate} ndjson")).stdout();
    let asked = "size --filter has_revenue --filter 'custom.tier = \"gold\"' --filter 'custom.ltv > 100'";
    let asked = format!("{asked} --now 2025-11-15T08:30:00Z");
    let expected = headcount(format!("{asked} -")).reading(lines).stdout();
    assert_eq!(headcount(asked).with(file.to_str().unwrap()).stdout(), expected);
}
