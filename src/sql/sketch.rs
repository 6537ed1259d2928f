//! A statement in the making: text, and values that are kept apart from it until the end.

use super::dialect::Dialect;
use super::statement::{Parameter, Statement};

/// A piece of a statement.
#[derive(Clone)]
enum Piece {
    Text(String),
    Value(Parameter),
    /// A text that is a literal also where values are parameters.
    Constant(String),
}

/// A statement, or a part of one, in the making.
#[derive(Clone, Default)]
pub(super) struct Sketch(Vec<Piece>);

impl From<&str> for Sketch {
    fn from(text: &str) -> Self {
        Self(vec![Piece::Text(text.to_owned())])
    }
}

impl From<Parameter> for Sketch {
    fn from(value: Parameter) -> Self {
        Self(vec![Piece::Value(value)])
    }
}

impl Sketch {
    /// The call of a function.
    pub(super) fn call(function: &str, arguments: impl IntoIterator<Item = Self>) -> Self {
        let mut call = Self::from(function);
        for (i, argument) in arguments.into_iter().enumerate() {
            call.push(if i == 0 { "(" } else { ", " });
            call.append(argument);
        }
        call.push(")");
        call
    }

    /// A text that is a literal also where values are parameters.
    pub(super) fn constant(text: &str) -> Self {
        Self(vec![Piece::Constant(text.to_owned())])
    }

    /// This, and text behind it.
    pub(super) fn then(mut self, text: &str) -> Self {
        self.push(text);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text stands in it, whatever its values are.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Text(piece) if piece.contains(text)))
    }

    pub(super) fn push(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        for piece in other.0 {
            match piece {
                Piece::Text(text) => self.push(&text),
                other => self.0.push(other),
            }
        }
    }

    pub(super) fn value(&mut self, value: Parameter) {
        self.0.push(Piece::Value(value));
    }

    /// Each line but the first further in. A line that ends between these quotes is part of a name, and stays as it is.
    pub(super) fn indented(mut self, quote: char) -> Self {
        let mut is_name = false;
        for piece in &mut self.0 {
            let Piece::Text(text) = piece else { continue };
            let mut indented = String::with_capacity(text.len());
            for character in text.chars() {
                is_name ^= character == quote;
                indented.push(character);
                if character == '\n' && !is_name {
                    indented.push_str("  ");
                }
            }
            *text = indented;
        }
        self
    }

    /// The statement, with values in its text or beside it.
    pub(super) fn finished(self, dialect: Dialect, inlined: bool) -> Statement {
        let syntax = dialect.syntax();
        let mut text = String::new();
        let mut parameters = Vec::new();
        for piece in self.0 {
            match piece {
                Piece::Text(piece) => text.push_str(&piece),
                Piece::Constant(value) => text.push_str(&syntax.quoted_text(&value)),
                Piece::Value(Parameter::Text(value)) if inlined => text.push_str(&syntax.quoted_text(&value)),
                Piece::Value(Parameter::Integer(value)) if inlined => {
                    text.push_str(&syntax.whole_literal(value.into()))
                }
                Piece::Value(Parameter::Unsigned(value)) if inlined => {
                    text.push_str(&syntax.whole_literal(value.into()))
                }
                Piece::Value(Parameter::Double(value)) if inlined => text.push_str(&syntax.double_literal(value)),
                Piece::Value(value) => {
                    text.push_str(&syntax.placeholder(parameters.len() + 1, &value));
                    parameters.push(value);
                }
            }
        }
        Statement { text, parameters }
    }
}
