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
pub(crate) fn place(errors: Errors, lines: &Lines<'_>, document: Range<usize>) -> Errors {
    let pointers: Vec<String> = errors.iter().filter_map(|problem| problem.place().pointer.clone()).collect();
    let spots = Spots::find(&lines.source()[document.clone()], pointers.iter().map(String::as_str));
    errors.placed(|problem| {
        let code = problem.code();
        let place = problem.place_mut();
        let Some(found) = place.pointer.as_deref().map(|pointer| spots.of(pointer)) else { return };
        // A repeated key is at fault the second time it stands there.
        let spot = if code == Code::DuplicateKey { found.get(1).or(found.first()) } else { found.first() };
        let Some(spot) = spot else { return };
        let at_key = matches!(code, Code::DuplicateKey | Code::UnknownKey);
        let span = if at_key { spot.key.clone().unwrap_or(spot.value.clone()) } else { spot.value.clone() };
        place.span = Some(document.start + span.start..document.start + span.end);
        place.resolve(lines);
    })
}

/// Where the value stands that each pointer names in the document at `document` in the source, or, where that is asked
/// for, its key.
pub(crate) fn spans<'p>(
    source: &str,
    document: Range<usize>,
    pointers: impl Iterator<Item = (&'p str, bool)> + Clone,
) -> Vec<Option<Range<usize>>> {
    let spots = Spots::find(&source[document.clone()], pointers.clone().map(|(pointer, _)| pointer));
    let placed = |(pointer, is_key)| {
        let spot = spots.of(pointer).first()?;
        let span = spot.key.as_ref().filter(|_| is_key).unwrap_or(&spot.value);
        Some(document.start + span.start..document.start + span.end)
    };
    pointers.map(placed).collect()
}

/// The pointers that are looked for, as a tree of their steps, and every spot that was found for each. What no pointer
/// leads to costs no more than a walk past it, however long the pointer to it were.
struct Spots<'p> {
    nodes: Vec<Node<'p>>,
}

/// A step, and those that follow it.
#[derive(Default)]
struct Node<'p> {
    next: HashMap<&'p str, usize>,
    found: Vec<Spot>,
}

impl<'p> Spots<'p> {
    /// Looks for pointers in a source that is known to be JSON.
    fn find(source: &str, pointers: impl Iterator<Item = &'p str>) -> Self {
        let mut spots = Self { nodes: vec![Node::default()] };
        for pointer in pointers {
            spots.add(pointer);
        }
        Walk { source, at: 0, spots: &mut spots }.document();
        spots
    }

    fn add(&mut self, pointer: &'p str) {
        let mut at = 0;
        for step in steps(pointer) {
            let new = self.nodes.len();
            at = *self.nodes[at].next.entry(step).or_insert(new);
            if at == new {
                self.nodes.push(Node::default());
            }
        }
    }

    /// The node behind a step as a pointer writes it, if any pointer goes that way.
    fn next(&self, node: usize, step: &str) -> Option<usize> {
        self.nodes[node].next.get(step).copied()
    }

    /// Every spot of a pointer, in the order of the source.
    fn of(&self, pointer: &str) -> &[Spot] {
        let node = steps(pointer).try_fold(0, |node, step| self.next(node, step));
        node.map_or(&[], |node| &self.nodes[node].found)
    }
}

fn steps(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.split('/').skip(1)
}

struct Walk<'s, 'w, 'p> {
    source: &'s str,
    at: usize,
    spots: &'w mut Spots<'p>,
}

/// An array or object that is being walked through.
struct Open {
    start: usize,
    key: Option<Range<usize>>,
    /// Its node, if a pointer leads to it or further.
    node: Option<usize>,
    /// The index of the next element; `None` in an object.
    next: Option<usize>,
}

impl Walk<'_, '_, '_> {
    /// Walks with a stack of its own: what nobody reads may nest as deep as it likes.
    fn document(&mut self) {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip(|byte| byte.is_ascii_whitespace() || byte == b',');
            let Some(byte) = self.peek() else { return };
            if matches!(byte, b']' | b'}') {
                self.at += 1;
                let Some(closed) = open.pop() else { return };
                self.note(closed.node, closed.key, closed.start);
                continue;
            }
            let (mut key, mut node) = (None, Some(0));
            if let Some(container) = open.last_mut() {
                let around = container.node;
                match &mut container.next {
                    Some(index) => {
                        let step = *index;
                        *index += 1;
                        node = around.and_then(|around| self.spots.next(around, &step.to_string()));
                    }
                    None => {
                        let written = self.key();
                        node = around.and_then(|around| self.behind_key(around, &self.source[written.clone()]));
                        key = Some(written);
                    }
                }
            }
            let start = self.at;
            match self.peek() {
                Some(opening @ (b'[' | b'{')) => {
                    self.at += 1;
                    let next = (opening == b'[').then_some(0);
                    open.push(Open { start, key, node, next });
                }
                _ => {
                    self.scalar();
                    self.note(node, key, start);
                }
            }
        }
    }

    fn key(&mut self) -> Range<usize> {
        let start = self.at;
        self.string();
        let range = start..self.at;
        self.skip(|byte| byte.is_ascii_whitespace() || byte == b':');
        range
    }

    /// The node behind a key as the source writes it.
    fn behind_key(&self, around: usize, written: &str) -> Option<usize> {
        let key: String = serde_json::from_str(written).unwrap_or_default();
        self.spots.next(around, &escaped(&key))
    }

    fn note(&mut self, node: Option<usize>, key: Option<Range<usize>>, start: usize) {
        if let Some(node) = node {
            self.spots.nodes[node].found.push(Spot { key, value: start..self.at });
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
        let spots = Spots::find(source, std::iter::once(pointer));
        let values: Vec<&str> = spots.of(pointer).iter().map(|spot| &source[spot.value.clone()]).collect();
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
