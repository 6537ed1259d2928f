//! The values of custom fields as rows, whatever column they are in.
//!
//! Conditions know one relation, that of [`CustomRows`]: a row for a value or an element. Where there is no such table it
//! is worked out in front of the statement, of the fields that the statement asks and with the columns that it asks for.
//! A layout says no more than how it gives its values, as texts or as JSON; what is in a text, and in JSON, is the same
//! whoever gives it.

use std::collections::BTreeSet;

use super::dialect::{Entries, JsonSyntax, Syntax, Unsupported};
use super::expression::{BoolExpr, Scalar, Tree, Value};
use super::layout::{CustomFields, CustomRows, CustomType, MapValues};
use super::print::Printer;
use super::reading;
use super::sketch::Sketch;

/// What a statement asks of the relation.
#[derive(Default)]
pub(super) struct Needed {
    /// Of which custom fields.
    keys: Keys,
    text: bool,
    number: bool,
    number_whole: bool,
    flag: bool,
    instant: bool,
}

enum Keys {
    Every,
    Of(BTreeSet<String>),
}

impl Default for Keys {
    fn default() -> Self {
        Self::Of(BTreeSet::new())
    }
}

impl Keys {
    fn has(&self, key: &str) -> bool {
        match self {
            Self::Every => true,
            Self::Of(keys) => keys.contains(key),
        }
    }
}

impl Needed {
    /// All that a statement may ask.
    fn everything() -> Self {
        Self { keys: Keys::Every, text: true, number: true, number_whole: true, flag: true, instant: true }
    }

    /// What these conditions ask.
    pub(super) fn of<'t>(trees: impl IntoIterator<Item = &'t Tree>) -> Self {
        let mut needed = Self::default();
        for tree in trees {
            tree.conditions(&mut |condition| needed.see(condition));
        }
        needed
    }

    /// The same, of conditions that are in no tree.
    pub(super) fn of_conditions<'t>(conditions: impl IntoIterator<Item = &'t BoolExpr>) -> Self {
        let mut needed = Self::default();
        conditions.into_iter().for_each(|condition| needed.see(condition));
        needed
    }

    fn see(&mut self, condition: &BoolExpr) {
        let rows = CustomRows::default();
        condition.scalars(&mut |scalar: &Scalar, value: Option<&Value>| {
            let Scalar::Custom(name) = scalar else { return };
            match value {
                Some(Value::Key(key)) => {
                    if let Keys::Of(keys) = &mut self.keys {
                        keys.insert(key.clone());
                    }
                }
                _ => {
                    self.text |= *name == rows.text;
                    self.number |= *name == rows.number;
                    self.number_whole |= *name == rows.number_whole;
                    self.flag |= *name == rows.flag;
                    self.instant |= *name == rows.instant;
                }
            }
        });
    }

    /// The keys of the custom fields, as a list.
    pub(super) fn keys(&self, out: &mut Sketch) {
        let Keys::Of(keys) = &self.keys else { return };
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            out.append(Sketch::constant(key));
        }
    }

    fn reads_numbers(&self) -> bool {
        self.number || self.number_whole
    }
}

/// The view of the relation, where the schema has one.
pub(super) fn view(printer: &Printer<'_>) -> Result<Option<Sketch>, Unsupported> {
    let Some(name) = &printer.schema.values_view else { return Ok(None) };
    let Some(query) = query(printer, &Needed::everything())? else { return Ok(None) };
    let mut view = Sketch::from(&*format!("CREATE VIEW {} AS\n", printer.table(name)));
    view.append(query);
    Ok(Some(view))
}

/// The relation under its name, to stand behind `WITH`; none where nothing is asked of it, or there is a table or a view.
pub(super) fn relation(printer: &Printer<'_>, needed: &Needed) -> Result<Option<Sketch>, Unsupported> {
    if printer.schema.values_view.is_some() {
        return Ok(None);
    }
    let Some(query) = query(printer, needed)? else { return Ok(None) };
    let mut out = Sketch::default();
    out.push(&format!("{} AS (\n  ", printer.table(&printer.rows.table)));
    out.append(query.indented(printer.syntax.name_quote()));
    out.push("\n)");
    Ok(Some(out))
}

/// The rows of what is needed.
fn query(printer: &Printer<'_>, needed: &Needed) -> Result<Option<Sketch>, Unsupported> {
    if matches!(&needed.keys, Keys::Of(keys) if keys.is_empty()) {
        return Ok(None);
    }
    let relation = Relation { printer, needed };
    let parts = match &printer.schema.custom_fields {
        CustomFields::Rows(_) => return Ok(None),
        CustomFields::Json(column) => {
            let json = printer.syntax.json()?;
            let entries = json.object_entries(&relation.own(&column.column));
            vec![relation.of_json(json, relation.entries(entries))]
        }
        CustomFields::Map(map) => {
            let entries = relation.entries(printer.syntax.map_entries(&relation.own(&map.column))?);
            vec![match map.values {
                MapValues::Text => relation.of_texts(relation.alone(entries)),
                MapValues::Json => relation.of_texts_of_json(entries)?,
            }]
        }
        CustomFields::Columns(columns) => {
            // Columns of other types are asked themselves.
            let has_rows = |of| matches!(of, CustomType::Text | CustomType::TextList | CustomType::Json);
            let columns = columns.iter().filter(|(key, column)| needed.keys.has(key) && has_rows(column.of));
            let part = |(key, column): (&String, &super::layout::CustomColumn)| {
                let name = column.column.as_deref().unwrap_or(key);
                relation.column(key, name, column.of)
            };
            columns.map(part).collect::<Result<_, _>>()?
        }
    };
    if parts.len() < 2 {
        return Ok(parts.into_iter().next());
    }
    let mut all = Sketch::default();
    for (i, part) in parts.into_iter().enumerate() {
        all.push(if i == 0 { "(" } else { "\nUNION ALL\n(" });
        all.append(part);
        all.push(")");
    }
    Ok(Some(all))
}

struct Relation<'a> {
    printer: &'a Printer<'a>,
    needed: &'a Needed,
}

impl Relation<'_> {
    fn syntax(&self) -> &'static dyn Syntax {
        self.printer.syntax
    }

    fn name(&self, name: &str) -> String {
        self.printer.name(name)
    }

    /// A column of the memberships.
    fn own(&self, column: &str) -> String {
        self.printer.membership(column)
    }

    fn indented(&self, query: Sketch) -> Sketch {
        query.indented(self.syntax().name_quote())
    }

    /// `SELECT "membership_id", "key"` in front of more columns of a query: what is worked out on a line of its own.
    fn select(&self, columns: &[String], from: Sketch) -> Sketch {
        let mut list = format!("SELECT {}, {}", self.name("membership_id"), self.name("key"));
        let mut broken = false;
        for column in columns {
            broken |= column.contains(" AS ");
            list.push_str(if broken { ",\n  " } else { ", " });
            list.push_str(column);
        }
        let mut out = Sketch::default();
        out.push(&format!("{list}\nFROM (\n  "));
        out.append(self.indented(from));
        out.push(&format!("\n) AS {}", self.name("q")));
        out
    }

    /// The same, worked out before what is asked of it.
    fn step(&self, columns: &[String], from: Sketch) -> Sketch {
        self.select(columns, from).then(self.syntax().materialized())
    }

    /// The key that is needed, and the value, of each entry; null is none.
    fn entries(&self, entries: Entries) -> Sketch {
        let [as_id, as_key, as_value] = ["membership_id", "key", "value"].map(|name| self.name(name));
        let (id, memberships) = (self.own(&self.printer.schema.membership_id), self.printer.memberships());
        let rows = |columns: &str, join: &str| format!("SELECT {id} AS {as_id}, {columns}\nFROM {memberships}{join}");
        let (mut out, key, is_value) = match entries {
            Entries::Joined { columns, join, key, is_value } => (Sketch::from(&*rows(columns, &join)), key, is_value),
            Entries::Nested { columns, join, key, value, is_value } => {
                let mut out = Sketch::default();
                out.push(&format!("SELECT {as_id}, {key} AS {as_key}, {value} AS {as_value}\nFROM (\n  "));
                out.append(self.indented(Sketch::from(&*rows(&columns, &join))));
                out.push(&format!("\n) AS {}", self.name("q")));
                (out, key, is_value)
            }
        };
        out.push("\nWHERE ");
        if let Keys::Of(_) = self.needed.keys {
            out.push(&format!("{key} IN ("));
            self.needed.keys(&mut out);
            out.push(") AND ");
        }
        out.then(is_value)
    }

    /// What is in values that are texts of JSON; null is none.
    fn of_texts_of_json(&self, values: Sketch) -> Result<Sketch, Unsupported> {
        let json = self.syntax().json()?;
        let [value, parsed] = ["value", "parsed"].map(|name| self.name(name));
        let read = self.select(&[format!("{} AS {parsed}", json.parsed(&value))], values);
        let out = self.select(&[format!("{parsed} AS {value}")], read);
        Ok(self.of_json(json, out.then(&format!("\nWHERE {}", json.is_not_null(&parsed)))))
    }

    /// The values of a column of a type.
    fn column(&self, key: &str, column: &str, of: CustomType) -> Result<Sketch, Unsupported> {
        let types = self.syntax().types();
        let (id, column) = (self.own(&self.printer.schema.membership_id), self.own(column));
        let [as_id, as_key, as_value] = ["membership_id", "key", "value"].map(|name| self.name(name));
        let each = |value: &str, behind: &str| {
            let mut out = Sketch::default();
            out.push(&format!("SELECT {id} AS {as_id}, CAST("));
            out.append(Sketch::constant(key));
            out.push(&format!(
                " AS {}) AS {as_key}, {value} AS {as_value}\nFROM {}{behind}",
                types.text,
                self.printer.memberships()
            ));
            out
        };
        let there = format!("\nWHERE {column} IS NOT NULL");
        Ok(match of {
            CustomType::Json => self.of_texts_of_json(each(&column, &there))?,
            CustomType::TextList => {
                let elements = self.syntax().unnested(&column)?;
                let mut all = each(&elements.value, &format!("{}{there}", elements.join));
                // That there is a value, also where it is an empty array.
                all.push("\nUNION ALL\n");
                all.append(each(&self.null_of(types.text), &there));
                self.of_texts(self.elements_of_array(all))
            }
            // Others are asked themselves.
            _ => self.of_texts(self.alone(each(&column, &there))),
        })
    }

    fn null_of(&self, of: &str) -> String {
        format!("CAST(NULL AS {})", self.syntax().nullable(of))
    }

    /// Texts that are values.
    fn alone(&self, values: Sketch) -> Sketch {
        self.marked(values, "TRUE")
    }

    /// Texts that are elements of arrays.
    fn elements_of_array(&self, values: Sketch) -> Sketch {
        self.marked(values, "FALSE")
    }

    fn marked(&self, values: Sketch, alone: &str) -> Sketch {
        let [value, text, written, flag, as_alone] =
            ["value", "text", "written", "flag", "alone"].map(|name| self.name(name));
        let mut columns = vec![format!("{value} AS {text}")];
        if self.needed.reads_numbers() {
            columns.push(format!("{value} AS {written}"));
        }
        if self.needed.flag {
            columns.push(format!("{} AS {flag}", self.null_of(self.syntax().types().flag)));
        }
        if self.needed.instant {
            columns.push(format!("{alone} AS {as_alone}"));
        }
        self.step(&columns, values)
    }

    /// The elements of JSON values, and each value that is no array, by what they are.
    fn of_json(&self, json: &dyn JsonSyntax, values: Sketch) -> Sketch {
        let [value, element, alone] = ["value", "element", "alone"].map(|name| self.name(name));
        let [text, written, flag] = ["text", "written", "flag"].map(|name| self.name(name));
        let mut columns = vec![format!("{} AS {element}", json.elements(&value))];
        if self.needed.instant {
            columns.push(format!("NOT {} AS {alone}", json.is_array(&value)));
        }
        let elements = self.select(&columns, values);

        let (is_text, as_text) = (json.is_text(&element), json.text(&element));
        let mut columns = Vec::new();
        if self.needed.text || self.needed.instant {
            columns.push(format!("CASE WHEN {is_text} THEN {as_text} END AS {text}"));
        }
        if self.needed.reads_numbers() {
            let (is_number, number) = (json.is_number(&element), json.number(&element));
            columns.push(format!("CASE WHEN {is_text} THEN {as_text} WHEN {is_number} THEN {number} END AS {written}"));
        }
        if self.needed.flag {
            columns.push(format!("CASE WHEN {} THEN {} END AS {flag}", json.is_flag(&element), json.flag(&element)));
        }
        if self.needed.instant {
            columns.push(alone);
        }
        self.of_texts(self.step(&columns, elements))
    }

    /// What is in texts: numbers, and instants where they stand alone.
    fn of_texts(&self, texts: Sketch) -> Sketch {
        let of = |name: &str| self.name(name);
        let syntax = self.syntax();
        let mut kept: Vec<String> = Vec::new();
        if self.needed.text {
            kept.push(of("text"));
        }
        if self.needed.flag {
            kept.push(of("flag"));
        }
        let mut columns = kept.clone();
        if self.needed.number {
            columns.push(format!("{} AS {}", reading::number(syntax, &of("written")), of("number")));
        }
        if self.needed.number_whole {
            columns.push(format!("{} AS {}", reading::whole(syntax, &of("written")), of("number_whole")));
        }
        if !self.needed.instant {
            return self.select(&columns, texts);
        }
        columns.push(format!("{} AS {}", reading::guarded(syntax, &of("text"), &of("alone")), of("time")));
        let mut steps = self.step(&columns, texts);
        let mut kept: Vec<String> = kept;
        kept.extend(self.needed.number.then(|| of("number")));
        kept.extend(self.needed.number_whole.then(|| of("number_whole")));
        for step in reading::instant(syntax, &of) {
            let mut columns = kept.clone();
            columns.extend(step.iter().map(|(what, name)| format!("{what} AS {}", of(name))));
            steps = self.step(&columns, steps);
        }
        steps
    }
}
