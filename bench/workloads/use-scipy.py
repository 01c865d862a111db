import numpy as np
from scipy import integrate, optimize, signal, sparse, special, stats
from scipy.sparse.linalg import spsolve
found = optimize.minimize(lambda x: (x[0] - 1) ** 2 + (x[1] + 2) ** 2, [0, 0])
assert np.allclose(found.x, [1, -2], atol=1e-4)
print(round(integrate.quad(np.sin, 0, np.pi)[0], 6), special.gamma(5), round(stats.norm.cdf(1.96), 3))
print(spsolve(sparse.eye(4).tocsc() * 2, np.ones(4)), len(signal.resample(np.arange(100.0), 50)))
