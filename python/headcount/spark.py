"""headcount inside Spark: every worker counts its share of the contacts with this library, in Arrow from end to end.

A DataFrame has the columns of records, a row for each membership with its contact's fields beside it, named as in Parquet:
`phone_number`, `list_id`, `click_count`, custom fields as `custom_fields.KEY`, as a struct, a map or JSON. Only the columns
that are asked for are read. Contacts are brought together once, by a hash of the phone number; each partition is then a
population of its own, so that sizes add up, and whatever the library can say is exact here too.

    from headcount import EvalContext, spark
    spark.sizes(df, ["click_count >= 3", "not on_dnc"], EvalContext("2025-11-15T08:30:00Z"))

It needs pyspark 4 and pyarrow, on the driver, and this package on every worker. A partition is held in memory while it is
counted, some 30 bytes for each membership and its columns: `spark.sql.shuffle.partitions` says how many there are.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyarrow

from . import Audience, AudienceSet, EvalContext, Filter, NoteWarning, Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    _Audience = Audience | Filter | str

__all__ = ["PartitionsNote", "members", "sizes", "which"]

_CUSTOM = "custom_fields"
# Whatever of these a DataFrame has is read: by them rows are told apart.
_ALWAYS = {"phone_number", "phone", "msisdn", "is_membership"}
_PHONE = ("phone_number", "phone", "msisdn")
_BATCH = 10_000
# What is so only if every partition says it: what one has not, another may have.
_OF_ALL = {"field_absent", "unknown_list"}
# What a partition counts: the size of an audience by its number, or a note with its count.
_COUNTED = pyarrow.schema(
    {
        "audience": pyarrow.int32(),
        "value": pyarrow.int64(),
        "code": pyarrow.string(),
        "name": pyarrow.string(),
        "message": pyarrow.string(),
        "suggestion": pyarrow.string(),
    }
)


@dataclass(frozen=True)
class PartitionsNote:
    """What is to be heard of the data of some partitions, put together: the `note` of a `NoteWarning`.

    - `code`, `name`: what it is about, and of which column, as those of a `Note`.
    - `message`: what one of the partitions says.
    - `suggestion`: the name that was probably meant.
    - `count`: of how many records, values or contacts it is in all; None where that is not counted.
    - `partitions`: how many partitions say it.
    """

    code: str
    message: str
    name: str | None
    suggestion: str | None
    count: int | None
    partitions: int

    def to_dict(self) -> dict[str, Any]:
        """All attributes by their names."""
        return asdict(self)

    def __str__(self) -> str:
        counted = "" if self.count is None else f", {self.count} in all"
        return f"note[{self.code}]: {self.message} (in {self.partitions} partitions{counted})"


def sizes(
    df: "DataFrame",
    audiences: "Iterable[_Audience]",
    cx: EvalContext,
    *,
    names: Mapping[str, str] | None = None,
    epoch: str | None = None,
) -> list[int]:
    """How many are in each of several audiences, in their order: as `Table.sizes` counts over all rows of `df`.

    - `names`: what names of columns mean that are not the platform's, as in `{"Phone": "phone_number"}`.
    - `epoch`: what numbers count that stand for times: `"s"`, `"ms"` or `"us"`.

    What is to be heard of the data is said by warnings of the class `NoteWarning`: of the columns as of one table, and of
    their values put together from all partitions. An invalid record fails the job with what is wrong with it.
    """
    asked = _Asked(audiences, cx, names, epoch)
    partitions = asked.partitions(df)
    told = asked.look_at(df)

    def count(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        table = asked.table(batches)
        if table is None:
            return
        counted: list[dict[str, Any]] = [
            {"audience": number, "value": size.value} for number, size in enumerate(table.sizes(asked.audiences, asked.cx))
        ]
        for note in table.notes(asked.audiences):
            if (note.code, note.name) not in told:
                heard = {"code": note.code, "name": note.name, "message": note.message, "suggestion": note.suggestion}
                counted.append({"value": note.count, **heard})
        yield pyarrow.RecordBatch.from_pylist(counted, schema=_COUNTED)

    from pyspark.sql import functions

    counted = partitions.mapInArrow(
        count, "audience int, value long, code string, name string, message string, suggestion string"
    )
    summed = counted.groupBy("audience", "code", "name").agg(
        functions.sum("value").alias("value"),
        functions.min("message").alias("message"),
        functions.min("suggestion").alias("suggestion"),
        functions.count(functions.lit(1)).alias("partitions"),
    )
    found = [0] * len(asked.audiences)
    rows = summed.collect()
    partitions_in_all = max((row.partitions for row in rows if row.audience is not None), default=0)
    for row in rows:
        if row.audience is None:
            if row.code in _OF_ALL and row.partitions < partitions_in_all:
                continue
            note = PartitionsNote(row.code, row.message, row.name, row.suggestion, row.value, row.partitions)
            warnings.warn(NoteWarning(note), stacklevel=2)
        else:
            found[row.audience] = row.value
    return found


def members(
    df: "DataFrame",
    audience: "_Audience",
    cx: EvalContext,
    *,
    names: Mapping[str, str] | None = None,
    epoch: str | None = None,
) -> "DataFrame":
    """Who is in an audience: a DataFrame with the column `phone_number`, in no order.

    It is worked out when it is asked for, as any DataFrame is. Of the columns a `NoteWarning` tells at once; what is to be
    heard of their values, `sizes` tells.
    """
    asked = _Asked([audience], cx, names, epoch)
    partitions = asked.partitions(df)
    asked.look_at(df)

    def find(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        table = asked.table(batches)
        if table is not None:
            yield from pyarrow.RecordBatchReader.from_stream(table.members(asked.audiences[0], asked.cx))

    return partitions.mapInArrow(find, "phone_number string")


def which(
    df: "DataFrame",
    audiences: "Iterable[_Audience]",
    cx: EvalContext,
    *,
    names: Mapping[str, str] | None = None,
    epoch: str | None = None,
) -> "DataFrame":
    """Which audiences each contact is in: a DataFrame with `phone_number` and `audiences`, their numbers from 0, in no order.

    Contacts that are in none are left out. It is worked out when it is asked for, as any DataFrame is.
    """
    asked = _Asked(audiences, cx, names, epoch)
    partitions = asked.partitions(df)
    asked.look_at(df)

    def match(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        table = asked.table(batches)
        if table is None:
            return
        matching = iter(AudienceSet(asked.audiences, asked.cx).matching_each(table))
        while some := list(islice(matching, _BATCH)):
            yield pyarrow.record_batch(
                {
                    "phone_number": pyarrow.array([number for number, _ in some], pyarrow.string()),
                    "audiences": pyarrow.array([found for _, found in some], pyarrow.list_(pyarrow.int32())),
                }
            )

    return partitions.mapInArrow(match, "phone_number string, audiences array<int>").where("size(audiences) > 0")


class _Asked:
    """What is asked, as it goes to the workers."""

    def __init__(
        self,
        audiences: "Iterable[_Audience]",
        cx: EvalContext,
        names: Mapping[str, str] | None,
        epoch: str | None,
    ) -> None:
        self.audiences = [audience if isinstance(audience, Audience) else Audience(audience) for audience in audiences]
        self.cx = cx
        self.names = dict(names or {})
        self.epoch: Any = epoch
        self.columns: list[str] = []
        self.phones: set[str] = set()
        self.meanings: set[str] = set()

    def table(self, batches: Iterator[pyarrow.RecordBatch]) -> Table | None:
        """The rows of a partition as a population; None where there are none."""
        named = (pyarrow.RecordBatch.from_arrays(batch.columns, self.columns) for batch in batches)
        first = next(named, None)
        if first is None:
            return None
        return self.taken(pyarrow.RecordBatchReader.from_batches(first.schema, chain([first], named)))

    def taken(self, data: Any) -> Table:
        # Spark shares cores among partitions, each in a process of its own. What is to be heard is asked of the table.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NoteWarning)
            return Table.from_arrow(
                data, audiences=self.audiences, threads=1, names=self.names, epoch=self.epoch, progress=False
            )

    def look_at(self, df: "DataFrame") -> set[tuple[str, str | None]]:
        """Tells what is to be heard of the columns before any row is read, and refuses those that do not fit."""
        table = self.taken(_example(df.limit(0).toArrow().schema, self.phones))
        told = set()
        for note in table.notes(self.audiences):
            is_absent = note.code == "field_absent" and not self.may_have(note.name)
            if is_absent or note.code == "column_not_read":
                warnings.warn(NoteWarning(note), stacklevel=3)
                told.add((note.code, note.name))
        return told

    def may_have(self, name: str | None) -> bool:
        """Whether there is a column for a field."""
        return name in self.meanings or (_CUSTOM in self.meanings and (name or "").startswith(f"{_CUSTOM}."))

    def partitions(self, df: "DataFrame") -> "DataFrame":
        """The columns that are asked for, contacts brought together."""
        from pyspark.sql import functions
        from pyspark.sql.types import StructType

        wanted = {name.lower() for name in _ALWAYS.union(*(audience.columns for audience in self.audiences))}
        keys = {key for audience in self.audiences for key in audience.columns if key.startswith(f"{_CUSTOM}.")}
        columns: list[Column] = []
        phones: list[str] = []
        for field in df.schema.fields:
            # Case and blanks: whether the reader takes such a name is for it to say.
            meaning = self.names.get(field.name, field.name).strip().lower()
            column = functions.col(_quoted(field.name))
            if meaning == _CUSTOM and isinstance(field.dataType, StructType):
                there = [inner.name for inner in field.dataType.fields if f"{_CUSTOM}.{inner.name}" in keys]
                self.meanings.update(f"{_CUSTOM}.{name}" for name in there)
                column = functions.struct(*[column.getField(name).alias(name) for name in there])
                is_asked = bool(there)
            else:
                is_asked = meaning in wanted or (meaning == _CUSTOM and bool(keys))
                self.meanings.add(self.names.get(field.name, field.name).strip())
            if is_asked:
                # Under numbers: pyspark hands on no column with a dot in its name. The workers have the names.
                columns.append(column.alias(f"c{len(self.columns)}"))
                if meaning in _PHONE:
                    phones.append(f"c{len(self.columns)}")
                    self.phones.add(field.name)
                self.columns.append(field.name)
        selected = df.select(*columns)
        # Without one, whoever reads the rows says which column is missing.
        return selected.repartition(*phones) if phones else selected


def _example(schema: pyarrow.Schema, phones: set[str]) -> pyarrow.Table:
    """A row in which whatever can be a number, a time or a flag has a value, and of texts phone numbers alone."""

    def value(field: pyarrow.Field) -> object:
        if pyarrow.types.is_string(field.type):
            return "+14155550100" if field.name in phones else None
        if pyarrow.types.is_boolean(field.type):
            return True
        is_number = pyarrow.types.is_primitive(field.type) or pyarrow.types.is_decimal(field.type)
        return 1 if is_number and not pyarrow.types.is_interval(field.type) else None

    columns = [pyarrow.array([value(field)], field.type) for field in schema]
    return pyarrow.Table.from_arrays(columns, schema=pyarrow.schema([field.with_nullable(True) for field in schema]))


def _quoted(name: str) -> str:
    """The name of a column, which may have dots in it, as Spark reads it."""
    return "`" + name.replace("`", "``") + "`"
