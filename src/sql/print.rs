//! From conditions to text: one condition a line, groups indented, values apart from the text until the end.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Refusal;
use super::dialect::{Dialect, quoted_name, quoted_text, reads_instant, written_instant};
use super::expression::{BoolExpr, Folding, LONGEST_CHAIN, Rows, Scalar, Tree, Value};
use super::folding::{DOTTED, SIGMAS};
use super::layout::{CustomFields, CustomRows};
use super::schema::{SqlSchema, TableName};
use super::statement::{Parameter, Statement};
use crate::catalogue::TextField;
use crate::filter::{Comparison, Junction, TextPart};

/// A piece of a statement.
#[derive(Clone)]
enum Piece {
    Text(String),
    Value(Parameter),
}

/// A statement, or a part of one, in the making.
#[derive(Clone, Default)]
pub(super) struct Sketch(Vec<Piece>);

impl Sketch {
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
                value @ Piece::Value(_) => self.0.push(value),
            }
        }
    }

    pub(super) fn value(&mut self, value: Parameter) {
        self.0.push(Piece::Value(value));
    }

    /// Each line but the first further in.
    pub(super) fn indented(mut self) -> Self {
        for piece in &mut self.0 {
            if let Piece::Text(text) = piece {
                *text = text.replace('\n', "\n  ");
            }
        }
        self
    }

    /// The statement, with values in its text or beside it.
    pub(super) fn finished(self, dialect: Dialect, inlined: bool) -> Statement {
        let mut text = String::new();
        let mut parameters = Vec::new();
        for piece in self.0 {
            match piece {
                Piece::Text(piece) => text.push_str(&piece),
                Piece::Value(value) if inlined => text.push_str(&literal(dialect, &value)),
                Piece::Value(value) => {
                    parameters.push(value);
                    text.push_str(&placeholder(dialect, parameters.len(), parameters.last()));
                }
            }
        }
        Statement { text, parameters }
    }
}

fn literal(dialect: Dialect, value: &Parameter) -> String {
    match value {
        Parameter::Text(text) => quoted_text(dialect, text),
        Parameter::Integer(whole) => whole.to_string(),
        Parameter::Unsigned(whole) => whole.to_string(),
        // With an exponent it is a double everywhere, and not a decimal.
        Parameter::Double(double) => format!("{double:e}"),
    }
}

fn placeholder(dialect: Dialect, number: usize, value: Option<&Parameter>) -> String {
    match dialect {
        Dialect::PostgreSql | Dialect::DuckDb | Dialect::DataFusion => format!("${number}"),
        Dialect::Spark => "?".to_owned(),
        Dialect::ClickHouse => {
            let of = match value {
                None | Some(Parameter::Text(_)) => "String",
                Some(Parameter::Integer(_)) => "Int64",
                Some(Parameter::Unsigned(_)) => "UInt64",
                Some(Parameter::Double(_)) => "Float64",
            };
            format!("{{p{number}:{of}}}")
        }
    }
}

/// What is asked of other rows, worked out beforehand where many audiences are asked together.
#[derive(Default)]
pub(super) struct Hoisted {
    pub(super) of_membership: Vec<Sketch>,
    pub(super) of_contact: Vec<Sketch>,
    known: HashMap<(Rows, BoolExpr), usize>,
}

/// Writes conditions.
pub(super) struct Printer<'a> {
    pub(super) dialect: Dialect,
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
        Self { dialect, schema, rows, custom, lists, hoisted: None }
    }

    pub(super) fn name(&self, name: &str) -> String {
        quoted_name(self.dialect, name)
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
                self.scalar(scalar, out);
                out.push(" IS NOT NULL");
            }
            BoolExpr::Absent(scalar) => {
                self.scalar(scalar, out);
                out.push(" IS NULL");
            }
            BoolExpr::Compare(scalar, comparison, value) => {
                self.scalar(scalar, out);
                let ordered = *comparison != Comparison::Eq;
                if ordered && matches!(value, Value::Text(_)) {
                    out.push(self.dialect.forms().by_code_point);
                }
                out.push(symbol(*comparison));
                self.value(value, out);
            }
            BoolExpr::Between(..) | BoolExpr::NonEmpty(..) | BoolExpr::Among(..) => self.range(predicate, "", out),
            BoolExpr::Part(part, scalar, text) => self.part(*part, scalar, text, out),
            BoolExpr::Is(scalar) => self.scalar(scalar, out),
            BoolExpr::Not(inner) => match &**inner {
                BoolExpr::Between(..) | BoolExpr::NonEmpty(..) | BoolExpr::Among(..) => self.range(inner, " NOT", out),
                BoolExpr::Is(scalar) => {
                    out.push("NOT ");
                    self.scalar(scalar, out);
                }
                BoolExpr::Compare(scalar, Comparison::Eq, value) => {
                    self.scalar(scalar, out);
                    out.push(" <> ");
                    self.value(value, out);
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
                self.scalar(scalar, out);
                out.push(not);
                out.push(" BETWEEN ");
                self.value(first, out);
                out.push(" AND ");
                self.value(last, out);
            }
            BoolExpr::NonEmpty(scalar, values) => {
                self.scalar(scalar, out);
                out.push(not);
                out.push(" IN (");
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        out.push(", ");
                    }
                    self.value(value, out);
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

    fn part(&mut self, part: TextPart, scalar: &Scalar, text: &Value, out: &mut Sketch) {
        let forms = self.dialect.forms();
        let form = match part {
            TextPart::Anywhere => &forms.contains,
            TextPart::Start => &forms.starts_with,
            TextPart::End => &forms.ends_with,
        };
        let [before, between, behind] = form.around;
        out.push(before);
        self.scalar(scalar, out);
        out.push(between);
        self.value(text, out);
        out.push(behind);
        if form.repeats_part {
            self.value(text, out);
        }
    }

    fn scalar(&mut self, scalar: &Scalar, out: &mut Sketch) {
        match scalar {
            Scalar::Membership(name) => out.push(&self.column(MEMBERSHIPS, name)),
            Scalar::Contact(name) => {
                let alias = if self.schema.contacts.is_some() { CONTACTS } else { MEMBERSHIPS };
                out.push(&self.column(alias, name));
            }
            Scalar::Custom(name) => out.push(&self.name(name)),
            Scalar::FlagOr(flag, otherwise) => {
                out.push("COALESCE(");
                self.scalar(flag, out);
                out.push(if *otherwise { ", TRUE)" } else { ", FALSE)" });
            }
            Scalar::FlagOrPositive(flag, amounts) => {
                out.push("COALESCE(");
                self.scalar(flag, out);
                for (i, amount) in amounts.iter().enumerate() {
                    out.push(if i == 0 { ", COALESCE(" } else { " OR COALESCE(" });
                    self.scalar(amount, out);
                    out.push(", 0) > 0");
                }
                out.push(")");
            }
            Scalar::Folded(text, folding) => self.folded(text, folding, out),
            Scalar::Quotient(sum, count) => {
                out.push("COALESCE(");
                self.scalar(sum, out);
                out.push(", 0) / CAST(NULLIF(");
                self.scalar(count, out);
                let double = self.dialect.forms().types.double;
                // There a type says whether it has NULL.
                let double =
                    if self.dialect == Dialect::ClickHouse { format!("Nullable({double})") } else { double.to_owned() };
                out.push(&format!(", 0) AS {double})"));
            }
        }
    }

    fn folded(&mut self, text: &Scalar, folding: &Folding, out: &mut Sketch) {
        let Some(translate) = self.dialect.forms().translate else {
            // There `lower` is Rust's own, which looks at the neighbours of one letter.
            let [capital, _, small] = SIGMAS;
            out.push(if folding.sigma { "lower(replace(" } else { "lower(" });
            self.scalar(text, out);
            if folding.sigma {
                out.push(&format!(", '{capital}', '{small}')"));
            }
            out.push(")");
            return;
        };
        // Letters stand in no need of escapes.
        let (from, to) = (String::from_iter(&folding.from), String::from_iter(&folding.to));
        if !from.is_empty() {
            out.push(translate);
            out.push("(");
        }
        if folding.dotted {
            out.push("replace(");
        }
        self.scalar(text, out);
        if folding.dotted {
            out.push(&format!(", '{}', '{}')", DOTTED.0, DOTTED.1));
        }
        if !from.is_empty() {
            out.push(&format!(", '{from}', '{to}')"));
        }
    }

    fn value(&self, value: &Value, out: &mut Sketch) {
        match value {
            Value::Text(text) => out.value(Parameter::Text(text.clone())),
            Value::Whole(whole) => out.value(whole_number(*whole)),
            Value::Double(double) => out.value(Parameter::Double(*double)),
            Value::Instant(micros) if reads_instant(self.dialect, *micros) => {
                let [before, behind] = self.dialect.forms().instant;
                out.push(before);
                out.value(Parameter::Text(written_instant(self.dialect, *micros)));
                out.push(behind);
            }
            Value::Instant(micros) => {
                out.push("fromUnixTimestamp64Micro(");
                out.value(Parameter::Integer(*micros));
                out.push(", 'UTC')");
            }
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
