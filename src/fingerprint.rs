//! The same number for filters that ask the same thing in another order or spelling.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Errors;
use crate::filter::{Condition, Filter, Group, Junction};
use crate::parts::{ConditionSubject, Operand, Parts};
use crate::settings;

/// 128 bits that stand for what a filter asks: a key for a cache of sizes.
///
/// It is the FNV-1a hash (Fowler, Noll and Vo, 1991) of a canonical text of the filter, the same on every machine and
/// in every version. It is no defence against somebody who looks for two filters with one fingerprint: where filters
/// come from strangers, keep it within what belongs to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u128);

impl Filter {
    /// The fingerprint: equal for filters that differ only in the order of conditions, groups or values, in groups
    /// nested in groups of the same operator, in duplicates, or in spelling.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let one: Filter = "click_count > 5 and (has_revenue and custom.tier in ['gold', 'silver'])".parse()?;
    /// let other: Filter = "custom_fields.tier in ['silver', 'gold'] AND has_revenue = true AND click_count gt 5.0".parse()?;
    /// assert_eq!(one.fingerprint(), other.fingerprint());
    /// assert_eq!(one.fingerprint().to_string().len(), 32);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint_while(&|| true)
    }

    /// The fingerprint, as long as it goes on: of thousands of conditions it takes milliseconds. Else it means nothing.
    pub(crate) fn fingerprint_while(&self, goes_on: &dyn Fn() -> bool) -> Fingerprint {
        let text = canonical(self.root(), goes_on).text;
        Fingerprint(if goes_on() { fnv1a(text.as_bytes()) } else { 0 })
    }
}

impl fmt::Display for Fingerprint {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = Errors;

    /// Reads 32 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Errors> {
        let is_written = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let value = is_written.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        value.map(Self).ok_or_else(|| settings::invalid("a fingerprint", DIGITS, text))
    }
}

const DIGITS: &str = "32 hexadecimal digits";

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        settings::from_text(deserializer, DIGITS)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

/// A canonical text, and if it is that of a group of several members, how they are joined and what they are.
struct Canonical {
    text: String,
    members: Option<(Junction, Vec<String>)>,
}

fn canonical(group: &Group, goes_on: &dyn Fn() -> bool) -> Canonical {
    let conditions = group.conditions().iter().take_while(|_| goes_on());
    let mut members: Vec<String> = conditions.map(condition).collect();
    let mut other = None;
    for inner in group.groups() {
        let inner = canonical(inner, goes_on);
        match inner.members {
            Some((junction, inside)) if junction == group.junction() => members.extend(inside),
            inside => {
                members.push(inner.text);
                other = inside;
            }
        }
    }
    if goes_on() {
        members.sort_unstable();
        members.dedup();
    }
    if members.len() == 1 {
        // A group of one asks what its member asks; if that is a group of the other operator, it may still be
        // flattened into one of that operator further out.
        return Canonical { text: members.swap_remove(0), members: other };
    }
    let operator = match group.junction() {
        Junction::All => "and",
        Junction::Any => "or",
    };
    Canonical { text: format!("{operator}({})", members.join(",")), members: Some((group.junction(), members)) }
}

/// `subject[@list] operator operand`, with lengths of time in minutes and values sorted.
fn condition(condition: &Condition) -> String {
    let Parts { subject, operator, operand, .. } = condition.into();
    let mut text = match subject {
        ConditionSubject::Field(field) => field.name().to_owned(),
        ConditionSubject::Custom(key) => format!("custom {}", json(key.as_str())),
        ConditionSubject::List => "list".to_owned(),
    };
    if let Some(list) = condition.list_that_matters() {
        text += &format!("@{list}");
    }
    text = format!("{text} {} ", operator.name());
    text += &match operand {
        Operand::Nothing => String::new(),
        Operand::Span(span) => (u128::from(span.amount) * u128::from(span.unit.in_minutes())).to_string(),
        Operand::Instant(instant) => format!("@{}", instant.timestamp_micros()),
        Operand::Number(number) => number.to_string(),
        Operand::Bool(value) => value.to_string(),
        Operand::Text(value) => json(&value),
        Operand::Texts(values) => sorted(values.iter().map(|value| json(value))),
        Operand::Literals(values) => sorted(values.iter().map(ToString::to_string)),
        Operand::Lists(values) => sorted(values.iter().map(ToString::to_string)),
    };
    text
}

fn sorted(values: impl Iterator<Item = String>) -> String {
    let mut values: Vec<String> = values.collect();
    values.sort_unstable();
    values.dedup();
    format!("[{}]", values.join(","))
}

fn json(text: &str) -> String {
    // A string is always JSON.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(text: &str) -> Fingerprint {
        text.parse::<Filter>().unwrap().fingerprint()
    }

    #[test]
    fn what_does_not_change_it() {
        for (one, other) in [
            ("click_count > 1 and send_count > 2", "send_count > 2 and click_count > 1"),
            ("click_count > 1 and send_count > 2", "click_count > 1 and click_count > 1 and send_count > 2"),
            ("all(any(click_count > 1))", "click_count > 1"),
            ("any(all(click_count > 1 or has_revenue))", "click_count > 1 or has_revenue"),
            ("on_dnc or all(any(click_count > 1, has_revenue))", "on_dnc or click_count > 1 or has_revenue"),
            (
                "on_dnc and (click_count > 1 and (has_revenue and is_valid))",
                "is_valid and has_revenue and click_count > 1 and on_dnc",
            ),
            ("signup_date before 2025-11-01", "signup_date before \"2025-11-01T02:00:00+02:00\""),
            ("signup_date within 2 days", "signup_date within 48h"),
            ("list in [1, 2, 1]", "list in [2, 1]"),
            ("list = 1", "list in [1]"),
            ("on_dnc@7", "on_dnc"),
            ("custom.a in [1, 'x']", "custom.a in ['x', 1.0, 1]"),
        ] {
            assert_eq!(fingerprint(one), fingerprint(other), "{one}  {other}");
        }
    }

    #[test]
    fn what_changes_it() {
        let different = [
            "click_count > 1",
            "click_count >= 1",
            "click_count > 2",
            "send_count > 1",
            "click_count@1 > 1",
            "click_count@2 > 1",
            "custom.a = 1",
            "custom.a = '1'",
            "custom.b = 1",
            "custom.a in [1]",
            "list in [1]",
            "list not in [1]",
            "signup_date before 2025-11-01",
            "signup_date within 1 day",
            "signup_date before 1 day",
            "on_dnc",
            "not on_dnc",
            "on_dnc and is_valid",
            "on_dnc or is_valid",
            "on_dnc and (is_valid or has_revenue)",
            "on_dnc or (is_valid and has_revenue)",
            "custom.a = '\",'",
        ];
        for (i, one) in different.iter().enumerate() {
            for other in &different[i + 1..] {
                assert_ne!(fingerprint(one), fingerprint(other), "{one}  {other}");
            }
        }
    }

    #[test]
    fn it_is_stable() {
        // The published test vectors of FNV-1a with 128 bits.
        assert_eq!(fnv1a(b""), 0x6c62272e07bb014262b821756295c58d);
        assert_eq!(fnv1a(b"a"), 0xd228cb696f1a8caf78912b704e4a8964);
        assert_eq!(fingerprint("click_count > 1"), Fingerprint(fnv1a(b"click_count gt 1")));
        let both = fingerprint("has_revenue and (on_dnc or list in [2, 1])");
        assert_eq!(both, Fingerprint(fnv1a(b"and(has_revenue eq true,or(list in [1,2],on_dnc eq true))")));
    }
}
