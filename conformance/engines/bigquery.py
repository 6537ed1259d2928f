"""BigQuery, as sqlglot reads it."""

from sqlglot import exp

from transpiled import Transpiled


class BigQuery(Transpiled):
    # What it has for a map.
    map = "map_entries({})"

    def bound(self, parameters):
        return {f"p{number}": value for number, value in enumerate(parameters, 1)} or None


def changed(tree):
    """A NUMERIC has 38 digits, and 9 of them behind the point; what a function divides is written as an operand."""
    for of in list(tree.find_all(exp.DataType)):
        if of.is_type("decimal") and not of.expressions:
            of.replace(exp.DataType.build("DECIMAL(38, 9)"))
    for quotient in list(tree.find_all(exp.IntDiv)):
        for operand in (quotient.this, quotient.expression):
            if isinstance(operand, exp.Binary):
                operand.replace(exp.Paren(this=operand.copy()))
    return tree


BigQuery("bigquery", changed=changed).serve()
