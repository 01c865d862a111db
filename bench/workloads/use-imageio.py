import imageio.v3 as iio
import numpy as np
iio.imwrite("/tmp/a.png", np.zeros((8, 8, 3), np.uint8))
iio.imwrite("/tmp/a.gif", np.zeros((2, 8, 8, 3), np.uint8))
print(iio.imread("/tmp/a.png").shape, iio.imread("/tmp/a.gif", index=None).shape)
