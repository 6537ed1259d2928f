//! From text to a draft. One function for each rule of grammar.md, the rule above it.
//!
//! After a mistake the reader goes on at the next `and`, `or`, `,` or `)`, so that one run tells all mistakes.

mod recover;

use std::borrow::Cow;
use std::ops::Range;

use super::lex::{Lexer, Token, TokenKind};
use crate::catalogue::{CUSTOM_PREFIX, CUSTOM_SHORT_PREFIX, Field, Key, OperandKind, Operator, Spelling, SubjectKind};
use crate::check::most_groups;
use crate::draft::{Condition, Entry, Found, Group, Value};
use crate::error::{Kind, Place, Problems, Quoted};
use crate::filter::Junction;
use crate::limits::Limits;
use crate::number::{NotANumber, Number};
use crate::time::{SpanUnit, WRITABLE, Written, from_micros, parse_micros};

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

    /// `condition := subject ["@" integer] [operator [operand] | "between" operand "and" operand]`, the first word of it
    /// behind us
    fn condition(&mut self, word: &'s str, start: usize) -> Node<'s> {
        if let Some(too_many) = self.one_more_condition(start) {
            return too_many;
        }
        let mut condition = Condition { type_implied: true, ..Condition::default() };
        let mut subject = Field::from_name(word).map(|row| SubjectKind::Field(row.field));
        if word.eq_ignore_ascii_case("list") {
            subject = Some(SubjectKind::List);
            set(&mut condition, Key::ConditionType, Value::Text("list".into()), start..self.end);
        } else if is_custom(word) && self.at(".") {
            self.advance();
            let Some(key) = self.custom_key() else { return self.syntax("the key of a custom field") };
            subject = Some(SubjectKind::Custom);
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
            if !may_stand_alone(subject) {
                return self.syntax("an operator");
            }
            set(&mut condition, Key::Operator, Value::Text(Operator::Eq.name().into()), start..self.end);
            set(&mut condition, Key::Value, Value::Bool(true), start..self.end);
        } else {
            let Some((operator, span)) = self.operator(subject) else { return self.syntax("an operator") };
            if let WrittenOperator::Between = operator {
                return self.between(condition, subject, span, start);
            }
            if !self.operand(&mut condition, subject, &operator) {
                return Node::Nothing;
            }
            set(&mut condition, Key::Operator, Value::Text(operator.name()), span);
        }
        condition.span = start..self.end;
        Node::Condition(condition)
    }

    /// `operand "and" operand` behind `between`: from the one to the other, both included.
    fn between(
        &mut self,
        mut low: Condition<'s>,
        subject: Option<SubjectKind>,
        operator: Range<usize>,
        start: usize,
    ) -> Node<'s> {
        if let Some(too_many) = self.one_more_condition(start) {
            return too_many;
        }
        let [at_least, at_most] = match subject {
            Some(SubjectKind::Field(Field::Time(_))) => [WrittenOperator::NotBefore, WrittenOperator::NotAfter],
            _ => [Operator::Gte, Operator::Lte].map(WrittenOperator::Known),
        };
        let mut high = Condition { type_implied: true, entries: low.entries.clone(), ..Condition::default() };
        if self.at_boundary() {
            return self.syntax(VALUE);
        }
        if !self.operand(&mut low, subject, &at_least) {
            // What is wrong was told: the `and` and the second value are no condition.
            if self.at_word("and") {
                self.advance();
                self.recover();
            }
            return Node::Nothing;
        }
        if !self.at_word("and") {
            return self.syntax("`and` and a second value");
        }
        self.advance();
        if self.at_boundary() {
            return self.syntax(VALUE);
        }
        if !self.operand(&mut high, subject, &at_most) {
            return Node::Nothing;
        }
        for (condition, operator_of) in [(&mut low, at_least), (&mut high, at_most)] {
            set(condition, Key::Operator, Value::Text(operator_of.name()), operator.clone());
            condition.span = start..self.end;
        }
        Node::Both(Box::new([low, high]))
    }

    /// Counts a condition, or gives up where there may be none.
    fn one_more_condition(&mut self, start: usize) -> Option<Node<'s>> {
        if self.conditions == 0 {
            let limit = self.limits.conditions;
            return Some(self.give_up(start..self.end, Kind::TooManyConditions { limit }));
        }
        self.conditions -= 1;
        None
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
    fn operator(&mut self, subject: Option<SubjectKind>) -> Option<(WrittenOperator<'s>, Range<usize>)> {
        match self.ahead.kind {
            TokenKind::Symbol(symbol) => {
                let operator = Operator::from_symbol(symbol)?;
                Some((WrittenOperator::by_symbol(operator, subject), self.advance()))
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("not") => {
                let start = self.advance().start;
                let TokenKind::Word(word) = self.ahead.kind else { return None };
                let negated = Operator::from_name(&word.to_ascii_lowercase()).and_then(Operator::behind_not);
                let end = self.advance().end;
                // An operator that `not` does not go before is told as the user wrote it.
                let unknown = || WrittenOperator::Unknown(format!("not {word}").into());
                Some((negated.map_or_else(unknown, WrittenOperator::Known), start..end))
            }
            TokenKind::Word(word) if word.eq_ignore_ascii_case("between") => {
                Some((WrittenOperator::Between, self.advance()))
            }
            TokenKind::Word(word) => {
                // Nearly every operator is written in lower case: it is found without a copy.
                let known = Operator::from_name(word).or_else(|| Operator::from_name(&word.to_ascii_lowercase()));
                let written = known.map_or(WrittenOperator::Unknown(word.into()), |known| {
                    WrittenOperator::Known(of_lists(known, subject))
                });
                Some((written, self.advance()))
            }
            _ => None,
        }
    }

    /// `operand := number [unit ["ago"]] | string | time | "true" | "false" | values`; false if something else stands there,
    /// which is told.
    fn operand(
        &mut self,
        condition: &mut Condition<'s>,
        subject: Option<SubjectKind>,
        operator: &WrittenOperator<'s>,
    ) -> bool {
        let is_list = subject == Some(SubjectKind::List);
        let key = if is_list { Key::ListIds } else { Key::Value };
        if self.at_boundary() {
            return true; // whether it needs one is not a matter of syntax
        }
        let kind = operator.operand();
        if self.at("[") || kind == Some(OperandKind::Literals) && self.at("(") {
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
        let Some(value) = self.shifted(value, operator, &span) else { return false };
        let key = if is_list && number { Key::ListId } else { key };
        set(condition, key, value, span);
        if let TokenKind::Word(word) = self.ahead.kind
            && number
            && !self.at_boundary()
        {
            let timed = matches!(kind, Some(OperandKind::Span | OperandKind::Moment));
            let unit = SpanUnit::from_text(word);
            if timed || unit.is_some() {
                let span = self.advance();
                set(condition, Key::Unit, Value::Text(unit.map_or(word.into(), |unit| unit.name().into())), span);
                if kind == Some(OperandKind::Moment) && self.at_word("ago") {
                    self.advance();
                }
            }
        }
        true
    }

    /// The value that `after` or `before` is given to say the operator; what is none is told.
    fn shifted(&mut self, value: Value<'s>, operator: &WrittenOperator<'s>, span: &Range<usize>) -> Option<Value<'s>> {
        let (symbol, instead, step) = match operator {
            WrittenOperator::NotBefore => (">=", "after", -1),
            WrittenOperator::NotAfter => ("<=", "before", 1),
            WrittenOperator::Known(_) | WrittenOperator::Between | WrittenOperator::Unknown(_) => return Some(value),
        };
        let kind = match &value {
            Value::Number(_) => Kind::NeedsInstant { symbol, instead },
            Value::Text(text) => match parse_micros(text) {
                // That it is none is told of `after` and `before`.
                None => return Some(value),
                Some(micros) => match micros.saturating_add(step) {
                    beside if WRITABLE.contains(&beside) => {
                        return Some(Value::Text(Written(from_micros(beside)).to_string().into()));
                    }
                    _ => Kind::InvalidValue {
                        of: format!("`{symbol}`"),
                        expected: "a time with one before and one behind it in the years 0 to 9999",
                        found: Quoted(text).to_string(),
                    },
                },
            },
            _ => return Some(value),
        };
        self.problems.add(|| kind, || Place::span(span.clone()));
        self.recover();
        None
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

/// An operator as it is written.
enum WrittenOperator<'s> {
    Known(Operator),
    /// `>=` of a time: `after` the microsecond before.
    NotBefore,
    /// `<=` of a time: `before` the microsecond behind.
    NotAfter,
    /// Two comparisons.
    Between,
    /// A word that names none, as the user wrote it.
    Unknown(Cow<'s, str>),
}

impl<'s> WrittenOperator<'s> {
    /// What a symbol says of a subject: of times it orders them.
    fn by_symbol(operator: Operator, subject: Option<SubjectKind>) -> Self {
        let Some(SubjectKind::Field(Field::Time(_))) = subject else { return Self::Known(of_lists(operator, subject)) };
        match operator {
            Operator::Gt => Self::Known(Operator::After),
            Operator::Lt => Self::Known(Operator::Before),
            Operator::Gte => Self::NotBefore,
            Operator::Lte => Self::NotAfter,
            operator => Self::Known(operator),
        }
    }

    /// The name that the JSON form has for it.
    fn name(&self) -> Cow<'s, str> {
        match self {
            Self::Known(operator) => operator.name().into(),
            Self::NotBefore => Operator::After.name().into(),
            Self::NotAfter => Operator::Before.name().into(),
            Self::Between => "between".into(),
            Self::Unknown(word) => word.clone(),
        }
    }

    /// What it is given, as far as that decides how it is read: a custom field may be asked anything.
    fn operand(&self) -> Option<OperandKind> {
        match self {
            Self::Known(operator) => SubjectKind::Custom.operand(*operator),
            Self::NotBefore | Self::NotAfter => Some(OperandKind::Moment),
            Self::Between | Self::Unknown(_) => None,
        }
    }
}

/// A flag may stand alone: it means `= true`. So may an unknown name, so that the error is `unknown_field`.
fn may_stand_alone(subject: Option<SubjectKind>) -> bool {
    matches!(subject, None | Some(SubjectKind::Field(Field::Flag(_))))
}

/// `list = 101` says `list in [101]`.
fn of_lists(operator: Operator, subject: Option<SubjectKind>) -> Operator {
    match (subject, operator) {
        (Some(SubjectKind::List), Operator::Eq) => Operator::In,
        (Some(SubjectKind::List), Operator::Neq) => Operator::NotIn,
        (_, operator) => operator,
    }
}

fn is_custom(word: &str) -> bool {
    [CUSTOM_PREFIX, CUSTOM_SHORT_PREFIX].iter().any(|prefix| prefix.trim_end_matches('.') == word)
}

fn set<'s>(condition: &mut Condition<'s>, key: Key, value: Value<'s>, span: Range<usize>) {
    condition.set(key, Entry { key: key.name(Spelling::Response), value, span });
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
