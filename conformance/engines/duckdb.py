"""DuckDB, in memory."""

import sys

# A module beside this script has its name.
sys.path.append(sys.path.pop(0))

import duckdb

from serve import TABLES, arrow, ddl_of, each, serve


def start(ddl):
    connection = duckdb.connect()
    # What the session's zone is must not matter.
    connection.execute("SET TimeZone = 'America/New_York'")
    return (connection, ddl), duckdb.__version__


def answer(state, tables, statements):
    connection, ddl = state
    for table in tables:
        case = table["case"]
        for name in TABLES:
            connection.execute(f'DROP TABLE IF EXISTS "{name}_{case}"')
        for statement in ddl_of(ddl, case):
            connection.execute(statement)
        for name in TABLES:
            connection.register("rows", arrow(name, table[name]))
            connection.execute(f'INSERT INTO "{name}_{case}" BY NAME SELECT * FROM rows')
            connection.unregister("rows")
    return each(lambda sql, parameters: connection.execute(sql, parameters).fetchall(), statements)


serve(start, answer)
