import numpy as np
import tifffile
tifffile.imwrite("/tmp/b.tif", np.arange(64, dtype="uint16").reshape(8, 8), compression="zlib")
print(tifffile.imread("/tmp/b.tif").sum())
