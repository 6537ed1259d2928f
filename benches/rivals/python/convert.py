"""The generator's CSV, once, as Parquet with the rivals' types.

Three things are done for the rivals that headcount does by itself, so that none of their queries pays for them: a contact
is a small number instead of a phone number, `ltv` is a number everywhere (the generator delivers some as text), and
`has_revenue` and `avg_revenue` are columns instead of what they are worked out from.
"""

import polars as pl

TEXTS = ["state", "source", "tier", "cohort", "first_name", "signup_method", "carrier", "line_type", "timezone"]
TIMES = ["signup_date", "last_sent_at", "last_clicked_at", "last_revenue_at"]


def to_parquet(csv, parquet):
    texts = {"phone_number", "list_number", *TEXTS, *TIMES, "last_purchase"}
    numbers = {"list_id": pl.UInt8, "send_count": pl.UInt16, "click_count": pl.UInt16, "conversion_count": pl.UInt16,
               "revenue_total": pl.Float64, "ltv": pl.Float64}
    flags = ["active", "is_valid", "on_dnc", "in_workflow"]
    with open(csv) as lines:
        header = {name: name.removeprefix("custom_fields.") for name in next(lines).rstrip("\n").split(",")}
    schema = {key: pl.String if name in texts else pl.Boolean if name in flags else numbers[name]
              for key, name in header.items()}
    time = lambda name: pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us")
    rows = pl.scan_csv(csv, schema=schema).rename(header).select(
        # The memberships of a contact stand one after the other.
        pl.col("phone_number").rle_id().cast(pl.UInt32).alias("contact_id"),
        "list_id", "active",
        *[time(name) for name in TIMES],
        pl.col("last_purchase").str.to_datetime("%Y-%m-%d", time_unit="us"),
        "send_count", "click_count", "conversion_count", "revenue_total",
        ((pl.col("revenue_total") > 0) | (pl.col("conversion_count") > 0)).alias("has_revenue"),
        pl.when(pl.col("conversion_count") > 0)
        .then(pl.col("revenue_total") / pl.col("conversion_count")).alias("avg_revenue"),
        "ltv", "in_workflow", "is_valid", "on_dnc", *TEXTS,
    )
    rows.collect().write_parquet(parquet, row_group_size=1 << 17, compression="lz4")
