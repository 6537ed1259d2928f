"""ClickHouse, as chDB: the engine in this process."""

import os
import tempfile

import pyarrow.parquet as parquet
from chdb import session

from serve import TABLES, arrow_of_all, ddl_of, each, serve


def start(ddl):
    directory = tempfile.TemporaryDirectory(prefix="headcount-")
    engine = session.Session(os.path.join(directory.name, "data"))
    # The columns of a file are those that it has, also where they are inserted.
    engine.query("SET use_structure_from_insertion_table_in_table_functions = 0")
    engine.query("CREATE DATABASE headcount")
    engine.query("USE headcount")
    for statement in ddl.split(";\n"):
        if statement.strip():
            engine.query(statement)
    version = engine.query("SELECT version()", "CSV").data().strip().strip('"')
    return (engine, ddl, directory), version


def answer(state, tables, statements):
    engine, ddl, directory = state
    for name in TABLES:
        path = os.path.join(directory.name, f"{name}.parquet")
        parquet.write_table(arrow_of_all(name, tables), path)
    for table in tables:
        case = table["case"]
        for name in TABLES:
            engine.query(f"DROP TABLE IF EXISTS `{name}_{case}`")
        for statement in ddl_of(ddl, case):
            # In memory: as many tables as there are populations, and nothing to merge.
            engine.query(statement.split("\nENGINE")[0] + "\nENGINE = Memory")
        for name in TABLES:
            path = os.path.join(directory.name, f"{name}.parquet")
            columns = ", ".join(f"`{column.name}`" for column in TABLES[name])
            engine.query(
                f"INSERT INTO `{name}_{case}` ({columns}) SELECT {columns} FROM file('{path}', Parquet) WHERE population = {case}"
            )

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
