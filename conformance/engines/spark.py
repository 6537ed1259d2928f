"""Spark, on a cluster of this machine: two workers, each a process of its own."""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pyarrow.parquet as parquet
import pyspark
from pyspark.sql import SparkSession

from serve import arrow_of_all, each, names, plain, serve, short_names

# How many statements are asked in one query, and how many queries at once.
TOGETHER = 20
AT_ONCE = 2


def start():
    directory = tempfile.TemporaryDirectory(prefix="headcount-")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.chdir(directory.name)
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        # Of tens of thousands of statements, what is kept of each for a page that nobody looks at fills any heap.
        .config("spark.ui.retainedJobs", "10")
        .config("spark.ui.retainedStages", "10")
        .config("spark.ui.retainedTasks", "100")
        .config("spark.sql.ui.retainedExecutions", "10")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.local.dir", directory.name)
        .config("spark.sql.warehouse.dir", os.path.join(directory.name, "warehouse"))
        # Thousands of small plans: what is won by compiling one, or by planning it twice, is lost ten times.
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        # A few rows in a few parts: nothing is won by more.
        .config("spark.sql.shuffle.partitions", "2")
        # Years long ago are what the file says.
        .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
        .getOrCreate()
    )
    return (spark, directory), pyspark.__version__


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def answer(state, settings, columns, populations, statements):
    for setting in settings:
        state[0].sql(setting)
    answers = answer_as_set(state, columns, populations, statements)
    for name in names(settings):
        state[0].conf.unset(name)
    return answers


def answer_as_set(state, columns, populations, statements):
    spark, directory = state
    for number, of in enumerate(columns):
        path = os.path.join(directory.name, f"{number}.parquet")
        parquet.write_table(arrow_of_all(of, populations, number), path)
        rows = spark.read.parquet(path)
        # As the DDL has the columns, and not as the file does.
        first = populations[0][number]
        spark.sql(f"DROP TABLE IF EXISTS {first['name']}")
        spark.sql(first["ddl"])
        types = {field.name: field.dataType.simpleString() for field in spark.table(first["name"]).schema}
        spark.sql(f"DROP TABLE {first['name']}")
        read = [f"CAST({short} AS {types[name]}) AS {quoted(name)}" for short, (name, _) in zip(short_names(of), of)]
        rows = rows.selectExpr("population", *read).coalesce(2).cache()
        for i, tables in enumerate(populations):
            one = rows.where(f"population = {i}").drop("population")
            one.createOrReplaceTempView(tables[number]["name"])
    for tables in populations:
        for view in tables[len(columns) :]:
            spark.sql(view["ddl"].replace("CREATE VIEW", "CREATE OR REPLACE TEMPORARY VIEW", 1))
    parts = [statements[i : i + TOGETHER] for i in range(0, len(statements), TOGETHER)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda part: ask_together(spark, part), parts))
    spark.catalog.clearCache()
    return [answer for part in answers for answer in part]


def ask_together(spark, statements):
    """Many statements as parts of one query, each as it is; one by one where that fails, to tell which."""
    selects, parameters = [], []
    for i, statement in enumerate(statements):
        columns = [f"c{i}" for i in range(statement["columns"])]
        values = ", ".join(f"CAST({column} AS STRING)" for column in columns)
        named = f"(\n{statement['sql']}\n) AS part({', '.join(columns)})"
        selects.append(f"SELECT {i} AS statement, array({values}) AS found FROM {named}")
        parameters += bound(statement)
    answers = [{"rows": []} for _ in statements]
    try:
        for row in spark.sql("\nUNION ALL\n".join(selects), args=parameters or None).collect():
            found = [read(statements[row.statement], value) for value in row.found]
            answers[row.statement]["rows"].append(found)
        return answers
    except Exception:
        singly = [
            {"sql": (statement["sql"], bound(statement) or None), "parameters": None} for statement in statements
        ]
        return each(lambda sql, _: [list(row) for row in spark.sql(*sql).collect()], singly)


def bound(statement):
    """The parameters; a whole number past the end of 64 bits is a decimal here."""
    return [
        Decimal(value) if isinstance(value, int) and value >= 2**63 else value for value in statement["parameters"]
    ]


def read(statement, value):
    return value if statement["kind"] == "members" else plain(int(value))


if __name__ == "__main__":
    state = serve(start, answer)
    if state is not None:
        state[0].stop()
