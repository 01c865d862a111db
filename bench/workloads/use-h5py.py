import h5py
import numpy as np
with h5py.File("/tmp/a.h5", "w") as file:
    file.create_dataset("x", data=np.arange(100), compression="gzip")
with h5py.File("/tmp/a.h5") as file:
    print(file["x"][:3], file["x"].compression)
