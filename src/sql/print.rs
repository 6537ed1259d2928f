//! From conditions to text: one condition a line, groups indented, values apart from the text until the end.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Refusal;
use super::dialect::{Dialect, Syntax};
use super::expression::{BoolExpr, LONGEST_CHAIN, Rows, Scalar, Tree, Value};
use super::layout::{CustomFields, CustomRows};
use super::schema::{SqlSchema, TableName};
use super::sketch::Sketch;
use super::statement::Parameter;
use crate::catalogue::TextField;
use crate::filter::{Comparison, Junction, TextPart};

/// What is asked of other rows, worked out beforehand where many audiences are asked together.
#[derive(Default)]
pub(super) struct Hoisted {
    pub(super) of_membership: Vec<Sketch>,
    pub(super) of_contact: Vec<Sketch>,
    known: HashMap<(Rows, BoolExpr), usize>,
}

/// Writes conditions.
pub(super) struct Printer<'a> {
    pub(super) syntax: &'static dyn Syntax,
    pub(super) schema: &'a SqlSchema,
    /// The values of custom fields: those of a table, or the ones that are worked out in front of the statement.
    pub(super) rows: Cow<'a, CustomRows>,
    /// What is worked out in front of the statement: of custom fields by membership, of lists by contact.
    pub(super) custom: String,
    pub(super) lists: String,
    /// Where other rows are asked in tables of their own; else in the condition.
    pub(super) hoisted: Option<Hoisted>,
}

/// The aliases of tables, where there are several.
pub(super) const MEMBERSHIPS: &str = "m";
pub(super) const CONTACTS: &str = "c";

/// A name that none of the schema's tables has.
fn unused(schema: &SqlSchema, name: &str) -> String {
    let rows = match &schema.custom_fields {
        CustomFields::Rows(rows) => Some(&rows.table),
        _ => None,
    };
    let mut name = name.to_owned();
    let tables = || [Some(&schema.memberships), schema.contacts.as_ref(), rows].into_iter().flatten();
    while tables().any(|table| matches!(table.path(), [only] if only.to_lowercase() == name)) {
        name.push('_');
    }
    name
}

impl<'a> Printer<'a> {
    pub(super) fn new(dialect: Dialect, schema: &'a SqlSchema) -> Self {
        let rows = match &schema.custom_fields {
            CustomFields::Rows(rows) => Cow::Borrowed(rows),
            _ => {
                let rows = CustomRows::default();
                let table = TableName::new(unused(schema, &rows.table.path().concat()));
                Cow::Owned(CustomRows { table, ..rows })
            }
        };
        let (custom, lists) = (unused(schema, "v"), unused(schema, "l"));
        Self { syntax: dialect.syntax(), schema, rows, custom, lists, hoisted: None }
    }

    pub(super) fn name(&self, name: &str) -> String {
        self.syntax.quoted_name(name)
    }

    pub(super) fn table(&self, table: &TableName) -> String {
        table.path().iter().map(|name| self.name(name)).collect::<Vec<_>>().join(".")
    }

    /// Whether there are several tables, so that columns say of which they are.
    pub(super) fn qualifies(&self) -> bool {
        self.schema.contacts.is_some() || self.hoisted.is_some()
    }

    pub(super) fn column(&self, alias: &str, name: &str) -> String {
        if self.qualifies() { format!("{}.{}", self.name(alias), self.name(name)) } else { self.name(name) }
    }

    pub(super) fn phone_number(&self) -> String {
        self.column(MEMBERSHIPS, self.schema.column(TextField::PhoneNumber))
    }

    /// The table of memberships, without contacts.
    pub(super) fn memberships(&self) -> String {
        let table = self.table(&self.schema.memberships);
        if self.qualifies() { format!("{table} AS {}", self.name(MEMBERSHIPS)) } else { table }
    }

    /// The table of memberships, with the fields of the contacts.
    pub(super) fn from(&self) -> Vec<String> {
        let mut lines = vec![self.memberships()];
        if let Some(contacts) = &self.schema.contacts {
            let key = self.schema.column(TextField::PhoneNumber);
            lines.push(format!(
                "JOIN {} AS {} ON {} = {}",
                self.table(contacts),
                self.name(CONTACTS),
                self.column(CONTACTS, key),
                self.column(MEMBERSHIPS, key)
            ));
        }
        lines
    }

    /// Conditions joined by AND behind `WHERE`, one a line.
    pub(super) fn filter(&mut self, trees: &[Tree], indent: usize, out: &mut Sketch) {
        self.lines(Junction::All, trees, "WHERE ", indent, out);
    }

    /// Each tree on a line of its own, the first behind `first`, the others behind what joins them.
    pub(super) fn lines(&mut self, junction: Junction, trees: &[Tree], first: &str, indent: usize, out: &mut Sketch) {
        for (i, some) in shallow(trees).enumerate() {
            let lead = match (i, junction) {
                (0, _) => first,
                (_, Junction::All) => "  AND ",
                (_, Junction::Any) => "  OR ",
            };
            out.push("\n");
            out.push(&" ".repeat(indent));
            out.push(lead);
            let (inner, members) = match some {
                [Tree::Condition(predicate)] => {
                    self.predicate(predicate, Some(junction), out);
                    continue;
                }
                [Tree::Group(inner, members)] => (*inner, members.as_slice()),
                many => (junction, many),
            };
            out.push("(");
            self.lines(inner, members, "  ", indent + 2, out);
            out.push("\n");
            out.push(&" ".repeat(indent + 2));
            out.push(")");
        }
    }

    /// A condition on one line, in parentheses where it would else mix with what is beside it.
    pub(super) fn predicate(&mut self, predicate: &BoolExpr, inside: Option<Junction>, out: &mut Sketch) {
        match predicate {
            BoolExpr::Always(holds) => out.push(if *holds { "TRUE" } else { "FALSE" }),
            BoolExpr::All(members) => self.joined(Junction::All, members, inside, out),
            BoolExpr::Any(members) => self.joined(Junction::Any, members, inside, out),
            BoolExpr::Present(scalar) => {
                out.append(self.scalar(scalar));
                out.push(" IS NOT NULL");
            }
            BoolExpr::Absent(scalar) => {
                out.append(self.scalar(scalar));
                out.push(" IS NULL");
            }
            BoolExpr::Compare(scalar, comparison, value) => {
                out.append(self.scalar(scalar));
                let ordered = *comparison != Comparison::Eq;
                if ordered && matches!(value, Value::Text(_)) {
                    out.push(self.syntax.code_point_order());
                }
                out.push(symbol(*comparison));
                out.append(self.value(value));
            }
            BoolExpr::Between(..) | BoolExpr::NonEmpty(..) | BoolExpr::Among(..) => self.range(predicate, "", out),
            BoolExpr::Part(part, scalar, text) => out.append(self.part(*part, scalar, text)),
            BoolExpr::Is(scalar) => out.append(self.scalar(scalar)),
            BoolExpr::Not(inner) => match &**inner {
                BoolExpr::Between(..) | BoolExpr::NonEmpty(..) | BoolExpr::Among(..) => self.range(inner, " NOT", out),
                BoolExpr::Is(scalar) => {
                    out.push("NOT ");
                    out.append(self.scalar(scalar));
                }
                BoolExpr::Compare(scalar, Comparison::Eq, value) => {
                    out.append(self.scalar(scalar));
                    out.push(" <> ");
                    out.append(self.value(value));
                }
                inner => {
                    out.push("NOT (");
                    self.predicate(inner, None, out);
                    out.push(")");
                }
            },
        }
    }

    fn joined(&mut self, junction: Junction, members: &[BoolExpr], inside: Option<Junction>, out: &mut Sketch) {
        let apart = inside.is_some_and(|outer| outer != junction);
        if apart {
            out.push("(");
        }
        for (i, some) in shallow(members).enumerate() {
            if i > 0 {
                out.push(if junction == Junction::All { " AND " } else { " OR " });
            }
            match some {
                [member] => self.predicate(member, Some(junction), out),
                many => {
                    out.push("(");
                    self.joined(junction, many, None, out);
                    out.push(")");
                }
            }
        }
        if apart {
            out.push(")");
        }
    }

    /// What has a `NOT` of its own.
    fn range(&mut self, predicate: &BoolExpr, not: &str, out: &mut Sketch) {
        match predicate {
            BoolExpr::Between(scalar, first, last) => {
                out.append(self.scalar(scalar));
                out.push(not);
                out.push(" BETWEEN ");
                out.append(self.value(first));
                out.push(" AND ");
                out.append(self.value(last));
            }
            BoolExpr::NonEmpty(scalar, values) => {
                out.append(self.scalar(scalar));
                out.push(not);
                out.push(" IN (");
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        out.push(", ");
                    }
                    out.append(self.value(value));
                }
                out.push(")");
            }
            BoolExpr::Among(rows, inner) => self.among(*rows, inner, not, out),
            other => self.predicate(other, None, out),
        }
    }

    fn among(&mut self, rows: Rows, inner: &BoolExpr, not: &str, out: &mut Sketch) {
        if self.hoisted.is_some() {
            let (alias, column) = self.hoist(rows, inner);
            let expected = if not.is_empty() { "1" } else { "0" };
            out.push(&format!("COALESCE({}, 0) = {expected}", self.column(&alias, &column)));
            return;
        }
        let (outer, key, table) = match rows {
            Rows::OfContact => (self.phone_number(), self.phone_number(), self.memberships()),
            Rows::OfMembership => {
                let outer = self.column(MEMBERSHIPS, &self.schema.membership_id);
                (outer, self.name(&self.rows.membership_id), self.table(&self.rows.table))
            }
        };
        out.push(&format!("{outer}{not} IN (SELECT {key} FROM {table} WHERE "));
        self.predicate(inner, Some(Junction::All), out);
        out.push(")");
    }

    /// The column of a predicate that is worked out beforehand.
    fn hoist(&mut self, rows: Rows, inner: &BoolExpr) -> (String, String) {
        let key = (rows, inner.clone());
        let known = self.hoisted.as_ref().and_then(|hoisted| hoisted.known.get(&key)).copied();
        let number = known.unwrap_or_else(|| {
            let mut sketch = Sketch::default();
            self.predicate(inner, None, &mut sketch);
            let Some(hoisted) = &mut self.hoisted else { return 0 };
            let all = match rows {
                Rows::OfMembership => &mut hoisted.of_membership,
                Rows::OfContact => &mut hoisted.of_contact,
            };
            all.push(sketch);
            hoisted.known.insert(key, all.len());
            all.len()
        });
        match rows {
            Rows::OfMembership => (self.custom.clone(), format!("v{number}")),
            Rows::OfContact => (self.lists.clone(), format!("l{number}")),
        }
    }

    fn part(&self, part: TextPart, scalar: &Scalar, sought: &Value) -> Sketch {
        let (text, sought) = (self.scalar(scalar), self.value(sought));
        match part {
            TextPart::Anywhere => self.syntax.contains(text, sought),
            TextPart::Start => self.syntax.starts_with(text, sought),
            TextPart::End => self.syntax.ends_with(text, sought),
        }
    }

    fn scalar(&self, scalar: &Scalar) -> Sketch {
        let coalesce = |scalar: &Scalar, otherwise: Sketch| Sketch::call("COALESCE", [self.scalar(scalar), otherwise]);
        match scalar {
            Scalar::Membership(name) => self.column(MEMBERSHIPS, name).as_str().into(),
            Scalar::Contact(name) => {
                let alias = if self.schema.contacts.is_some() { CONTACTS } else { MEMBERSHIPS };
                self.column(alias, name).as_str().into()
            }
            Scalar::Custom(name) => self.name(name).as_str().into(),
            Scalar::FlagOr(flag, otherwise) => coalesce(flag, if *otherwise { "TRUE" } else { "FALSE" }.into()),
            Scalar::FlagOrPositive(flag, amounts) => {
                let mut positive = Sketch::default();
                for (i, amount) in amounts.iter().enumerate() {
                    positive.push(if i == 0 { "" } else { " OR " });
                    positive.append(coalesce(amount, "0".into()).then(" > 0"));
                }
                coalesce(flag, positive)
            }
            Scalar::Folded(text, folding) => self.syntax.lower_cased(self.scalar(text), folding),
            Scalar::Quotient(sum, count) => {
                let mut quotient = coalesce(sum, "0".into()).then(" / CAST(");
                quotient.append(Sketch::call("NULLIF", [self.scalar(count), "0".into()]));
                let double = self.syntax.nullable(self.syntax.types().double);
                quotient.then(&format!(" AS {double})"))
            }
        }
    }

    fn value(&self, value: &Value) -> Sketch {
        match value {
            Value::Text(text) => Parameter::Text(text.clone()).into(),
            Value::Whole(whole) => whole_number(*whole).into(),
            Value::Double(double) => Parameter::Double(*double).into(),
            Value::Instant(micros) => self.syntax.instant(*micros),
        }
    }
}

/// The members of a group as few runs, each in parentheses of its own where it has several: engines nest the members of a
/// chain in one another, and so deep as a long one no engine goes.
fn shallow<T>(members: &[T]) -> std::slice::Chunks<'_, T> {
    let mut run = 1;
    while members.len() > run * LONGEST_CHAIN {
        run *= LONGEST_CHAIN;
    }
    members.chunks(run)
}

fn whole_number(whole: i128) -> Parameter {
    // Whatever is neither is no number of a filter.
    i64::try_from(whole)
        .map_or_else(|_| Parameter::Unsigned(u64::try_from(whole).unwrap_or(u64::MAX)), Parameter::Integer)
}

fn symbol(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => " = ",
        Comparison::Gt => " > ",
        Comparison::Gte => " >= ",
        Comparison::Lt => " < ",
        Comparison::Lte => " <= ",
    }
}

/// Names that can be quoted.
pub(super) fn check_names(dialect: Dialect, schema: &SqlSchema) -> Result<(), Refusal> {
    if names(schema).into_iter().any(|name| name.is_empty() || name.contains('\0')) {
        let reason = "a name in the schema is empty, or has a NUL in it".to_owned();
        return Err(Refusal::of_all(dialect, reason));
    }
    Ok(())
}

/// The names in a schema.
fn names(schema: &SqlSchema) -> Vec<&str> {
    let mut tables = vec![Some(&schema.memberships), schema.contacts.as_ref()];
    let mut names: Vec<&str> = [&schema.membership_id, &schema.list_id, &schema.active].map(String::as_str).into();
    match &schema.custom_fields {
        CustomFields::Rows(rows) => {
            tables.push(Some(&rows.table));
            let numbers = [&rows.number, &rows.number_whole];
            let others = [&rows.membership_id, &rows.key, &rows.text, &rows.flag, &rows.instant];
            names.extend(numbers.into_iter().chain(others).map(String::as_str));
        }
        CustomFields::Json(json) => names.push(&json.column),
        CustomFields::Map(map) => names.push(&map.column),
        CustomFields::Columns(columns) => {
            names.extend(columns.iter().map(|(key, column)| column.column.as_ref().unwrap_or(key).as_str()));
        }
    }
    names.extend(tables.into_iter().flatten().flat_map(|table| table.path().iter().map(String::as_str)));
    names.extend(schema.is_membership.as_deref());
    names.extend(schema.columns.values().chain(schema.wholes.values()).map(String::as_str));
    names
}
