//! The tokens of the text form.

use std::borrow::Cow;
use std::ops::Range;

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while, take_while_m_n};
use nom::character::complete::{anychar, char, digit1, one_of, satisfy};
use nom::combinator::{map, opt, peek, recognize};
use nom::{IResult, Parser};

/// A token, with where it stands in the source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'s> {
    /// A name or a keyword.
    Word(&'s str),
    /// A number as JSON writes it, or nearly so.
    Number(&'s str),
    /// A date or a time, not yet known to exist.
    Time(&'s str),
    /// A string, its escapes resolved; `None` if they cannot be, or if it never ends.
    String(Option<Cow<'s, str>>),
    /// An operator or a mark.
    Symbol(&'s str),
    /// A character that begins no token.
    Stray(char),
    End,
}

/// Reads tokens one by one.
#[derive(Clone)]
pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0 }
    }

    pub(super) fn next(&mut self) -> Token<'s> {
        let rest = &self.source[self.at..];
        // Neither of these parsers fails: what begins no token is a stray, and the end is one.
        let (rest, ()) = blank(rest).unwrap_or((rest, ()));
        let start = self.source.len() - rest.len();
        let (rest, kind) = token(rest).unwrap_or((rest, TokenKind::End));
        self.at = self.source.len() - rest.len();
        Token { kind, span: start..self.at }
    }
}

impl<'s> Lexer<'s> {
    /// What stands in a span of the source.
    pub(super) fn text(&self, span: Range<usize>) -> &'s str {
        &self.source[span]
    }

    /// What stands from an offset to the next blank, quote, bracket, comma or symbol.
    pub(super) fn run_from(&self, start: usize) -> &'s str {
        let rest = &self.source[start..];
        let ends = |c: char| c.is_whitespace() || "'\"()[],@=<>!&|#".contains(c);
        &rest[..rest.find(ends).unwrap_or(rest.len())]
    }
}

/// `blank := (white space | "#" … end of line)*`
fn blank(input: &str) -> IResult<&str, ()> {
    let space = |c: char| c.is_whitespace() || c == '\u{feff}';
    let (mut rest, _) = take_while(space)(input)?;
    while rest.starts_with('#') {
        (rest, _) = (take_while(|c| c != '\n'), take_while(space)).parse(rest)?;
    }
    Ok((rest, ()))
}

fn token(input: &str) -> IResult<&str, TokenKind<'_>> {
    let stray = map(anychar, TokenKind::Stray);
    // The first byte leaves one or two to try: trying all in turn made text slower to read than JSON.
    match input.as_bytes().first() {
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80..) => alt((map(word, TokenKind::Word), stray)).parse(input),
        Some(b'0'..=b'9') => alt((map(time, TokenKind::Time), map(number, TokenKind::Number))).parse(input),
        Some(b'-') => alt((map(number, TokenKind::Number), stray)).parse(input),
        Some(b'"') => string('"').parse(input),
        Some(b'\'') => string('\'').parse(input),
        Some(b'(' | b')' | b'[' | b']' | b',' | b'.' | b'@') => map(take(1usize), TokenKind::Symbol).parse(input),
        _ => alt((map(symbol, TokenKind::Symbol), stray)).parse(input),
    }
}

/// `word := (letter | "_") (letter | digit | "_")*`
fn word(input: &str) -> IResult<&str, &str> {
    peek(satisfy(|c| c.is_alphabetic() || c == '_')).parse(input)?;
    take_while(|c: char| c.is_alphanumeric() || c == '_')(input)
}

/// `time := digit{4} "-" digit{2} "-" (digit | letter | ":" | "." | "+" | "-")*`
fn time(input: &str) -> IResult<&str, &str> {
    let digits = |count| take_while_m_n(count, count, |c: char| c.is_ascii_digit());
    let clock = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '+' | '-');
    recognize((digits(4), char('-'), digits(2), char('-'), take_while(clock))).parse(input)
}

/// `number := ["-"] digit+ ["." digit+] [("e" | "E") ["+" | "-"] digit+]`
fn number(input: &str) -> IResult<&str, &str> {
    recognize((opt(char('-')), digit1, opt((char('.'), digit1)), opt((one_of("eE"), opt(one_of("+-")), digit1))))
        .parse(input)
}

fn symbol(input: &str) -> IResult<&str, &str> {
    alt((tag("=="), tag("!="), tag("<>"), tag(">="), tag("<="), tag("&&"), tag("||"), recognize(one_of("=<>"))))
        .parse(input)
}

/// `string := '"' (character | escape)* '"'`, or the same between single quotes.
fn string<'s>(quote: char) -> impl Parser<&'s str, Output = TokenKind<'s>, Error = nom::error::Error<&'s str>> {
    move |input: &'s str| {
        let (mut rest, _) = char(quote)(input)?;
        let inner = rest;
        let mut escaped = false;
        loop {
            let plain = |c: char| c != quote && c != '\\' && c >= ' ';
            (rest, _) = take_while(plain)(rest)?;
            let length = inner.len() - rest.len();
            let mut chars = rest.chars();
            match chars.next() {
                Some(c) if c == quote => {
                    let text = &inner[..length];
                    let resolved = if escaped { unescaped(text, quote) } else { Some(text.into()) };
                    return Ok((chars.as_str(), TokenKind::String(resolved)));
                }
                Some('\\') if chars.next().is_some() => escaped = true,
                _ => return Ok((chars.as_str(), TokenKind::String(None))),
            }
            rest = chars.as_str();
        }
    }
}

/// Resolves JSON's escapes, and that of the quote.
fn unescaped(text: &str, quote: char) -> Option<Cow<'_, str>> {
    if quote == '"' {
        return serde_json::from_str(&format!("\"{text}\"")).ok().map(Cow::Owned);
    }
    // JSON knows double quotes only: `\'` loses its escape there, and `"` needs one.
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                '\'' => json.push('\''),
                escape => json.extend(['\\', escape]),
            },
            '"' => json.push_str("\\\""),
            c => json.push(c),
        }
    }
    json.push('"');
    serde_json::from_str(&json).ok().map(Cow::Owned)
}

/// Whether a text reads as one word.
pub(super) fn is_word(text: &str) -> bool {
    text.is_ascii() && matches!(word(text), Ok(("", _)))
}

/// What a message calls a token.
pub(super) fn described(token: &TokenKind<'_>) -> String {
    match token {
        TokenKind::Word(text) | TokenKind::Number(text) | TokenKind::Time(text) | TokenKind::Symbol(text) => {
            crate::error::Quoted(text).to_string()
        }
        TokenKind::String(Some(_)) => "a string".to_owned(),
        TokenKind::String(None) => "a string that has no end, or an escape that JSON does not know".to_owned(),
        TokenKind::Stray(c) => crate::error::Quoted(c.encode_utf8(&mut [0; 4])).to_string(),
        TokenKind::End => "the end of the filter".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(source: &str, expected: &[TokenKind<'_>]) {
        let mut lexer = Lexer::new(source);
        for kind in expected {
            assert_eq!(lexer.next().kind, *kind, "{source}");
        }
        assert_eq!(lexer.next().kind, TokenKind::End, "{source}");
    }

    #[test]
    fn tokens() {
        use TokenKind::{Number, Stray, String, Symbol, Time, Word};
        reads("a and # rest\n b_2", &[Word("a"), Word("and"), Word("b_2")]);
        reads("30d 12 h 1e3 -0.5", &[Number("30"), Word("d"), Number("12"), Word("h"), Number("1e3"), Number("-0.5")]);
        reads("2025-11-01 2025-11-01T08:30:00+02:00", &[Time("2025-11-01"), Time("2025-11-01T08:30:00+02:00")]);
        reads("a>=1", &[Word("a"), Symbol(">="), Number("1")]);
        reads("custom.\"x y\"@7", &[Word("custom"), Symbol("."), String(Some("x y".into())), Symbol("@"), Number("7")]);
        reads(r#"'it\'s "so" é\n'"#, &[String(Some("it's \"so\" é\n".into()))]);
        reads(r#""a\u00e9\\""#, &[String(Some("aé\\".into()))]);
        reads(r#""\ud800""#, &[String(None)]);
        reads("\"open", &[String(None)]);
        reads("\"open\\", &[String(None)]);
        reads("$ 4%", &[Stray('$'), Number("4"), Stray('%')]);
        reads("état €٣ - &!", &[Word("état"), Stray('€'), Stray('٣'), Stray('-'), Stray('&'), Stray('!')]);
        reads("", &[]);
    }
}
