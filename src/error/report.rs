//! Problems drawn over the source they are in.

use std::fmt;

use super::{Errors, Lines, Place, is_unseen};

impl Errors {
    /// Draws each problem under the line it is in, for people.
    ///
    /// `source` is the text that was read; a problem without a place in it is told without a drawing.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let source = "click_count > 3\nand clickcount < 9";
    /// let errors = source.parse::<Filter>().unwrap_err();
    /// let drawing = "\
    /// error[unknown_field]: unknown field `clickcount`, did you mean `click_count`?
    ///  --> 2:5
    ///   |
    /// 2 | and clickcount < 9
    ///   |     ^^^^^^^^^^
    /// ";
    /// assert_eq!(errors.report(source).to_string(), drawing);
    /// ```
    #[must_use]
    pub fn report<'a>(&'a self, source: &'a str) -> impl fmt::Display + 'a {
        Report { errors: self, source }
    }
}

struct Report<'a> {
    errors: &'a Errors,
    source: &'a str,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = Lines::new(self.source);
        for (i, problem) in self.errors.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            draw(&lines, ("error", problem.code().as_str()), &problem.message(), &problem.shown_place(), f)?;
        }
        match self.errors.omitted() {
            0 => Ok(()),
            more => writeln!(f, "\nand {more} more problems"),
        }
    }
}

/// Draws a sentence, with what it is and its code, under the line that it is about.
pub(crate) fn draw(
    lines: &Lines<'_>,
    (what, code): (&str, &str),
    message: &str,
    place: &Place,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    writeln!(f, "{what}[{code}]: {message}")?;
    let Some(Drawing { line, text, before, width }) = Drawing::of(place, lines) else {
        return if *place == Place::default() { Ok(()) } else { writeln!(f, " --> {place}") };
    };
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    writeln!(f, "{gutter}--> {place}")?;
    writeln!(f, "{gutter} |")?;
    writeln!(f, "{number} | {text}")?;
    writeln!(f, "{gutter} | {}{}", " ".repeat(before), "^".repeat(width))
}

/// The part of a line around what is marked, and the mark; both counted in characters.
#[derive(Debug, PartialEq)]
struct Drawing {
    line: u64,
    text: String,
    before: usize,
    width: usize,
}

impl Drawing {
    /// What there is to draw of a place that has a span, in a line that the source has: long lines are cut, tabs, control
    /// characters and those that turn text around are one blank each.
    fn of(place: &Place, lines: &Lines<'_>) -> Option<Self> {
        const WIDEST: usize = 120;
        const LEAD: usize = 40;
        let (line, span) = (place.line?, place.span.as_ref()?);
        let column = place.column.unwrap_or(1) as usize - 1;
        let from = if column > WIDEST - LEAD { column - LEAD } else { 0 };
        let shown = lines.line_from(line, from)?.chars().take(WIDEST);
        let text: String = shown.map(|c| if is_unseen(c) { ' ' } else { c }).collect();
        let before = column - from;
        let room = text.chars().count().saturating_sub(before);
        Some(Self { line, text, before, width: lines.characters_in(span).clamp(1, room.max(1)) })
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    /// What is drawn of a span in a source.
    fn drawing(source: &str, span: Range<usize>) -> Drawing {
        let lines = Lines::new(source);
        let mut place = Place::span(span);
        place.resolve(&lines);
        Drawing::of(&place, &lines).unwrap()
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = "é".repeat(500) + "here" + &"y".repeat(500);
        let Drawing { text, before, width, .. } = drawing(&line, 1000..1004);
        assert_eq!(text.chars().skip(before).take(width).collect::<String>(), "here");
        assert_eq!(text.chars().count(), 120);
    }

    #[test]
    fn a_source_that_is_not_the_one_that_was_read_is_not_drawn() {
        let errors = "click_count > 3\n and\n x = 1".parse::<crate::Filter>().unwrap_err();
        assert_eq!(
            errors.report("x").to_string(),
            "error[unknown_field]: unknown field `x`, did you mean `custom_fields.x`?\n --> 3:2\n"
        );
    }

    #[test]
    fn what_turns_text_around_is_not_drawn() {
        let line = "a\t\u{1b}\u{9b}\u{202e}\u{2066}\u{2028}b";
        assert_eq!(drawing(line, 0..1), Drawing { line: 1, text: "a      b".to_owned(), before: 0, width: 1 });
    }

    #[test]
    fn a_mark_at_the_end_of_a_line_is_one_wide() {
        assert_eq!(drawing("abc", 3..3), Drawing { line: 1, text: "abc".to_owned(), before: 3, width: 1 });
    }
}
