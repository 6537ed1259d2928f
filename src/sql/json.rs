//! How each dialect tells JSON values apart, and reads them.
//!
//! In PostgreSQL they are of type `jsonb`, in DuckDB `JSON`, in Spark `VARIANT`, in ClickHouse their text.

use super::dialect::Dialect;

/// The elements of a JSON value: of an array each, and one that is null if it is empty; of anything else itself.
pub(super) struct Elements {
    pub(super) is_array: String,
    pub(super) elements: String,
}

impl Elements {
    pub(super) fn of(dialect: Dialect, value: &str) -> Self {
        let (is_array, elements) = match dialect {
            Dialect::PostgreSql => (
                format!("jsonb_typeof({value}) = 'array'"),
                format!(
                    "jsonb_array_elements(CASE WHEN jsonb_typeof({value}) <> 'array' THEN jsonb_build_array({value}) \
                     WHEN {value} = '[]' THEN '[null]' ELSE {value} END)"
                ),
            ),
            Dialect::DuckDb => (
                format!("json_type({value}) = 'ARRAY'"),
                format!(
                    "unnest(CASE WHEN json_type({value}) <> 'ARRAY' THEN [{value}] WHEN json_array_length({value}) = 0 \
                     THEN [NULL] ELSE from_json({value}, '[\"JSON\"]') END)"
                ),
            ),
            Dialect::ClickHouse => (
                format!("JSONType({value}) = 'Array'"),
                format!(
                    "arrayJoin(multiIf(JSONType({value}) <> 'Array', [{value}], empty(JSONExtractArrayRaw({value})), \
                     ['null'], JSONExtractArrayRaw({value})))"
                ),
            ),
            Dialect::Spark | Dialect::DataFusion => {
                let is_array = format!("schema_of_variant({value}) LIKE 'ARRAY%'");
                let array = format!("try_cast({value} AS ARRAY<VARIANT>)");
                let elements = format!(
                    "explode(CASE WHEN NOT {is_array} THEN array({value}) WHEN size({array}) = 0 THEN array(NULL) \
                     ELSE {array} END)"
                );
                (is_array, elements)
            }
        };
        Self { is_array, elements }
    }
}

/// How a JSON value is told apart, and read.
pub(super) struct Element {
    pub(super) is_text: String,
    pub(super) text: String,
    pub(super) is_number: String,
    pub(super) number: String,
    pub(super) is_flag: String,
    pub(super) flag: String,
}

impl Element {
    pub(super) fn of(dialect: Dialect, value: &str) -> Self {
        match dialect {
            Dialect::PostgreSql => Self {
                is_text: format!("jsonb_typeof({value}) = 'string'"),
                text: format!("{value} #>> '{{}}'"),
                is_number: format!("jsonb_typeof({value}) = 'number'"),
                // One that is nearest to 0 is 0.
                number: format!(
                    "CASE WHEN jsonb_path_exists({value}, '$.double()', silent => TRUE) THEN {value} #>> '{{}}' \
                     WHEN abs(CAST({value} AS NUMERIC)) < 1 THEN '0' END"
                ),
                is_flag: format!("jsonb_typeof({value}) = 'boolean'"),
                flag: format!("{value} = 'true'"),
            },
            Dialect::DuckDb => Self {
                is_text: format!("json_type({value}) = 'VARCHAR'"),
                text: format!("{value} ->> '$'"),
                is_number: format!("json_type({value}) IN ('BIGINT', 'UBIGINT', 'DOUBLE')"),
                number: format!("CAST({value} AS VARCHAR)"),
                is_flag: format!("json_type({value}) = 'BOOLEAN'"),
                flag: format!("{value} = 'true'"),
            },
            Dialect::ClickHouse => Self {
                is_text: format!("JSONType({value}) = 'String'"),
                text: format!("JSONExtractString({value})"),
                is_number: format!("JSONType({value}) IN ('Int64', 'UInt64', 'Double')"),
                number: value.to_owned(),
                is_flag: format!("JSONType({value}) = 'Bool'"),
                flag: format!("{value} = 'true'"),
            },
            Dialect::Spark | Dialect::DataFusion => {
                let of = format!("schema_of_variant({value})");
                let text = format!("try_cast({value} AS STRING)");
                Self {
                    is_text: format!("{of} = 'STRING'"),
                    text: text.clone(),
                    is_number: format!("({of} IN ('BIGINT', 'DOUBLE') OR {of} LIKE 'DECIMAL%')"),
                    number: text,
                    is_flag: format!("{of} = 'BOOLEAN'"),
                    flag: format!("try_cast({value} AS BOOLEAN)"),
                }
            }
        }
    }
}
