//! Telling a mistake, and going on behind it.

use std::ops::Range;

use super::{Node, Parser};
use crate::error::{Kind, Place};
use crate::text::lex::{Token, TokenKind, described};

impl<'s> Parser<'s, '_> {
    /// Tells what stands in the way of reading on at all, and goes to the end.
    pub(super) fn give_up(&mut self, span: Range<usize>, kind: Kind) -> Node<'s> {
        self.problems.add(|| kind, || Place::span(span));
        self.gave_up = true;
        self.ahead = Token { kind: TokenKind::End, span: self.end..self.end };
        Node::Nothing
    }

    pub(super) fn syntax(&mut self, expected: &'static str) -> Node<'s> {
        self.unexpected(expected);
        self.recover();
        Node::Nothing
    }

    pub(super) fn unexpected(&mut self, expected: &'static str) {
        self.unexpected_but(expected, None);
    }

    /// Tells that something else was expected, and what was most likely meant.
    pub(super) fn unexpected_but(&mut self, expected: &'static str, instead: Option<String>) {
        let found = described(&self.ahead.kind);
        self.misread(expected, found, self.ahead.span.clone(), instead);
    }

    /// Tells what stands in a span in place of what was expected.
    pub(super) fn misread(
        &mut self,
        expected: &'static str,
        found: String,
        span: Range<usize>,
        instead: Option<String>,
    ) {
        if self.gave_up {
            return;
        }
        self.problems.add(|| Kind::Syntax { expected, found, instead }, || Place::span(span));
    }

    /// Goes to where an operand ends.
    pub(super) fn recover(&mut self) {
        while !self.at_boundary() {
            if self.at("(") || self.at("[") {
                self.skip_parenthesis();
            } else {
                self.advance();
            }
        }
    }

    /// Goes behind the bracket that closes the one ahead.
    pub(super) fn skip_parenthesis(&mut self) {
        let mut open = 0usize;
        loop {
            match self.ahead.kind {
                TokenKind::Symbol("(" | "[") => open += 1,
                TokenKind::Symbol(")" | "]") => open -= 1,
                TokenKind::End => return,
                _ => {}
            }
            self.advance();
            if open == 0 {
                return;
            }
        }
    }
}
