import numpy as np
rng = np.random.default_rng(0)
matrix = rng.normal(size=(200, 200))
u, s, vt = np.linalg.svd(matrix)
assert np.allclose(u @ np.diag(s) @ vt, matrix)
np.testing.assert_allclose(np.fft.ifft(np.fft.fft(matrix[0])).real, matrix[0])
print(np.linalg.inv(matrix).shape)
