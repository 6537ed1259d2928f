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
        if self.gave_up {
            return;
        }
        let Token { kind, span } = &self.ahead;
        self.problems.add(|| Kind::Syntax { expected, found: described(kind) }, || Place::span(span.clone()));
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
