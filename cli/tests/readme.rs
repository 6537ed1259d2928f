//! The README's tour: every command in it is run, and prints what stands there.

use std::path::Path;
use std::process::Command;

/// The commands of the console blocks, each with what stands below it.
fn tour(readme: &str) -> Vec<(String, String)> {
    let mut tour: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ headcount ").filter(|_| inside) {
            tour.push((command.to_owned(), String::new()));
        } else if inside {
            let (_, printed) = tour.last_mut().expect("a block begins with a command");
            printed.push_str(line);
            printed.push('\n');
        }
    }
    tour
}

/// Words as a shell splits them, as far as the README needs: single quotes keep blanks.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('\'').enumerate();
    quoted
        .flat_map(
            |(i, part)| {
                if i % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
            },
        )
        .collect()
}

#[test]
fn the_tour_prints_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let tour = tour(&readme);
    assert!(tour.len() >= 5, "{} commands found", tour.len());
    for (command, expected) in tour {
        let run =
            Command::new(env!("CARGO_BIN_EXE_headcount")).args(words(&command)).current_dir(&root).output().unwrap();
        let printed = String::from_utf8(run.stdout).unwrap();
        // An editor takes blanks off the ends of lines.
        let printed: String = printed.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
        assert_eq!(printed, expected, "headcount {command}");
    }
}
