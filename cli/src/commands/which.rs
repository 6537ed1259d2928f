//! `which`: which audiences contacts are in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use headcount::{Audience, AudienceSet, Contact};
use serde::Serialize;

use crate::arguments::{self, TableFormat};
use crate::failure::Failure;
use crate::heard::Heard;
use crate::inputs;
use crate::output::{self, Holds, escaped, write};
use crate::question::{self, Question, label, name_in_csv};
use crate::records::{self, Loaded};

/// Contacts that are asked at a time: answers to more of them would take more memory, and no less time each.
const AT_A_TIME: usize = 1_024;

/// Writes the audiences of one contact, or of each.
pub(crate) fn run(arguments: &arguments::Which) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audiences.files.iter().chain(&arguments.records.files))?;
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    let asked = question::audiences(&questions);
    let (contacts, heard): (Box<dyn Iterator<Item = Contact>>, Heard) = match &arguments.whom.phone {
        Some(phone) => {
            let (contact, heard) = records::load_contact(&arguments.records, phone, &asked)?;
            (Box::new(std::iter::once(contact)), heard)
        }
        None => {
            let Loaded { table, heard, .. } = records::load(&arguments.records, &asked)?;
            (Box::new(table.iter()), heard)
        }
    };
    let answers = Answers { sets: Sets::new(&questions), contacts };
    match arguments.tabular.format {
        TableFormat::Table => table(&questions, answers),
        TableFormat::Json => json(&questions, answers),
        TableFormat::Csv => csv(arguments.tabular.bom, &questions, answers),
    }?;
    heard.outcome()
}

/// The audiences, made ready together: as many sets as they are asked at instants, which is one unless each has its own.
struct Sets(Vec<(AudienceSet, Vec<usize>)>);

impl Sets {
    fn new(questions: &[Question]) -> Self {
        let mut by_instant: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, question) in questions.iter().enumerate() {
            by_instant.entry(question.cx.now).or_default().push(place);
        }
        let sets = by_instant.into_values().map(|places| {
            // OK because there is a place for every instant.
            let cx = &questions[places[0]].cx;
            (AudienceSet::new(places.iter().map(|place| &questions[*place].audience), cx), places)
        });
        Self(sets.collect())
    }

    /// The places of the audiences that each contact is in, ascending.
    fn matching(&self, contacts: &[Contact]) -> Vec<Vec<usize>> {
        let mut matching = vec![Vec::new(); contacts.len()];
        for (set, places) in &self.0 {
            let mut of_contacts = matching.iter_mut();
            set.matching_each(contacts, |audiences| {
                let of_contact: Option<&mut Vec<usize>> = of_contacts.next();
                of_contact.into_iter().for_each(|known| known.extend(audiences.iter().map(|number| places[number])));
            });
        }
        matching.iter_mut().for_each(|matching| matching.sort_unstable());
        matching
    }
}

/// Contacts, and what is asked of them.
struct Answers {
    sets: Sets,
    contacts: Box<dyn Iterator<Item = Contact>>,
}

impl Answers {
    /// Hands on each contact with the places of the audiences that it is in.
    fn each<E>(mut self, mut each: impl FnMut(&Contact, &[usize]) -> Result<(), E>) -> Result<(), E> {
        loop {
            let contacts: Vec<Contact> = self.contacts.by_ref().take(AT_A_TIME).collect();
            if contacts.is_empty() {
                return Ok(());
            }
            let matching = self.sets.matching(&contacts);
            contacts.iter().zip(&matching).try_for_each(|(contact, matching)| each(contact, matching))?;
        }
    }
}

/// Writes a row for each audience that a contact is in; whoever is in none has a row without one.
fn table(questions: &[Question], answers: Answers) -> Result<(), Failure> {
    let labels: Vec<String> = questions.iter().map(|question| label(&question.audience)).collect();
    let mut rows = Vec::new();
    answers.each(|contact, matching| {
        let number = escaped(&contact.phone_number);
        if matching.is_empty() {
            rows.push(vec![number.into_owned(), String::new()]);
        } else {
            rows.extend(matching.iter().map(|place| vec![number.clone().into_owned(), labels[*place].clone()]));
        }
        Ok::<(), Failure>(())
    })?;
    write(|out| output::table(out, &[("phone_number", Holds::Text), ("audience", Holds::Text)], rows))
}

/// The same rows.
fn csv(bom: bool, questions: &[Question], answers: Answers) -> Result<(), Failure> {
    let audiences: Vec<[Cow<'_, str>; 2]> = questions
        .iter()
        .map(|Question { audience, .. }| {
            [audience.id.as_deref().unwrap_or_default().into(), name_in_csv(audience).unwrap_or_default()]
        })
        .collect();
    output::csv(bom, ["phone_number", "id", "name"], |rows| {
        answers.each(|contact, matching| {
            let number = contact.phone_number.as_str();
            if matching.is_empty() {
                return rows.write_record([number, "", ""]);
            }
            matching.iter().try_for_each(|place| {
                let [id, name] = &audiences[*place];
                rows.write_record([number, id, name])
            })
        })
    })
}

/// A line of JSON; its keys are stable.
#[derive(Serialize)]
struct Line<'a> {
    phone_number: &'a str,
    audiences: Vec<&'a str>,
}

fn json(questions: &[Question], answers: Answers) -> Result<(), Failure> {
    let names: Vec<Cow<'_, str>> =
        questions.iter().enumerate().map(|(place, question)| id(place, &question.audience)).collect();
    write(|out| {
        answers.each(|contact, matching| {
            let audiences = matching.iter().map(|place| &*names[*place]).collect();
            output::json_line(out, &Line { phone_number: &contact.phone_number, audiences })
        })
    })
}

/// What a program knows an audience by: its id, else its name, else its place from 0.
fn id(place: usize, audience: &Audience) -> Cow<'_, str> {
    let named = audience.id.as_deref().or(audience.name.as_deref());
    named.map_or_else(|| Cow::Owned(place.to_string()), Cow::Borrowed)
}
