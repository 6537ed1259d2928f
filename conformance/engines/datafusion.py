"""DataFusion, in memory."""

import sys

# A module beside this script has its name.
sys.path.append(sys.path.pop(0))

import datafusion
import pyarrow as pa
from datafusion import SessionConfig, SessionContext

from serve import arrow, each, serve


def start():
    return datafusion, datafusion.__version__


def value_of(parameter):
    large = isinstance(parameter, int) and parameter >= 2**63
    return pa.scalar(parameter, pa.uint64()) if large else parameter


def answer(_, settings, columns, populations, statements):
    # A few rows: nothing is won by a second part of them.
    context = SessionContext(SessionConfig().with_target_partitions(1))
    for setting in settings:
        context.sql(setting)
    for tables in populations:
        for of, table in zip(columns, tables):
            context.sql(table["ddl"])
            schema = context.table(table["name"]).schema()
            rows = arrow(of, table["rows"]).select([field.name for field in schema])
            maps = {name for name, kind in of if kind == "map"}
            fields = [rows.schema.field(f.name) if f.name in maps else f.with_nullable(True) for f in schema]
            rows = rows.cast(pa.schema(fields))
            name = table["name"][1:-1].replace('""', '"')
            context.deregister_table(name)
            context.register_record_batches(name, [rows.to_batches() or [pa.RecordBatch.from_pylist([], rows.schema)]])

        for view in tables[len(columns) :]:
            context.sql(view["ddl"])

    def ask(sql, parameters):
        values = {str(i): value_of(parameter) for i, parameter in enumerate(parameters, 1)}
        batches = context.sql(sql, param_values=values or None).collect()
        return [list(row.values()) for batch in batches for row in batch.to_pylist()]

    return each(ask, statements)


serve(start, answer)
