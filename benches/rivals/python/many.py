"""All audiences in one query of one rival: `many.py ENGINE PARQUET AUDIENCES`, results on standard output."""

import json
import os
import statistics
import sys

import engines
import timing
import translate

# An engine that cannot take all at once, or is slower then, takes them in parts: larger ones are tried while they help.
PARTS = (50, 250, 1_000)
# What takes longer than this is run no second time.
LONG = 60e9


def with_columns_on_lists(parquet, columns):
    """What questions ask of a contact's other lists as columns of each membership: a join less for the rivals."""
    import polars as pl

    path = parquet.replace(".parquet", ".lists.parquet")
    if not os.path.exists(path):
        rows = pl.read_parquet(parquet)
        on = lambda at: pl.col("active") & (pl.col("list_id") == at)
        known = rows.group_by("contact_id").agg(
            *[on(at).any().alias(name) if field is None else pl.col(field).filter(on(at)).max().alias(name)
              for name, field, at in columns]
        )
        joined = rows.join(known, on="contact_id", how="left", maintain_order="left")
        joined.write_parquet(path + ".part", row_group_size=1 << 17, compression="lz4")
        os.rename(path + ".part", path)
    return path


def main(name, parquet, audiences):
    with open(audiences) as lines:
        wheres = [translate.where(json.loads(line)) for line in lines]
    engine = engines.named(name, with_columns_on_lists(parquet, translate.columns_on_lists(wheres)))

    def ask(part):
        return tuple(int(count) for at in range(0, len(wheres), part) for count in engine.many(wheres[at:at + part]))

    tried = {}
    for part in PARTS:
        before = min((ns for ns, _ in tried.values()), default=None)
        try:
            tried[part] = timing.once(lambda: ask(part))
            print(f"{engine.name}: {part} at once: {tried[part][0] / 1e9:.2f} s", file=sys.stderr)
        except Exception as error:  # whatever an engine says of a query that is too much for it
            print(f"{engine.name}: {part} at once: {str(error)[:300]}", file=sys.stderr)
            break
        if before and tried[part][0] > 1.2 * before:
            break
    part = min(tried, key=lambda part: tried[part][0])
    runs = [tried[part]]
    if runs[0][0] < LONG:
        runs += [timing.once(lambda: ask(part)) for _ in range(2)]
    answers = {answer for _, answer in tried.values()} | {answer for _, answer in runs}
    assert len(answers) == 1, f"{engine.name} contradicts itself"
    json.dump({
        "engine": engine.name, "version": engine.version, "answers": answers.pop(),
        "ns": int(statistics.median(ns for ns, _ in runs)), "how": f"{part:,} in one query",
    }, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
