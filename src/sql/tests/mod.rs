//! What is written, to the letter; that it means what it should is the business of `conformance`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod layouts;
mod tables;
mod warehouses;

use super::*;
use crate::semantics::{MissingNegation, Semantics, Subscription, TextCase};

/// A question of everybody, at noon.
fn cx(semantics: Semantics) -> EvalContext {
    let semantics = Semantics { subscription: Subscription::Any, ..semantics };
    EvalContext::at("2025-11-15T12:00:00Z".parse().unwrap()).with(semantics)
}

/// What stands behind WHERE, with values inlined.
fn condition(dialect: Dialect, filter: &str, semantics: Semantics) -> String {
    let audience = Audience::of(filter.parse().unwrap());
    let statement = Sql::new(dialect).inlined().count(&audience, &cx(semantics)).unwrap();
    statement.text().split_once("WHERE ").unwrap().1.to_owned()
}

#[track_caller]
fn check(filter: &str, expected: &str) {
    assert_eq!(condition(Dialect::DuckDb, filter, Semantics::default()), expected, "{filter}");
}

#[test]
fn a_dialect_is_found_by_its_name_alone() {
    for &dialect in Dialect::ALL {
        assert_eq!(Dialect::from_name(dialect.name()), Some(dialect));
    }
    assert_eq!(Dialect::from_name("DuckDB"), None);
}

#[test]
fn every_condition_is_true_or_false() {
    check("click_count >= 3", r#""m"."click_count" IS NOT NULL AND "m"."click_count" >= 3"#);
    check("click_count < 3", r#"("m"."click_count" IS NULL OR "m"."click_count" < 3)"#);
    check("carrier = 'x'", r#""m"."carrier" IS NOT NULL AND "m"."carrier" = 'x'"#);
    check("carrier != 'x'", r#"("m"."carrier" IS NULL OR "m"."carrier" <> 'x')"#);
    check("phone_number != 'x'", r#""m"."phone_number" <> 'x'"#);
    check("not on_dnc", r#"NOT COALESCE("m"."on_dnc", FALSE)"#);
    check(
        "has_revenue",
        r#"COALESCE("m"."has_revenue", COALESCE("m"."conversion_count", 0) > 0 OR COALESCE("m"."revenue_total", 0) > 0)"#,
    );
    check(
        "last_sent_at not within 1 day",
        r#"("m"."last_sent_at" IS NULL OR "m"."last_sent_at" NOT BETWEEN CAST('2025-11-14 12:00:00+00' AS TIMESTAMPTZ) AND CAST('2025-11-15 12:00:00+00' AS TIMESTAMPTZ))"#,
    );
    check(
        "custom.state not in ['CA', '5']",
        r#"NOT EXISTS (SELECT 1 FROM "custom_values" AS "v" WHERE "v"."membership_id" = "m"."membership_id" AND "v"."key" = 'state' AND ("v"."text" IN ('CA', '5') OR ("v"."text" IS NULL AND "v"."number" = 5)))"#,
    );
}

#[test]
fn where_missing_negation_fails_a_value_is_asked_for() {
    let fails = Semantics { missing_negation: MissingNegation::Fails, ..Semantics::default() };
    for (filter, expected) in [
        ("carrier != 'x'", r#""m"."carrier" IS NOT NULL AND "m"."carrier" <> 'x'"#),
        (
            "custom.a != true",
            r#""m"."membership_id" IN (SELECT "v"."membership_id" FROM "custom_values" AS "v" WHERE "v"."key" = 'a') AND NOT EXISTS (SELECT 1 FROM "custom_values" AS "v" WHERE "v"."membership_id" = "m"."membership_id" AND "v"."key" = 'a' AND (translate("v"."text", 'ERTU', 'ertu') = 'true' OR "v"."flag"))"#,
        ),
    ] {
        assert_eq!(condition(Dialect::DuckDb, filter, fails), expected, "{filter}");
    }
}

#[test]
fn case_is_folded_letter_by_letter() {
    let insensitive = Semantics { text_case: TextCase::Insensitive, ..Semantics::default() };
    for (dialect, expected) in [
        (Dialect::PostgreSql, r#"translate("m"."phone_number", 'AC', 'ac') = 'ca'"#),
        (Dialect::ClickHouse, "translateUTF8(`m`.`phone_number`, 'AC', 'ac') = 'ca'"),
        (Dialect::DataFusion, r#"lower("m"."phone_number") = 'ca'"#),
    ] {
        assert_eq!(condition(dialect, "phone_number = 'Ca'", insensitive), expected);
    }
}

#[test]
fn lists_are_worked_out_without_custom_fields_that_none_is_asked_of() {
    for (filter, joins) in [
        ("list = 3 or custom.state != 'CA'", 1),
        ("click_count@3 > 1 or custom.state != 'CA'", 1),
        ("custom.state@3 = 'CA' or click_count > 18", 1),
        ("custom.state@3 = 'CA' or custom.state != 'CA'", 2),
    ] {
        let audience = Audience::of(filter.parse().unwrap());
        let statement = Sql::new(Dialect::PostgreSql).inlined().count(&audience, &cx(Semantics::default())).unwrap();
        let joined = statement.text().matches("LEFT JOIN \"by_membership\"").count();
        assert_eq!(joined, joins, "{filter}: {}", statement.text());
    }
}

#[test]
fn large_numbers_are_compared_as_whole_ones() {
    check("revenue_total > 0.1", r#""m"."revenue_total" IS NOT NULL AND "m"."revenue_total" > 1e-1"#);
    check(
        "revenue_total > 9007199254740993",
        r#""m"."revenue_total" IS NOT NULL AND (("m"."revenue_total_whole" IS NOT NULL AND "m"."revenue_total_whole" > 9007199254740993) OR ("m"."revenue_total_whole" IS NULL AND "m"."revenue_total" > 9.007199254740992e15))"#,
    );
}

#[test]
fn groups_are_indented() {
    check(
        "on_dnc and (is_valid or all(in_workflow, list = 7))",
        r#"COALESCE("m"."on_dnc", FALSE)
  AND (
    COALESCE("m"."is_valid", TRUE)
    OR (
      COALESCE("m"."in_workflow", FALSE)
      AND "m"."phone_number" IN (SELECT "o"."phone_number" FROM "memberships" AS "o" WHERE "o"."list_id" = 7)
    )
  )"#,
    );
}

#[test]
fn nothing_escapes_its_literal() {
    let hostile = "' OR 1=1 --\\'\0\n\"`";
    for (dialect, expected) in [
        (Dialect::PostgreSql, "E''' OR 1=1 --\\\\''\0\n\"`'"),
        (Dialect::DuckDb, "(''' OR 1=1 --\\''' || chr(0) || '\n\"`')"),
        (Dialect::ClickHouse, "'\\' OR 1=1 --\\\\\\'\\0\n\"`'"),
        (Dialect::Spark, "concat(char(39), ' OR 1=1 --', char(92), char(39), char(0), '\n\"`')"),
        (Dialect::DataFusion, "''' OR 1=1 --\\''\0\n\"`'"),
    ] {
        assert_eq!(dialect.syntax().quoted_text(hostile), expected, "{dialect}");
    }
    for (dialect, expected) in [
        (Dialect::PostgreSql, "\"a\"\"`\\\""),
        (Dialect::DuckDb, "\"a\"\"`\\\""),
        (Dialect::ClickHouse, "`a\"``\\\\`"),
        (Dialect::Spark, "`a\"``\\`"),
        (Dialect::DataFusion, "\"a\"\"`\\\""),
    ] {
        assert_eq!(dialect.syntax().quoted_name("a\"`\\"), expected, "{dialect}");
    }
}

#[test]
fn postgresql_is_never_given_a_nul() {
    for (filter, expected) in [
        (r#"phone_number = "a\u0000""#, "FALSE"),
        (r#"phone_number != "a\u0000""#, "TRUE"),
        (r#"phone_number in ["a\u0000", "b"]"#, r#""m"."phone_number" = 'b'"#),
        (r#"carrier contains "\u0000""#, "FALSE"),
        (r#"custom."\u0000" exists"#, "FALSE"),
        (
            r#"custom.a < "b\u0000c""#,
            r#""m"."membership_id" IN (SELECT "v"."membership_id" FROM "custom_values" AS "v" WHERE "v"."key" = 'a' AND "v"."text" COLLATE "C" <= 'b')"#,
        ),
    ] {
        assert_eq!(condition(Dialect::PostgreSql, filter, Semantics::default()), expected, "{filter}");
    }
}

#[test]
fn parameters_stand_in_the_order_of_their_placeholders() {
    let audience = Audience::of("click_count = 18446744073709551615 or custom.n > 0.5".parse().unwrap());
    let (count, number) = (Parameter::Unsigned(u64::MAX), Parameter::Double(0.5));
    for (dialect, expected) in [
        // What is asked of other rows is worked out in front.
        (
            Dialect::PostgreSql,
            [("CAST($1 AS DOUBLE PRECISION)", number.clone()), ("CAST($2 AS NUMERIC)", count.clone())],
        ),
        (Dialect::ClickHouse, [("{p1:UInt64}", count.clone()), ("{p2:Float64}", number.clone())]),
        (Dialect::Spark, [("?", count), ("?", number)]),
    ] {
        let statement = Sql::new(dialect).members(&audience, &cx(Semantics::default())).unwrap();
        let mut rest = statement.text();
        for (placeholder, _) in &expected {
            rest = rest.split_once(placeholder).unwrap_or_else(|| panic!("{placeholder} in {statement}")).1;
        }
        assert_eq!(statement.parameters(), expected.map(|(_, parameter)| parameter), "{dialect}");
    }
}

#[test]
fn more_parameters_than_an_engine_takes_are_refused() {
    let lists: Vec<i64> = (0..70_000).collect();
    let audience = Audience { source_lists: lists, ..Audience::of("on_dnc".parse().unwrap()) };
    let count = |sql: Sql| sql.count(&audience, &cx(Semantics::default()));
    let refusal = count(Sql::new(Dialect::PostgreSql)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "cannot be asked of PostgreSQL: it takes 65535 parameters at most, and there are 70000: inline them"
    );
    assert!(count(Sql::new(Dialect::PostgreSql).inlined()).is_ok());
    assert!(count(Sql::new(Dialect::DuckDb)).is_ok());
}

#[test]
fn datafusion_is_not_asked_what_it_cannot_parse() {
    let nested = |depth: usize| {
        let filter = (0..depth).fold("on_dnc".to_owned(), |inner, i| {
            format!("{}(is_valid, {inner})", if i % 2 == 0 { "any" } else { "all" })
        });
        let audience = Audience::of(filter.parse().unwrap());
        Sql::new(Dialect::DataFusion).count(&audience, &cx(Semantics::default()))
    };
    assert!(nested(12).is_ok());
    let refusal = nested(13 + 1).unwrap_err().to_string();
    assert_eq!(refusal, "cannot be asked of DataFusion: groups may nest 12 deep, and they nest 13 deep");
}

#[test]
fn schemas_are_read_and_written() {
    let schema: SqlSchema = serde_json::from_str(
        r#"{"memberships": ["crm", "subscribers"], "contacts": "people", "columns": {"click_count": "clicks"}, "wholes": {},
            "custom_fields": {"rows": {"table": "attributes", "key": "name"}}}"#,
    )
    .unwrap();
    assert_eq!(serde_json::from_str::<SqlSchema>(&serde_json::to_string(&schema).unwrap()).unwrap(), schema);
    let audience = Audience::of("click_count >= 3 and carrier exists".parse().unwrap());
    let statement = Sql::new(Dialect::DuckDb).with_schema(schema).count(&audience, &cx(Semantics::default())).unwrap();
    assert_eq!(
        statement.text(),
        r#"SELECT count(DISTINCT "m"."phone_number") AS "size"
FROM "crm"."subscribers" AS "m"
JOIN "people" AS "c" ON "c"."phone_number" = "m"."phone_number"
WHERE "m"."clicks" IS NOT NULL AND "m"."clicks" >= $1
  AND "c"."carrier" IS NOT NULL"#
    );
    for (source, said) in [
        (r#"{"columns": {"clicks": "x"}}"#, "unknown field `clicks`"),
        (r#"{"wholes": {"click_count": "x"}}"#, "unknown field `click_count`"),
        (r#"{"memberships": []}"#, "expected the name of a table, found an empty array"),
        (r#"{"table": "x"}"#, "unknown field `table`"),
    ] {
        let error = serde_json::from_str::<SqlSchema>(source).unwrap_err().to_string();
        assert!(error.contains(said), "{source}: {error}");
    }
    let nameless = SqlSchema { list_id: String::new(), ..SqlSchema::default() };
    assert!(Sql::new(Dialect::DuckDb).with_schema(nameless).count(&audience, &cx(Semantics::default())).is_err());
}

/// How deep the members of chains and parentheses nest, as an engine counts that makes a tree of each chain from the left.
fn nesting(sql: &str) -> usize {
    // For each open parenthesis the joints on its level so far, and how deep what is in it goes.
    let mut open = vec![(0, 0)];
    let mut deepest = 0;
    for token in sql.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        let level = open.last_mut().unwrap();
        match token {
            "AND" | "OR" => level.0 += 1,
            "(" => open.push((0, 0)),
            ")" => {
                let (joints, inside) = open.pop().unwrap();
                let level = open.last_mut().unwrap();
                level.1 = level.1.max(joints + inside + 1);
            }
            _ => {}
        }
        let (joints, inside) = open[0];
        deepest = deepest.max(joints + inside);
    }
    deepest
}

#[test]
fn as_many_conditions_as_a_filter_may_have_are_printed_shallow_in_every_dialect() {
    let joined = |count: usize, joint: &str| {
        let each = (0..count).map(|count| format!("click_count != {count}"));
        each.collect::<Vec<_>>().join(joint)
    };
    let values: Vec<String> = (0..10_000).map(|value| format!("{value}.5")).collect();
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    for text in [
        joined(995, " and "),
        joined(10_000, " and "),
        joined(10_000, " or "),
        format!("on_dnc or ({})", joined(9_999, " and ")),
        format!("custom.n in [{}]", values.join(", ")),
    ] {
        let audience = Audience::of(text.parse().unwrap());
        for &dialect in Dialect::ALL {
            let statement = Sql::new(dialect).inlined().count(&audience, &cx).unwrap();
            let found = nesting(statement.text());
            assert!(found < 150, "{dialect}: {found} for {}", &text[..40]);
            let many = Sql::new(dialect).inlined().counts([(&audience, &cx)]).unwrap();
            assert!(nesting(many.text()) < 150, "{dialect}: {} for {}", nesting(many.text()), &text[..40]);
        }
    }
}

#[test]
fn a_chain_that_is_not_long_is_printed_as_it_is() {
    assert_eq!(nesting("a AND b AND c"), 2);
    assert_eq!(nesting("a AND (b OR c OR d) AND e"), 5);
    assert_eq!(nesting("f(a) = 1"), 1);
}
