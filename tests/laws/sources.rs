//! Sources as people write them, and sources with something wrong.

use headcount::filter::Spelling;
use headcount::testing::{conditions, contacts};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::cases::{any_filters, with_complement};

/// Texts as people write them: in either case, with blanks, comments, parentheses and `not`.
pub(crate) fn valid_text() -> impl Strategy<Value = String> {
    let leaf = (conditions(), 0..4_u8).prop_map(|(condition, style)| match style {
        0 => format!("({condition})"),
        1 => format!("\n  {condition}\t# so it is\n"),
        2 => format!("all({condition})"),
        _ => condition.to_string(),
    });
    let nested = leaf.prop_recursive(3, 12, 3, |inner| {
        let joint = select(vec![" and ", " AND ", "&&", " or ", " Or\n", "||"]);
        (vec(inner, 1..4), joint, 0..3_u8).prop_map(|(operands, joint, style)| {
            let chain = operands.join(joint);
            match style {
                0 => format!("({chain})"),
                1 => format!("any({chain})"),
                _ => chain,
            }
        })
    });
    let negated = with_complement().prop_map(|filter| format!("not ({filter})"));
    prop_oneof![4 => nested, 1 => negated]
}

/// Bytes of any kind, and valid sources with something wrong.
pub(crate) fn any_source() -> impl Strategy<Value = String> {
    let valid = prop_oneof![
        any_filters().prop_map(|filter| filter.to_json(Spelling::Response)),
        any_filters().prop_map(|filter| filter.to_json_pretty(Spelling::Request)),
        any_filters().prop_map(|filter| filter.to_string()),
        valid_text(),
        contacts().prop_map(|contact| serde_json::to_string(&contact).unwrap()),
        any_filters().prop_map(|filter| format!(
            "{{\"filter\": {}, \"source_lists\": [1]}}",
            filter.to_json(Spelling::Response)
        )),
    ];
    let scraps = select(vec![
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        ",",
        ":",
        "null",
        "true",
        "-1",
        "1e400",
        "01",
        "\0",
        "é",
        "\u{feff}",
        " not ",
        " and ",
        "all(",
        "any()",
        "@",
        "custom.",
        "#",
        "\n",
        "\"operator\":",
        "\"listId\": 1,",
        "\"groups\": [{}],",
        "within",
        "30",
        "days",
        "2025-11-01",
        "$",
    ]);
    let edit = (any::<Index>(), any::<Index>(), 0..4_u8, scraps);
    prop_oneof![
        1 => vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => vec(any::<char>(), 0..60).prop_map(String::from_iter),
        8 => (valid, vec(edit, 0..4)).prop_map(|(source, edits)| {
            edits.into_iter().fold(source, |source, (at, length, kind, scrap)| {
                let chars: Vec<char> = source.chars().collect();
                let at = at.index(chars.len() + 1);
                let end = (at + length.index(12)).min(chars.len());
                let part = |range: std::ops::Range<usize>| chars[range].iter().collect::<String>();
                let (before, cut, after) = (part(0..at), part(at..end), part(end..chars.len()));
                match kind {
                    0 => before + &after,
                    1 => before + scrap + &after,
                    2 => before + &cut + &cut + &after,
                    _ => before + scrap + &cut + &after,
                }
            })
        }),
    ]
}
