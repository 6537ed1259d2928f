//! Many audiences in one statement.
//!
//! What is asked of other rows is worked out first, once for all audiences. Then a row a contact says of each audience
//! whether it is in, or by how many memberships, and the sums of that are the sizes.

use super::expression::Tree;
use super::print::Printer;
use super::sketch::Sketch;
use super::values::Needed;
use crate::filter::Junction;
use crate::semantics::Unit;

pub(super) fn counts(printer: Printer<'_>, audiences: &[(Unit, Vec<Tree>)]) -> Result<Sketch, String> {
    if audiences.is_empty() {
        return Err("there is no audience to count".to_owned());
    }
    let mut printer = printer.hoisting();
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

    let columns = printer.beforehand.columns().max(audiences.len());
    if let Some(most) = printer.syntax.limits().columns
        && columns >= most
    {
        return Err(format!("a row has {most} columns at most, and {columns} are needed: ask in several statements"));
    }
    let needed = Needed::of(audiences.iter().flat_map(|(_, trees)| trees));
    let mut sketch = printer.beforehand.with(&printer, &needed)?;
    sketch.push("SELECT");
    for i in 1..=audiences.len() {
        let (column, size) = (printer.name(&format!("a{i}")), printer.name(&format!("size_{i}")));
        sketch.push(&format!("{}\n  COALESCE(sum({column}), 0) AS {size}", if i == 1 { "" } else { "," }));
    }
    let mut joins = Sketch::default();
    printer.beforehand.joins(&printer, "\n  ", &contacts, &mut joins);
    sketch.push("\nFROM (\n  SELECT");
    sketch.append(contacts);
    sketch.push(&format!("\n  FROM {}", printer.from().join("\n  ")));
    sketch.append(joins);
    sketch.push(&format!("\n  GROUP BY {}\n) AS {}", printer.phone_number(), printer.name("a")));
    Ok(sketch)
}
