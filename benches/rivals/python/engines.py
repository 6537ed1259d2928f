"""The rivals, each with the population in its memory, in the types that suit it best.

`ways` names every way that an engine has to answer a question; the fastest of them counts.
"""

import re
import sys

THREADS = 2
TEXTS = ["state", "source", "tier", "cohort", "first_name", "signup_method", "carrier", "line_type", "timezone"]
DISTINCT = {
    "distinct": "SELECT count(DISTINCT contact_id) FROM {table} WHERE {where}",
    "group": "SELECT count(*) FROM (SELECT contact_id FROM {table} WHERE {where} GROUP BY contact_id) AS contacts",
}
ROWS = {"rows": "SELECT count(*) FROM {table} WHERE {where}"}


def scoped(question, where=None):
    """Active memberships, on the source lists."""
    lists = question["source_lists"]
    scope = "" if not lists else f"list_id IN ({', '.join(map(str, lists))}) AND " if len(lists) > 1 else f"list_id = {lists[0]} AND "
    return f"active AND {scope}({where or question['where']})"


class Sql:
    """What engines that are asked in SQL share."""

    rows, distinct, tables = ROWS, DISTINCT, ("memberships",)

    def ways(self, question, unit):
        where = self.dialect(scoped(question))
        forms = self.rows if unit == "memberships" else self.distinct
        return {
            f"{form} {table}".strip(): lambda sql=sql.format(where=where.replace("FROM memberships", f"FROM {table}"), table=table): self.ask(sql)
            for form, sql in forms.items()
            for table in self.tables
        }

    def dialect(self, where):
        return where

    def many(self, wheres):
        """The one query that counts the memberships of each filter."""
        columns = ", ".join(f"count(*) FILTER (WHERE {self.dialect(where)}) AS c{at}" for at, where in enumerate(wheres))
        return self.row(f"SELECT {columns} FROM memberships")


class DuckDb(Sql):
    """Text as ENUM, whose codes are in the order of the texts; what LIKE is asked of as VARCHAR too, which it is faster on."""

    name, tables = "DuckDB", ("memberships", "by_list")

    def __init__(self, parquet):
        import duckdb

        self.version = duckdb.__version__
        self.base = duckdb.connect(":memory:", config={"threads": THREADS})
        columns = []
        for name, *_ in self.base.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall():
            if name in TEXTS:
                self.base.execute(
                    f"CREATE TYPE {name}_type AS ENUM (SELECT DISTINCT {name} FROM '{parquet}' WHERE {name} IS NOT NULL ORDER BY 1)"
                )
                columns.append(f"{name}::{name}_type AS {name}")
                if name in ("first_name", "source"):
                    columns.append(f"{name} AS {name}_text")
            elif name == "revenue_total":
                columns.append(f"{name}::DECIMAL(9, 2) AS {name}")
            else:
                columns.append(name)
        self.base.execute(f"CREATE TABLE memberships AS SELECT {', '.join(columns)} FROM '{parquet}'")
        # The statistics of its blocks then tell which lists they hold.
        self.base.execute("CREATE TABLE by_list AS SELECT * FROM memberships ORDER BY list_id, contact_id")

    def dialect(self, where):
        return re.sub(r"\b(\w+) LIKE\b", r"\1_text LIKE", where)

    def row(self, sql):
        return self.base.execute(sql).fetchone()

    def ask(self, sql):
        return self.row(sql)[0]


class ClickHouse(Sql):
    """chDB: ClickHouse in the process. MergeTree by list, as its users would order it, and Memory."""

    name, tables = "chDB", ("memberships", "in_memory")
    distinct = DISTINCT | {
        "uniqExact": "SELECT uniqExact(contact_id) FROM {table} WHERE {where}",
        "bitmap": "SELECT groupBitmap(contact_id) FROM {table} WHERE {where}",
    }

    def __init__(self, parquet):
        import chdb
        from chdb import session

        self.version = f"{chdb.__version__} (ClickHouse {chdb.engine_version})" if hasattr(chdb, "engine_version") else chdb.__version__
        self.base = session.Session()
        kinds = {
            "contact_id": "UInt32", "list_id": "UInt8", "active": "Bool", "has_revenue": "Bool", "in_workflow": "Bool",
            "is_valid": "Bool", "on_dnc": "Bool", "send_count": "UInt16", "click_count": "UInt16",
            "conversion_count": "UInt16", "revenue_total": "Float64", "avg_revenue": "Nullable(Float64)",
            "ltv": "Nullable(Float64)", "signup_date": "DateTime('UTC')",
            **{name: "Nullable(DateTime('UTC'))" for name in ("last_sent_at", "last_clicked_at", "last_revenue_at", "last_purchase")},
            **{name: "LowCardinality(String)" for name in TEXTS},
            "tier": "LowCardinality(Nullable(String))",
        }
        import pyarrow.parquet as pq

        # Those that only `many` has.
        for name in pq.read_schema(parquet).names:
            kinds.setdefault(name, "Bool" if name.startswith("on_") else "Nullable(UInt16)")
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        # Neither answers nor what is known of earlier filters may be kept.
        for setting in (f"max_threads = {THREADS}", "use_query_cache = 0", "use_query_condition_cache = 0"):
            self.base.query(f"SET {setting}")
        self.base.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
        self.base.query("USE bench")
        self.base.query(f"CREATE TABLE memberships ({columns}) ENGINE = MergeTree ORDER BY (list_id, contact_id)")
        self.base.query(f"CREATE TABLE in_memory ({columns}) ENGINE = Memory")
        names = ", ".join(kinds)
        self.base.query(f"INSERT INTO memberships SELECT {names} FROM file('{parquet}', Parquet)")
        self.base.query("OPTIMIZE TABLE memberships FINAL")
        self.base.query(f"INSERT INTO in_memory SELECT {names} FROM file('{parquet}', Parquet)")

    def dialect(self, where):
        return re.sub(r"TIMESTAMP ('[^']*')", r"toDateTime(\1, 'UTC')", where)

    def row(self, sql):
        return tuple(map(int, self.base.query(sql, "CSV").bytes().split(b",")))

    def ask(self, sql):
        return self.row(sql)[0]

    def many(self, wheres):
        columns = ", ".join(f"countIf({self.dialect(where)})" for where in wheres)
        return self.row(f"SELECT {columns} FROM memberships SETTINGS max_query_size = 100000000, max_ast_elements = 10000000, max_expanded_ast_elements = 10000000")


class DataFusion(Sql):
    """Text as dictionaries; batches in two partitions."""

    name = "DataFusion"

    def __init__(self, parquet):
        import datafusion
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.version = datafusion.__version__
        config = datafusion.SessionConfig().with_target_partitions(THREADS)
        self.base = datafusion.SessionContext(config)
        table = pq.read_table(parquet)
        for name in TEXTS:
            codes = pa.int16() if name == "first_name" else pa.int8()
            text = table[name].cast(pa.string()).dictionary_encode().unify_dictionaries()
            table = table.set_column(table.schema.get_field_index(name), name, text.cast(pa.dictionary(codes, pa.string())))
        half = -(-table.num_rows // THREADS)
        parts = [table.slice(at * half, half).combine_chunks().to_batches(max_chunksize=1 << 16) for at in range(THREADS)]
        self.base.register_record_batches("memberships", parts)

    def row(self, sql):
        batches = self.base.sql(sql).collect()
        return tuple(column[0].as_py() for column in batches[0].columns)

    def ask(self, sql):
        return self.row(sql)[0]


class Polars:
    """Text as Enum; a filter is an expression that was read before the time begins."""

    name = "Polars"

    def __init__(self, parquet):
        import polars as pl

        assert pl.thread_pool_size() == THREADS
        self.version, self.pl = pl.__version__, pl
        rows = pl.read_parquet(parquet)
        kinds = {name: pl.Enum(rows[name].drop_nulls().unique().sort()) for name in TEXTS}
        texts = [pl.col(name).alias(f"{name}_text") for name in ("first_name", "source")]
        self.rows = rows.with_columns(*texts, **{name: pl.col(name).cast(kind) for name, kind in kinds.items()}).rechunk()

    def expression(self, where):
        where = re.sub(r"TIMESTAMP ('[^']*')", r"\1::timestamp", where)
        where = re.sub(r"\b(\w+) LIKE\b", r"\1_text LIKE", where)
        return self.pl.sql_expr(where)

    def ways(self, question, unit):
        pl, here = self.pl, self.rows.lazy()
        forms = {}
        if "polars" in question:
            forms["joined"] = eval(question["polars"], {"here": here, "sql": self.expression, "pl": pl})
        else:
            forms["sql"] = here.filter(self.expression(scoped(question)))
            like = re.search(r"(\w+) LIKE '(%?)(\w+)%'", question["where"])
            if like:
                # On an Enum the texts can be asked once each instead of each row.
                texts = [text for text in self.rows[like[1]].dtype.categories if (like[3] in text if like[2] else text.startswith(like[3]))]
                where = question["where"].replace(like[0], f"{like[1]} IN ({', '.join(map(repr, texts))})")
                forms["categories"] = here.filter(self.expression(scoped(question, where)))
        counted = pl.len() if unit == "memberships" else pl.col("contact_id").n_unique()
        ways = {}
        for form, rows in forms.items():
            query = rows.select(counted)
            for engine in ("in-memory", "streaming"):
                ways[f"{form} {engine}"] = lambda query=query, engine=engine: query.collect(engine=engine).item()
        return ways

    def many(self, wheres):
        counts = [self.expression(where).sum().alias(f"c{at}") for at, where in enumerate(wheres)]
        return self.rows.lazy().select(counts).collect().row(0)


ENGINES = {"duckdb": DuckDb, "polars": Polars, "datafusion": DataFusion, "chdb": ClickHouse}


def named(name, parquet):
    print(f"{name}: loading", file=sys.stderr)
    return ENGINES[name](parquet)
