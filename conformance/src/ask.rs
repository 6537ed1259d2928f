//! Questions to an engine, and its answers against the definition's.

use std::fmt;

use headcount::sql::{Sql, SqlSchema, Statement, TableName};
use serde_json::{Value as Json, json};

use crate::engine::{Answer, Engine};
use crate::load::Rows;
use crate::question::{Expected, Questions};

/// How many populations an engine is given at once.
pub(crate) const BATCH: usize = 40;

/// What came of all cases.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    pub(crate) equal: usize,
    pub(crate) refused: usize,
}

impl Tally {
    pub(crate) fn unequal(&self) -> usize {
        self.cases - self.equal - self.refused
    }
}

/// An answer that is not the definition's.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
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
            writeln!(f, "lists: {:?}, asked: {:?}", question.audience.source_lists, question.asked)?;
        }
        for contact in self.questions.population.contacts() {
            writeln!(f, "contact: {contact:?}")?;
        }
        writeln!(f, "{}\nparameters: {:?}", self.statement.text(), self.statement.parameters())?;
        writeln!(f, "expected {}, found {:?}", self.expected, self.answer)
    }
}

/// A statement, what it must give, and the questions that it answers.
struct Asked {
    case: usize,
    questions: Vec<usize>,
    statement: Statement,
    expected: Json,
}

/// Asks all, and gives for each population what differs, if anything does.
pub(crate) fn all(
    engine: &mut Engine,
    all: &[Questions],
    tally: &mut Tally,
) -> Result<Vec<Option<Difference>>, String> {
    let mut tables = Vec::new();
    let mut asked: Vec<Asked> = Vec::new();
    let mut refused = 0;
    for (case, questions) in all.iter().enumerate() {
        // What an engine cannot hold is no case for it.
        let Some(rows) = Rows::of(&questions.population, engine.dialect) else { continue };
        tables.push(json!({"case": case, "memberships": rows.memberships, "custom_values": rows.custom_values}));
        refused += of_population(engine, case, questions, &mut asked);
        tally.cases += questions.questions.len();
    }
    tally.refused += refused;
    let statements: Vec<Json> = asked
        .iter()
        .map(|asked| json!({"sql": asked.statement.text(), "parameters": asked.statement.parameters(), "columns": asked.expected[0].as_array().map_or(1, Vec::len)}))
        .collect();
    let answers = engine.ask(&json!({"tables": tables, "statements": statements}))?;
    let answers: Vec<Answer> =
        serde_json::from_value(answers["answers"].clone()).map_err(|error| format!("{}: {error}", engine.dialect))?;

    let mut differences: Vec<Option<Difference>> = all.iter().map(|_| None).collect();
    let mut wrong = vec![Vec::new(); all.len()];
    for (asked, answer) in asked.iter().zip(answers) {
        if !equal(&asked.expected, &answer) {
            wrong[asked.case].extend(asked.questions.iter().copied());
            differences[asked.case].get_or_insert_with(|| Difference {
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
    let asked_of: usize =
        tables.iter().filter_map(|table| all.get(table["case"].as_u64()? as usize)).map(|of| of.questions.len()).sum();
    tally.equal += asked_of - refused - wrong.iter().map(Vec::len).sum::<usize>();
    Ok(differences)
}

/// The statements about a population; gives how many questions were refused.
fn of_population(engine: &Engine, case: usize, questions: &Questions, asked: &mut Vec<Asked>) -> usize {
    let mut schema = SqlSchema::default();
    schema.memberships = TableName::new(format!("memberships_{case}"));
    let headcount::sql::CustomFields::Rows(rows) = &mut schema.custom_fields else { return 0 };
    rows.table = TableName::new(format!("custom_values_{case}"));
    let bound = Sql::new(engine.dialect).with_schema(schema);
    let inlined = bound.clone().inlined();
    let mut sizes = Vec::new();
    let mut refused = 0;
    let mut said = Vec::new();
    for (i, question) in questions.questions.iter().enumerate() {
        let Expected { size, members } = question.expected(&questions.population);
        // Either is asked either way.
        let (first, second) = if (case + i) % 2 == 0 { (&bound, &inlined) } else { (&inlined, &bound) };
        let count = first.count(&question.audience, &question.asked);
        let who = second.members(&question.audience, &question.asked);
        let (Ok(count), Ok(who)) = (count, who) else {
            refused += 1;
            continue;
        };
        said.push(i);
        sizes.push(Json::from(size));
        asked.push(Asked { case, questions: vec![i], statement: count, expected: json!([[size]]) });
        let members: Vec<[String; 1]> = members.into_iter().map(|member| [member]).collect();
        asked.push(Asked { case, questions: vec![i], statement: who, expected: json!(members) });
    }
    let several = if case % 2 == 0 { &inlined } else { &bound };
    let questions = said.iter().map(|i| &questions.questions[*i]);
    if let Ok(statement) = several.counts(questions.map(|question| (&question.audience, &question.asked))) {
        asked.push(Asked { case, questions: said, statement, expected: json!([sizes]) });
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
