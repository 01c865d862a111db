import numpy as np
import lightgbm
rng = np.random.default_rng(0)
data = rng.normal(size=(300, 4))
model = lightgbm.LGBMClassifier(n_estimators=10, verbose=-1).fit(data, data[:, 0] > 0)
print(model.score(data, data[:, 0] > 0) > 0.9)
