"""DuckDB, in memory."""

import sys

# A module beside this script has its name.
sys.path.append(sys.path.pop(0))

import duckdb

from serve import arrow, each, names, serve


def start():
    # A few rows: nothing is won by a second thread.
    connection = duckdb.connect(config={"threads": 1})
    return connection, duckdb.__version__


def answer(connection, settings, columns, populations, statements):
    for setting in settings:
        connection.execute(setting)
    answers = answer_as_set(connection, columns, populations, statements)
    for name in names(settings):
        connection.execute(f"RESET {name}")
    return answers


def answer_as_set(connection, columns, populations, statements):
    for tables in populations:
        for of, table in zip(columns, tables):
            connection.execute(f"DROP TABLE IF EXISTS {table['name']}")
            connection.execute(table["ddl"])
            connection.register("rows", arrow(of, table["rows"]))
            connection.execute(f"INSERT INTO {table['name']} BY NAME SELECT * FROM rows")
            connection.unregister("rows")
        for view in tables[len(columns) :]:
            connection.execute(f"DROP VIEW IF EXISTS {view['name']}")
            connection.execute(view["ddl"])
    return each(lambda sql, parameters: connection.execute(sql, parameters).fetchall(), statements)


serve(start, answer)
