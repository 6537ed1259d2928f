//! Who enters and who leaves, as whoever listens is told.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

/// Somebody enters an audience, or leaves it.
///
/// It serializes as one object with the keys `at`, `audience`, `phone_number`, `event` and `cause`.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Live, Table};
///
/// let audience = Audience { id: Some("a1".into()), ..Audience::of("last_clicked_at within 2 days".parse()?) };
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let mut live = Live::new(Table::default(), [audience], &cx)?;
/// let record = Contact::from_json(r#"{"phone_number": "+1", "last_clicked_at": "2025-11-14T08:00:00Z"}"#)?;
/// live.apply(record, cx.now)?;
/// let events: Vec<String> =
///     live.advance("2025-11-20T00:00:00Z".parse()?)?.map(|event| serde_json::to_string(&event).unwrap()).collect();
/// assert_eq!(events, [
///     r#"{"at":"2025-11-15T08:30:00Z","audience":"a1","phone_number":"+1","event":"entered","cause":"update"}"#,
///     r#"{"at":"2025-11-16T08:00:00.000001Z","audience":"a1","phone_number":"+1","event":"left","cause":"time"}"#,
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The first instant at which it is so.
    pub at: DateTime<Utc>,
    /// The name of the audience.
    #[serde(serialize_with = "as_text")]
    pub audience: Arc<str>,
    /// The contact.
    pub phone_number: String,
    /// What the contact does.
    pub event: EventKind,
    /// Why.
    pub cause: Cause,
}

fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// What a contact does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// It is in the audience from here on.
    Entered,
    /// It is no longer.
    Left,
}

/// Why somebody enters or leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Cause {
    /// The contact was updated, or removed.
    Update,
    /// Time passed.
    Time,
    /// The audience was added, replaced or removed.
    Edit,
}
