//! Laws 1 and 2: what is written of a filter is read back as that filter. Law 6: any bytes give a value or errors.

use headcount::testing::contacts;
use headcount::{Audience, Contact, Errors, Filter, filter::Spelling};
use proptest::prelude::*;

use super::cases::any_filters;
use super::config;
use super::sources::{any_source, valid_text};

/// What is written of a filter is read back as that filter.
fn is_written(filter: &Filter) -> Result<(), TestCaseError> {
    for text in [filter.to_string(), filter.to_text_lines()] {
        prop_assert_eq!(text.parse(), Ok(filter.clone()), "{}", text);
    }
    for spelling in [Spelling::Response, Spelling::Request] {
        let json = filter.to_json(spelling);
        prop_assert_eq!(Filter::from_json(&json), Ok(filter.clone()), "{}", json);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn text_is_read_back(filter in any_filters()) {
        let text = filter.to_string();
        prop_assert_eq!(text.parse(), Ok(filter), "{}", text);
    }

    #[test]
    fn text_lines_are_read_back(filter in any_filters()) {
        let text = filter.to_text_lines();
        prop_assert_eq!(text.parse(), Ok(filter), "{}", text);
    }

    #[test]
    fn json_is_read_back_in_both_spellings(filter in any_filters()) {
        for spelling in [Spelling::Response, Spelling::Request] {
            for json in [filter.to_json(spelling), filter.to_json_pretty(spelling)] {
                prop_assert_eq!(Filter::from_json(&json), Ok(filter.clone()), "{}", json);
                prop_assert_eq!(&serde_json::from_str::<Filter>(&json).unwrap(), &filter, "{}", json);
            }
        }
    }

    #[test]
    fn printing_is_a_fixed_point(source in valid_text()) {
        let filter: Filter = source.parse().unwrap();
        let (text, lines) = (filter.to_string(), filter.to_text_lines());
        let (json, request) = (filter.to_json(Spelling::Response), filter.to_json(Spelling::Request));
        for source in [&text, &lines] {
            let again: Filter = source.parse().unwrap();
            prop_assert_eq!(&again.to_string(), &text);
            prop_assert_eq!(&again.to_text_lines(), &lines);
        }
        for source in [&json, &request] {
            let again = Filter::from_json(source).unwrap();
            prop_assert_eq!(&again.to_json(Spelling::Response), &json);
            prop_assert_eq!(&again.to_json(Spelling::Request), &request);
        }
    }

    #[test]
    fn contacts_are_read_back(contact in contacts()) {
        let json = serde_json::to_string(&contact).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Contact>(&json).unwrap(), &contact, "{}", json);
    }

    #[test]
    fn any_bytes_give_a_value_or_errors(source in any_source()) {
        let read = [Filter::from_json(&source), source.parse()];
        for filter in read.iter().flatten() {
            is_written(filter)?;
        }
        for errors in read.iter().filter_map(|read| read.as_ref().err()) {
            are_placed(errors, &source)?;
        }
        match Audience::read_all(&source) {
            Ok(audiences) => audiences.iter().try_for_each(|audience| is_written(&audience.filter))?,
            Err(errors) => are_placed(&errors, &source)?,
        }
        if let Err(errors) = Audience::from_json(&source) {
            are_placed(&errors, &source)?;
        }
        let _ = serde_json::from_str::<Contact>(&source);
    }
}

/// Every problem has its place inside the source.
fn are_placed(errors: &Errors, source: &str) -> Result<(), TestCaseError> {
    for problem in errors {
        let place = problem.place();
        if let Some(span) = &place.span {
            prop_assert!(source.get(span.clone()).is_some(), "{} has no {:?}", problem, span);
            prop_assert!(place.line.is_some() && place.column.is_some(), "{}", problem);
        }
    }
    prop_assert!(errors.report(source).to_string().lines().count() >= errors.iter().count());
    Ok(())
}
