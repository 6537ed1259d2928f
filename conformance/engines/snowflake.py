"""Snowflake, as sqlglot reads it."""

import re

from sqlglot import exp

from transpiled import Transpiled

# What sqlglot writes for a row of each element of an array or an object, and DuckDB does not take.
FLATTENED = re.compile(r',\s+CROSS JOIN UNNEST\(INPUT => (.*?)\) AS "(pair|element)"\(SEQ, KEY, PATH, INDEX, VALUE, THIS\)', re.S)
ROWS = {"pair": "map_entries({})", "element": "list_transform({}, lambda text: {{'value': text}})"}


class Snowflake(Transpiled):
    def written(self, sql):
        return FLATTENED.sub(self.rows, super().written(sql))

    @staticmethod
    def rows(found):
        of, alias = found.groups()
        return f' CROSS JOIN UNNEST({ROWS[alias].format(of)}) AS rows_of("{alias}")'


def changed(tree):
    """An object of texts is a map, and an array is one of texts; a time is made of a number of 64 bits."""
    for made in tree.find_all(exp.UnixToTime):
        made.set("this", exp.cast(made.this, "BIGINT"))
    for of in list(tree.find_all(exp.DataType)):
        if of.is_type("object"):
            of.replace(exp.DataType.build("MAP<VARCHAR, VARCHAR>"))
        elif of.is_type("array") and not of.expressions:
            of.replace(exp.DataType.build("ARRAY<VARCHAR>"))
    return tree


dialect = Snowflake("snowflake", changed=changed)

if __name__ == "__main__":
    dialect.serve()
