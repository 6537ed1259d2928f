//! A population as rows of the default tables.

use headcount::sql::Dialect;
use headcount::{AmountField, Contact, CountField, Membership, Number, Population, Value, parse_time};
use serde_json::{Map, Value as Json, json};

/// The rows of both tables.
pub(crate) struct Rows {
    pub(crate) memberships: Vec<Json>,
    pub(crate) custom_values: Vec<Json>,
}

/// From here on a double does not hold every whole number.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

impl Rows {
    /// The rows of a population; none where the engine cannot hold one of its texts.
    pub(crate) fn of(population: &Population, dialect: Dialect) -> Option<Self> {
        let mut rows = Self { memberships: Vec::new(), custom_values: Vec::new() };
        for contact in population.contacts() {
            for membership in &contact.memberships {
                let id = rows.memberships.len() as i64 + 1;
                rows.memberships.push(row(id, contact, membership));
                for (key, value) in &membership.custom_fields {
                    rows.custom_values.extend(custom(id, key, value));
                }
            }
        }
        let nul = || rows.memberships.iter().chain(&rows.custom_values).any(has_nul);
        (dialect != Dialect::PostgreSql || !nul()).then_some(rows)
    }
}

fn has_nul(row: &Json) -> bool {
    row.as_object().is_some_and(|row| row.values().any(|value| value.as_str().is_some_and(|text| text.contains('\0'))))
}

fn row(id: i64, contact: &Contact, on: &Membership) -> Json {
    let instant = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at.timestamp_micros());
    let mut row = json!({
        "membership_id": id,
        "phone_number": contact.phone_number,
        "carrier": contact.carrier,
        "line_type": contact.line_type,
        "timezone": contact.timezone,
        "is_valid": contact.is_valid,
        "on_dnc": contact.on_dnc,
        "list_id": on.list_id,
        "list_number": on.list_number,
        "active": or_null(id, 1, on.active, true),
        "signup_date": instant(on.signup_date),
        "signup_method": on.signup_method,
        "has_revenue": on.has_revenue,
        "last_sent_at": instant(on.last_sent_at),
        "last_clicked_at": instant(on.last_clicked_at),
        "last_revenue_at": instant(on.last_revenue_at),
        "in_workflow": or_null(id, 2, on.in_workflow, false),
    });
    let Some(row_of) = row.as_object_mut() else { return row };
    for (field, count) in [
        (CountField::SendCount, on.send_count),
        (CountField::ClickCount, on.click_count),
        (CountField::ConversionCount, on.conversion_count),
    ] {
        row_of.insert(field.name().to_owned(), or_null(id, 3, count, 0));
    }
    let total = (id % 2 == 0 || on.revenue_total != Number::default()).then_some(on.revenue_total);
    for (field, amount) in [(AmountField::RevenueTotal, total), (AmountField::AvgRevenue, on.avg_revenue)] {
        lanes(row_of, field.name(), &format!("{}_whole", field.name()), amount);
    }
    row
}

/// A value, or NULL in every so-and-so-many-th row where NULL means the same.
fn or_null<T: PartialEq + Into<Json>>(id: i64, each: i64, value: T, absent: T) -> Json {
    if value == absent && id % (each + 1) == 0 { Json::Null } else { value.into() }
}

/// A number as a double, and as a whole number where that is not enough.
fn lanes(row: &mut Map<String, Json>, double: &str, whole: &str, number: Option<Number>) {
    let large = number.filter(|number| number.to_f64().abs() >= EXACT);
    row.insert(double.to_owned(), number.map(Number::to_f64).into());
    row.insert(whole.to_owned(), json!(large));
}

/// The rows of a value: itself, its elements, or one that says that it is there.
fn custom(id: i64, key: &str, value: &Value) -> Vec<Json> {
    match value {
        Value::Array(elements) => {
            let scalars = elements.iter().flatten();
            let scalars = scalars.filter(|element| !matches!(element, Value::Array(_) | Value::Object(_)));
            let mut rows: Vec<Json> = scalars.map(|element| element_row(id, key, Some(element), false)).collect();
            if rows.is_empty() {
                rows.push(element_row(id, key, None, false));
            }
            rows
        }
        Value::Object(_) => vec![element_row(id, key, None, false)],
        scalar => vec![element_row(id, key, Some(scalar), true)],
    }
}

fn element_row(id: i64, key: &str, value: Option<&Value>, alone: bool) -> Json {
    let (mut text, mut number, mut flag) = (None, None, None);
    match value {
        Some(Value::Text(written)) => {
            number = written.parse().ok();
            text = Some(written);
        }
        Some(Value::Number(of_number)) => number = Some(*of_number),
        Some(Value::Bool(of_flag)) => flag = Some(*of_flag),
        Some(Value::Array(_) | Value::Object(_)) | None => {}
    }
    let instant = text.filter(|_| alone).and_then(|text| parse_time(text)).map(|at| at.timestamp_micros());
    let mut row = json!({"membership_id": id, "key": key, "text": text, "flag": flag, "instant": instant});
    if let Some(row) = row.as_object_mut() {
        lanes(row, "number", "number_whole", number);
    }
    row
}
