"""Redshift, as sqlglot reads it."""

from sqlglot import exp

from transpiled import Transpiled


def changed(tree):
    """A quotient of whole numbers is whole; only for an average is it one of doubles."""
    for quotient in list(tree.find_all(exp.Div)):
        by = quotient.expression
        if not (isinstance(by, exp.Cast) and by.is_type("double")):
            quotient.replace(exp.IntDiv(this=quotient.this, expression=by))
    return tree


dialect = Transpiled("redshift", changed=changed)

if __name__ == "__main__":
    dialect.serve()
