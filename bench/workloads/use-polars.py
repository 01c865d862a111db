import polars as pl
frame = pl.DataFrame({"a": ["x", "y", "x"], "b": [1, 2, 3]})
print(frame.lazy().group_by("a").agg(pl.col("b").sum()).sort("a").collect().rows())
frame.write_parquet("/tmp/polars.parquet")
print(pl.read_parquet("/tmp/polars.parquet").shape)
