import io
import pandas as pd
frame = pd.read_csv(io.StringIO("day,value\n2024-01-01,1\n2024-01-02,2\n2024-01-09,4\n"), parse_dates=["day"])
print(frame.set_index("day").resample("W").sum()["value"].tolist())
frame.to_parquet("/tmp/frame.parquet")
pd.testing.assert_frame_equal(pd.read_parquet("/tmp/frame.parquet"), frame)
print(frame.groupby("value").size().to_dict(), pd.DataFrame({"a": [1]}).merge(pd.DataFrame({"a": [1], "b": [2]})).to_dict())
