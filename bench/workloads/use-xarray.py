import numpy as np
import pandas as pd
import xarray as xr
array = xr.DataArray(np.arange(10.0), dims="time", coords={"time": pd.date_range("2024-01-01", periods=10)})
print(array.resample(time="5D").mean().values, array.to_dataset(name="a").sizes["time"])
