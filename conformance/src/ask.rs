//! Questions to an engine, and its answers against the definition's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use headcount::sql::{CustomColumn, CustomFields, CustomJson, CustomType, Dialect, Sql, SqlSchema, Statement, ddl};
use serde_json::{Value as Json, json};

use crate::engine::{Answer, Engine};
use crate::file::{self, Held};
use crate::layout::{self, Layout, slots};
use crate::load::{self, Table};
use crate::question::{Expected, Questions};

/// How many populations an engine is given at once.
pub(crate) const BATCH: usize = 40;

/// What came of all cases.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    pub(crate) equal: usize,
    pub(crate) refused: usize,
    /// Why, and how often.
    pub(crate) reasons: BTreeMap<String, usize>,
}

impl Tally {
    pub(crate) fn unequal(&self) -> usize {
        self.cases - self.equal - self.refused
    }
}

/// An answer that is not the definition's.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    settings: Vec<String>,
    questions: Questions,
    statement: Statement,
    expected: Json,
    answer: Answer,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "---- {}", self.questions.name.as_deref().unwrap_or("a drawn case"))?;
        for question in &self.questions.questions {
            writeln!(f, "filter: {}", question.audience.filter)?;
            writeln!(f, "lists: {:?}, asked: {:?}", question.audience.source_lists, question.cx)?;
        }
        for contact in self.questions.population.contacts() {
            writeln!(f, "contact: {contact:?}")?;
        }
        self.settings.iter().try_for_each(|setting| writeln!(f, "{setting};"))?;
        writeln!(f, "{}\nparameters: {:?}", self.statement.text(), self.statement.parameters())?;
        writeln!(f, "expected {}, found {:?}", self.expected, self.answer)
    }
}

/// A statement, what it must give, and the questions that it answers.
struct Asked {
    case: usize,
    questions: Vec<usize>,
    kind: &'static str,
    statement: Statement,
    expected: Json,
}

/// Asks all in a layout, and gives for each population what differs, if anything does.
pub(crate) fn all(
    engine: &mut Engine,
    layout: Layout,
    all: &[Questions],
    tally: &mut Tally,
) -> Result<Vec<Option<Difference>>, String> {
    let mut columns = Vec::new();
    let mut tables = Vec::new();
    let mut asked: Vec<Asked> = Vec::new();
    let (mut refused, mut cases) = (0, 0);
    let mut held = Vec::new();
    let files = if layout == Layout::Parquet { file::hold(engine, all)? } else { Vec::new() };
    for (case, file) in files.into_iter().enumerate() {
        if let Some(Held { schema, tables: of }) = file {
            tables.push(of);
            refused += of_population(engine, case, &schema, &all[case], &mut asked, &mut tally.reasons);
            cases += all[case].questions.len();
        }
    }
    for (case, questions) in all.iter().enumerate() {
        if layout == Layout::Parquet {
            held.push(questions.clone());
            continue;
        }
        let (questions, schema) = layout.hold(questions, case, engine.dialect);
        let mut keys = BTreeSet::new();
        questions.questions.iter().for_each(|question| layout::asked(question.audience.filter.root(), &mut keys));
        // What an engine cannot hold is no case for it.
        if let Some(loaded) = load::tables(&questions.population, &schema, &keys, engine.dialect) {
            columns = loaded.iter().map(|table| table.columns.clone()).collect();
            tables.push(made(engine, &schema, loaded)?);
            refused += of_population(engine, case, &schema, &questions, &mut asked, &mut tally.reasons);
            cases += questions.questions.len();
        }
        held.push(questions);
    }
    let all = held;
    tally.cases += cases;
    tally.refused += refused;
    let statements: Vec<Json> = asked
        .iter()
        .map(|asked| json!({"kind": asked.kind, "sql": asked.statement.text(), "parameters": asked.statement.parameters(), "columns": if asked.kind == "counts" { asked.expected[0].as_array().map_or(1, Vec::len) } else { 1 }}))
        .collect();
    let question =
        json!({"settings": engine.settings, "columns": columns, "populations": tables, "statements": statements});
    let answers = engine.ask(&question)?;
    let answers: Vec<Answer> =
        serde_json::from_value(answers["answers"].clone()).map_err(|error| format!("{}: {error}", engine.dialect))?;

    let mut differences: Vec<Option<Difference>> = all.iter().map(|_| None).collect();
    let mut wrong = vec![Vec::new(); all.len()];
    for (asked, answer) in asked.iter().zip(answers) {
        if !equal(&asked.expected, &answer) {
            wrong[asked.case].extend(asked.questions.iter().copied());
            differences[asked.case].get_or_insert_with(|| Difference {
                settings: engine.settings.clone(),
                questions: all[asked.case].clone(),
                statement: asked.statement.clone(),
                expected: asked.expected.clone(),
                answer,
            });
        }
    }
    for wrong in &mut wrong {
        wrong.sort_unstable();
        wrong.dedup();
    }
    tally.equal += cases - refused - wrong.iter().map(Vec::len).sum::<usize>();
    Ok(differences)
}

/// The tables and views of a population: the statement that makes each, and its rows.
fn made(engine: &Engine, schema: &SqlSchema, loaded: Vec<Table>) -> Result<Json, String> {
    let mut full = schema.clone();
    if let CustomFields::Columns(columns) = &mut full.custom_fields {
        // The same columns for every population, whichever of them are asked.
        *columns =
            slots(engine.dialect).map(|(of, name): (CustomType, String)| (name, CustomColumn::new(of))).collect();
    }
    if let (Dialect::DataFusion, CustomFields::Map(map)) = (engine.dialect, &schema.custom_fields) {
        // There is no DDL of a map: the script makes the column of what it loads.
        let mut json = CustomJson::default();
        json.column = map.column.clone();
        full.custom_fields = CustomFields::Json(json);
    }
    let ddl = |of: &SqlSchema| ddl(engine.dialect, of).map_err(|refusal| refusal.to_string());
    let is_view = |statement: &Statement| statement.text().starts_with("CREATE VIEW ");
    full.values_view = None;
    let mut statements = ddl(&full)?;
    if schema.values_view.is_some() {
        // A view tells the columns' values by the keys that they have for this population.
        statements.extend(ddl(schema)?.into_iter().filter(is_view));
    }
    // Behind the tables there may be a view, which has no rows of its own.
    let rows = loaded.into_iter().map(|table| Json::from(table.rows)).chain(std::iter::repeat(Json::Null));
    let tables = statements.iter().map(Statement::text).zip(rows).map(|(statement, rows)| {
        let table = statement.strip_prefix("CREATE TABLE ").and_then(|rest| rest.split_once(" (\n"));
        let view = || statement.strip_prefix("CREATE VIEW ").and_then(|rest| rest.split_once(" AS\n"));
        json!({"name": table.or_else(view).map(|(name, _)| name), "ddl": statement, "rows": rows})
    });
    Ok(tables.collect())
}

/// The statements about a population; gives how many questions were refused.
fn of_population(
    engine: &Engine,
    case: usize,
    schema: &SqlSchema,
    questions: &Questions,
    asked: &mut Vec<Asked>,
    reasons: &mut BTreeMap<String, usize>,
) -> usize {
    let bound = Sql::new(engine.dialect).with_schema(schema.clone());
    let inlined = bound.clone().inlined();
    let mut sizes = Vec::new();
    let mut refused = 0;
    let mut said = Vec::new();
    for (i, question) in questions.questions.iter().enumerate() {
        let Expected { size, members } = question.expected(&questions.population);
        // Either is asked either way.
        let (first, second) = if (case + i).is_multiple_of(2) { (&bound, &inlined) } else { (&inlined, &bound) };
        let count = first.count(&question.audience, &question.cx);
        let who = second.members(&question.audience, &question.cx);
        let (count, who) = match (count, who) {
            (Ok(count), Ok(who)) => (count, who),
            (Err(refusal), _) | (_, Err(refusal)) => {
                refused += 1;
                // Without the name in it, which is another every time.
                let reason = refusal.reason().split('`').next().unwrap_or_default();
                *reasons.entry(reason.trim_end().to_owned()).or_default() += 1;
                continue;
            }
        };
        said.push(i);
        sizes.push(Json::from(size));
        asked.push(Asked { case, questions: vec![i], kind: "count", statement: count, expected: json!([[size]]) });
        let members: Vec<[String; 1]> = members.into_iter().map(|member| [member]).collect();
        asked.push(Asked { case, questions: vec![i], kind: "members", statement: who, expected: json!(members) });
    }
    let several = if case.is_multiple_of(2) { &inlined } else { &bound };
    let questions = said.iter().map(|i| &questions.questions[*i]);
    if let Ok(statement) = several.counts(questions.map(|question| (&question.audience, &question.cx))) {
        asked.push(Asked { case, questions: said, kind: "counts", statement, expected: json!([sizes]) });
    }
    refused
}

/// Rows stand in no order.
fn equal(expected: &Json, answer: &Answer) -> bool {
    let Answer::Rows(rows) = answer else { return false };
    let mut rows: Vec<String> = rows.iter().map(|row| json!(row).to_string()).collect();
    let mut expected: Vec<String> = expected.as_array().into_iter().flatten().map(Json::to_string).collect();
    rows.sort_unstable();
    expected.sort_unstable();
    rows == expected
}
