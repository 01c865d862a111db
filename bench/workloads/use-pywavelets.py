import numpy as np
import pywt
coefficients = pywt.wavedec(np.arange(16.0), "db2", level=2)
print(np.allclose(pywt.waverec(coefficients, "db2"), np.arange(16.0)), len(pywt.wavelist()) > 100)
