//! Somebody else's engine: filters and audiences as SQL (feature `sql`).
//!
//! [`Sql`] writes statements in each [`Dialect`]: how many are in an audience, who they are, how many are in each of many
//! audiences. A statement means what [`Audience::contains`] means, to the letter; what cannot be said exactly is a
//! [`Refusal`] that names the condition. It is text and parameters: nothing here talks to a database. [`SqlSchema`] says
//! where things are, and [`ddl`] describes the tables of one.
//!
//! ```
//! use headcount::sql::{Dialect, Parameter, Sql};
//! use headcount::{Audience, EvalContext};
//!
//! let audience = Audience::of("click_count >= 3 and carrier = \"O'Neill\"".parse()?);
//! let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
//! let statement = Sql::new(Dialect::PostgreSql).count(&audience, &cx)?;
//! assert_eq!(
//!     statement.text(),
//!     r#"SELECT count(DISTINCT "m"."phone_number") AS "size"
//! FROM "memberships" AS "m"
//! WHERE COALESCE("m"."active", TRUE)
//!   AND "m"."click_count" IS NOT NULL AND "m"."click_count" >= CAST($1 AS BIGINT)
//!   AND "m"."carrier" IS NOT NULL AND "m"."carrier" = CAST($2 AS TEXT)"#
//! );
//! assert_eq!(statement.parameters(), [Parameter::Integer(3), Parameter::Text("O'Neill".to_owned())]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod beforehand;
mod custom;
mod ddl;
mod dialect;
mod expression;
mod file_loads;
mod folding;
mod indexes;
mod layout;
mod load;
mod lower;
mod many;
mod names;
mod print;
mod reading;
mod rows;
mod schema;
mod sketch;
mod statement;
#[cfg(feature = "parquet")]
mod table_files;
mod tables;
#[cfg(test)]
mod tests;
mod values;

use self::expression::Tree;
use self::lower::Lowering;
use self::print::Printer;
use self::sketch::Sketch;
use self::values::Needed;
use crate::audience::Audience;
use crate::semantics::{EvalContext, Unit};

pub use self::ddl::{ddl, partitioned_ddl};
pub use self::dialect::Dialect;
pub use self::file_loads::parquet_loads;
pub use self::indexes::indexes;
pub use self::layout::{CustomColumn, CustomFields, CustomJson, CustomMap, CustomRows, CustomType, MapValues};
pub use self::load::{copies, inserts};
pub use self::schema::{SqlSchema, TableName};
pub use self::statement::{Parameter, Statement};
#[cfg(feature = "parquet")]
pub use self::table_files::parquet_files;

/// A condition that a dialect, or a schema, cannot express exactly.
pub type Refusal = crate::refusal::Refusal<Dialect>;

/// Writes statements in a dialect, for a schema.
#[derive(Clone, Debug)]
pub struct Sql {
    dialect: Dialect,
    schema: SqlSchema,
    inlined: bool,
}

impl Sql {
    /// Statements for the default schema, with values as parameters.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, schema: SqlSchema::default(), inlined: false }
    }

    /// Statements for another schema.
    #[must_use]
    pub fn with_schema(self, schema: SqlSchema) -> Self {
        Self { schema, ..self }
    }

    /// Statements with the values in their text, in the dialect's own quotes.
    #[must_use]
    pub fn inlined(self) -> Self {
        Self { inlined: true, ..self }
    }

    /// How many are in an audience: contacts or memberships, as the semantics ask, in the column `size` of one row.
    ///
    /// # Errors
    ///
    /// A condition that cannot be asked exactly.
    pub fn count(&self, audience: &Audience, cx: &EvalContext) -> Result<Statement, Refusal> {
        let printer = self.printer();
        let size = match cx.semantics.unit {
            Unit::Contacts => printer.syntax.count_distinct(&printer.phone_number()),
            Unit::Memberships => "count(*)".to_owned(),
        };
        let what = format!("{size} AS {}", printer.name("size"));
        self.select(printer, &what, &self.trees(audience, cx)?)
    }

    /// Who is in an audience: the phone number of each contact, once and in no order, in the column of that name.
    ///
    /// # Errors
    ///
    /// A condition that cannot be asked exactly.
    pub fn members(&self, audience: &Audience, cx: &EvalContext) -> Result<Statement, Refusal> {
        let printer = self.printer();
        let what = format!("DISTINCT {}", printer.phone_number());
        self.select(printer, &what, &self.trees(audience, cx)?)
    }

    /// How many are in each of many audiences, in one row with the columns `size_1`, `size_2` …, in their order.
    ///
    /// The tables are read as often for a thousand audiences as for one: memberships once, and once more if some
    /// condition is about lists; values of custom fields once.
    ///
    /// ```
    /// use headcount::sql::{Dialect, Sql};
    /// use headcount::{Audience, EvalContext};
    ///
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let audiences = [Audience::of("click_count >= 3".parse()?), Audience::of("not on_dnc".parse()?)];
    /// let statement = Sql::new(Dialect::Spark).counts(audiences.iter().map(|audience| (audience, &cx)))?;
    /// assert!(statement.text().contains("AS `size_2`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A condition that cannot be asked exactly; no audience at all, or more than the engine has columns for.
    pub fn counts<'q>(
        &self,
        questions: impl IntoIterator<Item = (&'q Audience, &'q EvalContext)>,
    ) -> Result<Statement, Refusal> {
        let each = questions.into_iter().map(|(audience, cx)| Ok((cx.semantics.unit, self.trees(audience, cx)?)));
        let sketch = many::counts(self.printer(), &each.collect::<Result<Vec<_>, _>>()?)
            .map_err(|reason| self.refusal(reason))?;
        self.finished(sketch)
    }

    fn printer(&self) -> Printer<'_> {
        Printer::new(self.dialect, &self.schema)
    }

    fn refusal(&self, reason: String) -> Refusal {
        Refusal::of_all(self.dialect, reason)
    }

    fn trees(&self, audience: &Audience, cx: &EvalContext) -> Result<Vec<Tree>, Refusal> {
        let trees = Lowering { dialect: self.dialect, schema: &self.schema, cx }.audience(audience)?;
        let deep = trees.iter().map(Tree::depth).max().unwrap_or(0);
        if let Some(most) = self.dialect.syntax().limits().groups
            && deep > most
        {
            return Err(self.refusal(format!("groups may nest {most} deep, and they nest {deep} deep")));
        }
        Ok(trees)
    }

    fn select(&self, mut printer: Printer<'_>, what: &str, trees: &[Tree]) -> Result<Statement, Refusal> {
        let mut conditions = Sketch::default();
        printer.filter(trees, 0, &mut conditions);
        let with = printer.beforehand.with(&printer, &Needed::of(trees));
        let mut sketch = with.map_err(|reason| self.refusal(reason.into()))?;
        sketch.push(&format!("SELECT {what}\nFROM {}", printer.from().join("\n")));
        printer.beforehand.joins(&printer, "\n", &conditions, &mut sketch);
        sketch.append(conditions);
        self.finished(sketch)
    }

    fn finished(&self, sketch: Sketch) -> Result<Statement, Refusal> {
        names::check(self.dialect, &self.schema).map_err(|reason| self.refusal(reason))?;
        let statement = sketch.finished(self.dialect, self.inlined);
        let found = statement.parameters.len();
        if let Some(most) = self.dialect.syntax().limits().parameters
            && found > most
        {
            return Err(self.refusal(format!("it takes {most} parameters at most, and there are {found}: inline them")));
        }
        Ok(statement)
    }
}
