"""Databricks: Spark, of statements that sqlglot reads in the dialect of Databricks."""

import sqlglot

import spark
from serve import serve


def answer(state, settings, columns, populations, statements):
    for statement in statements:
        sqlglot.parse_one(statement["sql"], read="databricks")
    return spark.answer(state, settings, columns, populations, statements)


state = serve(spark.start, answer)
if state is not None:
    state[0].stop()
