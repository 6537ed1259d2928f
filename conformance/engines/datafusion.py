"""DataFusion, in memory."""

import sys

# A module beside this script has its name.
sys.path.append(sys.path.pop(0))

import datafusion
import pyarrow as pa
from datafusion import SessionContext

from serve import TABLES, arrow, ddl_of, each, serve


def start(ddl):
    return ddl, datafusion.__version__


def value_of(parameter):
    large = isinstance(parameter, int) and parameter >= 2**63
    return pa.scalar(parameter, pa.uint64()) if large else parameter


def answer(ddl, tables, statements):
    context = SessionContext()
    for table in tables:
        case = table["case"]
        for statement in ddl_of(ddl, case):
            context.sql(statement)
        for name in TABLES:
            full = f"{name}_{case}"
            schema = context.table(f'"{full}"').schema()
            rows = arrow(name, table[name]).select([field.name for field in schema])
            rows = rows.cast(pa.schema([field.with_nullable(True) for field in schema]))
            context.deregister_table(full)
            context.register_record_batches(full, [rows.to_batches() or [pa.RecordBatch.from_pylist([], rows.schema)]])

    def ask(sql, parameters):
        values = {str(i): value_of(parameter) for i, parameter in enumerate(parameters, 1)}
        batches = context.sql(sql, param_values=values or None).collect()
        return [list(row.values()) for batch in batches for row in batch.to_pylist()]

    return each(ask, statements)


serve(start, answer)
