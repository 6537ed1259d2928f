//! From conditions to text: one condition a line, groups indented, values apart from the text until the end.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::beforehand::Beforehand;
use super::dialect::{Dialect, Syntax};
use super::expression::{BoolExpr, LONGEST_CHAIN, Rows, Scalar, Tree, Value};
use super::layout::{CustomFields, CustomRows};
use super::names::Aliases;
use super::schema::{SqlSchema, TableName};
use super::sketch::Sketch;
use super::statement::Parameter;
use crate::catalogue::TextField;
use crate::filter::{Comparison, Junction, TextPart};

/// Writes conditions.
pub(super) struct Printer<'a> {
    pub(super) syntax: &'static dyn Syntax,
    pub(super) schema: &'a SqlSchema,
    /// The values of custom fields: those of a table, or the ones that are worked out in front of the statement.
    pub(super) rows: Cow<'a, CustomRows>,
    pub(super) aliases: Aliases,
    pub(super) beforehand: Beforehand,
    /// Which conditions on other rows are worked out beforehand; any other is a subquery where it stands.
    hoists: Hoists,
    /// Whether the membership in hand is another one of the contact.
    of_others: bool,
    below_or: bool,
}

/// Which conditions on other rows are worked out beforehand.
#[derive(Clone, Copy, PartialEq)]
enum Hoists {
    Every,
    BelowOr,
    None,
}

impl<'a> Printer<'a> {
    /// Writes conditions on other rows where they stand, as far as the engine plans them well there.
    pub(super) fn new(dialect: Dialect, schema: &'a SqlSchema) -> Self {
        let (syntax, aliases) = (dialect.syntax(), Aliases::beside(schema));
        let rows = match (&schema.custom_fields, &schema.values_view) {
            (CustomFields::Rows(rows), _) => Cow::Borrowed(rows),
            (_, Some(view)) => Cow::Owned(CustomRows { table: view.clone(), ..CustomRows::default() }),
            _ => Cow::Owned(CustomRows { table: TableName::new(&*aliases.relation), ..CustomRows::default() }),
        };
        let hoists = if syntax.joins_below_or() { Hoists::None } else { Hoists::BelowOr };
        let beforehand = Beforehand::default();
        Self { syntax, schema, rows, aliases, beforehand, hoists, of_others: false, below_or: false }
    }

    /// Writes every condition on other rows as one on what is worked out beforehand.
    pub(super) fn hoisting(self) -> Self {
        Self { hoists: Hoists::Every, ..self }
    }

    pub(super) fn name(&self, name: &str) -> String {
        self.syntax.quoted_name(name)
    }

    pub(super) fn table(&self, table: &TableName) -> String {
        table.path().iter().map(|name| self.name(name)).collect::<Vec<_>>().join(".")
    }

    pub(super) fn column(&self, alias: &str, name: &str) -> String {
        format!("{}.{}", self.name(alias), self.name(name))
    }

    /// A column of the membership in hand.
    pub(super) fn membership(&self, name: &str) -> String {
        self.column(if self.of_others { &self.aliases.others } else { &self.aliases.memberships }, name)
    }

    pub(super) fn phone_number(&self) -> String {
        self.membership(self.schema.column(TextField::PhoneNumber))
    }

    /// A table under an alias.
    pub(super) fn aliased(&self, table: &TableName, alias: &str) -> String {
        format!("{} AS {}", self.table(table), self.name(alias))
    }

    /// The table of memberships, without contacts.
    pub(super) fn memberships(&self) -> String {
        self.aliased(&self.schema.memberships, &self.aliases.memberships)
    }

    /// The table of memberships, with the fields of the contacts.
    pub(super) fn from(&self) -> Vec<String> {
        let mut lines = vec![self.memberships()];
        if let Some(contacts) = &self.schema.contacts {
            let key = self.schema.column(TextField::PhoneNumber);
            let alias = &self.aliases.contacts;
            let (contacts, of_contact) = (self.aliased(contacts, alias), self.column(alias, key));
            lines.push(format!("{} {contacts} ON {of_contact} = {}", self.syntax.join(), self.phone_number()));
        }
        lines
    }

    /// Conditions joined by AND behind `WHERE`, one a line.
    pub(super) fn filter(&mut self, trees: &[Tree], indent: usize, out: &mut Sketch) {
        self.lines(Junction::All, trees, "WHERE ", indent, out);
    }

    /// Each tree on a line of its own, the first behind `first`, the others behind what joins them.
    pub(super) fn lines(&mut self, junction: Junction, trees: &[Tree], first: &str, indent: usize, out: &mut Sketch) {
        let was_below_or = self.below_or;
        self.below_or |= junction == Junction::Any;
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
        self.below_or = was_below_or;
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
            BoolExpr::Compare(scalar, Comparison::Eq, value) if self.ends_matter(value) => {
                self.equals_to_the_end(scalar, std::slice::from_ref(value), inside, out);
            }
            BoolExpr::NonEmpty(scalar, values) if values.iter().any(|value| self.ends_matter(value)) => {
                self.equals_to_the_end(scalar, values, inside, out);
            }
            BoolExpr::Compare(scalar, comparison, value) => {
                let (mut left, mut right) = (self.scalar(scalar), self.value(value));
                if *comparison != Comparison::Eq && matches!(value, Value::Text(_)) {
                    (left, right) = (self.syntax.code_point_order(left), self.syntax.code_point_bound(right));
                }
                out.append(left);
                out.push(symbol(*comparison));
                out.append(right);
            }
            BoolExpr::Between(..) | BoolExpr::NonEmpty(..) | BoolExpr::Among(..) => self.range(predicate, "", out),
            BoolExpr::Part(part, scalar, text) => out.append(self.part(*part, scalar, text)),
            BoolExpr::Is(scalar) => out.append(self.scalar(scalar)),
            BoolExpr::Not(inner) => match &**inner {
                BoolExpr::NonEmpty(_, values) if values.iter().any(|value| self.ends_matter(value)) => {
                    self.negated(inner, out);
                }
                BoolExpr::Compare(_, Comparison::Eq, value) if self.ends_matter(value) => self.negated(inner, out),
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
                inner => self.negated(inner, out),
            },
        }
    }

    fn negated(&mut self, inner: &BoolExpr, out: &mut Sketch) {
        out.push("NOT (");
        self.predicate(inner, None, out);
        out.push(")");
    }

    /// Whether to be equal to a value takes a look at the end of a text.
    fn ends_matter(&self, value: &Value) -> bool {
        self.syntax.ignores_trailing_spaces() && matches!(value, Value::Text(_) | Value::Key(_))
    }

    /// Equality to one of some texts where spaces at the end of a text are none: its length is asked, too.
    fn equals_to_the_end(&mut self, scalar: &Scalar, values: &[Value], inside: Option<Junction>, out: &mut Sketch) {
        let mut by_length: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        for value in values {
            let (Value::Text(text) | Value::Key(text)) = value else { continue };
            by_length.entry(text.chars().count()).or_default().push(value.clone());
        }
        let several = by_length.len() > 1;
        let apart = inside == Some(Junction::Any) || several;
        out.push(if several { "(" } else { "" });
        for (i, (length, values)) in by_length.into_iter().enumerate() {
            out.push(match (i, apart) {
                (0, true) => "(",
                (0, false) => "",
                _ => " OR (",
            });
            out.append(self.scalar(scalar));
            match values.as_slice() {
                [only] => {
                    out.push(" = ");
                    out.append(self.value(only));
                }
                several => self.list(several, out),
            }
            out.push(" AND ");
            out.append(Sketch::call("length", [self.scalar(scalar)]));
            out.push(&format!(" = {length}{}", if apart { ")" } else { "" }));
        }
        out.push(if several { ")" } else { "" });
    }

    fn joined(&mut self, junction: Junction, members: &[BoolExpr], inside: Option<Junction>, out: &mut Sketch) {
        let apart = inside.is_some_and(|outer| outer != junction);
        let was_below_or = self.below_or;
        self.below_or |= junction == Junction::Any;
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
        self.below_or = was_below_or;
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
                self.list(values, out);
            }
            BoolExpr::Among(rows, inner) => self.among(*rows, inner, not, out),
            other => self.predicate(other, None, out),
        }
    }

    fn list(&self, values: &[Value], out: &mut Sketch) {
        out.push(" IN (");
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            out.append(self.value(value));
        }
        out.push(")");
    }

    fn among(&mut self, rows: Rows, inner: &BoolExpr, not: &str, out: &mut Sketch) {
        let hoisted = match self.hoists {
            Hoists::Every => true,
            Hoists::BelowOr => self.below_or && self.beforehand.has_room(rows, self.syntax.limits().columns),
            Hoists::None => false,
        };
        if hoisted {
            let column = self.hoist(rows, inner);
            let expected = if not.is_empty() { "1" } else { "0" };
            out.push(&format!("COALESCE({column}, 0) = {expected}"));
            return;
        }
        let (outer, key, table) = match rows {
            Rows::OfContact => {
                let key = self.schema.column(TextField::PhoneNumber);
                let others = &self.aliases.others;
                (self.phone_number(), self.column(others, key), self.aliased(&self.schema.memberships, others))
            }
            Rows::OfMembership => {
                let (key, values) = (&self.rows.membership_id, &self.aliases.values);
                let outer = self.membership(&self.schema.membership_id);
                (outer, self.column(values, key), self.aliased(&self.rows.table, values))
            }
        };
        // An engine makes a join of either form; of NOT IN it makes none, for the sake of what is NULL.
        if not.is_empty() || !self.syntax.has_correlated_subqueries() {
            out.push(&format!("{outer}{not} IN (SELECT {key} FROM {table} WHERE "));
        } else {
            out.push(&format!("NOT EXISTS (SELECT 1 FROM {table} WHERE {key} = {outer} AND "));
        }
        let before = (self.of_others, self.below_or);
        (self.of_others, self.below_or) = (rows == Rows::OfContact, false);
        let mut condition = Sketch::default();
        self.predicate(inner, Some(Junction::All), &mut condition);
        (self.of_others, self.below_or) = before;
        out.append(self.asked_of(rows, condition));
        out.push(")");
    }

    /// A condition as it is asked of such rows.
    pub(super) fn asked_of(&self, rows: Rows, condition: Sketch) -> Sketch {
        let is_view = self.schema.values_view.is_some();
        let is_worked_out = match &self.schema.custom_fields {
            CustomFields::Rows(_) => false,
            // Of such a view, whose rows are those of every field, a planner expects more than there are.
            CustomFields::Json(_) | CustomFields::Map(_) => !is_view,
            CustomFields::Columns(_) => true,
        };
        if rows == Rows::OfMembership && is_worked_out { self.syntax.of_worked_out(condition) } else { condition }
    }

    /// The column of a predicate that is worked out beforehand.
    fn hoist(&mut self, rows: Rows, inner: &BoolExpr) -> String {
        let known = self.beforehand.known(rows, inner);
        let number = known.unwrap_or_else(|| {
            let before = (self.hoists, self.of_others, self.below_or);
            (self.hoists, self.of_others, self.below_or) = (Hoists::Every, false, false);
            let mut sketch = Sketch::default();
            self.predicate(inner, None, &mut sketch);
            (self.hoists, self.of_others, self.below_or) = before;
            self.beforehand.add(rows, inner.clone(), sketch)
        });
        match rows {
            Rows::OfMembership => self.column(&self.aliases.by_membership, &format!("v{number}")),
            Rows::OfContact => self.column(&self.aliases.by_contact, &format!("l{number}")),
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
            Scalar::Membership(name) => self.membership(name).as_str().into(),
            Scalar::Contact(name) if self.schema.contacts.is_none() => self.membership(name).as_str().into(),
            Scalar::Contact(name) => self.column(&self.aliases.contacts, name).as_str().into(),
            Scalar::Custom(name) => self.column(&self.aliases.values, name).as_str().into(),
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
            Scalar::Quotient(sum, count) => self.syntax.average(coalesce(sum, "0".into()), self.scalar(count)),
        }
    }

    fn value(&self, value: &Value) -> Sketch {
        match value {
            Value::Text(text) => Parameter::Text(text.clone()).into(),
            Value::Key(key) => Sketch::constant(key),
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
