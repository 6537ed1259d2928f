//! Many audiences in one statement.
//!
//! What is asked of other rows is worked out first, once for all audiences: of the values of custom fields by membership,
//! of lists by contact. Then a row a contact says of each audience whether it is in, or by how many memberships, and the
//! sums of that are the sizes.

use super::expression::Tree;
use super::print::{Hoisted, MEMBERSHIPS, Printer};
use super::sketch::Sketch;
use super::values::{self, Needed};
use crate::filter::Junction;
use crate::semantics::Unit;

pub(super) fn counts(mut printer: Printer<'_>, audiences: &[(Unit, Vec<Tree>)]) -> Result<Sketch, String> {
    if audiences.is_empty() {
        return Err("there is no audience to count".to_owned());
    }
    printer.hoisted = Some(Hoisted::default());

    let mut contacts = Sketch::default();
    for (i, (unit, trees)) in audiences.iter().enumerate() {
        let fold = match unit {
            Unit::Contacts => "max",
            Unit::Memberships => "sum",
        };
        contacts.push(if i == 0 { "\n    " } else { ",\n    " });
        contacts.push(&format!("{fold}(CASE WHEN"));
        match trees.as_slice() {
            [] => contacts.push(" TRUE"),
            [Tree::Condition(only)] => {
                contacts.push(" ");
                printer.predicate(only, None, &mut contacts);
            }
            _ => printer.lines(Junction::All, trees, "  ", 4, &mut contacts),
        }
        contacts.push(&format!(
            "{} THEN 1 ELSE 0 END) AS {}",
            if trees.len() > 1 { "\n   " } else { "" },
            printer.name(&format!("a{}", i + 1))
        ));
    }

    let hoisted = printer.hoisted.take().unwrap_or_default();
    let columns = hoisted.of_membership.len().max(hoisted.of_contact.len()).max(audiences.len());
    if let Some(most) = printer.syntax.limits().columns
        && columns >= most
    {
        return Err(format!("a row has {most} columns at most, and {columns} are needed: ask in several statements"));
    }
    let joins = Joins { custom: !hoisted.of_membership.is_empty(), lists: !hoisted.of_contact.is_empty() };
    // Columns still say of which table they are.
    printer.hoisted = Some(Hoisted::default());

    let mut sketch = Sketch::default();
    let mut with = "WITH ";
    let needed = Needed::of(audiences.iter().flat_map(|(_, trees)| trees));
    if let Some(values) = values::relation(&printer, &needed)? {
        sketch.push(with);
        sketch.append(values);
        with = ", ";
    }
    if joins.custom {
        let (key, table) = (printer.name(&printer.rows.membership_id), printer.table(&printer.rows.table));
        sketch.push(&format!("{with}{} AS (\n  SELECT {key}", printer.name(&printer.custom)));
        columns_of(&printer, "v", hoisted.of_membership, &mut sketch);
        sketch.push(&format!("\n  FROM {table}\n  GROUP BY {key}\n)"));
        with = ", ";
    }
    if joins.lists {
        let key = printer.phone_number();
        sketch.push(&format!("{with}{} AS (\n  SELECT {key}", printer.name(&printer.lists)));
        columns_of(&printer, "l", hoisted.of_contact, &mut sketch);
        sketch.push(&format!("\n  FROM {}", printer.memberships()));
        Joins { lists: false, ..joins }.write(&printer, "\n  ", &mut sketch);
        sketch.push(&format!("\n  GROUP BY {key}\n)"));
        with = ", ";
    }
    if with != "WITH " {
        sketch.push("\n");
    }
    sketch.push("SELECT");
    for i in 1..=audiences.len() {
        let (column, size) = (printer.name(&format!("a{i}")), printer.name(&format!("size_{i}")));
        sketch.push(&format!("{}\n  COALESCE(sum({column}), 0) AS {size}", if i == 1 { "" } else { "," }));
    }
    sketch.push("\nFROM (\n  SELECT");
    sketch.append(contacts);
    sketch.push(&format!("\n  FROM {}", printer.from().join("\n  ")));
    joins.write(&printer, "\n  ", &mut sketch);
    sketch.push(&format!("\n  GROUP BY {}\n) AS {}", printer.phone_number(), printer.name("a")));
    Ok(sketch)
}

fn columns_of(printer: &Printer<'_>, prefix: &str, predicates: Vec<Sketch>, out: &mut Sketch) {
    for (i, predicate) in predicates.into_iter().enumerate() {
        out.push(",\n    max(CASE WHEN ");
        out.append(predicate);
        out.push(&format!(" THEN 1 ELSE 0 END) AS {}", printer.name(&format!("{prefix}{}", i + 1))));
    }
}

/// Which of the tables that are worked out beforehand there are.
#[derive(Clone, Copy)]
struct Joins {
    custom: bool,
    lists: bool,
}

impl Joins {
    fn write(self, printer: &Printer<'_>, lead: &str, out: &mut Sketch) {
        if self.custom {
            let table = printer.name(&printer.custom);
            let inner = printer.column(&printer.custom, &printer.rows.membership_id);
            let outer = printer.column(MEMBERSHIPS, &printer.schema.membership_id);
            out.push(&format!("{lead}LEFT JOIN {table} ON {inner} = {outer}"));
        }
        if self.lists {
            let table = printer.name(&printer.lists);
            let inner = printer.column(&printer.lists, printer.schema.column(crate::catalogue::TextField::PhoneNumber));
            out.push(&format!("{lead}LEFT JOIN {table} ON {inner} = {}", printer.phone_number()));
        }
    }
}
