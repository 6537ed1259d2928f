//! Settings as text, in the form of a URL's query: `now=2025-11-15T08:30:00Z&text_case=insensitive`.

use std::fmt;

use crate::error::{Errors, Kind, Place, Quoted, nearest};

/// The values of a text by their keys, each of which may stand once; `of` is what has the keys.
pub(crate) fn pairs<'t>(
    text: &'t str,
    of: &'static str,
    keys: &[&'static str],
) -> Result<Vec<(&'static str, &'t str)>, Errors> {
    let mut pairs: Vec<(&'static str, &str)> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(invalid(of, "`key=value`", pair));
        };
        let Some(known) = keys.iter().copied().find(|known| *known == key) else {
            let nearest = nearest(key, keys.iter().copied());
            return Err(Kind::UnknownKey { key: key.to_owned(), of, nearest }.into());
        };
        if pairs.iter().any(|(seen, _)| *seen == known) {
            return Err(Kind::DuplicateKey { key: key.to_owned(), first: None }.into());
        }
        pairs.push((known, value));
    }
    Ok(pairs)
}

/// A text that is no value of what it should be one of.
#[cold]
pub(crate) fn invalid(of: &str, expected: &'static str, found: &str) -> Errors {
    Errors::of(Kind::InvalidValue { of: of.to_owned(), expected, found: Quoted(found).to_string() }, Place::default())
}

/// Writes pairs one after the other.
pub(crate) fn write<'p>(
    f: &mut fmt::Formatter<'_>,
    pairs: impl IntoIterator<Item = (&'static str, &'p dyn fmt::Display)>,
) -> fmt::Result {
    for (at, (key, value)) in pairs.into_iter().enumerate() {
        let separator = if at == 0 { "" } else { "&" };
        write!(f, "{separator}{key}={value}")?;
    }
    Ok(())
}

/// What has a name has it in `Display`, in `FromStr` and through serde.
macro_rules! named {
    ($of:ty, $what:expr, $expected:expr, $all:expr, $name:expr) => {
        impl std::fmt::Display for $of {
            /// The name.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($name(*self))
            }
        }

        $crate::settings::named!(@read $of, $what, $expected, $all, $name);
    };
    (@read $of:ty, $what:expr, $expected:expr, $all:expr, $name:expr) => {
        impl std::str::FromStr for $of {
            type Err = $crate::Errors;

            /// Reads the name.
            fn from_str(name: &str) -> Result<Self, $crate::Errors> {
                let found = $all.iter().copied().find(|one| $name(*one) == name);
                found.ok_or_else(|| $crate::settings::invalid($what, $expected, name))
            }
        }

        impl serde::Serialize for $of {
            /// The name.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($name(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $of {
            /// Reads the name.
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::settings::from_text(deserializer, $expected)
            }
        }
    };
}
pub(crate) use named;

/// Reads a value from its text, through serde.
pub(crate) fn from_text<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: std::str::FromStr<Err: fmt::Display>,
    D: serde::Deserializer<'de>,
{
    struct TextVisitor<T>(&'static str, std::marker::PhantomData<T>);

    impl<T: std::str::FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for TextVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(TextVisitor(expected, std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};
    use std::str::FromStr;

    use serde::{Serialize, de::DeserializeOwned};

    use crate::filter::Spelling;
    use crate::semantics::{MissingNegation, Subscription, TextCase, Unit};
    use crate::{Audience, EvalContext, Fingerprint, Limits, Number, Population, Semantics, Size, Status};

    /// What is written is read back, as text and as JSON.
    #[track_caller]
    fn both_ways<T>(value: T, text: &str, json: &str)
    where
        T: Debug + Display + FromStr<Err: Debug> + PartialEq + Serialize + DeserializeOwned,
    {
        assert_eq!((value.to_string(), serde_json::to_string(&value).unwrap()), (text.to_owned(), json.to_owned()));
        assert_eq!(text.parse::<T>().unwrap(), value, "{text}");
        assert_eq!(serde_json::from_str::<T>(json).unwrap(), value, "{json}");
    }

    #[test]
    fn everything_that_a_service_is_told_has_a_text_and_json() {
        let semantics = Semantics { text_case: TextCase::Insensitive, unit: Unit::Memberships, ..Semantics::default() };
        let text = "missing_negation=matches&text_case=insensitive&subscription=active_only&unit=memberships";
        let members = r#""missing_negation":"matches","text_case":"insensitive","subscription":"active_only","unit":"memberships""#;
        both_ways(semantics, text, &format!("{{{members}}}"));
        let cx = EvalContext::at("2025-11-15T00:00:00Z".parse().unwrap()).with(semantics);
        both_ways(
            cx,
            &format!("now=2025-11-15T00:00:00Z&{text}"),
            &format!(r#"{{"now":"2025-11-15T00:00:00Z",{members}}}"#),
        );
        let mut audience = Audience::of("has_revenue".parse().unwrap());
        let fingerprint = audience.filter.fingerprint();
        let (as_text, as_json) = (
            format!("fingerprint={fingerprint}&now=2025-11-15T00:00:00Z&{text}"),
            format!(r#""now":"2025-11-15T00:00:00Z","semantics":{{{members}}},"fingerprint":"{fingerprint}""#),
        );
        both_ways(
            Population::default().size(&audience, &cx),
            &format!("value=0&{as_text}"),
            &format!(r#"{{"value":0,{as_json},"difference":null}}"#),
        );
        audience.cached_size = Some(7);
        both_ways(
            Population::default().size(&audience, &cx),
            &format!("value=0&difference=-7&{as_text}"),
            &format!(r#"{{"value":0,{as_json},"difference":-7}}"#),
        );
        both_ways(MissingNegation::Fails, "fails", r#""fails""#);
        both_ways(Subscription::ActiveOnly, "active_only", r#""active_only""#);
        both_ways(Status::Archived, "archived", r#""archived""#);
        both_ways(Spelling::Request, "request", r#""request""#);
        both_ways("0.5".parse::<Number>().unwrap(), "0.5", "0.5");
        both_ways(Number::from(u64::MAX), "18446744073709551615", "18446744073709551615");
        both_ways(fingerprint, &fingerprint.to_string(), &format!("\"{fingerprint}\""));
        let limits = Limits { depth: 3, ..Limits::default() };
        both_ways(
            limits,
            "depth=3&conditions=10000&values=10000&string_bytes=65536&source_bytes=8388608&problems=1000",
            r#"{"depth":3,"conditions":10000,"values":10000,"string_bytes":65536,"source_bytes":8388608,"problems":1000}"#,
        );
        #[cfg(feature = "sql")]
        crate::sql::Dialect::ALL.iter().copied().for_each(|dialect| {
            let name = dialect.name();
            assert_eq!(serde_json::to_string(&dialect).unwrap(), format!("\"{name}\""));
            assert_eq!(name.parse::<crate::sql::Dialect>(), Ok(dialect));
            assert_eq!(serde_json::from_str::<crate::sql::Dialect>(&format!("\"{name}\"")).unwrap(), dialect);
        });
    }

    #[test]
    fn what_is_not_said_is_the_default() {
        assert_eq!("".parse::<Semantics>(), Ok(Semantics::default()));
        assert_eq!("".parse::<Limits>(), Ok(Limits::default()));
        let now = "2025-11-15T00:00:00Z".parse().unwrap();
        assert_eq!("now=2025-11-15".parse::<EvalContext>(), Ok(EvalContext::at(now)));
        assert_eq!(serde_json::from_str::<EvalContext>(r#"{"now": "2025-11-15"}"#).unwrap(), EvalContext::at(now));
        let audience = Audience::of("has_revenue".parse().unwrap());
        let size = format!("now=2025-11-15&value=0&fingerprint={}", audience.filter.fingerprint());
        assert_eq!(size.parse::<Size>(), Ok(Population::default().size(&audience, &EvalContext::at(now))));
    }

    #[track_caller]
    fn refused<T: FromStr<Err: Display>>(text: &str, expected: &str) {
        assert_eq!(text.parse::<T>().err().map(|error| error.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn what_cannot_be_read() {
        refused::<EvalContext>("text_case=sensitive", "missing_key: an evaluation context needs the key `now`");
        refused::<EvalContext>(
            "now=today",
            "invalid_value: expected an ISO 8601 date or time for `now`, found `today`",
        );
        refused::<Semantics>(
            "text_cas=sensitive",
            "unknown_key: unknown key `text_cas` in semantics, did you mean `text_case`?",
        );
        refused::<Semantics>("unit", "invalid_value: expected `key=value` for semantics, found `unit`");
        refused::<Semantics>("unit=contacts&unit=contacts", "duplicate_key: key `unit` stands here twice");
        refused::<Semantics>(
            "unit=people",
            "invalid_value: expected `contacts` or `memberships` for `unit`, found `people`",
        );
        refused::<Limits>("depth=-1", "invalid_value: expected a whole number from 0 for `depth`, found `-1`");
        refused::<Size>("value=3&now=2025-11-15", "missing_key: a size needs the key `fingerprint`");
        refused::<Size>("value=-3", "invalid_value: expected a whole number from 0 for `value`, found `-3`");
        refused::<Size>("difference=a", "invalid_value: expected a whole number for `difference`, found `a`");
        refused::<Size>("valeu=3", "unknown_key: unknown key `valeu` in a size, did you mean `value`?");
        refused::<Fingerprint>("abc", "invalid_value: expected 32 hexadecimal digits for a fingerprint, found `abc`");
        #[cfg(feature = "sql")]
        refused::<crate::sql::Dialect>(
            "mysql",
            "invalid_value: expected one of `postgresql`, `duckdb`, `clickhouse`, `spark`, `datafusion`, `databricks`, `redshift`, `snowflake`, `bigquery` for a dialect, found `mysql`",
        );
        refused::<Status>("gone", "invalid_value: expected `active` or `archived` for `status`, found `gone`");
        let unknown = serde_json::from_str::<EvalContext>(r#"{"now": "2025-11-15", "text_cas": "sensitive"}"#);
        assert!(unknown.unwrap_err().to_string().starts_with("unknown field `text_cas`"));
    }
}
