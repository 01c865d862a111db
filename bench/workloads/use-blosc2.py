import blosc2
import numpy as np
print(blosc2.unpack_array2(blosc2.pack_array2(np.arange(1000))).sum(), blosc2.arange(10)[:3])
