"""A warehouse that cannot be had here: sqlglot reads its statements in its dialect, as strictly as it can, and writes them for
DuckDB, which answers. What sqlglot takes a function for is what is asked, and not what the warehouse makes of it."""

import re
import sys

# A module beside this script has its name.
sys.path.append(sys.path.pop(0))

import duckdb
import sqlglot
from sqlglot import exp

from serve import arrow, each, serve

# A NUL as an escape, which sqlglot leaves as it is, of a backslash that is not escaped itself.
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class Transpiled:
    """The statements of a dialect, for DuckDB."""

    # A map as a column has it.
    map = "{}"

    def __init__(self, dialect, changed=lambda tree: tree):
        """`changed` says what sqlglot leaves open."""
        self.dialect, self.changed = dialect, changed

    def start(self):
        connection = duckdb.connect(config={"threads": 1})
        # A time without a zone, which sqlglot writes where an instant is meant, is one of this zone.
        connection.execute("SET TimeZone = 'UTC'")
        return connection, f"sqlglot {sqlglot.__version__}, DuckDB {duckdb.__version__}"

    def written(self, sql):
        sql = NUL.sub(r"\1' || CHR(0) || '", sql)
        [tree] = sqlglot.parse(sql, read=self.dialect, error_level=sqlglot.ErrorLevel.RAISE)
        return self.changed(tree).sql(dialect="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)

    def answer(self, connection, settings, columns, populations, statements):
        for tables in populations:
            for of, table in zip(columns, tables):
                tree = sqlglot.parse_one(table["ddl"], read=self.dialect)
                made = tree.find(exp.Table).sql(dialect="duckdb", identify=True)
                connection.execute(f"DROP TABLE IF EXISTS {made}")
                connection.execute(self.written(table["ddl"]))
                connection.register("rows", arrow(of, table["rows"]))
                names = [exp.to_identifier(name, quoted=True).sql("duckdb") for name, kind in of if kind == "map"]
                maps = [f"{self.map.format(name)} AS {name}" for name in names]
                read = f"* REPLACE ({', '.join(maps)})" if maps else "*"
                connection.execute(f"INSERT INTO {made} BY NAME SELECT {read} FROM rows")
                connection.unregister("rows")
            for view in tables[len(columns) :]:
                tree = sqlglot.parse_one(view["ddl"], read=self.dialect)
                name = tree.find(exp.Table).sql(dialect="duckdb", identify=True)
                connection.execute(f"DROP VIEW IF EXISTS {name}")
                connection.execute(self.written(view["ddl"]))

        def ask(sql, parameters):
            return connection.execute(self.written(sql), self.bound(parameters)).fetchall()

        return each(ask, statements)

    def bound(self, parameters):
        return parameters

    def serve(self):
        serve(self.start, self.answer)
