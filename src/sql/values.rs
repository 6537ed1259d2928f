//! The values of custom fields as rows, whatever column they are in.
//!
//! Conditions know one relation, that of [`CustomRows`]: a row for a value or an element. Where there is no such table it
//! is worked out in front of the statement, of the fields that the statement asks and with the columns that it asks for.
//! A layout says no more than how it gives its values, as texts or as JSON; what is in a text, and in JSON, is the same
//! whoever gives it.

use std::collections::BTreeSet;

use super::dialect::Dialect;
use super::expression::{Scalar, Tree, Value};
use super::json::{Element, Elements};
use super::layout::{CustomFields, CustomRows, CustomType, MapValues};
use super::print::{Printer, Sketch};
use super::reading;
use super::statement::Parameter;

/// What a statement asks of the relation.
#[derive(Default)]
pub(super) struct Needed {
    keys: BTreeSet<String>,
    text: bool,
    number: bool,
    number_whole: bool,
    flag: bool,
    instant: bool,
}

impl Needed {
    /// What these conditions ask.
    pub(super) fn of<'t>(trees: impl IntoIterator<Item = &'t Tree>) -> Self {
        let rows = CustomRows::default();
        let mut needed = Self::default();
        let mut see = |scalar: &Scalar, value: Option<&Value>| {
            let Scalar::Custom(name) = scalar else { return };
            match value {
                Some(Value::Text(key)) if *name == rows.key => drop(needed.keys.insert(key.clone())),
                _ => {
                    needed.text |= *name == rows.text;
                    needed.number |= *name == rows.number;
                    needed.number_whole |= *name == rows.number_whole;
                    needed.flag |= *name == rows.flag;
                    needed.instant |= *name == rows.instant;
                }
            }
        };
        for tree in trees {
            tree.conditions(&mut |predicate| predicate.scalars(&mut see));
        }
        needed
    }

    fn reads_numbers(&self) -> bool {
        self.number || self.number_whole
    }
}

/// The relation under its name, to stand behind `WITH`; none where nothing is asked of it, or there is a table.
pub(super) fn relation(printer: &Printer<'_>, needed: &Needed) -> Option<Sketch> {
    let mut out = Sketch::default();
    out.push(&format!("{} AS (\n  ", printer.table(&printer.rows.table)));
    out.append(query(printer, needed)?.indented());
    out.push("\n)");
    Some(out)
}

/// The rows of what is needed.
fn query(printer: &Printer<'_>, needed: &Needed) -> Option<Sketch> {
    if needed.keys.is_empty() {
        return None;
    }
    let relation = Relation { printer, needed };
    let parts = match &printer.schema.custom_fields {
        CustomFields::Rows(_) => return None,
        CustomFields::Json(json) => vec![relation.of_json(relation.object(&json.column))],
        CustomFields::Map(map) => {
            let entries = relation.entries(&map.column);
            vec![match map.values {
                MapValues::Text => relation.of_texts(relation.alone(entries)),
                MapValues::Json => relation.of_json(relation.parsed(entries)),
            }]
        }
        CustomFields::Columns(columns) => {
            let columns = needed.keys.iter().filter_map(|key| Some((key, columns.get(key)?)));
            let part = |(key, column): (&String, &super::layout::CustomColumn)| {
                let name = column.column.as_deref().unwrap_or(key);
                relation.column(key, name, column.of)
            };
            columns.map(part).collect()
        }
    };
    if parts.len() < 2 {
        return parts.into_iter().next();
    }
    let mut all = Sketch::default();
    for (i, part) in parts.into_iter().enumerate() {
        all.push(if i == 0 { "(" } else { "\nUNION ALL\n(" });
        all.append(part);
        all.push(")");
    }
    Some(all)
}

struct Relation<'a> {
    printer: &'a Printer<'a>,
    needed: &'a Needed,
}

impl Relation<'_> {
    fn dialect(&self) -> Dialect {
        self.printer.dialect
    }

    fn name(&self, name: &str) -> String {
        self.printer.name(name)
    }

    /// A column of the memberships.
    fn own(&self, column: &str) -> String {
        format!("{}.{}", self.name("m"), self.name(column))
    }

    fn memberships(&self) -> String {
        format!("{} AS {}", self.printer.table(&self.printer.schema.memberships), self.name("m"))
    }

    /// `SELECT "membership_id", "key", ` in front of more columns of a query.
    fn select(&self, columns: &[String], from: Sketch) -> Sketch {
        let mut all = vec![self.name("membership_id"), self.name("key")];
        all.extend(columns.iter().cloned());
        let mut out = Sketch::default();
        out.push(&format!("SELECT {}\nFROM (\n  ", all.join(", ")));
        out.append(from.indented());
        out.push(&format!("\n) AS {}", self.name("q")));
        out
    }

    /// The same, worked out before what is asked of it: PostgreSQL would else put each expression in every place where
    /// its column is named, and again those in that.
    fn step(&self, columns: &[String], from: Sketch) -> Sketch {
        let mut step = self.select(columns, from);
        if self.dialect() == Dialect::PostgreSql {
            step.push("\nOFFSET 0");
        }
        step
    }

    /// The key and the value of each field of a JSON object, as JSON; null is none.
    fn object(&self, column: &str) -> Sketch {
        let (id, column) = (self.own(&self.printer.schema.membership_id), self.own(column));
        let [as_id, as_key, as_value, pair] = ["membership_id", "key", "value", "pair"].map(|name| self.name(name));
        let memberships = self.memberships();
        match self.dialect() {
            Dialect::PostgreSql => {
                let json = format!("CAST({column} AS JSONB)");
                let object = format!("CASE WHEN jsonb_typeof({json}) = 'object' THEN {json} END");
                let mut out = Sketch::default();
                out.push(&format!(
                    "SELECT {id} AS {as_id}, {pair}.{as_key}, {pair}.{as_value}\nFROM {memberships}\n\
                     CROSS JOIN LATERAL jsonb_each({object}) AS {pair} ({as_key}, {as_value})\n\
                     WHERE {pair}.{as_key} IN ("
                ));
                self.keys(&mut out);
                out.push(&format!(") AND jsonb_typeof({pair}.{as_value}) <> 'null'"));
                out
            }
            Dialect::DuckDb => {
                let mut out = Sketch::default();
                out.push(&format!(
                    "SELECT {id} AS {as_id}, {pair}.\"key\" AS {as_key}, {pair}.\"value\" AS {as_value}\n\
                     FROM {memberships}, json_each({column}) AS {pair}\nWHERE {pair}.\"key\" IN ("
                ));
                self.keys(&mut out);
                out.push(&format!(") AND {pair}.\"type\" <> 'NULL'"));
                out
            }
            Dialect::ClickHouse => {
                let mut pairs = Sketch::default();
                pairs.push(&format!(
                    "SELECT {id} AS {as_id}, arrayJoin(JSONExtractKeysAndValuesRaw(ifNull({column}, ''))) AS {pair}\n\
                     FROM {memberships}"
                ));
                self.of_pairs(pairs, &format!("{pair}.1"), &format!("{pair}.2"), " <> 'null'")
            }
            // No functions that read JSON: who asks is refused.
            Dialect::Spark | Dialect::DataFusion => {
                let mut out = Sketch::default();
                out.push(&format!(
                    "SELECT {id} AS {as_id}, {pair}.`key` AS {as_key}, {pair}.`value` AS {as_value}\n\
                     FROM {memberships}, LATERAL variant_explode(try_parse_json({column})) AS {pair}\n\
                     WHERE {pair}.`key` IN ("
                ));
                self.keys(&mut out);
                out.push(&format!(") AND schema_of_variant({pair}.`value`) <> 'VOID'"));
                out
            }
        }
    }

    /// The key and the value of each entry of a map, as they are; NULL is none.
    fn entries(&self, column: &str) -> Sketch {
        let (id, column) = (self.own(&self.printer.schema.membership_id), self.own(column));
        let [as_id, as_key, as_value, pair] = ["membership_id", "key", "value", "pair"].map(|name| self.name(name));
        let memberships = self.memberships();
        let mut pairs = Sketch::default();
        let (key, value) = match self.dialect() {
            Dialect::PostgreSql => {
                pairs.push(&format!(
                    "SELECT {id} AS {as_id}, {pair}.{as_key}, {pair}.{as_value}\nFROM {memberships}\n\
                     CROSS JOIN LATERAL each({column}) AS {pair} ({as_key}, {as_value})"
                ));
                (as_key, as_value)
            }
            Dialect::DuckDb => {
                pairs.push(&format!(
                    "SELECT {id} AS {as_id}, unnest(map_entries({column})) AS {pair}\nFROM {memberships}"
                ));
                (format!("{pair}.\"key\""), format!("{pair}.\"value\""))
            }
            Dialect::ClickHouse => {
                pairs.push(&format!(
                    "SELECT {id} AS {as_id}, arrayJoin(arrayZip(mapKeys({column}), mapValues({column}))) AS {pair}\n\
                     FROM {memberships}"
                ));
                (format!("{pair}.1"), format!("{pair}.2"))
            }
            Dialect::Spark => {
                pairs.push(&format!(
                    "SELECT {id} AS {as_id}, explode({column}) AS ({as_key}, {as_value})\nFROM {memberships}"
                ));
                (as_key, as_value)
            }
            Dialect::DataFusion => {
                pairs.push(&format!(
                    "SELECT {id} AS {as_id}, unnest(map_keys({column})) AS {as_key}, \
                     unnest(map_values({column})) AS {as_value}\nFROM {memberships}"
                ));
                (as_key, as_value)
            }
        };
        self.of_pairs(pairs, &key, &value, " IS NOT NULL")
    }

    /// Those pairs of a key that is needed and a value that is one.
    fn of_pairs(&self, pairs: Sketch, key: &str, value: &str, is_one: &str) -> Sketch {
        let [as_id, as_key, as_value] = ["membership_id", "key", "value"].map(|name| self.name(name));
        let mut out = Sketch::default();
        out.push(&format!("SELECT {as_id}, {key} AS {as_key}, {value} AS {as_value}\nFROM (\n  "));
        out.append(pairs.indented());
        out.push(&format!("\n) AS {}\nWHERE {key} IN (", self.name("q")));
        self.keys(&mut out);
        out.push(&format!(") AND {value}{is_one}"));
        out
    }

    fn keys(&self, out: &mut Sketch) {
        for (i, key) in self.needed.keys.iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            out.value(Parameter::Text(key.clone()));
        }
    }

    /// Values that are texts of JSON, read; null is none.
    fn parsed(&self, values: Sketch) -> Sketch {
        let [value, parsed] = ["value", "parsed"].map(|name| self.name(name));
        let (read, is_one) = match self.dialect() {
            Dialect::PostgreSql => (format!("CAST({value} AS JSONB)"), format!("jsonb_typeof({parsed}) <> 'null'")),
            Dialect::DuckDb => (format!("CAST({value} AS JSON)"), format!("json_type({parsed}) <> 'NULL'")),
            Dialect::ClickHouse => (format!("ifNull({value}, 'null')"), format!("JSONType({parsed}) <> 'Null'")),
            Dialect::Spark | Dialect::DataFusion => {
                (format!("try_parse_json({value})"), format!("schema_of_variant({parsed}) <> 'VOID'"))
            }
        };
        let read = self.select(&[format!("{read} AS {parsed}")], values);
        let mut out = self.select(&[format!("{parsed} AS {value}")], read);
        out.push(&format!("\nWHERE {is_one}"));
        out
    }

    /// The values of a column of a type.
    fn column(&self, key: &str, column: &str, of: CustomType) -> Sketch {
        let types = &self.dialect().forms().types;
        let (id, column) = (self.own(&self.printer.schema.membership_id), self.own(column));
        let [as_id, as_key, as_value] = ["membership_id", "key", "value"].map(|name| self.name(name));
        let each = |value: &str, behind: &str| {
            let mut out = Sketch::default();
            out.push(&format!("SELECT {id} AS {as_id}, CAST("));
            out.value(Parameter::Text(key.to_owned()));
            out.push(&format!(
                " AS {}) AS {as_key}, {value} AS {as_value}\nFROM {}{behind}",
                types.text,
                self.memberships()
            ));
            out
        };
        let there = format!("\nWHERE {column} IS NOT NULL");
        match of {
            CustomType::Json => self.of_json(self.parsed(each(&column, &there))),
            CustomType::TextList => {
                let elements = match self.dialect() {
                    Dialect::ClickHouse => format!("arrayJoin({column})"),
                    Dialect::Spark => format!("explode({column})"),
                    Dialect::PostgreSql | Dialect::DuckDb | Dialect::DataFusion => format!("unnest({column})"),
                };
                let mut all = each(&elements, &there);
                // That there is a value, also where it is an empty array.
                all.push("\nUNION ALL\n");
                all.append(each(&self.null_of(types.text), &there));
                self.of_texts(self.elements_of_array(all))
            }
            // Others are asked themselves.
            _ => self.of_texts(self.alone(each(&column, &there))),
        }
    }

    fn null_of(&self, of: &str) -> String {
        match self.dialect() {
            Dialect::ClickHouse => format!("CAST(NULL AS Nullable({of}))"),
            Dialect::PostgreSql | Dialect::DuckDb | Dialect::Spark | Dialect::DataFusion => {
                format!("CAST(NULL AS {of})")
            }
        }
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
            columns.push(format!("{} AS {flag}", self.null_of(self.dialect().forms().types.flag)));
        }
        if self.needed.instant {
            columns.push(format!("{alone} AS {as_alone}"));
        }
        self.step(&columns, values)
    }

    /// The elements of JSON values, and each value that is no array, by what they are.
    fn of_json(&self, values: Sketch) -> Sketch {
        let [value, element, alone] = ["value", "element", "alone"].map(|name| self.name(name));
        let [text, written, flag] = ["text", "written", "flag"].map(|name| self.name(name));
        let Elements { is_array, elements } = Elements::of(self.dialect(), &value);
        let mut columns = vec![format!("{elements} AS {element}")];
        if self.needed.instant {
            columns.push(format!("NOT {is_array} AS {alone}"));
        }
        let elements = self.select(&columns, values);

        let read = Element::of(self.dialect(), &element);
        let mut columns = Vec::new();
        if self.needed.text || self.needed.instant {
            columns.push(format!("CASE WHEN {} THEN {} END AS {text}", read.is_text, read.text));
        }
        if self.needed.reads_numbers() {
            columns.push(format!(
                "CASE WHEN {} THEN {} WHEN {} THEN {} END AS {written}",
                read.is_text, read.text, read.is_number, read.number
            ));
        }
        if self.needed.flag {
            columns.push(format!("CASE WHEN {} THEN {} END AS {flag}", read.is_flag, read.flag));
        }
        if self.needed.instant {
            columns.push(alone);
        }
        self.of_texts(self.step(&columns, elements))
    }

    /// What is in texts: numbers, and instants where they stand alone.
    fn of_texts(&self, texts: Sketch) -> Sketch {
        let of = |name: &str| self.name(name);
        let dialect = self.dialect();
        let mut kept: Vec<String> = Vec::new();
        if self.needed.text {
            kept.push(of("text"));
        }
        if self.needed.flag {
            kept.push(of("flag"));
        }
        let mut columns = kept.clone();
        if self.needed.number {
            columns.push(format!("{} AS {}", reading::number(dialect, &of("written")), of("number")));
        }
        if self.needed.number_whole {
            columns.push(format!("{} AS {}", reading::whole(dialect, &of("written")), of("number_whole")));
        }
        if !self.needed.instant {
            return self.select(&columns, texts);
        }
        columns.push(format!("{} AS {}", reading::guarded(dialect, &of("text"), &of("alone")), of("time")));
        let mut steps = self.step(&columns, texts);
        let mut kept: Vec<String> = kept;
        kept.extend(self.needed.number.then(|| of("number")));
        kept.extend(self.needed.number_whole.then(|| of("number_whole")));
        for step in reading::instant(dialect, &of) {
            let mut columns = kept.clone();
            columns.extend(step.iter().map(|(what, name)| format!("{what} AS {}", of(name))));
            steps = self.step(&columns, steps);
        }
        steps
    }
}
