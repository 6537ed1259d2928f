//! How the service says no: problem details (RFC 9457), whatever was wrong.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount::Errors;
use headcount::error::{Code, Place, Problem, ProblemDetails};
use headcount::sql::Refusal;

/// Why a request is refused.
#[derive(Debug)]
pub struct Refused(ProblemDetails);

impl Refused {
    /// There is no such thing.
    pub fn not_found(what: &str, name: &str) -> Self {
        let problem =
            Problem::custom(Code::custom("not_found"), format!("no {what} is called {name}"), Place::default());
        let mut details = Errors::from(problem).to_problem_details();
        (details.status, details.title) = (404, "Not Found".to_owned());
        Self(details)
    }
}

impl From<Errors> for Refused {
    fn from(errors: Errors) -> Self {
        Self(errors.to_problem_details())
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Errors::from(Problem::custom(Code::custom("not_expressible"), refusal.to_string(), Place::default())).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, [(header::CONTENT_TYPE, ProblemDetails::MEDIA_TYPE)], Json(self.0)).into_response()
    }
}
