//! The filters that the benches read and ask: the shapes that marketers build, at the sizes that matter.

use std::fmt::Write;

use headcount::Filter;

/// How many conditions the filters have: the commonest audience, a usual one, a large one, and one that a program wrote.
pub(crate) const SIZES: [usize; 4] = [1, 5, 50, 1_000];

/// A filter of so many conditions: bunches of five, `a and b and c and (d or e)`, any of which suffices.
pub(crate) fn filter(conditions: usize) -> Filter {
    let mut text = String::new();
    for i in 0..conditions {
        let before = match i % 5 {
            0 if i == 0 => "",
            0 => ") or ",
            3 => " and (",
            4 => " or ",
            _ => " and ",
        };
        // Writing to a string does not fail.
        let _ = write!(text, "{before}{}", condition(i));
    }
    if conditions > 3 {
        text.push(')');
    }
    text.parse().expect("the filter of a bench is a filter")
}

/// One of many questions, each asked with other values the next time.
fn condition(i: usize) -> String {
    let round = i / 24;
    let days = 1 + (7 * i) % 365;
    let state = ["CA", "TX", "FL", "NY", "WA", "OH"][(i + round) % 6];
    match i % 24 {
        0 => format!("last_clicked_at within {days} days"),
        1 => format!("custom_fields.state in ['{state}', 'PA', 'IL', 'GA', 'NC']"),
        2 => format!("send_count >= {}", 1 + i % 9),
        3 => format!("click_count > {}", round % 7),
        4 => "has_revenue = true".to_owned(),
        5 => format!("last_sent_at not within {} hours", 12 + i),
        6 => "on_dnc = false".to_owned(),
        7 => format!("signup_date before {days} days"),
        8 => format!("revenue_total >= {}.95", 10 + i),
        9 => format!("custom_fields.tier = '{}'", ["gold", "silver", "bronze"][round % 3]),
        10 => format!("signup_date after 20{:02}-03-01T08:30:00Z", 20 + round % 6),
        11 => format!("list in [{}, {}]", 101 + round % 4, 105),
        12 => format!("click_count@{} >= {}", 101 + round % 6, 1 + i % 5),
        13 => format!("custom_fields.ltv > {}", 20 + i),
        14 => "carrier contains 'Wireless'".to_owned(),
        15 => format!("custom_fields.first_name starts_with '{}'", ["A", "Jo", "Mar", "É"][round % 4]),
        16 => "custom_fields.source not in ['import', 'api', 'popup']".to_owned(),
        17 => "timezone in ['America/New_York', 'America/Chicago', 'America/Los_Angeles']".to_owned(),
        18 => format!("avg_revenue < {}", 15 + round),
        19 => format!("custom_fields.last_purchase within {days} days"),
        20 => "line_type = 'CELL PHONE'".to_owned(),
        21 => format!("conversion_count != {}", round % 4),
        22 => format!("custom_fields.\"favourite colour\" != 'blue {round}'"),
        _ => "last_revenue_at exists".to_owned(),
    }
}
