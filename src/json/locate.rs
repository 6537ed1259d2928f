//! Where in a JSON source the places are that its problems name by pointer.
//!
//! Reading keeps no positions, for nearly every filter is fine; the source is walked once more when one is not.

use std::collections::HashMap;
use std::ops::Range;

use crate::check::escaped;
use crate::error::{Code, Errors, Lines};

/// Where a value stands, and its key if it has one.
#[derive(Clone)]
struct Spot {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

/// Adds span, line and column to problems found in the document at `document` in the source.
#[cold]
pub(crate) fn place(errors: Errors, source: &str, document: Range<usize>) -> Errors {
    let wanted = errors.iter().filter_map(|problem| problem.place().pointer.clone());
    let spots = spots(&source[document.clone()], wanted);
    let lines = Lines::new(source);
    errors.placed(|problem| {
        let code = problem.code();
        let place = problem.place_mut();
        let Some(found) = place.pointer.as_deref().and_then(|pointer| spots.get(pointer)) else { return };
        // A repeated key is at fault the second time it stands there.
        let spot = if code == Code::DuplicateKey { found.get(1).or(found.first()) } else { found.first() };
        let Some(spot) = spot else { return };
        let at_key = matches!(code, Code::DuplicateKey | Code::UnknownKey);
        let span = if at_key { spot.key.clone().unwrap_or(spot.value.clone()) } else { spot.value.clone() };
        place.span = Some(document.start + span.start..document.start + span.end);
        place.resolve(&lines);
    })
}

/// Where the values stand that pointers name in the document at `document` in the source.
pub(crate) fn spans(
    source: &str,
    document: Range<usize>,
    pointers: impl Iterator<Item = String>,
) -> HashMap<String, Range<usize>> {
    let placed = |(pointer, spots): (String, Vec<Spot>)| {
        let value = &spots.first()?.value;
        Some((pointer, document.start + value.start..document.start + value.end))
    };
    spots(&source[document.clone()], pointers).into_iter().filter_map(placed).collect()
}

/// The spots of the wanted pointers in a source that is known to be JSON, every time they stand there.
fn spots(source: &str, wanted: impl Iterator<Item = String>) -> HashMap<String, Vec<Spot>> {
    let mut walk = Walk {
        source,
        at: 0,
        pointer: String::new(),
        spots: wanted.map(|pointer| (pointer, Vec::new())).collect(),
        longest: 0,
    };
    walk.longest = walk.spots.keys().map(String::len).max().unwrap_or(0);
    walk.document();
    walk.spots
}

struct Walk<'s> {
    source: &'s str,
    at: usize,
    pointer: String,
    spots: HashMap<String, Vec<Spot>>,
    longest: usize,
}

/// An array or object that is being walked through.
struct Open {
    start: usize,
    key: Option<Range<usize>>,
    /// How long the pointer to it is.
    pointer: usize,
    /// The index of the next element; `None` in an object.
    next: Option<usize>,
}

impl Walk<'_> {
    /// Walks with a stack of its own: what nobody reads may nest as deep as it likes.
    fn document(&mut self) {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip(|byte| byte.is_ascii_whitespace() || byte == b',');
            let Some(byte) = self.peek() else { return };
            if matches!(byte, b']' | b'}') {
                self.at += 1;
                let Some(closed) = open.pop() else { return };
                self.pointer.truncate(closed.pointer);
                self.note(closed.key, closed.start);
                continue;
            }
            let mut key = None;
            if let Some(container) = open.last_mut() {
                self.pointer.truncate(container.pointer);
                match &mut container.next {
                    Some(index) => {
                        let step = *index;
                        *index += 1;
                        self.step(&step.to_string());
                    }
                    None => key = Some(self.key()),
                }
            }
            let start = self.at;
            match self.peek() {
                Some(opening @ (b'[' | b'{')) => {
                    self.at += 1;
                    let next = (opening == b'[').then_some(0);
                    open.push(Open { start, key, pointer: self.pointer.len(), next });
                }
                _ => {
                    self.scalar();
                    self.note(key, start);
                }
            }
        }
    }

    /// A pointer longer than any that is wanted need not be spelled out, only known to be longer.
    fn step(&mut self, step: &str) {
        if self.pointer.len() <= self.longest {
            self.pointer.push('/');
            self.pointer.push_str(step);
        }
    }

    fn key(&mut self) -> Range<usize> {
        let start = self.at;
        self.string();
        let written = &self.source[start..self.at];
        let key: String = serde_json::from_str(written).unwrap_or_default();
        self.step(&escaped(&key));
        let range = start..self.at;
        self.skip(|byte| byte.is_ascii_whitespace() || byte == b':');
        range
    }

    fn note(&mut self, key: Option<Range<usize>>, start: usize) {
        let value = start..self.at;
        if self.pointer.len() <= self.longest
            && let Some(found) = self.spots.get_mut(&self.pointer)
        {
            found.push(Spot { key, value });
        }
    }

    fn scalar(&mut self) {
        if self.peek() == Some(b'"') {
            self.string();
        } else {
            self.skip(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b',' | b']' | b'}'));
        }
    }

    fn string(&mut self) {
        self.at += 1;
        loop {
            self.skip(|byte| !matches!(byte, b'"' | b'\\'));
            match self.peek() {
                Some(b'\\') => self.at += 2,
                _ => break,
            }
        }
        self.at += 1;
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, which: impl Fn(u8) -> bool) {
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| which(**byte)).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(source: &str, pointer: &str, expected: &[&str]) {
        let spots = spots(source, [pointer.to_owned()].into_iter());
        let values: Vec<&str> = spots[pointer].iter().map(|spot| &source[spot.value.clone()]).collect();
        assert_eq!(values, expected, "{pointer} in {source}");
    }

    #[test]
    fn pointers_lead_to_values() {
        let source = r#" {"a": [1, {"b/c": "x\"]}", "~": null}, [[]]], "é\n": {"": true}, "a": -1.5e3} "#;
        found(source, "", &[source.trim()]);
        found(source, "/a", &[r#"[1, {"b/c": "x\"]}", "~": null}, [[]]]"#, "-1.5e3"]);
        found(source, "/a/0", &["1"]);
        found(source, "/a/1/b~1c", &[r#""x\"]}""#]);
        found(source, "/a/1/~0", &["null"]);
        found(source, "/a/2/0", &["[]"]);
        found(source, "/é\n/", &["true"]);
        found(source, "/b", &[]);
        found("3", "", &["3"]);
    }

    #[test]
    fn depth_costs_no_stack_and_no_time() {
        let source = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        found(&source, "/0/0/0/1", &[]);
    }
}
