//! Numbers that no number holds, and days that no calendar has.

use super::{Form, refuses, takes};

/// A value of a key is no value of it, wherever it stands.
#[track_caller]
fn is_refused(key: &str, value: &str, reason: &str) {
    for form in Form::JSON {
        refuses(form, "", format!(r#"{{"phone_number": "+2", "{key}": {value}}}"#), reason);
        refuses(
            form,
            "",
            format!(r#"{{"phone_number": "+2", "lists": [{{"list_id": 1}}, {{"{key}": {value}}}]}}"#),
            reason,
        );
    }
    let cell = value.trim_matches('"');
    refuses(Form::Rows, &format!("phone_number,{key}"), format!("+2,\"{cell}\""), "");
}

#[track_caller]
fn is_taken(key: &str, value: &str) {
    for form in Form::JSON {
        takes(form, "", format!(r#"{{"phone_number": "+2", "{key}": {value}}}"#));
        takes(form, "", format!(r#"{{"phone_number": "+2", "lists": [{{"list_id": 1}}, {{"{key}": {value}}}]}}"#));
    }
    takes(Form::Rows, &format!("phone_number,{key}"), format!("+2,\"{}\"", value.trim_matches('"')));
}

#[test]
fn numbers_that_no_number_holds() {
    let digits = "9".repeat(300);
    for key in ["click_count", "revenue_total", "avg_revenue", "list_id"] {
        for value in ["1e400", "-1e400", &digits, &format!("-{digits}"), "1e308", "18446744073709551616", "1.5e300"] {
            is_refused(key, value, "");
        }
    }
    for key in ["click_count", "list_id"] {
        for value in ["0.5", "99999999999999999999"] {
            is_refused(key, value, "");
        }
    }
    for value in ["-1", "-9223372036854775808"] {
        is_refused("click_count", value, "expected a whole number from 0");
    }
}

#[test]
fn numbers_that_are_none() {
    for key in ["click_count", "revenue_total", "list_id"] {
        for value in [
            "NaN",
            "Infinity",
            "-Infinity",
            "+1",
            "01",
            "-01",
            ".5",
            "1.",
            "1e",
            "0x10",
            "1_000",
            "--1",
            "- 1",
            "\u{661}",
        ] {
            is_refused(key, value, "");
        }
    }
}

#[test]
fn numbers_at_the_edges() {
    for value in ["-0", "0", "0.0", "-0.0", "1e0", "100e-2", "18446744073709551615", "9007199254740993"] {
        is_taken("click_count", value);
        is_taken("revenue_total", value);
    }
    for value in ["-0", "9223372036854775807", "-9223372036854775808"] {
        is_taken("list_id", value);
    }
    is_refused("list_id", "9223372036854775808", "");
    for value in ["-0.01", "1e-300", "4503599627370495.5"] {
        is_taken("revenue_total", value);
    }
}

#[test]
fn numbers_in_custom_fields() {
    let digits = "9".repeat(300);
    for value in ["1e400", &digits, "1e308", "NaN", "[1e400]", "{\"a\": 1e400}"] {
        for form in Form::JSON {
            refuses(form, "", format!(r#"{{"phone_number": "+2", "custom_fields": {{"x": {value}}}}}"#), "");
        }
    }
    // A cell of a custom field is a text, whatever it looks like.
    for value in ["1e400", &digits, "NaN", "-0"] {
        takes(Form::Rows, "phone_number,custom_fields.x", format!("+2,{value}"));
    }
}

#[test]
fn days_that_no_calendar_has() {
    for value in [
        "2025-02-29",
        "2025-02-30",
        "2025-13-01",
        "2025-00-10",
        "2025-01-00",
        "0000-00-00",
        "2025-11-31",
        "10000-01-01",
        "99999999999-01-01",
        "-0001-01-01",
        "+275760-09-13",
        "2025-1-1",
        "20251101",
        "2025-W10-1",
        "2025-305",
        "2025-11-01T24:00:00Z",
        "2025-11-01T25:00:00Z",
        "2025-11-01T23:60:00Z",
        "2025-11-01T23:59:61Z",
        "2025-11-01T00:00:00+25:00",
        "2025-11-01T00:00:00+00:60",
        "2025-11-01T00:00:00 CET",
        "1762300800",
        "now",
        "2025 -11-01",
        "2025-11-01\u{0}",
        "\u{662}\u{660}\u{662}\u{665}-11-01",
    ] {
        let escaped = value.replace('\u{0}', "\\u0000");
        for key in ["signup_date", "last_sent_at", "last_revenue_at"] {
            is_refused(key, &format!("\"{escaped}\""), "expected an ISO 8601 date or time");
        }
    }
}

/// A clock without leap seconds: none can be read.
#[test]
fn leap_seconds_and_leap_days() {
    for value in ["2024-02-29", "2000-02-29T00:00:00.000001+14:00"] {
        is_taken("last_clicked_at", &format!("\"{value}\""));
    }
    for value in ["1900-02-29", "2023-02-29T12:00:00Z", "2016-12-31T23:59:60Z", "2016-12-31T23:59:60.999999Z"] {
        is_refused("last_clicked_at", &format!("\"{value}\""), "expected an ISO 8601 date or time");
    }
}

#[test]
fn times_of_the_wrong_type() {
    for value in ["1762300800", "true", "[]", "{}", "1e400"] {
        is_refused("last_sent_at", value, "");
    }
}
