import numpy as np
import shap
from sklearn.ensemble import RandomForestRegressor
data = np.random.default_rng(0).normal(size=(60, 3))
model = RandomForestRegressor(5, random_state=0).fit(data, data[:, 0])
print(shap.TreeExplainer(model).shap_values(data).shape)
