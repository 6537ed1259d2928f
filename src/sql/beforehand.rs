//! What is asked of other rows, worked out in front of a statement: of the values of custom fields by membership, of lists
//! by contact. Each is one pass over its table however many conditions there are, and one join.

use std::collections::HashMap;

use super::dialect::Unsupported;
use super::expression::{BoolExpr, Rows};
use super::layout::CustomFields;
use super::print::Printer;
use super::sketch::Sketch;
use super::values::{self, Needed};

/// The column that tells the rows apart of what is worked out.
const ID: &str = "id";

/// The conditions that are worked out beforehand, each a column.
#[derive(Default)]
pub(super) struct Beforehand {
    of_membership: Vec<Sketch>,
    of_contact: Vec<Sketch>,
    numbers: HashMap<(Rows, BoolExpr), usize>,
}

impl Beforehand {
    /// How many columns the widest row of it has.
    pub(super) fn columns(&self) -> usize {
        self.of_membership.len().max(self.of_contact.len())
    }

    /// Whether there is a column left beside that of the key.
    pub(super) fn has_room(&self, rows: Rows, columns: Option<usize>) -> bool {
        columns.is_none_or(|columns| self.of(rows).len() + 1 < columns)
    }

    /// The number of a condition, from 1 on, that is among them.
    pub(super) fn known(&self, rows: Rows, condition: &BoolExpr) -> Option<usize> {
        self.numbers.get(&(rows, condition.clone())).copied()
    }

    /// Puts a condition among them, as it is written, and gives its number.
    pub(super) fn add(&mut self, rows: Rows, condition: BoolExpr, written: Sketch) -> usize {
        let all = match rows {
            Rows::OfMembership => &mut self.of_membership,
            Rows::OfContact => &mut self.of_contact,
        };
        all.push(written);
        let number = all.len();
        self.numbers.insert((rows, condition), number);
        number
    }

    fn of(&self, rows: Rows) -> &[Sketch] {
        match rows {
            Rows::OfMembership => &self.of_membership,
            Rows::OfContact => &self.of_contact,
        }
    }

    /// Everything in front of the statement, from `WITH` on; nothing where nothing is worked out. `needed` is what the
    /// statement asks of custom fields.
    pub(super) fn with(&self, printer: &Printer<'_>, needed: &Needed) -> Result<Sketch, Unsupported> {
        let mut relations = Vec::new();
        relations.extend(values::relation(printer, needed)?);
        if !self.of_membership.is_empty() {
            let (key, values) = (&printer.rows.membership_id, &printer.aliases.values);
            let from = Sketch::from(&*printer.aliased(&printer.rows.table, values));
            let keys = self.keys(printer);
            relations.push(self.relation(printer, Rows::OfMembership, &printer.column(values, key), from, keys));
        }
        if !self.of_contact.is_empty() {
            let mut from = Sketch::from(&*printer.memberships());
            self.join(printer, Rows::OfMembership, "\n  ", &self.of_contact, &mut from);
            relations.push(self.relation(printer, Rows::OfContact, &printer.phone_number(), from, None));
        }
        let mut out = Sketch::default();
        for (i, relation) in relations.into_iter().enumerate() {
            out.push(if i == 0 { "WITH " } else { ", " });
            out.append(relation);
        }
        Ok(if out.is_empty() { out } else { out.then("\n") })
    }

    /// Joins to the memberships what is worked out and these conditions ask.
    pub(super) fn joins(&self, printer: &Printer<'_>, lead: &str, asked_by: &Sketch, out: &mut Sketch) {
        for rows in [Rows::OfMembership, Rows::OfContact] {
            self.join(printer, rows, lead, std::slice::from_ref(asked_by), out);
        }
    }

    /// No engine leaves out a join to what others ask, too: that is worked out once, and nobody sees any more that each of its
    /// rows is another's.
    fn join(&self, printer: &Printer<'_>, rows: Rows, lead: &str, asked_by: &[Sketch], out: &mut Sketch) {
        let (alias, outer) = match rows {
            Rows::OfMembership => (&printer.aliases.by_membership, printer.membership(&printer.schema.membership_id)),
            Rows::OfContact => (&printer.aliases.by_contact, printer.phone_number()),
        };
        let (table, id) = (printer.name(alias), printer.column(alias, ID));
        let column = format!("{table}.");
        if !asked_by.iter().any(|condition| condition.mentions(&column)) {
            return;
        }
        out.push(&format!("{lead}{} {table} ON {id} = {outer}", printer.syntax.left_join()));
    }

    /// The keys of the custom fields that are asked: of a table or a view, rows of other fields are left aside.
    fn keys(&self, printer: &Printer<'_>) -> Option<Sketch> {
        let is_worked_out =
            printer.schema.values_view.is_none() && !matches!(printer.schema.custom_fields, CustomFields::Rows(_));
        if is_worked_out {
            return None;
        }
        let asked = self.numbers.keys().filter(|(rows, _)| *rows == Rows::OfMembership);
        let needed = Needed::of_conditions(asked.map(|(_, condition)| condition));
        let mut keys = Sketch::from(&*printer.column(&printer.aliases.values, &printer.rows.key)).then(" IN (");
        needed.keys(&mut keys);
        Some(keys.then(")"))
    }

    /// A row for each key with a row that is asked, and a column for each condition: whether a row satisfies it.
    fn relation(&self, printer: &Printer<'_>, rows: Rows, key: &str, from: Sketch, only: Option<Sketch>) -> Sketch {
        let (alias, prefix) = match rows {
            Rows::OfMembership => (&printer.aliases.by_membership, "v"),
            Rows::OfContact => (&printer.aliases.by_contact, "l"),
        };
        let mut out = Sketch::from(&*format!("{} AS (\n  SELECT {key} AS {}", printer.name(alias), printer.name(ID)));
        let column = |number: usize| printer.name(&format!("{prefix}{number}"));
        let only = match self.of(rows) {
            [condition] => {
                out.push(&format!(", 1 AS {}", column(1)));
                Some(printer.asked_of(rows, condition.clone()))
            }
            conditions => {
                for (i, condition) in conditions.iter().enumerate() {
                    out.push(",\n    max(CASE WHEN ");
                    out.append(condition.clone());
                    out.push(&format!(" THEN 1 ELSE 0 END) AS {}", column(i + 1)));
                }
                only
            }
        };
        out.push("\n  FROM ");
        out.append(from);
        if let Some(only) = only {
            out.push("\n  WHERE ");
            out.append(only);
        }
        out.then(&format!("\n  GROUP BY {key}\n)"))
    }
}
