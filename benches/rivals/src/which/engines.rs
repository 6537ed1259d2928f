//! The rivals, each asked in its own words.

use a_tree::{ATree, AttributeDefinition, Event};
use headcount::Contact;
use headcount_rivals::Failure;
use mokaccino::prelude::{CNFQueryable, Document, PercolatorUid, Query};

use crate::questions::{Answer, Question, answers, fields};

/// A-Tree, a tree of Boolean expressions: Ji and Jacobsen, *A-Tree: A Dynamic Data Structure for Efficiently Indexing
/// Arbitrary Boolean Expressions* (2021).
pub struct Tree(ATree<usize>);

impl Tree {
    pub fn new(questions: &[Question]) -> Result<Self, Failure> {
        let define = |(name, is_number): &(String, bool)| match is_number {
            true => AttributeDefinition::integer(name),
            false => AttributeDefinition::string(name),
        };
        let definitions: Vec<AttributeDefinition> = fields().iter().map(define).collect();
        let mut tree = ATree::new(&definitions).map_err(|error| error.to_string())?;
        for (number, question) in questions.iter().enumerate() {
            tree.insert(&number, &expression(question)).map_err(|error| error.to_string())?;
        }
        Ok(Self(tree))
    }

    /// A contact as the tree takes it, made before the time begins.
    pub fn event(&self, contact: &Contact) -> Result<Event, Failure> {
        let mut event = self.0.make_event();
        for (name, answer) in answers(contact) {
            match answer {
                Answer::Number(number) => event.with_integer(&name, number),
                Answer::Text(text) => event.with_string(&name, &text),
            }
            .map_err(|error| error.to_string())?;
        }
        Ok(event.build().map_err(|error| error.to_string())?)
    }

    pub fn matching(&self, event: &Event) -> Result<Vec<usize>, Failure> {
        let report = self.0.search(event).map_err(|error| error.to_string())?;
        Ok(report.matches().iter().map(|number| **number).collect())
    }
}

fn expression(question: &Question) -> String {
    let joined = |members: &[Question], by: &str| {
        let members: Vec<String> = members.iter().map(expression).collect();
        format!("({})", members.join(by))
    };
    match question {
        Question::All(members) => joined(members, " and "),
        Question::Any(members) => joined(members, " or "),
        Question::Not(inner) => format!("not ({})", expression(inner)),
        Question::Between(field, low, high) if low == high => format!("{field} = {low}"),
        Question::Between(field, low, i64::MAX) => format!("{field} >= {low}"),
        Question::Between(field, low, high) => format!("({field} >= {low} and {field} <= {high})"),
        Question::In(field, texts) => {
            let texts: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            format!("{field} in [{}]", texts.join(", "))
        }
    }
}

/// mokaccino, a percolator: documents are matched against an index of queries.
pub struct Percolates(PercolatorUid<usize>);

impl Percolates {
    pub fn new(questions: &[Question]) -> Result<Self, Failure> {
        let mut percolator = PercolatorUid::default();
        for (number, question) in questions.iter().enumerate() {
            percolator.index_query_uid(query(question), number).map_err(|error| format!("{error:?}"))?;
        }
        // As it advises where there are many.
        Ok(Self(percolator.optimized()))
    }

    /// A contact as the percolator takes it, made before the time begins.
    pub fn document(contact: &Contact) -> Document {
        answers(contact).into_iter().fold(Document::default(), |document, (name, answer)| match answer {
            Answer::Number(number) => document.with_value(name, number.to_string()),
            Answer::Text(text) => document.with_value(name, text),
        })
    }

    pub fn matching(&self, document: &Document) -> Vec<usize> {
        self.0.percolate(document).collect()
    }
}

fn query(question: &Question) -> Query {
    let of = |members: &[Question]| members.iter().map(query).collect();
    match question {
        Question::All(members) => Query::from_and(of(members)),
        Question::Any(members) => Query::from_or(of(members)),
        Question::Not(inner) => !query(inner),
        Question::Between(field, low, high) if low == high => field.as_str().has_value(low.to_string()),
        Question::Between(field, low, i64::MAX) => field.as_str().i64_ge(*low),
        // Version 0.9.1 takes `<= 21` and `>= 21` of one field for the same when it looks for candidates, and misses some.
        Question::Between(field, low, high) => field.as_str().i64_ge(*low) & !field.as_str().i64_ge(*high + 1),
        Question::In(field, texts) => {
            Query::from_or(texts.iter().map(|text| field.as_str().has_value(text.as_str())).collect())
        }
    }
}
