"""ClickHouse, as chDB: the engine in this process."""

import os
import tempfile

import pyarrow.parquet as parquet
from chdb import session

from serve import arrow_of_all, each, names, serve, short_names


def start():
    directory = tempfile.TemporaryDirectory(prefix="headcount-")
    engine = session.Session(os.path.join(directory.name, "data"))
    # The columns of a file are those that it has, also where they are inserted.
    engine.query("SET use_structure_from_insertion_table_in_table_functions = 0")
    engine.query("CREATE DATABASE headcount")
    engine.query("USE headcount")
    version = engine.query("SELECT version()", "CSV").data().strip().strip('"')
    return (engine, directory), version


def quoted(name):
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def answer(state, settings, columns, populations, statements):
    for setting in settings:
        state[0].query(setting)
    answers = answer_as_set(state, columns, populations, statements)
    for name in names(settings):
        state[0].query(f"SET {name} = DEFAULT")
    return answers


def answer_as_set(state, columns, populations, statements):
    engine, directory = state
    for number, of in enumerate(columns):
        path = os.path.join(directory.name, f"{number}.parquet")
        parquet.write_table(arrow_of_all(of, populations, number), path)
        into = ", ".join(quoted(name) for name, _ in of)
        short = ", ".join(short_names(of))
        for i, tables in enumerate(populations):
            name = tables[number]["name"]
            engine.query(f"DROP TABLE IF EXISTS {name}")
            # In memory: as many tables as there are populations, and nothing to merge.
            engine.query(tables[number]["ddl"].split("\nENGINE")[0] + "\nENGINE = Memory")
            engine.query(f"INSERT INTO {name} ({into}) SELECT {short} FROM file('{path}', Parquet) WHERE population = {i}")

    for tables in populations:
        for view in tables[len(columns) :]:
            engine.query(f"DROP VIEW IF EXISTS {view['name']}")
            engine.query(view["ddl"])

    def ask(sql, parameters):
        values = {f"p{i}": bound(parameter) for i, parameter in enumerate(parameters, 1)}
        table = engine.query(sql, "ArrowStream", params=values) if values else engine.query(sql, "ArrowStream")
        return rows_of(table)

    return each(ask, statements)


def bound(parameter):
    """A text goes to the engine escaped as in its tab-separated files."""
    if not isinstance(parameter, str):
        return parameter
    for character, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0")):
        parameter = parameter.replace(character, escaped)
    return parameter


def rows_of(result):
    import pyarrow as pa

    with pa.ipc.open_stream(result.bytes()) as reader:
        rows = [list(row.values()) for row in reader.read_all().to_pylist()]
    return [[value.decode() if isinstance(value, bytes) else value for value in row] for row in rows]


serve(start, answer)
