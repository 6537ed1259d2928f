//! Sees that CONTRIBUTING.md and tests/README.md name files that there are, scripts/nightly rows that it fills, and
//! docs/service.md what an example has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|_| panic!("{path} is missing"))
}

/// What stands as code in the first cells of the table below a header.
fn first_cells(page: &str, header: &str) -> Vec<String> {
    let (_, table) = page.split_once(header).unwrap_or_else(|| panic!("there is no {header}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2).map(str::to_owned)).collect()
}

#[test]
fn every_room_is_there_and_listed_once() {
    let rooms = first_cells(&read("CONTRIBUTING.md"), "| Where | What |");
    assert!(rooms.len() > 25, "{rooms:?}");
    let mut seen = BTreeSet::new();
    for room in &rooms {
        assert!(root().join(room).exists(), "there is no {room}");
        assert!(seen.insert(room), "{room} is listed twice");
    }
}

#[test]
fn every_script_of_the_gate_is_listed() {
    let (page, gate) = (read("CONTRIBUTING.md"), read(".ci/run"));
    let listed = first_cells(&page, "| `.ci/run` calls | what it checks | takes |");
    let steps: Vec<&str> = gate.lines().filter_map(|line| line.strip_prefix("step ")).collect();
    assert_eq!(steps.len(), listed.len());
    for (step, listed) in steps.into_iter().zip(&listed) {
        assert!(step.starts_with(&**listed), "{step} is listed as {listed}");
    }
}

#[test]
fn every_step_of_the_night_has_its_row() {
    let (page, script) = (read("docs/robustness.md"), read("scripts/nightly"));
    let (_, steps) = script.split_once("\nsteps=(").unwrap();
    let steps: Vec<&str> = steps.split_once(')').unwrap().0.split(' ').collect();
    assert_eq!(first_cells(&page, "<!-- nightly -->\n| step | date | outcome | seconds |"), steps);
    assert_eq!(first_cells(&page, "| Step | What it does |"), steps);
    let listed = first_cells(&read("CONTRIBUTING.md"), "| `scripts/nightly` calls | what it checks | takes |");
    assert!(steps.iter().all(|step| listed.iter().any(|listed| listed == step)), "{listed:?}");
}

#[test]
fn every_place_of_a_test_is_there() {
    let places = first_cells(&read("tests/README.md"), "| Where | What it holds |");
    assert!(places.len() > 15, "{places:?}");
    for place in &places {
        assert!(root().join("tests").join(place).exists(), "there is no {place}");
    }
    let modules = read("tests/main.rs");
    for module in modules.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')) {
        let (file, folder) = (format!("{module}.rs"), format!("{module}/"));
        assert!(places.iter().any(|place| *place == file || *place == folder), "tests/README.md leaves out {module}");
    }
}

/// The files and folders of the repository that a page names as code.
fn named_paths(page: &str) -> BTreeSet<&str> {
    const FOLDERS: [&str; 7] = ["benches/", "cli/", "conformance/", "docs/", "examples/", "src/", "tests/"];
    let code = page.split('`').skip(1).step_by(2);
    code.filter(|code| FOLDERS.iter().any(|folder| code.starts_with(folder)) || code.ends_with(".md")).collect()
}

#[test]
fn every_file_is_there() {
    for name in ["CONTRIBUTING.md", "docs/how-it-is-built.md"] {
        let page = fs::read_to_string(root().join(name)).unwrap();
        let paths = named_paths(&page);
        assert!(paths.len() > 20, "{name} names {} files", paths.len());
        for path in paths {
            assert!(root().join(path).exists(), "{name} names {path}, which is not there");
        }
    }
}

/// Every feature of the library has its row in the README and its line in the pages of the library.
#[test]
fn every_feature_is_told() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let (manifest, readme, library) = (read("Cargo.toml"), read("README.md"), read("src/lib.rs"));
    let section = manifest.split("\n[features]\n").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let features: Vec<&str> = section.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    assert!(features.contains(&"default") && features.contains(&"zstd"), "{features:?}");
    for feature in features.into_iter().filter(|feature| *feature != "default") {
        assert!(readme.contains(&format!("\n| `{feature}` | ")), "README.md leaves out {feature}");
        assert!(library.contains(&format!("\n//! - `{feature}`")), "src/lib.rs leaves out {feature}");
    }
}

/// A section that begins with "Ten files of `src`" names ten of them.
#[test]
fn there_are_as_many_files_as_a_change_is_said_to_take() {
    const NUMBERS: [&str; 20] = [
        "One",
        "Two",
        "Three",
        "Four",
        "Five",
        "Six",
        "Seven",
        "Eight",
        "Nine",
        "Ten",
        "Eleven",
        "Twelve",
        "Thirteen",
        "Fourteen",
        "Fifteen",
        "Sixteen",
        "Seventeen",
        "Eighteen",
        "Nineteen",
        "Twenty",
    ];
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let mut changes = Vec::new();
    for section in page.split("\n## ").filter(|section| section.starts_with("To add ")) {
        let (title, text) = section.split_once("\n\n").unwrap();
        let (said, _) = text.split_once(" files of `src`").unwrap_or_else(|| panic!("{title}: no number of files"));
        let said = NUMBERS.iter().position(|number| *number == said).unwrap() + 1;
        let named: BTreeSet<&str> = named_paths(text).into_iter().filter(|path| path.starts_with("src/")).collect();
        assert_eq!(named.len(), said, "{title}: {named:?}");
        changes.push(title);
    }
    assert_eq!(
        changes,
        [
            "To add a field",
            "To add an operator",
            "To add a dialect of SQL",
            "To add a form of records",
            "To add a reading"
        ]
    );
}

#[test]
fn what_a_page_shows_of_an_example_is_in_it() {
    let (page, example) = (read("docs/service.md"), read("examples/sql/src/bin/sqlx.rs"));
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let indented: String = shown.lines().map(|line| format!("    {line}\n")).collect();
    assert!(shown.lines().count() > 5 && example.contains(&indented), "{shown}");
}
