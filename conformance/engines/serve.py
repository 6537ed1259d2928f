"""The pipe to an engine: a line of JSON asks, a line of JSON answers.

The first line has the DDL of the default tables. Each other has populations, as rows of those tables under names that
end in the number of the population, and statements about them.
"""

import json
import os
import sys

import pyarrow as pa

INSTANT = pa.timestamp("us", "UTC")

MEMBERSHIPS = pa.schema(
    [
        ("membership_id", pa.int64()),
        ("phone_number", pa.string()),
        *[(name, pa.string()) for name in ("carrier", "line_type", "timezone", "list_number", "signup_method")],
        *[(name, pa.bool_()) for name in ("is_valid", "on_dnc", "active", "has_revenue", "in_workflow")],
        ("list_id", pa.int64()),
        *[(name, pa.uint64()) for name in ("send_count", "click_count", "conversion_count")],
        *[(name, pa.float64()) for name in ("revenue_total", "avg_revenue")],
        *[(name, pa.decimal128(20, 0)) for name in ("revenue_total_whole", "avg_revenue_whole")],
        *[(name, INSTANT) for name in ("signup_date", "last_sent_at", "last_clicked_at", "last_revenue_at")],
    ]
)

CUSTOM_VALUES = pa.schema(
    [
        ("membership_id", pa.int64()),
        ("key", pa.string()),
        ("text", pa.string()),
        ("number", pa.float64()),
        ("number_whole", pa.decimal128(20, 0)),
        ("flag", pa.bool_()),
        ("instant", INSTANT),
    ]
)

TABLES = {"memberships": MEMBERSHIPS, "custom_values": CUSTOM_VALUES}


def arrow(name, rows):
    """The rows of a table."""
    schema = TABLES[name]
    columns = []
    for field in schema:
        values = [row[field.name] for row in rows]
        if field.type == INSTANT:
            columns.append(pa.array(values, pa.int64()).cast(INSTANT))
        elif pa.types.is_decimal(field.type):
            columns.append(pa.array([None if value is None else str(value) for value in values]).cast(field.type))
        elif pa.types.is_floating(field.type):
            columns.append(pa.array([None if value is None else float(value) for value in values], field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def arrow_of_all(name, cases):
    """The rows of all populations, with the number of each in front."""
    parts = []
    for case in cases:
        table = arrow(name, case[name])
        number = pa.array([case["case"]] * len(table), pa.int64())
        parts.append(table.add_column(0, "population", number))
    return pa.concat_tables(parts)


def ddl_of(ddl, case):
    """The DDL under the names of a population; the quotes are the dialect's."""
    for name in TABLES:
        for quote in '"`':
            ddl = ddl.replace(f"{quote}{name}{quote}", f"{quote}{name}_{case}{quote}")
    return [statement for statement in ddl.split(";\n") if statement.strip()]


def plain(value):
    """A value as JSON has it."""
    if value is None or isinstance(value, str):
        return value
    return int(value)


def each(ask, statements):
    """Asks one statement after the other: rows, or what the engine said."""
    answers = []
    for statement in statements:
        try:
            rows = ask(statement["sql"], statement["parameters"])
            answers.append({"rows": [[plain(value) for value in row] for row in rows]})
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"[:2000]})
    return answers


def serve(start, answer):
    """Serves until there is an empty line, or none."""
    # What libraries print is none of the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    state = None
    for line in sys.stdin:
        if not line.strip():
            break
        question = json.loads(line)
        if "ddl" in question:
            state, version = start(question["ddl"])
            found = {"version": version}
        else:
            found = {"answers": answer(state, question["tables"], question["statements"])}
        out.write(json.dumps(found) + "\n")
        out.flush()
    return state
