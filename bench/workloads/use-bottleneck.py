import bottleneck
import numpy as np
print(bottleneck.nanmean([1, np.nan, 3]), bottleneck.move_mean(np.arange(5.0), 2)[1:])
