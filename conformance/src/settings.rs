//! What a session may have set: none of it may change an answer.

use headcount::sql::Dialect;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Settings, each with values that are not the default one.
type Settings = &'static [(&'static str, &'static [&'static str])];

/// The settings that a statement's meaning might depend on, its plan among them.
fn of(dialect: Dialect) -> Settings {
    match dialect {
        Dialect::PostgreSql => &[
            ("TimeZone", &["'America/New_York'", "'Asia/Kathmandu'"]),
            ("DateStyle", &["'SQL, DMY'", "'German'", "'Postgres, MDY'"]),
            ("IntervalStyle", &["sql_standard", "iso_8601", "postgres_verbose"]),
            ("standard_conforming_strings", &["off"]),
            ("backslash_quote", &["off"]),
            ("extra_float_digits", &["-15", "3"]),
            ("transform_null_equals", &["on"]),
            ("array_nulls", &["off"]),
            ("plan_cache_mode", &["force_generic_plan"]),
            ("work_mem", &["'64kB'"]),
            ("enable_hashjoin", &["off"]),
            ("enable_hashagg", &["off"]),
            ("enable_material", &["off"]),
            ("enable_mergejoin", &["off"]),
            ("enable_nestloop", &["off"]),
            ("enable_sort", &["off"]),
            ("from_collapse_limit", &["1"]),
            ("join_collapse_limit", &["1"]),
        ],
        Dialect::DuckDb => &[
            ("TimeZone", &["'America/New_York'", "'Asia/Kathmandu'"]),
            ("default_null_order", &["'nulls_first'"]),
            ("default_order", &["'DESC'"]),
            ("integer_division", &["true"]),
            ("ieee_floating_point_ops", &["false"]),
            ("old_implicit_casting", &["true"]),
            ("preserve_identifier_case", &["false"]),
            ("preserve_insertion_order", &["false"]),
            ("scalar_subquery_error_on_multiple_rows", &["false"]),
            ("disabled_optimizers", &["'join_order,filter_pushdown'", "'unnest_rewriter,cte_inlining'"]),
        ],
        Dialect::ClickHouse => &[
            ("session_timezone", &["'America/New_York'", "'Asia/Kathmandu'"]),
            ("join_use_nulls", &["1"]),
            ("join_default_strictness", &["'ANY'", "''"]),
            ("transform_null_in", &["1"]),
            ("aggregate_functions_null_for_empty", &["1"]),
            ("count_distinct_implementation", &["'uniqHLL12'"]),
            ("cast_keep_nullable", &["1"]),
            ("prefer_column_name_to_alias", &["1"]),
            ("group_by_use_nulls", &["1"]),
            ("short_circuit_function_evaluation", &["'disable'", "'force_enable'"]),
            ("date_time_input_format", &["'best_effort'"]),
            ("cast_string_to_date_time_mode", &["'best_effort'"]),
            ("any_join_distinct_right_table_keys", &["1"]),
            ("join_algorithm", &["'full_sorting_merge'", "'grace_hash'"]),
        ],
        Dialect::Spark | Dialect::Databricks => &[
            ("spark.sql.session.timeZone", &["America/New_York", "Asia/Kathmandu"]),
            ("spark.sql.ansi.enabled", &["false"]),
            ("spark.sql.ansi.doubleQuotedIdentifiers", &["true"]),
            ("spark.sql.ansi.enforceReservedKeywords", &["true"]),
            ("spark.sql.caseSensitive", &["true"]),
            ("spark.sql.parser.escapedStringLiterals", &["true"]),
            ("spark.sql.legacy.consecutiveStringLiterals.enabled", &["true"]),
            ("spark.sql.legacy.exponentLiteralAsDecimal.enabled", &["true"]),
            ("spark.sql.legacy.sizeOfNull", &["true"]),
            ("spark.sql.legacy.timeParserPolicy", &["LEGACY"]),
            ("spark.sql.decimalOperations.allowPrecisionLoss", &["false"]),
            ("spark.sql.optimizeNullAwareAntiJoin", &["false"]),
            ("spark.sql.autoBroadcastJoinThreshold", &["-1"]),
        ],
        Dialect::DataFusion => &[
            ("datafusion.execution.time_zone", &["'America/New_York'", "'+05:45'"]),
            ("datafusion.execution.batch_size", &["3"]),
            ("datafusion.sql_parser.parse_float_as_decimal", &["true"]),
            ("datafusion.sql_parser.enable_ident_normalization", &["false"]),
            ("datafusion.sql_parser.map_string_types_to_utf8view", &["false"]),
            ("datafusion.sql_parser.dialect", &["'postgres'"]),
            ("datafusion.sql_parser.default_null_ordering", &["'nulls_min'"]),
            ("datafusion.optimizer.prefer_hash_join", &["false"]),
        ],
        // What stands in for them has the settings of another engine.
        Dialect::Redshift | Dialect::Snowflake | Dialect::BigQuery => &[],
        other => unreachable!("no engine is asked of {other}"),
    }
}

/// What may be set in Spark, and not in Databricks.
const OF_SPARK: Settings = &[("spark.sql.timestampType", &["TIMESTAMP_NTZ"])];

/// Some of them, each a statement that sets it.
pub(crate) fn settings(dialect: Dialect) -> impl Strategy<Value = Vec<String>> {
    let own = if dialect == Dialect::Spark { OF_SPARK } else { &[] };
    let all = [of(dialect), own].concat();
    subsequence(all.clone(), 0..=all.len()).prop_flat_map(|some| {
        let each = some
            .into_iter()
            .map(|(name, values)| select(values).prop_map(move |value| format!("SET {name} = {value}")));
        each.collect::<Vec<_>>()
    })
}
