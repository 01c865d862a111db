import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet as pq
table = pa.table({"a": [1, 2, 3], "b": ["x", "y", None]})
pq.write_table(table, "/tmp/table.parquet", compression="zstd")
print(pq.read_table("/tmp/table.parquet").equals(table), pc.sum(table["a"]).as_py())
print(pa.dataset.dataset("/tmp/table.parquet").to_table(filter=pc.field("a") > 1).num_rows)
