//! From text to a draft. One function for each rule of grammar.md, the rule above it.
//!
//! After a mistake the reader goes on at the next `and`, `or`, `,` or `)`, so that one run tells all mistakes.

mod recover;

use std::borrow::Cow;
use std::ops::Range;

use super::lex::{Lexer, Token, TokenKind};
use crate::catalogue::{CUSTOM_PREFIX, CUSTOM_SHORT_PREFIX, Field, Key, Operator, Spelling};
use crate::check::most_groups;
use crate::draft::{Condition, Entry, Found, Group, Value};
use crate::error::{Kind, Place, Problems};
use crate::limits::Limits;
use crate::number::{NotANumber, Number};
use crate::time::SpanUnit;

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
    /// A group, and how many groups are nested in one another in it.
    Group(Group<'s>, usize),
    /// It was wrong, and that was told.
    Nothing,
}

impl Node<'_> {
    fn negate(&mut self) {
        match self {
            Self::Condition(condition) => condition.negated ^= true,
            Self::Group(group, _) => group.negated ^= true,
            Self::Nothing => {}
        }
    }
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

const VALUE: &str = "a value: a number, a string in quotes, a date, true, false or a list in brackets";
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
            Node::Condition(_) => {
                let mut operands = Operands::default();
                operands.push(node);
                Some(group("AND", operands, 0..self.end))
            }
            Node::Nothing => None,
        }
    }

    /// `or := and (("or" | "||") and)*`
    fn or(&mut self) -> Node<'s> {
        self.chain("OR", Self::and, Self::at_or)
    }

    /// `and := not (("and" | "&&") not)*`
    fn and(&mut self) -> Node<'s> {
        self.chain("AND", Self::not, Self::at_and)
    }

    /// Operands with a joint between them: one is itself, more are a group.
    fn chain(
        &mut self,
        junction: &'static str,
        operand: impl Fn(&mut Self) -> Node<'s>,
        joint: impl Fn(&Self) -> bool,
    ) -> Node<'s> {
        let start = self.ahead.span.start;
        let first = operand(self);
        if !joint(self) {
            return first;
        }
        let mut operands = Operands::default();
        operands.push(first);
        while joint(self) {
            self.advance();
            operands.push(operand(self));
        }
        self.group(junction, operands, start)
    }

    /// A group, if there may be one more.
    fn group(&mut self, junction: &'static str, operands: Operands<'s>, start: usize) -> Node<'s> {
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
            node.negate();
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
                let junction = [("all", "AND"), ("any", "OR")]
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
    fn members(&mut self, junction: &'static str, start: usize) -> Node<'s> {
        if !self.opens() {
            return self.too_deep(start);
        }
        let mut operands = Operands::default();
        let before = self.problems.count();
        while !self.at(")") && self.ahead.kind != TokenKind::End {
            let operand = self.or();
            operands.push(operand);
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

    /// `condition := subject ["@" integer] [operator [operand]]`, the first word of it behind us
    fn condition(&mut self, word: &'s str, start: usize) -> Node<'s> {
        if self.conditions == 0 {
            let limit = self.limits.conditions;
            return self.give_up(start..self.end, Kind::TooManyConditions { limit });
        }
        self.conditions -= 1;
        let mut condition = Condition { type_implied: true, ..Condition::default() };
        let mut subject = Subject::Field(word);
        if word.eq_ignore_ascii_case("list") {
            subject = Subject::List;
            set(&mut condition, Key::ConditionType, Value::Text("list".into()), start..self.end);
        } else if is_custom(word) && self.at(".") {
            self.advance();
            let Some(key) = self.custom_key() else { return self.syntax("the key of a custom field") };
            subject = Subject::Custom;
            // The key as it stands here is whole: a prefix in it is its own.
            let whole = key.is_empty() || key.starts_with(CUSTOM_PREFIX);
            let name = if whole { format!("{CUSTOM_PREFIX}{key}").into() } else { key };
            set(&mut condition, Key::ConditionType, Value::Text("custom_field".into()), start..self.end);
            set(&mut condition, Key::Field, Value::Text(name), start..self.end);
        } else {
            set(&mut condition, Key::Field, Value::Text(word.into()), start..self.end);
        }
        if self.at("@") {
            self.advance();
            let number = match self.ahead.kind {
                TokenKind::Number(number) if number.parse::<Number>() != Err(NotANumber::Syntax) => number,
                _ => return self.syntax("the id of a list"),
            };
            let span = self.advance();
            set(&mut condition, Key::ListId, Value::Number(number.parse().ok()), span);
        }
        if self.at_boundary() {
            if !subject.may_stand_alone() {
                return self.syntax("an operator");
            }
            set(&mut condition, Key::Operator, Value::Text("eq".into()), start..self.end);
            set(&mut condition, Key::Value, Value::Bool(true), start..self.end);
        } else {
            let Some((operator, span)) = self.operator() else { return self.syntax("an operator") };
            if !self.operand(&mut condition, subject, operator.clone()) {
                return Node::Nothing;
            }
            set(&mut condition, Key::Operator, Value::Text(subject.operator(operator)), span);
        }
        condition.span = start..self.end;
        Node::Condition(condition)
    }

    /// `key := word | string`
    fn custom_key(&mut self) -> Option<Cow<'s, str>> {
        let key = match &self.ahead.kind {
            TokenKind::Word(word) => Cow::Borrowed(*word),
            TokenKind::String(Some(text)) => text.clone(),
            _ => return None,
        };
        self.advance();
        Some(key)
    }

    /// `operator := symbol | word | "not" word`
    fn operator(&mut self) -> Option<(Cow<'s, str>, Range<usize>)> {
        match self.ahead.kind {
            TokenKind::Symbol(symbol) => {
                let operator = Operator::from_symbol(symbol)?;
                Some((operator.name().into(), self.advance()))
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("not") => {
                let start = self.advance().start;
                let TokenKind::Word(word) = self.ahead.kind else { return None };
                let negated = Operator::from_name(&word.to_ascii_lowercase()).and_then(Operator::negated);
                let end = self.advance().end;
                // An operator that `not` does not go before is told as the user wrote it.
                Some((negated.map_or(format!("not {word}").into(), |operator| operator.name().into()), start..end))
            }
            TokenKind::Word(word) => {
                // Nearly every operator is written in lower case: it is found without a copy.
                let known = Operator::from_name(word).or_else(|| Operator::from_name(&word.to_ascii_lowercase()));
                Some((known.map_or(word.into(), |operator| operator.name().into()), self.advance()))
            }
            _ => None,
        }
    }

    /// `operand := number [unit ["ago"]] | string | time | "true" | "false" | values`; false if something else stands there,
    /// which is told.
    fn operand(&mut self, condition: &mut Condition<'s>, subject: Subject<'s>, operator: Cow<'s, str>) -> bool {
        let key = if subject == Subject::List { Key::ListIds } else { Key::Value };
        if self.at_boundary() {
            return true; // whether it needs one is not a matter of syntax
        }
        let member_of = matches!(&*operator, "in" | "not_in");
        if self.at("[") || member_of && self.at("(") {
            let start = self.ahead.span.start;
            let Some(values) = self.values() else { return false };
            set(condition, key, Value::Array(values), start..self.end);
            return true;
        }
        let Some((value, span)) = self.value() else {
            self.syntax(VALUE);
            return false;
        };
        let number = matches!(value, Value::Number(_));
        let key = if subject == Subject::List && number { Key::ListId } else { key };
        set(condition, key, value, span);
        if let TokenKind::Word(word) = self.ahead.kind
            && number
            && !self.at_boundary()
        {
            let timed = matches!(&*operator, "within" | "not_within" | "before" | "after");
            let unit = SpanUnit::from_text(word);
            if timed || unit.is_some() {
                let span = self.advance();
                set(condition, Key::Unit, Value::Text(unit.map_or(word.into(), |unit| unit.name().into())), span);
                if matches!(&*operator, "before" | "after") && self.at_word("ago") {
                    self.advance();
                }
            }
        }
        true
    }

    /// `values := ("[" | "(") [value ("," value)* [","]] ("]" | ")")`
    fn values(&mut self) -> Option<Vec<Value<'s>>> {
        let close = if self.at("[") { "]" } else { ")" };
        self.advance();
        let mut values = Vec::new();
        while !self.at(close) {
            let Some((value, _)) = self.value() else { return self.broken_off(VALUE, close) };
            if values.len() < self.values {
                values.push(value);
            } else if values.len() == self.values {
                values.push(Value::TooMany);
            }
            if !self.at(",") {
                break;
            }
            self.advance();
        }
        if !self.at(close) {
            return self.broken_off("`,` or the bracket that closes the list", close);
        }
        self.advance();
        Some(values)
    }

    /// Tells what is wrong inside of brackets, and goes on behind them.
    fn broken_off<T>(&mut self, expected: &'static str, close: &str) -> Option<T> {
        self.unexpected(expected);
        while !self.at(close) && !self.at_and() && !self.at_or() && self.ahead.kind != TokenKind::End {
            self.advance();
        }
        if self.at(close) {
            self.advance();
        }
        self.recover();
        None
    }

    fn value(&mut self) -> Option<(Value<'s>, Range<usize>)> {
        let value = match &self.ahead.kind {
            TokenKind::Number(number) => match number.parse::<Number>() {
                Ok(number) => Value::Number(Some(number)),
                Err(NotANumber::Range) => Value::Number(None),
                Err(NotANumber::Syntax) => return None,
            },
            TokenKind::Time(text) => Value::Text((*text).into()),
            TokenKind::String(text) => Value::Text(text.clone()?),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("true") => Value::Bool(true),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("false") => Value::Bool(false),
            _ => return None,
        };
        Some((value, self.advance()))
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

/// What the words in front of an operator name.
#[derive(Clone, Copy, PartialEq)]
enum Subject<'s> {
    Field(&'s str),
    Custom,
    List,
}

impl<'s> Subject<'s> {
    /// A flag may: it is asked to be true. A name that is no field may, too: that it is none is the mistake to tell.
    fn may_stand_alone(self) -> bool {
        match self {
            Self::Field(name) => Field::from_name(name).is_none_or(|row| matches!(row.field, Field::Flag(_))),
            Self::Custom | Self::List => false,
        }
    }

    /// `list = 101` says `list in [101]`.
    fn operator(self, operator: Cow<'s, str>) -> Cow<'s, str> {
        match (self, &*operator) {
            (Self::List, "eq") => "in".into(),
            (Self::List, "neq") => "not_in".into(),
            _ => operator,
        }
    }
}

fn is_custom(word: &str) -> bool {
    [CUSTOM_PREFIX, CUSTOM_SHORT_PREFIX].iter().any(|prefix| prefix.trim_end_matches('.') == word)
}

fn set<'s>(condition: &mut Condition<'s>, key: Key, value: Value<'s>, span: Range<usize>) {
    condition.set(key, Entry { key: key.name(Spelling::Response), value, span });
}

fn group<'s>(junction: &'static str, operands: Operands<'s>, span: Range<usize>) -> Group<'s> {
    Group {
        junction: Some(Box::new(Entry { key: "operator", value: Value::Text(junction.into()), span: span.clone() })),
        conditions: Found::Is(operands.conditions),
        groups: Found::Is(operands.groups),
        span,
        ..Group::default()
    }
}
