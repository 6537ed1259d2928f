//! An engine behind a pipe: a line of JSON asks, a line of JSON answers.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use headcount::sql::Dialect;
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// A process that asks an engine.
pub(crate) struct Engine {
    pub(crate) dialect: Dialect,
    pub(crate) version: String,
    /// The statements that set what the session has set.
    pub(crate) settings: Vec<String>,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What came of a statement: its rows, or what the engine said.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Rows(Vec<Vec<Json>>),
    Error(String),
}

impl Engine {
    /// Starts the engine of a dialect: the script of its name.
    pub(crate) fn start(dialect: Dialect, python: &str) -> Result<Self, String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/engines");
        let mut child = Command::new(python)
            .arg(format!("{folder}/{}.py", dialect.name()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{python} cannot be started: {error}"))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipe".to_owned());
        };
        let mut engine = Self {
            dialect,
            version: String::new(),
            settings: Vec::new(),
            child,
            questions,
            answers: BufReader::new(answers),
        };
        let started = engine.ask(&json!({}))?;
        engine.version = started["version"].as_str().unwrap_or_default().to_owned();
        Ok(engine)
    }

    /// Sends a line, and waits for one.
    pub(crate) fn ask(&mut self, question: &Json) -> Result<Json, String> {
        let mut line = question.to_string();
        line.push('\n');
        let gone = |error: std::io::Error| format!("{} is gone: {error}", self.dialect);
        self.questions.write_all(line.as_bytes()).map_err(gone)?;
        self.questions.flush().map_err(gone)?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).map_err(gone)?;
        serde_json::from_str(&answer).map_err(|error| format!("{} answers {answer:?}: {error}", self.dialect))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.questions.write_all(b"\n");
        let _ = self.child.wait();
    }
}
