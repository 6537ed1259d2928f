//! Documents with audiences in them: one audience, an array, a list-audiences response, lines of audiences, or a bare
//! filter.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::read::{Budget, GroupKeysSeen, GroupSeed, Text, ValueSeed};
use super::{invalid, place};
use crate::audience::{Audience, Status};
use crate::check::{check, escaped};
use crate::draft::{Found, Group, Stray, Value};
use crate::error::{Code, Errors, Kind, Lines, Place, Problems, Quoted, Shape, misspelled};
use crate::filter::Filter;
use crate::limits::Limits;
use crate::number::Number;
use crate::time::{InFull, parse_time};

impl Audience {
    /// Reads one audience as the platform delivers it; keys that are not an audience's are ignored.
    ///
    /// # Errors
    ///
    /// Every problem there is, with places as [`Filter::from_json`] gives them:
    ///
    /// - `{"name": "Everybody"}` — `missing_key`: there is no `filter`.
    /// - `{"filter": …, "cached_size": "many"}` — `wrong_type`.
    pub fn from_json(source: &str) -> Result<Self, Errors> {
        Self::from_json_within(source, &Limits::default())
    }

    /// Reads one audience with limits of the caller's; [`Limits::source_bytes`] bounds the audience as a whole.
    ///
    /// # Errors
    ///
    /// As [`Audience::from_json`], and a code of its own for each limit.
    pub fn from_json_within(source: &str, limits: &Limits) -> Result<Self, Errors> {
        if source.len() > limits.source_bytes {
            return Err(Kind::TooLarge { limit: limits.source_bytes }.into());
        }
        let mut deserializer = serde_json::Deserializer::from_str(source);
        deserializer.disable_recursion_limit();
        let found = ObjectSeed { limits, level: Level::Audience }
            .deserialize(&mut deserializer)
            .and_then(|found| deserializer.end().map(|()| found))
            .map_err(|error| invalid(&Lines::new(source), 0, &error))?;
        audience(found, "", limits).map_err(|errors| place(errors, &Lines::new(source), 0..source.len()))
    }

    /// Reads every audience of a document, whatever form it has: one audience, an array of them, a list-audiences
    /// response (`{"audiences": […]}`), JSON documents one after the other, a bare filter group, or filter text:
    /// one filter, several with empty lines between them, or one on each line.
    ///
    /// ```
    /// use headcount::Audience;
    ///
    /// assert_eq!(Audience::read_all("click_count > 3")?.len(), 1);
    /// assert_eq!(Audience::read_all(r#"{"audiences": []}"#)?.len(), 0);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of every audience, each with its place in the document; `filter_too_large` where an object that
    /// stands by itself is longer than the default [`Limits`] allow a filter to be.
    pub fn read_all(source: &str) -> Result<Vec<Self>, Errors> {
        Self::read_all_within(source, &Limits::default())
    }

    /// Reads every audience of a document with limits of the caller's, each of which bounds one audience: how long the document
    /// may be is for whoever takes it in to say.
    ///
    /// # Errors
    ///
    /// As [`Audience::read_all`], and a code of its own for each limit.
    pub fn read_all_within(source: &str, limits: &Limits) -> Result<Vec<Self>, Errors> {
        Ok(read_each(source, limits)?.into_iter().map(|(audience, _)| audience).collect())
    }
}

/// Where in a source a filter stands.
#[derive(Clone, PartialEq)]
pub(crate) struct Origin {
    /// The bytes of the text or JSON document that it is in.
    pub(crate) document: Range<usize>,
    /// The JSON pointer of the filter in its document; `None` of text, where it is all there is.
    pub(crate) pointer: Option<String>,
    /// Keys of its audience that are ignored, and nearly known ones.
    pub(crate) misspelled: Vec<MisspelledKey>,
}

/// A key of an audience that is nearly a known one.
#[derive(Clone, PartialEq)]
pub(crate) struct MisspelledKey {
    /// The JSON pointer of its value in the document.
    pub(crate) pointer: String,
    pub(crate) key: String,
    pub(crate) known: &'static str,
}

/// Every audience of a source, and where its filter stands: see [`Audience::read_all`].
pub(crate) fn read_each(source: &str, limits: &Limits) -> Result<Vec<(Audience, Origin)>, Errors> {
    let skipped = source.len() - source.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    if !source[skipped..].starts_with(['{', '[']) {
        return texts(source, limits);
    }
    // Lines are counted once, however many documents have problems, and not at all where none has.
    let lines = LazyCell::new(|| Lines::new(source));
    let mut read = Vec::new();
    let mut problems = Problems::new(limits.problems);
    let mut start = skipped;
    while !source[start..].trim_start().is_empty() {
        let mut documents = serde_json::Deserializer::from_str(&source[start..]);
        documents.disable_recursion_limit();
        let found = ObjectSeed { limits, level: Level::Document }.deserialize(&mut documents);
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                problems.extend(invalid(&lines, start, &error).into_problems());
                break;
            }
        };
        let end = start + documents.into_iter::<IgnoredAny>().byte_offset();
        let is_one = matches!(&found, Document::Object(object) if object.audiences.is_none());
        let too_large = is_one && end - start > limits.source_bytes;
        let audiences = if too_large {
            Err(Errors::of(Kind::TooLarge { limit: limits.source_bytes }, Place::pointer(String::new())))
        } else {
            all(found, limits)
        };
        match audiences {
            Ok(audiences) => {
                let placed = |Pointed { audience, pointer, misspelled }| {
                    (audience, Origin { document: start..end, pointer: Some(pointer), misspelled })
                };
                read.extend(audiences.into_iter().map(placed));
            }
            Err(errors) => problems.extend(place(errors, &lines, start..end).into_problems()),
        }
        start = end;
    }
    problems.into_errors().map_or(Ok(read), Err)
}

/// The filter that a text is, or several: where it is not one, filters apart by empty lines, or else each on a line. What
/// is wrong is told of the text as one filter.
fn texts(source: &str, limits: &Limits) -> Result<Vec<(Audience, Origin)>, Errors> {
    let one = |span: Range<usize>| {
        let filter = Filter::from_text_within(&source[span.clone()], limits)?;
        Ok((Audience::of(filter), Origin { document: span, pointer: None, misspelled: Vec::new() }))
    };
    one(0..source.len()).map(|only| vec![only]).or_else(|errors: Errors| {
        if errors.first().code() != Code::Syntax {
            return Err(errors);
        }
        let each = |spans: Vec<Range<usize>>| spans.into_iter().map(one).collect::<Result<Vec<_>, Errors>>();
        each(blocks(source)).or_else(|_| each(lines(source))).map_err(|_| errors)
    })
}

/// Where the lines are that have more on them than a comment.
fn lines(source: &str) -> Vec<Range<usize>> {
    let mut end = 0;
    let spans = source.split_inclusive('\n').map(|line| {
        end += line.len();
        (line.trim_start(), end - line.len()..end)
    });
    spans.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')).map(|(_, span)| span).collect()
}

/// Where runs of such lines are, which empty lines set apart.
fn blocks(source: &str) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for line in lines(source) {
        match blocks.last_mut() {
            Some(block) if source[block.end..line.start].lines().all(|between| !between.trim().is_empty()) => {
                block.end = line.end;
            }
            _ => blocks.push(line),
        }
    }
    blocks
}

impl<'de> serde::Deserialize<'de> for Audience {
    /// Reads one audience, with the default [`Limits`]; the message of an error names each problem's code and its JSON
    /// pointer within the audience.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limits = Limits::default();
        let found = ObjectSeed { limits: &limits, level: Level::Audience }.deserialize(deserializer)?;
        audience(found, "", &limits).map_err(D::Error::custom)
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written =
            |instant: &Option<DateTime<Utc>>| instant.map(|instant| InFull(instant.timestamp_micros()).to_string());
        let mut object = serializer.serialize_struct("Audience", 9)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("description", &self.description)?;
        object.serialize_field("source_lists", &self.source_lists)?;
        object.serialize_field("filter", &self.filter)?;
        object.serialize_field("cached_size", &self.cached_size)?;
        object.serialize_field("cached_size_updated_at", &written(&self.cached_size_updated_at))?;
        object.serialize_field("status", self.status.as_str())?;
        object.serialize_field("created_at", &written(&self.created_at))?;
        object.end()
    }
}

/// Where an object stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    /// At the top: anything.
    Document,
    /// Where a response has its audiences: an array of them.
    Audiences,
    /// In an array: an audience or a filter.
    Element,
    /// Where one audience is asked for.
    Audience,
}

/// What stood where audiences were expected.
enum Document<'s> {
    Object(Box<Object<'s>>),
    Array(Vec<Document<'s>>),
    Other(Shape),
}

/// An object that may be an audience, a filter or a response, as far as its keys tell.
#[derive(Default)]
struct Object<'s> {
    /// What a group's keys say.
    group: Group<'s>,
    /// Keys of a group were there.
    is_group: bool,
    filter: Option<Found<Group<'s>>>,
    audiences: Option<Document<'s>>,
    /// All other keys, in order.
    entries: Vec<(Cow<'s, str>, Value<'s>)>,
    /// `filter` or `audiences` again.
    repeated: Vec<&'static str>,
}

/// The keys of an audience beside its filter.
pub(super) const AUDIENCE_KEYS: &[&str] =
    &["id", "name", "description", "source_lists", "cached_size", "cached_size_updated_at", "status", "created_at"];

#[derive(Clone, Copy)]
struct ObjectSeed<'l> {
    limits: &'l Limits,
    level: Level,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Document<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Document<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an audience")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Document::Other(Shape::Null))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Document::Other(Shape::Boolean))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Document::Other(Shape::Number))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Document::Other(Shape::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Document::Other(Shape::Number))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Document::Other(Shape::String))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        if !matches!(self.level, Level::Document | Level::Audiences) {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Document::Other(Shape::Array));
        }
        while let Some(element) = seq.next_element_seed(Self { level: Level::Element, ..self })? {
            elements.push(element);
        }
        Ok(Document::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let budget = Budget::new(self.limits);
        let filter_budget = Budget::new(self.limits);
        let mut object = Object::default();
        let mut seen = GroupKeysSeen::default();
        while let Some(Text(key)) = map.next_key()? {
            let Some(key) = GroupSeed::root(&budget).entry(&mut object.group, &mut seen, key, &mut map)? else {
                object.is_group = true;
                continue;
            };
            match &*key {
                "filter" if object.filter.is_some() => {
                    map.next_value::<IgnoredAny>()?;
                    object.repeated.push("filter");
                }
                "filter" => object.filter = Some(map.next_value_seed(GroupSeed::root(&filter_budget))?),
                "audiences" if object.audiences.is_some() => {
                    map.next_value::<IgnoredAny>()?;
                    object.repeated.push("audiences");
                }
                "audiences" if self.level == Level::Document => {
                    let audiences = Self { level: Level::Audiences, ..self };
                    object.audiences = Some(map.next_value_seed(audiences)?);
                }
                _ => object.entries.push((key, map.next_value_seed(ValueSeed::new(&budget))?)),
            }
        }
        Ok(Document::Object(Box::new(object)))
    }
}

/// An audience with places in its document.
struct Pointed {
    audience: Audience,
    /// The JSON pointer of its filter.
    pointer: String,
    misspelled: Vec<MisspelledKey>,
}

/// Every audience of a document.
fn all(document: Document<'_>, limits: &Limits) -> Result<Vec<Pointed>, Errors> {
    match document {
        Document::Array(elements) => each(elements, "", limits),
        Document::Object(mut object) => match object.audiences.take() {
            None => audience_or_filter(Document::Object(object), "", limits).map(|audience| vec![audience]),
            Some(_) if !object.repeated.is_empty() => Err(repeated(&object, "")),
            Some(Document::Array(elements)) => each(elements, "/audiences", limits),
            Some(Document::Object(_)) => Err(not_an_array(Shape::Object)),
            Some(Document::Other(found)) => Err(not_an_array(found)),
        },
        Document::Other(found) => Err(no_audience(found, "")),
    }
}

fn each(elements: Vec<Document<'_>>, pointer: &str, limits: &Limits) -> Result<Vec<Pointed>, Errors> {
    let mut problems = Problems::new(limits.problems);
    let mut audiences = Vec::with_capacity(elements.len());
    for (i, element) in elements.into_iter().enumerate() {
        match audience_or_filter(element, &format!("{pointer}/{i}"), limits) {
            Ok(audience) => audiences.push(audience),
            Err(errors) => problems.extend(errors.into_problems()),
        }
    }
    problems.into_errors().map_or(Ok(audiences), Err)
}

fn audience_or_filter(document: Document<'_>, pointer: &str, limits: &Limits) -> Result<Pointed, Errors> {
    match document {
        Document::Object(object) if object.is_bare_filter() => {
            let mut group = object.group;
            group.strays.extend(object.entries.into_iter().map(|(key, _)| Stray { key, repeats: None }));
            let filter = check(Found::Is(group), pointer, limits)?;
            Ok(Pointed { audience: Audience::of(filter), pointer: pointer.to_owned(), misspelled: Vec::new() })
        }
        document => {
            let misspelled = match &document {
                Document::Object(object) => object.misspelled(pointer),
                _ => Vec::new(),
            };
            let audience = audience(document, pointer, limits)?;
            Ok(Pointed { audience, pointer: format!("{pointer}/filter"), misspelled })
        }
    }
}

impl Object<'_> {
    /// It has a group's keys, or none that says it is an audience.
    fn is_bare_filter(&self) -> bool {
        let says_audience = || self.entries.iter().any(|(key, _)| AUDIENCE_KEYS.contains(&&**key));
        self.filter.is_none() && (self.is_group || !says_audience())
    }

    /// Keys that an audience does not have, and nearly does.
    fn misspelled(&self, pointer: &str) -> Vec<MisspelledKey> {
        let known = || AUDIENCE_KEYS.iter().copied().chain(["filter"]);
        let unknown = self.entries.iter().map(|(key, _)| key).filter(|key| !AUDIENCE_KEYS.contains(&&***key));
        let misspelled = unknown.filter_map(|key| Some((key, misspelled(key, known())?)));
        misspelled
            .map(|(key, known)| MisspelledKey {
                pointer: format!("{pointer}/{}", escaped(key)),
                key: key.to_string(),
                known,
            })
            .collect()
    }
}

fn no_audience(found: Shape, pointer: &str) -> Errors {
    let kind = Kind::WrongType { of: "an audience".to_owned(), expected: "an object", found };
    Errors::of(kind, Place::pointer(pointer.to_owned()))
}

fn not_an_array(found: Shape) -> Errors {
    let kind = Kind::WrongType { of: "`audiences`".to_owned(), expected: "an array", found };
    Errors::of(kind, Place::pointer("/audiences".to_owned()))
}

fn repeated(object: &Object<'_>, pointer: &str) -> Errors {
    let key = object.repeated.first().copied().unwrap_or("filter");
    let kind = Kind::DuplicateKey { key: key.to_owned(), first: None };
    Errors::of(kind, Place::pointer(format!("{pointer}/{key}")))
}

fn audience(document: Document<'_>, pointer: &str, limits: &Limits) -> Result<Audience, Errors> {
    let object = match document {
        Document::Object(object) => *object,
        Document::Array(_) => return Err(no_audience(Shape::Array, pointer)),
        Document::Other(found) => return Err(no_audience(found, pointer)),
    };
    let mut keys = Keys { pointer, problems: Problems::new(limits.problems), entries: Vec::new() };
    if !object.repeated.is_empty() {
        keys.problems.extend(repeated(&object, pointer).into_problems());
    }
    for (key, value) in object.entries {
        keys.take_down(&key, value);
    }
    let filter = match object.filter.map(|found| check(found, &format!("{pointer}/filter"), limits)) {
        Some(Ok(filter)) => Some(filter),
        Some(Err(errors)) => {
            keys.problems.extend(errors.into_problems());
            None
        }
        None => {
            let place = Place::pointer(pointer.to_owned());
            keys.problems.add(|| Kind::MissingKey { key: "filter", of: "an audience" }, || place);
            None
        }
    };
    let read = (
        keys.text("id"),
        keys.text("name"),
        keys.text("description"),
        keys.lists("source_lists"),
        keys.whole_number("cached_size"),
        keys.time("cached_size_updated_at"),
        keys.status("status"),
        keys.time("created_at"),
    );
    let (id, name, description, source_lists, cached_size, cached_size_updated_at, status, created_at) = read;
    match (keys.problems.into_errors(), filter) {
        (Some(errors), _) => Err(errors),
        (None, Some(filter)) => Ok(Audience {
            id,
            name,
            description,
            source_lists,
            filter,
            cached_size,
            cached_size_updated_at,
            status,
            created_at,
        }),
        // A filter that is missing was told as a problem.
        (None, None) => Err(Kind::MissingKey { key: "filter", of: "an audience" }.into()),
    }
}

/// The keys of an audience beside its filter.
struct Keys<'p, 's> {
    pointer: &'p str,
    problems: Problems,
    entries: Vec<(&'static str, Value<'s>)>,
}

impl<'s> Keys<'_, 's> {
    fn take_down(&mut self, key: &str, value: Value<'s>) {
        let Some(known) = AUDIENCE_KEYS.iter().copied().find(|known| *known == key) else { return };
        if self.entries.iter().any(|(seen, _)| *seen == known) {
            self.report(known, Kind::DuplicateKey { key: known.to_owned(), first: None });
        } else {
            self.entries.push((known, value));
        }
    }

    fn report(&mut self, key: &str, kind: Kind) {
        let pointer = format!("{}/{key}", self.pointer);
        self.problems.add(|| kind, || Place::pointer(pointer));
    }

    /// The value of a key, unless it is absent or null.
    fn value(&mut self, key: &'static str) -> Option<Value<'s>> {
        let at = self.entries.iter().position(|(known, _)| *known == key)?;
        Some(self.entries.swap_remove(at).1).filter(|value| !matches!(value, Value::Null))
    }

    fn wrong_type(&mut self, key: &'static str, expected: &'static str, value: &Value<'_>) {
        self.report(key, Kind::WrongType { of: format!("`{key}`"), expected, found: value.shape() });
    }

    fn invalid(&mut self, key: &'static str, expected: &'static str, found: String) {
        self.report(key, Kind::InvalidValue { of: format!("`{key}`"), expected, found });
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        match self.value(key)? {
            Value::Text(text) => Some(text.into_owned()),
            other => {
                self.wrong_type(key, "a string", &other);
                None
            }
        }
    }

    fn time(&mut self, key: &'static str) -> Option<chrono::DateTime<chrono::Utc>> {
        let text = self.text(key)?;
        let instant = parse_time(&text);
        if instant.is_none() {
            self.invalid(key, "an ISO 8601 date or time", Quoted(&text).to_string());
        }
        instant
    }

    fn status(&mut self, key: &'static str) -> Status {
        let Some(text) = self.text(key) else { return Status::default() };
        let status = Status::ALL.into_iter().find(|status| status.as_str() == text);
        if status.is_none() {
            self.invalid(key, "`active` or `archived`", Quoted(&text).to_string());
        }
        status.unwrap_or_default()
    }

    fn whole_number(&mut self, key: &'static str) -> Option<u64> {
        match self.value(key)? {
            Value::Number(number) => {
                let whole = number.and_then(Number::to_u64);
                if whole.is_none() {
                    let found = number
                        .map_or("a number out of range".to_owned(), |number| Quoted(&number.to_string()).to_string());
                    self.invalid(key, "a whole number from 0", found);
                }
                whole
            }
            other => {
                self.wrong_type(key, "a whole number", &other);
                None
            }
        }
    }

    fn lists(&mut self, key: &'static str) -> Vec<i64> {
        const EXPECTED: &str = "an array of list ids";
        let Some(value) = self.value(key) else { return Vec::new() };
        let Value::Array(values) = value else {
            self.wrong_type(key, EXPECTED, &value);
            return Vec::new();
        };
        let mut lists = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            match value {
                Value::Number(Some(number)) if number.to_i64().is_some() => lists.extend(number.to_i64()),
                Value::TooMany => self.report(&format!("{key}/{i}"), Kind::TooManyValues { limit: i }),
                other => {
                    let kind = Kind::WrongType {
                        of: "a list id".to_owned(),
                        expected: "a whole number",
                        found: other.shape(),
                    };
                    self.report(&format!("{key}/{i}"), kind);
                }
            }
        }
        lists
    }
}
