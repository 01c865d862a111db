import numba
import numpy as np

@numba.njit(parallel=True)
def total(values):
    result = 0.0
    for i in numba.prange(len(values)):
        result += values[i]
    return result

print(total(np.arange(1000.0)))
