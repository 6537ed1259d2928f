//! The real binary, from the workspace's root, as somebody at a prompt uses it.

// A panic is how a test fails, in what tests share too.
#![allow(clippy::unwrap_used)]

mod check;
mod codes;
mod compare;
mod convert;
mod describe;
mod doors;
mod escapes;
mod estimate;
mod explain;
mod exports;
#[cfg(target_os = "linux")]
mod faults;
mod generate;
mod image;
mod import;
mod members;
mod notes;
mod pipe;
mod query;
mod reconcile;
mod report;
mod schema;
mod settings;
mod size;
mod sql;
mod timeline;
mod usage;
mod watch;
mod watch_save;
mod which;
mod why;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a command is run with.
pub(crate) struct Headcount {
    arguments: Vec<String>,
    input: Vec<u8>,
    directory: PathBuf,
}

/// The command with these arguments, which blanks separate, except inside single quotes.
pub(crate) fn headcount(arguments: impl AsRef<str>) -> Headcount {
    Headcount { arguments: Vec::new(), input: Vec::new(), directory: root().to_owned() }.with_all(arguments)
}

fn split(arguments: &str) -> Vec<String> {
    let mut split = Vec::new();
    for (i, part) in arguments.split('\'').enumerate() {
        if i % 2 == 1 {
            split.push(part.to_owned());
        } else {
            split.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    split
}

/// The text of a file beside the binary's package.
pub(crate) fn example(name: &str) -> String {
    std::fs::read_to_string(root().join("examples").join(name)).unwrap()
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

impl Headcount {
    /// With more arguments, which are separated as the first are.
    pub(crate) fn with_all(mut self, arguments: impl AsRef<str>) -> Self {
        self.arguments.extend(split(arguments.as_ref()));
        self
    }

    /// With one more argument, whatever is in it.
    pub(crate) fn with(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With this on standard input.
    pub(crate) fn reading(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// In another directory than the workspace's root.
    pub(crate) fn within(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headcount"));
        command.args(&self.arguments).current_dir(&self.directory);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(self) -> Ran {
        let mut child = self.command().spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // From another thread: a command may write before it has read all. One that reads nothing is no error.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { arguments: self.arguments, code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Runs it; all is fine, and nothing is said beside the result.
    #[track_caller]
    pub(crate) fn prints(self, expected: &str) {
        let ran = self.run();
        ran.exits(0);
        assert_eq!(ran.stdout, expected, "{ran}");
        assert_eq!(ran.stderr, "", "{ran}");
    }

    /// Runs it; all is fine.
    #[track_caller]
    pub(crate) fn stdout(self) -> String {
        let ran = self.run();
        ran.exits(0);
        ran.stdout
    }

    /// Runs it; all is fine, and the result is JSON.
    #[track_caller]
    pub(crate) fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.stdout()).unwrap()
    }

    /// Runs it; there is no result, and this is said instead.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, said: &str) {
        let ran = self.run();
        ran.exits(code);
        assert_eq!(ran.stdout, "", "{ran}");
        assert!(ran.stderr.contains(said), "expected {said:?}\n{ran}");
    }
}

/// What came of it.
pub(crate) struct Ran {
    arguments: Vec<String>,
    code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{self}");
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { arguments, code, stdout, stderr } = self;
        write!(f, "{arguments:?} exited with {code:?}\n{stdout}\n--- standard error\n{stderr}")
    }
}
