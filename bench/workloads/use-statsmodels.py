import numpy as np
import statsmodels.api as sm
import statsmodels.formula.api as smf
import pandas as pd
x = np.arange(50.0)
frame = pd.DataFrame({"x": x, "y": 2 * x + np.sin(x)})
print(round(smf.ols("y ~ x", frame).fit().params["x"], 2), round(sm.tsa.ARIMA(frame["y"], order=(1, 1, 0)).fit().llf) < 0)
