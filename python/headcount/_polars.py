"""An audience as an expression of Polars, which this library answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _headcount

if TYPE_CHECKING:
    import polars

_PHONE = ("phone_number", "phone", "msisdn")
_LIST = "list_id"
_IS_MEMBERSHIP = "is_membership"
# By them rows are told apart; whatever of them a frame has is read.
_ALWAYS = (*_PHONE, _LIST, _IS_MEMBERSHIP, "active", "custom_fields")


def expression(audience: _headcount.Audience, cx: _headcount.EvalContext) -> polars.Expr:
    """Whether the membership of each row is in an audience."""
    import polars
    from polars import selectors

    def answer(rows: polars.Series) -> polars.Series:
        frame = rows.struct.unnest()
        table = _headcount.Table.from_arrow(frame, audiences=[audience], progress=False)
        matching = polars.DataFrame(table.members(audience, cx).select([_PHONE[0], _LIST], audience, cx))
        memberships = _memberships(frame).join(matching, on=[_PHONE[0], _LIST], nulls_equal=True)
        return polars.repeat(False, frame.height, eager=True).scatter(memberships["row"], True)

    columns = selectors.by_name(*_ALWAYS, *audience.columns, require_all=False)
    return polars.struct(columns).map_batches(answer, return_dtype=polars.Boolean)


def _memberships(frame: polars.DataFrame) -> polars.DataFrame:
    """Whose membership on which list each row is: of rows for the same one the last."""
    import polars

    phone = next(name for name in _PHONE if name in frame.columns)
    on = polars.col(_LIST) if _LIST in frame.columns else polars.lit(None)
    is_one = polars.col(_IS_MEMBERSHIP).fill_null(True) if _IS_MEMBERSHIP in frame.columns else True
    keys = frame.with_row_index("row").filter(is_one)
    keys = keys.select("row", polars.col(phone).cast(polars.String).alias(_PHONE[0]), on.cast(polars.Int64).alias(_LIST))
    return keys.unique([_PHONE[0], _LIST], keep="last")
