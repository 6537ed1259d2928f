//! From text to a draft. One function for each rule of grammar.md, the rule above it.
//!
//! After a mistake the reader goes on at the next `and`, `or`, `,` or `)`, so that one run tells all mistakes.

mod condition;
mod meant;
mod operand;
mod operator;
mod recover;

use std::ops::Range;

use super::lex::{Lexer, Token, TokenKind};
use crate::check::most_groups;
use crate::draft::{Condition, Entry, Found, Group, Value};
use crate::error::{Kind, Place, Problems};
use crate::filter::Junction;
use crate::limits::Limits;

/// A draft, if there is anything to draft, and what is wrong with the syntax.
pub(super) fn draft<'s>(source: &'s str, limits: &Limits) -> (Option<Found<Group<'s>>>, Problems) {
    let mut lexer = Lexer::new(source);
    let mut parser = Parser {
        ahead: lexer.next(),
        lexer,
        end: 0,
        open: 0,
        depth: limits.depth(),
        values: limits.values,
        conditions: limits.conditions,
        groups: most_groups(limits),
        gave_up: false,
        limits,
        problems: Problems::new(limits.problems),
    };
    let root = parser.filter();
    (root.map(Found::Is), parser.problems)
}

struct Parser<'s, 'l> {
    lexer: Lexer<'s>,
    /// The token that comes next.
    ahead: Token<'s>,
    /// Where the token before it ended.
    end: usize,
    /// How many parentheses are open.
    open: usize,
    depth: usize,
    values: usize,
    /// How many more conditions there may be.
    conditions: usize,
    /// How many more groups there may be.
    groups: usize,
    /// A limit was reached: the end that the reader went to is not the source's.
    gave_up: bool,
    limits: &'l Limits,
    problems: Problems,
}

/// What an operand of `and` and `or` may be.
#[expect(clippy::large_enum_variant, reason = "a node is handed on at once; a box costs more than it spares")]
enum Node<'s> {
    Condition(Condition<'s>),
    /// Both conditions of a `between`, which join an AND group that they stand in.
    Both(Box<[Condition<'s>; 2]>),
    /// A group, and how many groups are nested in one another in it.
    Group(Group<'s>, usize),
    /// It was wrong, and that was told.
    Nothing,
}

/// What will be the members of a group.
#[derive(Default)]
struct Operands<'s> {
    conditions: Vec<Found<Condition<'s>>>,
    groups: Vec<Found<Group<'s>>>,
    /// The depth of the deepest of the groups.
    depth: usize,
}

impl<'s> Operands<'s> {
    fn push(&mut self, node: Node<'s>) {
        match node {
            Node::Condition(condition) => self.conditions.push(Found::Is(condition)),
            Node::Both(pair) => self.conditions.extend(pair.map(Found::Is)),
            Node::Group(group, depth) => {
                self.groups.push(Found::Is(group));
                self.depth = self.depth.max(depth);
            }
            // The rest is still worth checking: its own problems are to be told too.
            Node::Nothing => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.groups.is_empty()
    }
}

const OPERAND: &str = "a condition, a parenthesis, `not`, `all` or `any`";

impl<'s> Parser<'s, '_> {
    /// `filter := or`
    fn filter(&mut self) -> Option<Group<'s>> {
        let mut node = self.or();
        while self.ahead.kind != TokenKind::End {
            // Only a parenthesis or a comma too many ends an expression before the end.
            self.unexpected("`and`, `or` or the end of the filter");
            self.advance();
            if self.ahead.kind != TokenKind::End {
                self.joint();
                self.or();
            }
            node = Node::Nothing;
        }
        match node {
            Node::Group(group, _) => Some(group),
            Node::Condition(_) | Node::Both(_) => {
                let mut operands = Operands::default();
                operands.push(node);
                Some(group(Junction::All, operands, 0..self.end))
            }
            Node::Nothing => None,
        }
    }

    /// `or := and (("or" | "||") and)*`
    fn or(&mut self) -> Node<'s> {
        self.chain(Junction::Any, Self::and, Self::at_or)
    }

    /// `and := not (("and" | "&&") not)*`
    fn and(&mut self) -> Node<'s> {
        self.chain(Junction::All, Self::not, Self::at_and)
    }

    /// Operands with a joint between them: one is itself, more are a group.
    fn chain(
        &mut self,
        junction: Junction,
        operand: impl Fn(&mut Self) -> Node<'s>,
        joint: impl Fn(&Self) -> bool,
    ) -> Node<'s> {
        let start = self.ahead.span.start;
        let first = operand(self);
        if !joint(self) {
            return first;
        }
        let mut operands = Operands::default();
        self.push(&mut operands, junction, first);
        while joint(self) {
            self.advance();
            let next = operand(self);
            self.push(&mut operands, junction, next);
        }
        self.group(junction, operands, start)
    }

    /// Makes a node a member of a group that is joined so: only AND takes in both conditions of a `between` as they are.
    fn push(&mut self, operands: &mut Operands<'s>, junction: Junction, node: Node<'s>) {
        let node = match (junction, node) {
            (Junction::Any, Node::Both(pair)) => self.both(pair),
            (_, node) => node,
        };
        operands.push(node);
    }

    /// Both conditions of a `between`, as an AND group of their own.
    fn both(&mut self, pair: Box<[Condition<'s>; 2]>) -> Node<'s> {
        let start = pair[0].span.start;
        let mut operands = Operands::default();
        operands.push(Node::Both(pair));
        self.group(Junction::All, operands, start)
    }

    /// Puts a node behind a `not`. It does so in place: what is on the stack of the reader is there once for each level.
    fn negate(&mut self, node: &mut Node<'s>) {
        if let Node::Both(_) = node
            && let Node::Both(pair) = std::mem::replace(node, Node::Nothing)
        {
            *node = self.both(pair);
        }
        match node {
            Node::Condition(condition) => condition.negated ^= true,
            Node::Group(group, _) => group.negated ^= true,
            Node::Both(_) | Node::Nothing => {}
        }
    }

    /// A group, if there may be one more.
    fn group(&mut self, junction: Junction, operands: Operands<'s>, start: usize) -> Node<'s> {
        let span = start..self.end;
        if operands.is_empty() {
            // What should have been in it was wrong, and that was told.
            return Node::Nothing;
        }
        if self.groups == 0 {
            let limit = most_groups(self.limits);
            return self.give_up(span, Kind::TooManyGroups { limit });
        }
        if operands.depth >= self.depth {
            // `and` inside `or` nests without a parenthesis.
            let limit = self.limits.depth();
            self.problems.add(|| Kind::TooDeep { limit }, || Place::span(span));
            return Node::Nothing;
        }
        self.groups -= 1;
        let depth = operands.depth + 1;
        Node::Group(group(junction, operands, span), depth)
    }

    /// `not := "not"* primary`
    fn not(&mut self) -> Node<'s> {
        let start = self.ahead.span.start;
        let mut negated = false;
        while self.at_word("not") {
            negated = !negated;
            self.advance();
        }
        let mut node = self.primary();
        if negated {
            self.negate(&mut node);
            if let Node::Condition(condition) = &mut node {
                condition.span.start = start;
            }
        }
        if !self.at_boundary() {
            self.unexpected("`and`, `or` or the end of the filter");
            self.recover();
        }
        node
    }

    /// `primary := "(" or ")" | ("all" | "any") "(" [or ("," or)* [","]] ")" | condition`
    fn primary(&mut self) -> Node<'s> {
        let start = self.ahead.span.start;
        match self.ahead.kind {
            TokenKind::Symbol("(") => self.parenthesised(start),
            TokenKind::Word(word) if self.is_keyword(word) => {
                self.unexpected(OPERAND);
                Node::Nothing
            }
            TokenKind::Word(word) => {
                self.advance();
                let junction = [("all", Junction::All), ("any", Junction::Any)]
                    .into_iter()
                    .find(|(name, _)| word.eq_ignore_ascii_case(name) && self.at("("));
                match junction {
                    Some((_, junction)) => self.members(junction, start),
                    None => self.condition(word, start),
                }
            }
            _ => {
                self.unexpected(OPERAND);
                if !self.at_boundary() {
                    self.recover();
                }
                Node::Nothing
            }
        }
    }

    /// `"(" or ")"`
    fn parenthesised(&mut self, start: usize) -> Node<'s> {
        if !self.opens() {
            return self.too_deep(start);
        }
        let node = self.or();
        self.closes("`)`");
        node
    }

    /// `"(" [or ("," or)* [","]] ")"` behind `all` or `any`
    fn members(&mut self, junction: Junction, start: usize) -> Node<'s> {
        if !self.opens() {
            return self.too_deep(start);
        }
        let mut operands = Operands::default();
        let before = self.problems.count();
        while !self.at(")") && self.ahead.kind != TokenKind::End {
            let operand = self.or();
            self.push(&mut operands, junction, operand);
            if !self.at(",") {
                break;
            }
            self.advance();
        }
        self.closes("`,` or `)`");
        if operands.is_empty() && self.problems.count() == before {
            let span = start..self.end;
            self.problems.add(|| Kind::EmptyGroup, || Place::span(span));
            return Node::Nothing;
        }
        self.group(junction, operands, start)
    }

    /// Takes an opening parenthesis, if it is not one too deep.
    fn opens(&mut self) -> bool {
        if self.open >= self.depth {
            return false;
        }
        self.open += 1;
        self.advance();
        true
    }

    fn closes(&mut self, expected: &'static str) {
        self.open -= 1;
        if self.at(")") {
            self.advance();
        } else {
            self.unexpected(expected);
            self.recover();
        }
    }

    fn too_deep(&mut self, start: usize) -> Node<'s> {
        let limit = self.limits.depth();
        let span = start..self.ahead.span.end;
        self.problems.add(|| Kind::TooDeep { limit }, || Place::span(span));
        self.skip_parenthesis();
        Node::Nothing
    }

    fn advance(&mut self) -> Range<usize> {
        let token = std::mem::replace(&mut self.ahead, self.lexer.next());
        self.end = token.span.end;
        token.span
    }

    /// Takes an `and` or `or`, if there is one.
    fn joint(&mut self) {
        if self.at_and() || self.at_or() {
            self.advance();
        }
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.ahead.kind, TokenKind::Symbol(found) if found == symbol)
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.ahead.kind, TokenKind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn at_and(&self) -> bool {
        self.at_word("and") || self.at("&&")
    }

    fn at_or(&self) -> bool {
        self.at_word("or") || self.at("||")
    }

    /// Where a condition ends, if it does not go on.
    fn at_boundary(&self) -> bool {
        match self.ahead.kind {
            TokenKind::End | TokenKind::Symbol(")" | "," | "&&" | "||") => true,
            TokenKind::Word(word) => self.is_keyword(word),
            _ => false,
        }
    }

    fn is_keyword(&self, word: &str) -> bool {
        ["and", "or"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
    }
}

fn group<'s>(junction: Junction, operands: Operands<'s>, span: Range<usize>) -> Group<'s> {
    Group {
        junction: Some(Box::new(Entry {
            key: "operator",
            value: Value::Text(junction.name().into()),
            span: span.clone(),
        })),
        conditions: Found::Is(operands.conditions),
        groups: Found::Is(operands.groups),
        span,
        ..Group::default()
    }
}
