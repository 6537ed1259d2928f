"""The pipe to an engine: a line of JSON asks, a line of JSON answers.

The first line starts the engine. Each other has statements that set what the session has set meanwhile, populations, as the
rows of tables with the statements that make those, and statements about them. The columns of the tables are the same for
all populations of a line.
"""

import json
import os
import sys

import pyarrow as pa

INSTANT = pa.timestamp("us", "UTC")

KINDS = {
    "key": pa.int64(),
    "text": pa.string(),
    "flag": pa.bool_(),
    "count": pa.uint64(),
    "double": pa.float64(),
    "whole": pa.decimal128(20, 0),
    "instant": INSTANT,
    "json": pa.string(),
    "texts": pa.list_(pa.string()),
    "map": pa.map_(pa.string(), pa.string()),
}


def arrow(columns, rows):
    """The rows of a table."""
    return pa.Table.from_arrays([column(name, kind, rows) for name, kind in columns], [name for name, _ in columns])


def column(name, kind, rows):
    values = [row[name] for row in rows]
    if kind == "instant":
        return pa.array(values, pa.int64()).cast(INSTANT)
    if kind == "whole":
        return pa.array([None if value is None else str(value) for value in values], pa.string()).cast(KINDS[kind])
    if kind == "double":
        values = [None if value is None else float(value) for value in values]
    if kind == "map":
        values = [None if value is None else list(value.items()) for value in values]
    return pa.array(values, KINDS[kind])


def arrow_of_all(columns, populations, number):
    """The rows of a table of all populations, under short names, with the number of each population in front."""
    parts = []
    for i, tables in enumerate(populations):
        table = arrow(columns, tables[number]["rows"]).rename_columns(short_names(columns))
        parts.append(table.add_column(0, "population", pa.array([i] * len(table), pa.int64())))
    return pa.concat_tables(parts)


def short_names(columns):
    return [f"c{i}" for i in range(len(columns))]


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


def names(settings):
    """What is set."""
    return [setting.removeprefix("SET ").split(" = ")[0] for setting in settings]


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
        if state is None:
            state, version = start()
            found = {"version": version}
        else:
            parts = ("settings", "columns", "populations", "statements")
            found = {"answers": answer(state, *(question[part] for part in parts))}
        out.write(json.dumps(found) + "\n")
        out.flush()
    return state
