import duckdb
import pandas as pd
frame = pd.DataFrame({"a": [1, 2, 3]})
print(duckdb.sql("select sum(a) from frame").fetchall(), duckdb.sql("select 1 as x").df().to_dict())
