//! An audience, and the circumstances in which it is asked for.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, Utc};
use headcount::{Audience, EvalContext};

use crate::arguments::{Asking, Now, Readings};
use crate::failure::Failure;
use crate::output::escaped;

/// An audience to be asked for, and how.
pub(crate) struct Question {
    pub(crate) audience: Audience,
    pub(crate) cx: EvalContext,
}

/// The questions that the arguments come to, one for each audience.
pub(crate) fn all(audiences: Vec<Audience>, asking: &Asking) -> Result<Vec<Question>, Failure> {
    let now = instant(asking.now);
    let mut questions = Vec::with_capacity(audiences.len());
    let mut untimed = Vec::new();
    for audience in audiences {
        match question(audience, &asking.readings, now) {
            Ok(question) => questions.push(question),
            Err(label) => untimed.push(label),
        }
    }
    if untimed.is_empty() { Ok(questions) } else { Err(no_time_of(&untimed, "--now")) }
}

/// The audiences of questions.
pub(crate) fn audiences(questions: &[Question]) -> Vec<&Audience> {
    questions.iter().map(|question| &question.audience).collect()
}

/// The question about one audience.
pub(crate) fn one(audience: Audience, asking: &Asking) -> Result<Question, Failure> {
    at(audience, asking.now, &asking.readings, "--now")
}

/// The question about one audience, at an instant that is given by an argument.
pub(crate) fn at(
    audience: Audience,
    now: Option<Now>,
    readings: &Readings,
    argument: &str,
) -> Result<Question, Failure> {
    question(audience, readings, instant(now)).map_err(|label| no_time_of(&[label], argument))
}

/// The instant to ask at, unless each audience has its own.
fn instant(now: Option<Now>) -> Option<DateTime<Utc>> {
    match now {
        Some(Now::At(instant)) => Some(instant),
        Some(Now::Cached) => None,
        None => Some(clock()),
    }
}

/// What the clock says; the library's instants have microseconds.
pub(crate) fn clock() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// The question about an audience, or the audience's label where no time is known to ask at.
fn question(mut audience: Audience, readings: &Readings, now: Option<DateTime<Utc>>) -> Result<Question, String> {
    let Some(now) = now.or(audience.cached_size_updated_at) else { return Err(label(&audience)) };
    if let Some(lists) = &readings.source_lists {
        audience.source_lists.clone_from(lists);
    }
    Ok(Question { audience, cx: EvalContext::at(now).with(readings.semantics()) })
}

fn no_time_of(labels: &[String], argument: &str) -> Failure {
    let have = if labels.len() == 1 { "has" } else { "have" };
    Failure::Unfit(format!(
        "`{}` {have} no `cached_size_updated_at`, and `{argument} cached` asks for one: give a time in its place",
        labels.join("`, `")
    ))
}

/// What an audience is called in CSV: its name, or its filter where it has neither name nor id, so that no two rows look
/// alike.
pub(crate) fn name_in_csv(audience: &Audience) -> Option<Cow<'_, str>> {
    match (&audience.name, &audience.id) {
        (Some(name), _) => Some(Cow::Borrowed(name)),
        (None, Some(_)) => None,
        (None, None) => Some(Cow::Owned(audience.filter.to_string())),
    }
}

/// What an audience is called where it is shown to people: its name, its id, or else its filter.
pub(crate) fn label(audience: &Audience) -> String {
    const LONGEST: usize = 80;
    let called = audience.name.as_deref().or(audience.id.as_deref()).map(Cow::Borrowed);
    let called = called.unwrap_or_else(|| Cow::Owned(audience.filter.to_string()));
    let called = escaped(&called);
    match called.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &called[..cut]),
        None => called.into_owned(),
    }
}
