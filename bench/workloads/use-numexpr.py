import numexpr
import numpy as np
a = np.arange(1000.0)
print(numexpr.evaluate("sum(sin(a) ** 2 + cos(a) ** 2)"))
